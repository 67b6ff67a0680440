/** The part of a log that is in memory, read piece by piece from a real kept log. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KeptLog } from '../../../src/main/engine/archive/log/kept-log.ts';
import { readSlice } from '../../../src/main/engine/archive/log/read-log.ts';
import { logView as viewOf } from '../../../src/main/engine/server/routes/log-route.ts';
import {
  beginsLog,
  endsLog,
  rowAt,
  rowOfByte,
  trimmed,
  windowOf,
  withNext,
  withPrevious,
  type LogWindow,
} from '../../../src/renderer/features/log/log-window.ts';
import type { LogSlice } from '../../../src/renderer/state/log-api.ts';

function keptLog(bytes: Buffer): KeptLog {
  return {
    size: bytes.length,
    generation: '',
    parts: [{ from: 0, to: bytes.length }],
    async *read(from, to) {
      if (from < bytes.length) yield await Promise.resolve({ from, bytes: bytes.subarray(from, to) });
    },
  };
}
const slice = async (text: string | Buffer, from: number, bytes: number): Promise<LogSlice> =>
  viewOf('run-1', {}, await readSlice(keptLog(Buffer.from(text)), { from, bytes }));
const texts = ({ rows }: LogWindow): readonly string[] => rows.map(({ text }) => text);
const whole = async (text: string): Promise<LogWindow> => windowOf(await slice(text, 0, 1_000_000));
/** Reads on until both ends are reached. */
async function grown(text: string, start: LogWindow, bytes: number): Promise<LogWindow> {
  let window = start;
  while (!endsLog(window)) window = withNext(window, await slice(text, window.to, bytes));
  while (!beginsLog(window)) {
    const from = Math.max(0, window.from - bytes);
    window = withPrevious(window, await slice(text, from, window.from - from));
  }
  return window;
}

describe('a window on a log', () => {
  const odd = fc.constantFrom(
    'é',
    '日本',
    '🎬',
    'a',
    ' ',
    '\t',
    '\r',
    '\n',
    '\r\n',
    '100%|██|\r',
    '\u001b[31m',
  );
  const log = fc.array(odd, { minLength: 1, maxLength: 60 }).map((parts) => parts.join(''));

  it('has the same lines, wherever it was begun and however it was cut into pieces', async () => {
    await fc.assert(
      fc.asyncProperty(log, fc.nat(200), fc.integer({ min: 1, max: 50 }), async (text, at, bytes) => {
        const size = Buffer.byteLength(text);
        const start = windowOf(await slice(text, Math.min(at, size - 1), bytes));
        const window = await grown(text, start, bytes);
        expect(texts(window)).toEqual(texts(await whole(text)));
        expect([window.from, window.to]).toEqual([0, size]);
      }),
    );
  });

  it('has the lines of a log that grew, also where a character or a line end was cut', async () => {
    await fc.assert(
      fc.asyncProperty(log, fc.array(fc.nat(300), { maxLength: 6 }), async (text, cuts) => {
        const bytes = Buffer.from(text);
        const ends = [...cuts.map((cut) => 1 + (cut % bytes.length)), bytes.length].sort((a, b) => a - b);
        let window: LogWindow | null = null;
        for (const end of ends) {
          const known = bytes.subarray(0, end);
          window =
            window === null
              ? windowOf(await slice(known, 0, 1_000_000))
              : withNext(window, await slice(known, window.to, 1_000_000));
        }
        expect(window && texts(window)).toEqual(texts(await whole(text)));
      }),
    );
  });

  it('keeps the number of a row while others come before and behind it', async () => {
    const text = 'one\ntwo\nthree\nfour\n';
    const start = windowOf(await slice(text, 4, 1));
    const window = await grown(text, start, 5);
    expect(rowAt(window, 0)?.text).toBe('two');
    expect([window.first, rowAt(window, -1)?.text, rowAt(window, 2)?.text]).toEqual([-1, 'one', 'four']);
    expect(rowAt(window, 3)).toBeUndefined();
  });

  it('finds the row of a byte, and none beyond its ends', async () => {
    const window = await whole('one\ntwo\n');
    expect([0, 3, 4, 7, 8, 99].map((byte) => rowOfByte(window, byte))).toEqual([0, 0, 1, 1, 1, 1]);
    const part = windowOf(await slice('one\ntwo\nthree\n', 4, 1));
    expect([0, 4, 7, 8].map((byte) => rowOfByte(part, byte))).toEqual([null, 0, 0, null]);
  });

  it('shows what is not kept as a row of its own', () => {
    const window = windowOf({
      ...{ size_bytes: 100, from: 0, next: 100 },
      lines: [
        { from: 0, to: 4, text: 'one' },
        { from: 90, to: 100, text: 'last' },
      ],
      missing: [{ from: 4, to: 90 }],
    });
    expect(window.rows.map(({ from, isHole }) => [from, isHole])).toEqual([
      [0, false],
      [4, true],
      [90, false],
    ]);
  });

  it('lets go of the rows that are farthest away, and stays within its bounds', () => {
    const rows = Array.from({ length: 30_000 }, (_, index) => ({
      ...{ from: index * 10, to: index * 10 + 10, text: 'x'.repeat(9), isHole: false },
    }));
    const window: LogWindow = { rows, first: -100, from: 0, to: 300_000, size: 400_000 };
    const kept = trimmed(window, 20_000);
    expect(kept.rows).toHaveLength(12_000);
    expect(rowAt(kept, 20_000)).toEqual(rowAt(window, 20_000));
    expect([kept.from, kept.to]).toEqual([kept.rows[0]?.from, kept.rows.at(-1)?.to]);
    expect(trimmed(window, -100).first).toBe(-100);
    const long = rows.map((row) => ({ ...row, text: 'x'.repeat(2_000) }));
    const characters = trimmed({ ...window, rows: long }, 5_000).rows.length * 2_000;
    expect(characters).toBeLessThanOrEqual(8_000_000);
  });
});
