/** The screenshots of one or more films, as reactive state. */
import { onMount, untrack } from 'svelte';
import { readScreenshot } from '../../state/screenshot.ts';
import { createFrameCache, type FilmPlace, type Frame } from './frame-cache.ts';

export interface Frames {
  /** Returns the screenshot of a step; null: the step has none. @param url as in the places */
  readonly at: (url: string | null) => Frame<ImageBitmap> | null;
  readonly retry: (url: string | null) => void;
}

/** Loads what is needed of the films, for as long as the component is there. @param places what is shown of each */
export function createFrames(base: () => URL, places: () => readonly FilmPlace[]): Frames {
  /** Changes with the frames. */
  let news = $state(0);
  const cache = createFrameCache<ImageBitmap>({
    load: (path, signal) => readScreenshot(base(), path, signal),
    onChange: () => (news += 1),
  });
  onMount(() => cache.close);
  $effect(() => {
    const wanted = places();
    untrack(() => cache.show(wanted));
  });
  return {
    // The cache is not reactive, so each of its changes is counted.
    at: (url) => (url === null || news < 0 ? null : (cache.frame(url) ?? { kind: 'loading' })),
    retry(url) {
      if (url !== null) cache.retry(url);
    },
  };
}
