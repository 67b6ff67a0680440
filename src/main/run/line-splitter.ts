/** Bytes of a log as they come in → complete lines with their byte offsets. */
import type { LogLine } from './model.ts';

/** What is kept of one line. A log can hold a line of any length (a screenshot as base64); nothing that is read here is this long. */
export const maxLineBytes = 64 * 1024;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

export interface LineSplitter {
  /** Takes the next bytes and gives the lines that they complete. The chunk may be reused afterwards. */
  push(chunk: Uint8Array): LogLine[];
  /** First byte that is in no line given so far: where reading may resume, with a new splitter. */
  readonly offset: number;
}

/**
 * Ends lines at `\n`, `\r\n` and `\r` (progress bars), wherever the chunks are cut. A line that ends in `\r` is
 * given when the byte after it is known. Bytes that are no UTF-8 become U+FFFD; nothing throws.
 */
export function createLineSplitter(startOffset: number): LineSplitter {
  const decoder = new TextDecoder();
  let lineStart = startOffset;
  let chunkStart = startOffset;
  let kept = new Uint8Array(0);
  let waitsForLineFeed = false;

  function keep(part: Uint8Array): void {
    const room = maxLineBytes - kept.length;
    if (room <= 0 || part.length === 0) return;
    const joined = new Uint8Array(kept.length + Math.min(part.length, room));
    joined.set(kept);
    joined.set(part.subarray(0, room), kept.length);
    kept = joined;
  }

  function endLine(lastPart: Uint8Array, end: number): LogLine {
    let bytes = lastPart;
    if (kept.length > 0) {
      keep(lastPart);
      bytes = kept;
      kept = new Uint8Array(0);
    }
    const text = decoder.decode(bytes.length > maxLineBytes ? bytes.subarray(0, maxLineBytes) : bytes);
    const line = { text, offset: lineStart, end };
    lineStart = end;
    return line;
  }

  function push(chunk: Uint8Array): LogLine[] {
    const lines: LogLine[] = [];
    if (chunk.length === 0) return lines;
    let from = 0;
    if (waitsForLineFeed) {
      waitsForLineFeed = false;
      if (chunk[0] === lineFeed) from = 1;
      lines.push(endLine(chunk.subarray(0, 0), chunkStart + from));
    }
    let nextFeed = positionOf(lineFeed, chunk, from);
    let nextReturn = positionOf(carriageReturn, chunk, from);
    for (;;) {
      const at = Math.min(nextFeed, nextReturn);
      if (at === Infinity) {
        keep(chunk.subarray(from));
        break;
      }
      const part = chunk.subarray(from, at);
      if (at === nextReturn && at === chunk.length - 1) {
        keep(part);
        waitsForLineFeed = true;
        break;
      }
      from = at === nextReturn && nextFeed === at + 1 ? at + 2 : at + 1;
      lines.push(endLine(part, chunkStart + from));
      // Each kind is searched for again only behind its last find: a log without `\r` is looked through once for it.
      if (nextFeed < from) nextFeed = positionOf(lineFeed, chunk, from);
      if (nextReturn < from) nextReturn = positionOf(carriageReturn, chunk, from);
    }
    chunkStart += chunk.length;
    return lines;
  }

  return {
    push,
    get offset() {
      return lineStart;
    },
  };
}

function positionOf(byte: number, chunk: Uint8Array, from: number): number {
  const position = chunk.indexOf(byte, from);
  return position === -1 ? Infinity : position;
}
