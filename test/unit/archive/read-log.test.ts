import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KeptLog } from '../../../src/main/engine/archive/log/kept-log.ts';
import { readSlice, searchLog, type LogAnswer } from '../../../src/main/engine/archive/log/read-log.ts';

/** A kept log of these pieces, which begin at these places. */
function keptLog(pieces: readonly { readonly from: number; readonly text: string | Buffer }[]): KeptLog {
  const all = pieces.map(({ from, text }) => ({ from, bytes: Buffer.from(text) }));
  const last = all.at(-1);
  const size = last === undefined ? 0 : last.from + last.bytes.length;
  return {
    size,
    parts: [{ from: 0, to: size }],
    generation: '',
    async *read(from, to) {
      for (const piece of all) {
        const cut = Math.max(0, from - piece.from);
        const bytes = piece.bytes.subarray(cut, Math.max(cut, to - piece.from));
        if (bytes.length > 0) yield await Promise.resolve({ from: piece.from + cut, bytes });
      }
    },
  };
}

const logOf = (text: string | Buffer): KeptLog => keptLog([{ from: 0, text }]);
const texts = ({ lines }: LogAnswer): string[] => lines.map(({ text }) => text);
const slice = (text: string | Buffer, from = 0, bytes = 1_000_000): Promise<LogAnswer> =>
  readSlice(logOf(text), { from, bytes });
const find = (text: string, wanted: string, mostHits = 1000): Promise<LogAnswer> =>
  searchLog(logOf(text), { from: 0, bytes: 100_000_000, text: wanted, mostHits });

describe('a slice of a log', () => {
  const text = 'one\ntwo\r\nthree\nfour';

  it('has whole lines with their places, and says where to go on', async () => {
    expect(await slice(text, 4, 6)).toEqual({
      size: 19,
      from: 4,
      next: 15,
      lines: [
        { from: 4, to: 9, text: 'two' },
        { from: 9, to: 15, text: 'three' },
      ],
      missing: [],
    });
  });

  it('begins at the beginning of the line that its place is in', async () => {
    expect(await slice(text, 6, 1)).toMatchObject({ from: 4, next: 9, lines: [{ text: 'two' }] });
  });

  it('counts from the end where its place is negative', async () => {
    expect(await slice(text, -4)).toMatchObject({ from: 15, next: 19, lines: [{ text: 'four' }] });
    expect(texts(await slice(text, -1_000))).toEqual(['one', 'two', 'three', 'four']);
  });

  it.each([19, 20, 1e15])('is empty at %d, behind the end', async (from) => {
    expect(await slice(text, from)).toEqual({ size: 19, from: 19, next: 19, lines: [], missing: [] });
  });

  it('shows no colours and no control characters, and leaves the places of lines as they are', async () => {
    const coloured = '\x1b[1;33m[2026] \x1b[0mred\x07\x1b]0;title\x07 \u202Eafter\n\tnext\n';
    const { lines, size } = await slice(coloured);
    expect(lines.map((line) => line.text)).toEqual(['[2026] red after', '\tnext']);
    expect(lines.at(-1)).toMatchObject({ from: Buffer.byteLength(coloured) - 6, to: size });
  });

  it('shows no secrets, also of several lines, of which it begins in the middle', async () => {
    const key = `-----BEGIN PRIVATE KEY-----\n${'MIIEvQIBADANBgkqhkiG9w0B\n'.repeat(20)}-----END PRIVATE KEY-----\n`;
    const log = `--api_key sk-0123456789abcdef\n${key}after\n`;
    const whole = await slice(log);
    expect(texts(whole).join('|')).not.toMatch(/MII|0123456789/);
    expect(texts(whole)[0]).toBe('--api_key ***');
    expect(whole.lines.at(-1)).toEqual({ from: log.length - 6, to: log.length, text: 'after' });
    for (const from of [8, 20, 40, 100, 300, log.length - 40])
      expect(texts(await slice(log, from)).join('|')).not.toMatch(/MII|6789abc/);
  });

  it('is read in UTF-16, as PowerShell writes it', async () => {
    const wide = Buffer.from('\uFEFF[one]\r\n[zwei ä]\r\n[three]\r\n', 'utf16le');
    expect(await slice(wide, 20, 2)).toMatchObject({
      from: 16,
      next: 36,
      lines: [{ from: 16, to: 36, text: '[zwei ä]' }],
    });
  });

  it('has any number of empty lines', async () => {
    const { lines, next } = await slice('\n'.repeat(150_000));
    expect([lines.length, next]).toEqual([150_000, 150_000]);
  });

  it('goes on behind a line of any length', async () => {
    const long = 'x'.repeat(3_000_000);
    const log = `first\n${long}\nlast\n`;
    const answer = await slice(log, 0, 10);
    expect(answer.lines.map(({ text: { length } }) => length)).toEqual([5, 65_536]);
    expect(texts(await slice(log, answer.next))).toEqual(['last']);
    expect(texts(await slice(log, 1_000_000, 10))).toEqual(['…']);
  });

  it('says what is not kept, and goes on behind it', async () => {
    const kept = keptLog([
      { from: 0, text: 'one\ntw' },
      { from: 5_000, text: 'e\nfour\n' },
    ]);
    expect(await readSlice(kept, { from: 0, bytes: 100_000 })).toEqual({
      size: 5_007,
      from: 0,
      next: 5_007,
      lines: [
        { from: 0, to: 4, text: 'one' },
        { from: 4, to: 6, text: 'tw' },
        { from: 5_000, to: 5_002, text: 'e' },
        { from: 5_002, to: 5_007, text: 'four' },
      ],
      missing: [{ from: 6, to: 5_000 }],
    });
    expect(await readSlice(kept, { from: 4, bytes: 10 })).toMatchObject({
      next: 5_000,
      lines: [{ text: 'tw' }],
      missing: [{ from: 6, to: 5_000 }],
    });
    expect(await readSlice(kept, { from: 1_000, bytes: 10 })).toMatchObject({ next: 5_000, lines: [] });
  });

  it('gives each line once, whatever is asked for at once', async () => {
    const piece = fc.record({
      gap: fc.nat(300),
      text: fc.array(fc.constantFrom('a', 'ä', '\n', '\r', '\r\n', 'bc '), { minLength: 1 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 60 }),
        async (plan, bytes) => {
          let at = 0;
          const pieces = plan.map(({ gap, text: parts }) => {
            const from = at + gap;
            at = from + Buffer.byteLength(parts.join(''));
            return { from, text: parts.join('') };
          });
          const kept = keptLog(pieces);
          const whole = await readSlice(kept, { from: 0, bytes: 1_000_000 });
          const lines = [];
          for (let from = 0; from < kept.size;) {
            const answer = await readSlice(kept, { from, bytes });
            expect(answer.next).toBeGreaterThan(from);
            lines.push(...answer.lines);
            from = answer.next;
          }
          expect(lines).toEqual(whole.lines);
        },
      ),
    );
  });
});

describe('a search in a log', () => {
  it('gives the lines that have the text, in whatever case, with their places', async () => {
    expect(await find('Error\nfine\nan ERROR\n', 'error')).toMatchObject({
      from: 0,
      next: 20,
      lines: [
        { from: 0, to: 6, text: 'Error' },
        { from: 11, to: 20, text: 'an ERROR' },
      ],
    });
  });

  it('stops at the most hits, and goes on behind the last', async () => {
    const log = 'hit\nno\n'.repeat(5_000);
    const kept = logOf(log);
    const query = { bytes: 100_000_000, text: 'hit', mostHits: 1000 };
    let found = 0;
    for (let from = 0; from < kept.size;) {
      const answer = await searchLog(kept, { ...query, from });
      expect(answer.lines.length).toBeLessThanOrEqual(1000);
      found += answer.lines.length;
      from = answer.next;
    }
    expect(found).toBe(5_000);
  });

  it('finds no secret by trying', async () => {
    const log = 'calling with --api_key sk-0123456789abcdef\n';
    expect(texts(await find(log, 'sk-0'))).toEqual([]);
    expect(texts(await find(log, '--api_key'))).toEqual(['calling with --api_key ***']);
  });

  it('takes the text as it is, not as a pattern', async () => {
    expect(texts(await find('a.c\nabc\n', '.'))).toEqual(['a.c']);
  });

  it('finds text that a colour parts', async () => {
    expect(texts(await find('no \x1b[31mroute\x1b[0m to host\n', 'no route to'))).toEqual([
      'no route to host',
    ]);
  });

  it('ends when nobody waits any more', async () => {
    const gone = new AbortController();
    const kept = logOf('line\n'.repeat(500_000));
    const found = searchLog(kept, { from: 0, bytes: 1e9, text: 'none', mostHits: 1, signal: gone.signal });
    gone.abort();
    await expect(found).rejects.toThrow();
  });
});
