/** Decoded screenshots around the steps that are shown. Each takes megabytes, so those farther away are closed. */
import type { Answer, AnswerProblem } from '../../state/answer.ts';
import { inBackground } from '../../state/in-background.ts';

export type Frame<Image> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready'; readonly image: Image }
  | { readonly kind: 'failed'; readonly problem: AnswerProblem };

/** The visible place of a film. */
export interface FilmPlace {
  /** One for each step; null: the step has no screenshot. */
  readonly urls: readonly (string | null)[];
  /** The step that is shown. */
  readonly index: number;
}

export interface FrameCache<Image> {
  /** Returns null for one that was not asked for, or is closed. */
  readonly frame: (url: string) => Frame<Image> | null;
  /** Loads the screenshots of the steps that are shown, one of each film, then those that are likely to be next. */
  readonly show: (films: readonly FilmPlace[]) => void;
  readonly retry: (url: string) => void;
  readonly close: () => void;
}

interface CacheOptions<Image> {
  /** Rejects only if it was aborted. */
  readonly load: (url: string, signal: AbortSignal) => Promise<Answer<Image>>;
  readonly onChange: () => void;
}

/** So many steps before and after stay decoded. */
export const keptAround = 8;
/** In the order in which they are loaded, from the step that is shown. */
const loadedAround = [0, 1, 2, 3, -1] as const;
/** A VM answers few requests at a time. */
const mostLoading = 2;

/** No answer, a VM that is away or busy, one that took too long: another try may be worth it. */
export const isPassing = ({ status }: AnswerProblem): boolean => [0, 429, 502, 503, 504].includes(status);

export function createFrameCache<Image extends { close(): void }>({
  load,
  onChange,
}: CacheOptions<Image>): FrameCache<Image> {
  interface Entry {
    frame: Frame<Image>;
    readonly controller: AbortController;
  }
  const entries = new Map<string, Entry>();
  let queue: readonly string[] = [];
  let loading = 0;

  function drop(url: string): void {
    const entry = entries.get(url);
    entries.delete(url);
    entry?.controller.abort();
    if (entry?.frame.kind === 'ready') entry.frame.image.close();
  }

  function loadNext(): void {
    while (loading < mostLoading) {
      const url = queue.find((wanted) => !entries.has(wanted));
      if (url === undefined) return;
      const entry: Entry = { frame: { kind: 'loading' }, controller: new AbortController() };
      entries.set(url, entry);
      loading += 1;
      inBackground(read(url, entry));
    }
  }

  async function read(url: string, entry: Entry): Promise<void> {
    const { signal } = entry.controller;
    try {
      const answer = await load(url, signal);
      if (signal.aborted) {
        if (answer.ok) answer.value.close();
        return;
      }
      entry.frame = answer.ok
        ? { kind: 'ready', image: answer.value }
        : { kind: 'failed', problem: answer.problem };
      onChange();
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      loading -= 1;
      loadNext();
    }
  }

  return {
    frame: (url) => entries.get(url)?.frame ?? null,
    show(films) {
      const near = new Set(
        films.flatMap(({ urls, index }) =>
          urls.slice(Math.max(0, index - keptAround), index + keptAround + 1),
        ),
      );
      const shown = films.map(({ urls, index }) => urls[index]);
      queue = loadedAround.flatMap((distance) =>
        films.flatMap(({ urls, index }) => urls[index + distance] ?? []),
      );
      for (const [url, { frame }] of entries) {
        const isWanted = frame.kind === 'loading' ? queue.includes(url) : near.has(url);
        const isWorthAnother = shown.includes(url) && frame.kind === 'failed' && isPassing(frame.problem);
        if (!isWanted || isWorthAnother) drop(url);
      }
      loadNext();
      onChange();
    },
    retry(url) {
      drop(url);
      loadNext();
      onChange();
    },
    close() {
      queue = [];
      for (const url of entries.keys()) drop(url);
    },
  };
}
