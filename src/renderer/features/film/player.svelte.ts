/** Moves along the steps of a film, by keys and by itself. */
import type { KeyActions } from '../../keys/bound-keys.svelte.ts';

/** The played track: the places of a film, or of two that move together. */
export interface Track {
  /** The place that is shown, from 0. */
  readonly index: number;
  readonly last: number;
  /** Everything at this place is drawn. */
  readonly isReady: boolean;
  readonly show: (index: number) => void;
}

export interface Player {
  readonly isPlaying: boolean;
  /** Goes to a place, or to the nearest that there is. */
  readonly show: (index: number) => void;
  readonly play: () => void;
  readonly pause: () => void;
  readonly next: () => void;
  readonly previous: () => void;
  readonly first: () => void;
  readonly last: () => void;
}

/** How long each place is shown while the film plays. */
const frameMs = 1000;

/** @param track its fields are read again whenever they change */
export function createPlayer(track: Track): Player {
  let isPlaying = $state(false);

  function show(index: number): void {
    if (track.last < 0) return;
    track.show(Math.min(Math.max(index, 0), track.last));
  }

  function play(): void {
    if (track.last <= 0) return;
    if (!isPlaying && track.index === track.last) show(0);
    isPlaying = !isPlaying;
  }

  $effect(() => {
    if (!isPlaying || !track.isReady) return;
    const next = track.index + 1;
    if (next > track.last) {
      isPlaying = false;
      return;
    }
    const timer = setTimeout(() => show(next), frameMs);
    return () => clearTimeout(timer);
  });

  return {
    get isPlaying() {
      return isPlaying;
    },
    show,
    play,
    pause: () => (isPlaying = false),
    next: () => show(track.index + 1),
    previous: () => show(track.index - 1),
    first: () => show(0),
    last: () => show(track.last),
  };
}

/** Returns what the keys of a film do. @param player the one that they move now */
export const filmKeys = (player: () => Player): KeyActions => ({
  'next-step': () => player().next(),
  'previous-step': () => player().previous(),
  'first-step': () => player().first(),
  'last-step': () => player().last(),
  play: () => player().play(),
});
