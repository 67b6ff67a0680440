/** The keys of the film. Pure. */

export type FilmCommand = 'next' | 'previous' | 'first' | 'last' | 'play' | 'next-task' | 'previous-task';

/** What has the focus: it may need some of the keys for itself. */
export type KeyPlace = 'page' | 'text' | 'slider' | 'button' | 'scrolled';

export interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
}

const commands: ReadonlyMap<string, FilmCommand> = new Map([
  ['ArrowRight', 'next'],
  ['ArrowLeft', 'previous'],
  ['Home', 'first'],
  ['End', 'last'],
  [' ', 'play'],
  ['j', 'next-task'],
  ['k', 'previous-task'],
]);

/** Keys that each place keeps for itself. */
const ownKeys: Readonly<Record<Exclude<KeyPlace, 'text'>, readonly string[]>> = {
  page: [],
  slider: ['ArrowRight', 'ArrowLeft', 'Home', 'End'],
  button: [' '],
  scrolled: [' ', 'Home', 'End'],
};

/** Returns what a key does; null: nothing, the browser has it. */
export function commandOf(pressed: Pressed, place: KeyPlace): FilmCommand | null {
  if (pressed.ctrlKey || pressed.altKey || pressed.metaKey || pressed.shiftKey) return null;
  if (place === 'text' || ownKeys[place].includes(pressed.key)) return null;
  return commands.get(pressed.key) ?? null;
}
