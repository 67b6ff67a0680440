import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMarker, isMarked } from '../../../src/main/engine/watch/log/follow-mark.ts';

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
