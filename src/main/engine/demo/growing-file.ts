/** A file that is only ever added to, kept in memory, with a way to be told when it grows: what `tail -f` needs. */
export interface GrowingFile {
  readonly inode: number;
  readonly size: () => number;
  /** Epoch milliseconds of the last change. */
  readonly modifiedAt: () => number;
  readonly append: (text: string, at: number) => void;
  /** Bytes from `start` up to, and not including, `end`. Never changes afterwards. */
  readonly read: (start: number, end: number) => Buffer;
  /** Calls the listener after each growth until the returned function is called. */
  readonly onGrowth: (listener: () => void) => () => void;
}

let lastInode = 262_144;

export function createGrowingFile(createdAt: number): GrowingFile {
  const inode = ++lastInode;
  const listeners = new Set<() => void>();
  let bytes = Buffer.alloc(4096);
  let size = 0;
  let modifiedAt = createdAt;

  return {
    inode,
    size: () => size,
    modifiedAt: () => modifiedAt,
    append: (text, at) => {
      const added = Buffer.from(text);
      if (size + added.length > bytes.length) {
        const larger = Buffer.alloc(Math.max(bytes.length * 2, size + added.length));
        bytes.copy(larger, 0, 0, size);
        bytes = larger;
      }
      added.copy(bytes, size);
      size += added.length;
      modifiedAt = at;
      for (const listener of [...listeners]) listener();
    },
    read: (start, end) => bytes.subarray(Math.min(start, size), Math.min(end, size)),
    onGrowth: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** Where the last so many lines begin, as `tail -n` counts them. */
export function startOfLastLines(file: GrowingFile, lines: number): number {
  const bytes = file.read(0, file.size());
  let start = bytes.length;
  // The line end of the last line begins no line of its own.
  if (bytes[start - 1] === 0x0a) start--;
  for (let left = lines; left > 0; left--) {
    const lineEnd = start <= 0 ? -1 : bytes.lastIndexOf(0x0a, start - 1);
    if (lineEnd === -1) return 0;
    if (left === 1) return lineEnd + 1;
    start = lineEnd;
  }
  return bytes.length;
}
