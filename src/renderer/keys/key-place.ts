import type { KeyPlace } from './key-table.ts';

/** Returns what kind of place the focus is in, by the element that a key was pressed on. */
export function placeOf(target: EventTarget | null): KeyPlace {
  // A click beside it takes the focus out of a modal dialog, and the page behind it must not act.
  if (document.querySelector('dialog:modal') !== null) return 'dialog';
  if (!(target instanceof HTMLElement)) return 'page';
  if (target.matches('input[type="range"]')) return 'slider';
  if (target.matches('[role="toolbar"] *')) return 'toolbar';
  if (target.matches('button, summary, input[type="checkbox"]')) return 'button';
  if (target.isContentEditable || target.matches('input, select, textarea')) return 'text';
  return target.matches('[role="region"][tabindex="0"]') ? 'scrolled' : 'page';
}
