/** The lines of a file, with pauses between them. */

/** A trajectory with screenshots as base64 has lines of some megabytes. To parse a longer one would block the event loop. */
const longestLineBytes = 4 * 1024 * 1024;
const bytesBetweenPauses = 64 * 1024;
const mostLines = 100_000;

export interface FileLine {
  /** Null: the line is too long to be read. */
  readonly text: string | null;
  /** The line has its end. The last one may be half-written. */
  readonly isWhole: boolean;
}

/** Gives the lines without their ends, and `undefined` where the reader is to pause. */
export function* linesOf(bytes: Uint8Array): Generator<FileLine | undefined, void> {
  const decoder = new TextDecoder();
  let pausedAt = 0;
  for (let from = 0; from < bytes.length;) {
    const found = bytes.indexOf(0x0a, from);
    const end = found === -1 ? bytes.length : found;
    const isTooLong = end - from > longestLineBytes;
    const text = isTooLong ? null : decoder.decode(bytes.subarray(from, end)).replace(/\r$/, '');
    yield { text, isWhole: found !== -1 };
    from = end + 1;
    if (from - pausedAt < bytesBetweenPauses) continue;
    pausedAt = from;
    yield undefined;
  }
}

/** Returns the first lines of a file, as many as a person would ever read; those that are too long are empty. */
export function* allLinesOf(bytes: Uint8Array): Generator<undefined, readonly string[]> {
  const lines: string[] = [];
  for (const line of linesOf(bytes)) {
    if (line === undefined) yield;
    else if (lines.length === mostLines) break;
    else lines.push(line.text ?? '');
  }
  return lines;
}
