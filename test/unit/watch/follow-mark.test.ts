import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createMarker,
  createProof,
  isMarked,
  markOfHead,
  type Proof,
} from '../../../src/main/engine/watch/log/follow-mark.ts';

const chunks = fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 100 });

describe('the mark of a log', () => {
  it('is found again in the file, wherever a character is cut', () => {
    fc.assert(
      fc.property(chunks, fc.nat(5_000), (pieces, startOffset) => {
        const marker = createMarker('7', startOffset, null, 1_000);
        for (const piece of pieces) marker.push(piece);
        const file = Buffer.concat([Buffer.alloc(startOffset), ...pieces]);
        const { mark } = marker;
        expect(mark.at).toBe(file.length);
        expect(mark.bytes).toBe(Math.min(256, file.length - startOffset));
        expect(isMarked(mark, file.toString('utf8', mark.at - mark.bytes, mark.at))).toBe(true);
        if (mark.bytes > 0)
          expect(isMarked(mark, `${file.toString('utf8', mark.at - mark.bytes, mark.at)}x`)).toBe(false);
      }),
    );
  });

  it('remembers what has arrived of a line', () => {
    fc.assert(
      fc.property(chunks, fc.nat(999), (pieces, back) => {
        const marker = createMarker('7', 50, null, 1_000);
        for (const piece of pieces) marker.push(piece);
        const all = Buffer.concat(pieces);
        const from = Math.max(0, all.length - back);
        expect(Buffer.from(marker.since(50 + from))).toEqual(all.subarray(from));
      }),
    );
  });

  it('stays where it was until enough has arrived to make a better one', () => {
    const before = { inode: '7', at: 1_000, bytes: 256, hash: 'h' };
    const marker = createMarker('8', 990, before, 1_000);
    marker.push(Buffer.from('a few'));
    expect(marker.mark).toEqual({ ...before, inode: '8' });
    marker.push(Buffer.alloc(300, 'x'));
    expect(marker.mark).toMatchObject({ inode: '8', at: 1_295, bytes: 256 });
  });
});

describe('the proof that a file is the one that was meant', () => {
  const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 600 });
  /** What is passed on of these bytes; null: they are of another file. */
  function read(bytes: Buffer, proof: Proof, sizes: readonly number[]): Buffer | null {
    const passed: Uint8Array[] = [];
    for (let at = proof.from, turn = 0; at < bytes.length; turn += 1) {
      const size = sizes[turn % sizes.length] ?? 1;
      const part = proof.take(bytes.subarray(at, at + size));
      if (part === null) return null;
      passed.push(part);
      at += size;
    }
    return Buffer.concat(passed);
  }
  const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 });

  it('passes on everything from the offset, wherever the mark is', () => {
    fc.assert(
      fc.property(text, text, fc.nat(700), sizes, (before, behind, back, chunkSizes) => {
        const marker = createMarker('7', 0, null, 1_000);
        marker.push(Buffer.from(before));
        const { mark } = marker;
        const file = Buffer.from(before + behind);
        for (const offset of [Math.max(0, mark.at - back), Math.min(file.length, mark.at + back)])
          expect(read(file, createProof(mark, offset), chunkSizes)).toEqual(file.subarray(offset));
      }),
    );
  });

  it('passes on nothing of a file that was cut and has grown again', () => {
    fc.assert(
      fc.property(text, fc.nat(700), sizes, (before, back, chunkSizes) => {
        const marker = createMarker('7', 0, null, 1_000);
        marker.push(Buffer.from(before));
        const { mark } = marker;
        const other = Buffer.from(before).map((byte) => (byte + 1) % 128);
        expect(
          read(Buffer.from(other), createProof(mark, Math.max(0, mark.at - back)), chunkSizes),
        ).toBeNull();
      }),
    );
  });

  it('knows a file that is read from its start by its first bytes', () => {
    const mark = markOfHead('7', 'Waiting for the ser\uFFFD');
    expect(mark).toMatchObject({ at: 19, bytes: 19 });
    const same = Buffer.from('Waiting for the server to start...\n');
    expect(read(same, createProof(mark, 0), [1])).toEqual(same);
    expect(read(Buffer.from('[2026-01-28 23:05:17,318'), createProof(mark, 0), [1])).toBeNull();
  });

  it('is none where nothing is known that is text', () => {
    expect(markOfHead('7', 'a\uFFFDb')).toBeNull();
    expect(markOfHead('7', '')).toBeNull();
    const chunk = Buffer.from('any');
    expect(createProof(null, 5).from).toBe(5);
    expect(createProof(null, 5).take(chunk)).toBe(chunk);
  });

  it('does not hold back more than 64 KiB', () => {
    const mark = { inode: '7', at: 66_000, bytes: 256, hash: 'h' };
    expect(createProof(mark, 0).from).toBe(0);
    expect(createProof(mark, 0).take(Buffer.from('any'))).toEqual(Buffer.from('any'));
    const start = { inode: '7', at: 256, bytes: 256, hash: 'h' };
    expect(createProof(start, 66_000).from).toBe(66_000);
  });
});
