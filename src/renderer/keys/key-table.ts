/** The keys of all pages, in one table: what handles a key and what lists the keys both read it. Pure. */

interface KeyEntry {
  /** As `KeyboardEvent.key` names it. */
  readonly key: string;
  /** As a person names it. */
  readonly label: string;
  readonly does: string;
}

/** In the order of the list. A page binds those that it has a use for. */
export const keyTable = {
  'previous-step': { key: 'ArrowLeft', label: '←', does: 'Previous step' },
  'next-step': { key: 'ArrowRight', label: '→', does: 'Next step' },
  'first-step': { key: 'Home', label: 'Home', does: 'First step' },
  'last-step': { key: 'End', label: 'End', does: 'Last step' },
  play: { key: ' ', label: 'space', does: 'Play or pause' },
  'next-task': { key: 'j', label: 'j', does: 'Next task' },
  'previous-task': { key: 'k', label: 'k', does: 'Previous task' },
  'next-row': { key: 'j', label: 'j', does: 'Next in the list' },
  'previous-row': { key: 'k', label: 'k', does: 'Previous in the list' },
  'next-hit': { key: 'n', label: 'n', does: 'Next line found' },
  'previous-hit': { key: 'N', label: 'N', does: 'Line found before' },
  search: { key: '/', label: '/', does: 'Go to the search field' },
  'list-keys': { key: '?', label: '?', does: 'List the keys' },
} as const satisfies Readonly<Record<string, KeyEntry>>;

export type KeyCommand = keyof typeof keyTable;

export const keyCommands = Object.keys(keyTable) as readonly KeyCommand[];

/** The focused element, which may need some keys for itself. */
export type KeyPlace = 'page' | 'text' | 'slider' | 'button' | 'toolbar' | 'scrolled' | 'dialog';

export interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
}

const moves = ['ArrowRight', 'ArrowLeft', 'Home', 'End'];
/** Keys that each place keeps for itself. */
const ownKeys: Readonly<Record<Exclude<KeyPlace, 'text' | 'dialog'>, readonly string[]>> = {
  page: [],
  slider: moves,
  button: [' '],
  toolbar: [...moves, ' '],
  scrolled: [' ', 'Home', 'End'],
};

/** Keys with Shift. Where the signs are on a keyboard, and whether they need it, depends on its language. */
const withShift = ['/', '?', 'N'];

/** Returns what a key may do, depending on the page. Empty: the browser has it. */
export function commandsOf(pressed: Pressed, place: KeyPlace): readonly KeyCommand[] {
  const { key } = pressed;
  if (pressed.ctrlKey || pressed.altKey || pressed.metaKey) return [];
  if (pressed.shiftKey && !withShift.includes(key)) return [];
  if (place === 'text') return [];
  if (place === 'dialog') return key === keyTable['list-keys'].key ? ['list-keys'] : [];
  if (ownKeys[place].includes(key)) return [];
  return keyCommands.filter((command) => keyTable[command].key === key);
}
