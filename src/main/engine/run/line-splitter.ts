/** Bytes of a log as they come in → complete lines with their byte offsets. */
import type { LogLine } from './model.ts';

/** What is kept of one line. A log can hold a line of any length (a screenshot as base64); nothing that is read here is this long. */
export const maxLineBytes = 64 * 1024;

/**
 * Several lines are decoded at once, which is many times faster than each by itself. Not too many: what is found in
 * a line keeps all of them in memory, and one letter that is not Latin makes all of them slower to search.
 */
const decodedBytes = 2048;

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
 * given when the byte after it is known. Bytes that are no UTF-8 become U+FFFD, zeros are left out; nothing throws.
 */
export function createLineSplitter(startOffset: number): LineSplitter {
  // A byte order mark stays what it is, wherever a chunk begins.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const splitter = { offset: startOffset, push };
  let chunkStart = startOffset;
  let kept = new Uint8Array(0);
  let waitsForLineFeed = false;

  function keep(bytes: Uint8Array): void {
    const part = withoutZeros(bytes);
    const room = maxLineBytes - kept.length;
    if (room <= 0 || part.length === 0) return;
    const joined = new Uint8Array(kept.length + Math.min(part.length, room));
    joined.set(kept);
    joined.set(part.subarray(0, room), kept.length);
    kept = joined;
  }

  /** The text of a line that is not as a whole in one chunk, or longer than what is kept. */
  function decodeLine(lastPart: Uint8Array): string {
    let bytes = withoutZeros(lastPart);
    if (kept.length > 0) {
      keep(lastPart);
      bytes = kept;
      kept = new Uint8Array(0);
    }
    return decoder.decode(bytes.length > maxLineBytes ? bytes.subarray(0, maxLineBytes) : bytes);
  }

  function push(chunk: Uint8Array): LogLine[] {
    const lines: LogLine[] = [];
    if (chunk.length === 0) return lines;
    let lineStart = splitter.offset;
    let from = 0;
    if (waitsForLineFeed) {
      waitsForLineFeed = false;
      if (chunk[0] === lineFeed) from = 1;
      const end = chunkStart + from;
      lines.push({ text: decodeLine(chunk.subarray(0, 0)), offset: lineStart, end });
      lineStart = end;
    }
    // No decoding adds or swallows a line end: the lines of bytes and those of text are found side by side.
    let text = '';
    let textFrom = 0;
    let decodedTo = from;
    let nextFeed = positionIn(chunk, lineFeed, from);
    let nextReturn = positionIn(chunk, carriageReturn, from);
    for (;;) {
      const at = Math.min(nextFeed, nextReturn);
      if (at === Infinity) {
        if (from < chunk.length) keep(chunk.subarray(from));
        break;
      }
      const isReturn = at === nextReturn;
      if (isReturn && at === chunk.length - 1) {
        keep(chunk.subarray(from, at));
        waitsForLineFeed = true;
        break;
      }
      if (at >= decodedTo) {
        decodedTo = Math.min(positionIn(chunk, lineFeed, from + decodedBytes) + 1, chunk.length);
        text = decoder.decode(withoutZeros(chunk.subarray(from, decodedTo)));
        textFrom = 0;
      }
      const textAt = text.indexOf(isReturn ? '\r' : '\n', textFrom);
      const isWhole = kept.length === 0 && at - from <= maxLineBytes;
      const line = isWhole ? text.slice(textFrom, textAt) : decodeLine(chunk.subarray(from, at));
      const length = isReturn && nextFeed === at + 1 ? 2 : 1;
      from = at + length;
      textFrom = textAt + length;
      const end = chunkStart + from;
      lines.push({ text: line, offset: lineStart, end });
      lineStart = end;
      // Each kind is searched for again only behind its last find: a log without `\r` is looked through once for it.
      if (nextFeed < from) nextFeed = positionIn(chunk, lineFeed, from);
      if (nextReturn < from) nextReturn = positionIn(chunk, carriageReturn, from);
    }
    splitter.offset = lineStart;
    chunkStart += chunk.length;
    return lines;
  }

  return splitter;
}

/**
 * A log that is cut under a process that does not append begins with a hole, as long as the log was: the process goes on at its place.
 * The zeros must not take the room of the text behind them.
 */
function withoutZeros(bytes: Uint8Array): Uint8Array {
  return bytes.includes(0) ? bytes.filter((byte) => byte !== 0) : bytes;
}

function positionIn(chunk: Uint8Array, byte: number, from: number): number {
  const position = chunk.indexOf(byte, from);
  return position === -1 ? Infinity : position;
}
