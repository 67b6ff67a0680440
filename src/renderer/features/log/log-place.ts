/** How far the log of an entry of the browser's history is scrolled. The browser keeps it, also over a reload. */
import type { LogTarget } from './log-view.svelte.ts';

/** The place that a view of the log was scrolled to. */
export interface SeenPlace {
  /** Address of the view. */
  readonly hash: string;
  readonly place: LogTarget;
}

/** @param place the first line that is seen; null: forget it, the address says where to go */
export function keepPlace(place: LogTarget | null): void {
  history.replaceState({ ...(history.state as object | null), logPlace: place }, '');
}

export function keptPlace(): LogTarget | null {
  const state = history.state as { readonly logPlace?: unknown } | null;
  const place = state?.logPlace;
  return typeof place === 'number' || place === 'end' ? place : null;
}
