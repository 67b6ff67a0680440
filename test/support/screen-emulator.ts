/** The screen of a terminal, as far as line editing needs it. It refuses what it does not know, such as clearing all of the screen. */

export interface ScreenEmulator {
  readonly write: (text: string) => void;
  /** The lines that a person sees, without spaces at their ends. */
  readonly lines: () => readonly string[];
}

const escape = '\u001b';

export function createScreen(rows: number): ScreenEmulator {
  let screen: string[][] = Array.from({ length: rows }, () => []);
  let row = 0;
  let column = 0;
  let pending = '';

  function lineFeed(): void {
    if (row < rows - 1) row += 1;
    else screen = [...screen.slice(1), []];
  }

  /** @param sequence behind the escape character */
  function control(sequence: string): void {
    const [, digits = '', command = ''] = /^\[\??(\d*)([A-Za-z])$/.exec(sequence) ?? [];
    const count = digits === '' ? 1 : Number(digits);
    const line = screen[row] ?? [];
    if (command === 'A') row = Math.max(0, row - count);
    else if (command === 'B') row = Math.min(rows - 1, row + count);
    else if (command === 'G') column = count - 1;
    else if (command === 'K') screen[row] = digits === '2' ? [] : line.slice(0, column);
    // Colours, the cursor's visibility and synchronized output change no character.
    else if (!'mhl'.includes(command)) throw new Error(`unknown sequence ${JSON.stringify(sequence)}`);
  }

  function put(character: string): void {
    const line = screen[row] ?? [];
    while (line.length < column) line.push(' ');
    line[column] = character;
    column += 1;
  }

  return {
    write(text) {
      pending += text;
      while (pending !== '') {
        if (pending.startsWith(escape)) {
          const [sequence] = /^\[\??\d*[A-Za-z]/.exec(pending.slice(1)) ?? [];
          // The rest of it comes with the next piece.
          if (sequence === undefined) return;
          pending = pending.slice(1 + sequence.length);
          control(sequence);
          continue;
        }
        const [character = ''] = pending;
        pending = pending.slice(character.length);
        if (character === '\r') column = 0;
        else if (character === '\n') lineFeed();
        else put(character);
      }
    },
    lines: () => screen.map((line) => line.join('').trimEnd()),
  };
}
