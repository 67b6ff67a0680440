/** Bytes of a log in any encoding → lines. Logs are UTF-8, except that PowerShell's `>` writes UTF-16. */
import { createLineSplitter, maxLineBytes, type LineSplitter } from './line-splitter.ts';
import type { LogLine } from './model.ts';

export type WideEncoding = 'utf-16le' | 'utf-16be';

export interface LogSplitter extends LineSplitter {
  /** Missing: it is UTF-8, or not known yet. */
  readonly wide: WideEncoding | undefined;
}

/** How many bytes show the encoding. Fewer prove nothing: a log may begin with a single zero, the hole that a cut leaves. */
const tellingBytes = 4;
/** The same for a log that begins with a byte order mark: bytes that are no text may begin with one as well. */
const tellingBytesWithMark = 34;

/** @param wide the encoding of the lines before `startOffset`; undefined: the first bytes from there on tell */
export function createLogSplitter(startOffset: number, wide?: WideEncoding): LogSplitter {
  let splitter = wide === undefined ? null : createWideSplitter(startOffset, wide);
  let first = new Uint8Array(0);
  const whole = { offset: startOffset, wide, push };

  function push(chunk: Uint8Array): LogLine[] {
    const lines = splitter === null ? begin(chunk) : splitter.push(chunk);
    whole.offset = splitter?.offset ?? startOffset;
    return lines;
  }

  function begin(chunk: Uint8Array): LogLine[] {
    first = Buffer.concat([first, chunk]);
    if (first.length < (markOf(first) === undefined ? tellingBytes : tellingBytesWithMark)) return [];
    whole.wide = encodingOf(first);
    splitter =
      whole.wide === undefined
        ? createLineSplitter(startOffset)
        : createWideSplitter(startOffset, whole.wide);
    return splitter.push(first);
  }

  return whole;
}

/** Returns the encoding by the byte order mark and a Latin letter near it, or by two Latin letters; undefined: UTF-8. */
function encodingOf(first: Uint8Array): WideEncoding | undefined {
  const mark = markOf(first);
  if (mark !== undefined) return hasLatin(first.subarray(2, tellingBytesWithMark), mark) ? mark : undefined;
  const zeros = Array.from(first.subarray(0, tellingBytes), (byte) => (byte === 0 ? '0' : 'x')).join('');
  if (zeros === 'x0x0') return 'utf-16le';
  return zeros === '0x0x' ? 'utf-16be' : undefined;
}

function markOf([one, two]: Uint8Array): WideEncoding | undefined {
  if (one === 0xff && two === 0xfe) return 'utf-16le';
  return one === 0xfe && two === 0xff ? 'utf-16be' : undefined;
}

/** Whether one of these letters is an ASCII one. A log has digits, spaces and brackets at its beginning in any language. */
function hasLatin(bytes: Uint8Array, encoding: WideEncoding): boolean {
  return /[\t -~]/.test(new TextDecoder(encoding).decode(bytes));
}

const byteOrderMark = /^\uFEFF/;
const lineEnd = /\r\n|[\r\n]/g;

/** Ends lines as the splitter for UTF-8 does. Each unit of the text is two bytes of the log. */
function createWideSplitter(startOffset: number, encoding: WideEncoding): LineSplitter {
  const decoder = new TextDecoder(encoding, { ignoreBOM: true });
  let lineStart = startOffset;
  let line = '';
  let units = 0;
  let waitsForLineFeed = false;

  function keep(text: string): void {
    units += text.length;
    // The zeros of a hole must not take the room of the text behind them.
    const part = text.replaceAll('\0', '');
    if (line.length < maxLineBytes) line += part.slice(0, maxLineBytes - line.length);
  }

  return {
    get offset() {
      return lineStart;
    },
    push(chunk) {
      const lines: LogLine[] = [];
      let text = (waitsForLineFeed ? '\r' : '') + decoder.decode(chunk, { stream: true });
      waitsForLineFeed = text.endsWith('\r');
      if (waitsForLineFeed) text = text.slice(0, -1);
      let from = 0;
      for (const { 0: end, index } of text.matchAll(lineEnd)) {
        keep(text.slice(from, index));
        from = index + end.length;
        const next = lineStart + 2 * (units + end.length);
        lines.push({ text: line.replace(byteOrderMark, ''), offset: lineStart, end: next });
        [lineStart, line, units] = [next, '', 0];
      }
      keep(text.slice(from));
      return lines;
    },
  };
}
