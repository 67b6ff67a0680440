/** Bytes that a peer sends in any number of pieces, kept in one buffer up to a limit: a million pieces of one byte cost one megabyte. */
export interface BoundedBytes {
  /** Keeps a copy of the piece; false if that would exceed the limit. */
  push(piece: Uint8Array): boolean;
  /** The bytes so far. They change with the next {@link push}. */
  readonly bytes: Buffer;
}

const firstBytes = 4096;

export function createBoundedBytes(mostBytes: number): BoundedBytes {
  let room = Buffer.alloc(0);
  let length = 0;
  return {
    push(piece) {
      const needed = length + piece.length;
      if (needed > mostBytes) return false;
      if (needed > room.length) {
        const larger = Buffer.alloc(Math.min(mostBytes, Math.max(needed, room.length * 2, firstBytes)));
        room.copy(larger, 0, 0, length);
        room = larger;
      }
      room.set(piece, length);
      length = needed;
      return true;
    },
    get bytes() {
      return room.subarray(0, length);
    },
  };
}
