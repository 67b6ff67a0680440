import type { KeyPlace } from './film-keys.ts';

/** Returns what kind of place the focus is in, by the element that a key was pressed on. */
export function placeOf(target: EventTarget | null): KeyPlace {
  if (!(target instanceof HTMLElement)) return 'page';
  if (target instanceof HTMLInputElement && target.type === 'range') return 'slider';
  if (target.isContentEditable || target.matches('input, select, textarea, [role="toolbar"] *'))
    return 'text';
  if (target.matches('button, summary')) return 'button';
  return target.matches('[role="region"][tabindex="0"]') ? 'scrolled' : 'page';
}
