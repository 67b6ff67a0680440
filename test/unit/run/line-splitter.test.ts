import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineSplitter } from '../../../src/main/engine/run/index.ts';
import type { LogLine } from '../../../src/main/engine/run/model.ts';
import { maxLineBytes } from '../../../src/main/engine/run/line-splitter.ts';
import { anyCharacter } from '../../support/any-character.ts';
import { oddTexts } from '../../support/odd-texts.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

function split(chunks: readonly Uint8Array[], startOffset = 0): LogLine[] {
  const splitter = createLineSplitter(startOffset);
  return chunks.flatMap((chunk) => splitter.push(chunk));
}

function textsOf(text: string): string[] {
  return split([bytes(text)]).map((line) => line.text);
}

describe('the line splitter', () => {
  it('ends lines at every kind of line end and keeps empty lines', () => {
    expect(textsOf('a\nb\r\nc\rd\n\n\r\ne\n')).toEqual(['a', 'b', 'c', 'd', '', '', 'e']);
  });

  it('gives no line that is not complete, and resumes where it began', () => {
    const splitter = createLineSplitter(100);
    expect(splitter.push(bytes('one\ntw'))).toEqual([{ text: 'one', offset: 100, end: 104 }]);
    expect(splitter.offset).toBe(104);
    expect(splitter.push(bytes('o\r'))).toEqual([]);
    expect(splitter.offset).toBe(104);
    expect(splitter.push(bytes('\nx'))).toEqual([{ text: 'two', offset: 104, end: 109 }]);
    expect(splitter.offset).toBe(109);
  });

  it('counts bytes, not characters', () => {
    expect(split([bytes('Beispiel ██ ❯\nß\n')]).map((line) => [line.offset, line.end])).toEqual([
      [0, 20],
      [20, 23],
    ]);
  });

  it('replaces what is no UTF-8', () => {
    expect(split([new Uint8Array([0x61, 0xff, 0x62, 0x0a])])).toEqual([
      { text: 'a\uFFFDb', offset: 0, end: 4 },
    ]);
  });

  it('keeps 64 KiB of a line of 10 MB, and what follows it', () => {
    const chunk = new Uint8Array(64_000).fill(0x78);
    const splitter = createLineSplitter(0);
    for (let sent = 0; sent < 10_000_000; sent += chunk.length) expect(splitter.push(chunk)).toEqual([]);
    const lines = splitter.push(bytes('\nnext\n'));
    const length = Math.ceil(10_000_000 / chunk.length) * chunk.length;
    expect(lines.map((line) => [line.text.length, line.offset, line.end])).toEqual([
      [maxLineBytes, 0, length + 1],
      [4, length + 1, length + 6],
    ]);
  });

  it('keeps as much of a long line that comes in one piece', () => {
    expect(textsOf(`${'x'.repeat(maxLineBytes + 1)}\nnext\n`).map((text) => text.length)).toEqual([
      maxLineBytes,
      4,
    ]);
  });

  it.each([1000, 2 * maxLineBytes])(
    'reads the line behind a hole of %d zeros, as a cut log has',
    (length) => {
      const begun = bytes('Domain: 33%');
      const rest = bytes('[2026-01-28 23:05:17,318 INFO run/1-MainProcess] Finished\n');
      const text = 'Domain: 33%[2026-01-28 23:05:17,318 INFO run/1-MainProcess] Finished';
      const end = begun.length + length + rest.length;
      const chunks = [begun, new Uint8Array(length), rest];
      expect(split(chunks)).toEqual([{ text, offset: 0, end }]);
      expect(split([Buffer.concat(chunks)])).toEqual([{ text, offset: 0, end }]);
    },
  );

  it('may be given a buffer that is used again', () => {
    const splitter = createLineSplitter(0);
    const buffer = bytes('abc');
    splitter.push(buffer);
    buffer.fill(0x7a);
    expect(splitter.push(bytes('\n'))[0]?.text).toBe('abc');
  });

  const piece = fc.oneof(
    fc.constantFrom('\n', '\r', '\r\n', '', 'é', '█', '😀', '\x1b[1;33m', 'text'),
    fc.string({ unit: anyCharacter }),
  );
  const content = fc.oneof(
    fc.array(piece).map((pieces) => bytes(pieces.join(''))),
    fc.uint8Array({ maxLength: 200 }),
  );

  it('gives the same lines wherever the bytes are cut', () => {
    fc.assert(
      fc.property(content, fc.array(fc.nat(400)), (all, cuts) => {
        const at = [0, ...cuts.map((cut) => Math.min(cut, all.length)).sort((a, b) => a - b), all.length];
        const chunks = at.slice(1).map((end, index) => all.slice(at[index], end));
        expect(split(chunks)).toEqual(split([all]));
      }),
    );
  });

  it('goes on from the end of any line as if it had never stopped', () => {
    fc.assert(
      fc.property(content, (all) => {
        const lines = split([all]);
        lines.forEach((line, index) => {
          expect(split([all.slice(line.end)], line.end)).toEqual(lines.slice(index + 1));
        });
      }),
    );
  });

  it.each(Object.entries(oddTexts))(
    'gives the same lines of %s wherever the bytes are cut',
    (_kind, make) => {
      const all = make(150_000);
      const whole = split([all]);
      fc.assert(
        fc.property(
          fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1, maxLength: 5 }),
          (sizes) => {
            const chunks: Uint8Array[] = [];
            let at = 0;
            for (let turn = 0; at < all.length; turn += 1) {
              const size = sizes[turn % sizes.length] ?? 1;
              // A million chunks of a byte say nothing more than a thousand of them.
              const length = turn > 1_000 ? all.length : size;
              chunks.push(all.subarray(at, at + length));
              at += length;
            }
            expect(split(chunks)).toEqual(whole);
          },
        ),
        { numRuns: 5 },
      );
    },
  );
});
