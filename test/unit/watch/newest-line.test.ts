import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createNewestLine } from '../../../src/main/engine/watch/results/newest-line.ts';

/** Returns the lines that were given for these chunks. */
function linesFor(chunks: readonly string[]): string[] {
  const lines: string[] = [];
  const push = createNewestLine((line) => lines.push(Buffer.from(line).toString()));
  for (const chunk of chunks) push(Buffer.from(chunk));
  return lines;
}

describe('the newest line of a file', () => {
  it('is the last that a chunk ends, wherever the chunks are cut', () => {
    expect(linesFor(['a\nb\nc', 'd', 'e\nf'])).toEqual(['b', 'cde']);
    expect(linesFor(['\n', 'x\n'])).toEqual(['', 'x']);
  });

  it('is left out if it is too long, and the next one is not', () => {
    const long = 'x'.repeat(200_000);
    expect(linesFor([long, long, `${long}\n`, 'y\n'])).toEqual(['y']);
    expect(linesFor([long, long, `${long}\ny\nz`, '\n'])).toEqual(['y', 'z']);
  });

  it('is at last the last line, however the text is cut', () => {
    const word = fc.constantFrom('a', 'bc', '\n', '\n\n', 'd\n');
    fc.assert(
      fc.property(fc.array(word), (chunks) => {
        const whole = chunks.join('');
        const last = whole.includes('\n')
          ? whole.slice(0, whole.lastIndexOf('\n')).split('\n').at(-1)
          : undefined;
        expect(linesFor(chunks).at(-1)).toBe(last);
      }),
    );
  });
});
