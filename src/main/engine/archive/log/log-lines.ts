/** The lines of a kept log, by the same rules as those by which the watching reads them. */
import { createLineSplitter, createLogSplitter, type WideEncoding } from '../../run/index.ts';
import type { KeptLog, LogPart } from './kept-log.ts';

export interface KeptLine {
  /** Where it begins in the log of the run, bytes. */
  readonly from: number;
  /** Behind its line end. */
  readonly to: number;
  /** Without its line end; at most 64 kB. */
  readonly text: string;
  /** Something that is not kept stands before it. */
  readonly isBehindHole: boolean;
}

/** So much is read before the rest of the program gets a turn. */
const turnBytes = 65_536;
/** Enough to tell the encoding. */
const headBytes = 64;

/**
 * Gives the lines between two places. What is left of a line at either place, or beside something that is not kept, counts as one.
 * They come many at a time, because waiting for each line would take longer than reading it.
 * @param signal aborts between two pieces
 */
export async function* readLines(
  kept: KeptLog,
  from: number,
  to: number,
  signal?: AbortSignal,
): AsyncGenerator<readonly KeptLine[]> {
  for (const part of kept.parts) {
    if (part.to <= from || part.from >= to) continue;
    yield* linesOfPart(kept, part, Math.max(from, part.from), Math.min(to, part.to), signal);
  }
}

async function* linesOfPart(
  kept: KeptLog,
  part: LogPart,
  from: number,
  to: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly KeptLine[]> {
  const wide = await encodingOf(kept, part);
  let lines = splitterAt(from, wide);
  let next = from;
  let isBehindHole = false;

  function take(bytes: Uint8Array, end = Infinity): readonly KeptLine[] {
    const taken = lines.push(bytes).map(({ text, offset, end: lineEnd }, index) => ({
      ...{ from: offset, to: Math.min(lineEnd, end), text },
      isBehindHole: isBehindHole && index === 0,
    }));
    if (taken.length > 0) isBehindHole = false;
    return taken;
  }
  /** Returns what is left of a line that does not go on. */
  function finish(): readonly KeptLine[] {
    // The first of two ends a line that ended in a carriage return, and the second would be an empty line.
    return lines.offset < next ? take(lineFeed(wide), next) : [];
  }

  for await (const { from: begins, bytes } of kept.read(from, to)) {
    if (begins !== next) {
      yield finish();
      lines = splitterAt(begins, wide);
      isBehindHole = true;
    }
    for (let at = 0; at < bytes.length; at += turnBytes) {
      signal?.throwIfAborted();
      yield take(bytes.subarray(at, at + turnBytes));
      await new Promise(setImmediate);
    }
    next = begins + bytes.length;
  }
  yield finish();
}

async function encodingOf(kept: KeptLog, part: LogPart): Promise<WideEncoding | undefined> {
  const splitter = createLogSplitter(0);
  for await (const { bytes } of kept.read(part.from, Math.min(part.to, part.from + headBytes)))
    splitter.push(bytes);
  return splitter.wide;
}

function splitterAt(offset: number, wide: WideEncoding | undefined) {
  return wide === undefined ? createLineSplitter(offset) : createLogSplitter(offset, wide);
}

function lineFeed(wide: WideEncoding | undefined): Buffer {
  if (wide === undefined) return Buffer.from('\n');
  return Buffer.from(wide === 'utf-16le' ? '\n\0' : '\0\n');
}
