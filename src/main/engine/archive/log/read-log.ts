/**
 * The part of a kept log that a client may see: whole lines, without control characters and without secrets. A place in the log is a place in the bytes
 * that the benchmark wrote, whatever is left out of a line, so each line comes with its own.
 */
import { lineFits, type LineSearch } from '../../../../shared/log-line.ts';
import { plainLines } from '../../../../shared/plain-text.ts';
import { maskSecretLines } from '../../../../shared/mask-secrets.ts';
import type { KeptLog } from './kept-log.ts';
import { readLines, type KeptLine } from './log-lines.ts';

/** A line as it is shown. */
export interface ShownLine {
  /** First byte of the line in the log of its run. */
  readonly from: number;
  /** First byte of the next line. */
  readonly to: number;
  readonly text: string;
}

export interface LogAnswer {
  /** Behind the last byte of what is kept of the log. */
  readonly size: number;
  /** Start of the first line that was looked at, bytes. */
  readonly from: number;
  /** First byte to read next. The same as `size` at the end. */
  readonly next: number;
  readonly lines: readonly ShownLine[];
  /** The gaps between `from` and `next`. */
  readonly missing: readonly { readonly from: number; readonly to: number }[];
}

export interface LogQuery {
  /** First byte; negative: counted from the end. A byte within a line stands for the start of that line. */
  readonly from: number;
  /** Lines that begin within so many bytes are given. */
  readonly bytes: number;
  readonly signal?: AbortSignal;
}

/** The rest of a line that is longer counts as another line. */
const longestLine = 16_777_216;
/** So far back a line or a private key may begin that goes on at a place. */
const lookBack = { line: 65_536, key: 16_384 };
/** So many characters are masked at once: it takes milliseconds. */
const maskedAtOnce = 65_536;

/** Returns the lines of a slice. */
export async function readSlice(kept: KeptLog, query: LogQuery): Promise<LogAnswer> {
  const from = placeIn(kept, query.from);
  const reading = new Reading(kept, from, from + query.bytes);
  const shown: ShownLine[] = [];
  for await (const block of reading.blocks(query.signal))
    for (const line of block.shown(() => true)) shown.push(line);
  return { ...reading.answer(), lines: shown };
}

export interface LogSearch extends LogQuery, LineSearch {
  readonly mostHits: number;
}

/** Returns the lines that fit. The text must be in what is shown: a secret cannot be found by trying. */
export async function searchLog(kept: KeptLog, query: LogSearch): Promise<LogAnswer> {
  const from = placeIn(kept, query.from);
  const fits = lineFits(query);
  const reading = new Reading(kept, from, from + query.bytes);
  const hits: ShownLine[] = [];
  for await (const block of reading.blocks(query.signal)) {
    for (const hit of block.shown(fits)) if (fits(hit.text)) hits.push(hit);
    const last = hits[query.mostHits - 1];
    if (last === undefined) continue;
    return { ...reading.answer(last.to), lines: hits.slice(0, query.mostHits) };
  }
  return { ...reading.answer(), lines: hits };
}

function placeIn({ size }: KeptLog, from: number): number {
  return Math.min(size, Math.max(0, from < 0 ? size + from : from));
}

/** Lines that belong together, and what stands before them. */
interface Block {
  /** Returns the lines that this is true for, without secrets. */
  shown(isWanted: (text: string) => boolean): readonly ShownLine[];
}

/** One way through a part of a log. */
class Reading {
  readonly #kept: KeptLog;
  readonly #from: number;
  readonly #to: number;
  /** Start of the first line, bytes; null: no line was read. */
  #first: number | null = null;
  #next: number;
  readonly #missing: { readonly from: number; readonly to: number }[] = [];

  /** @param to lines that begin before it are read to their ends */
  constructor(kept: KeptLog, from: number, to: number) {
    this.#kept = kept;
    this.#from = from;
    this.#to = Math.min(kept.size, to);
    this.#next = from;
  }

  async *blocks(signal: AbortSignal | undefined): AsyncGenerator<Block> {
    let before: KeptLine[] = [];
    let lines: KeptLine[] = [];
    let characters = 0;
    for await (const read of this.#lines(signal)) {
      for (const line of read) {
        if (line.to <= this.#from && line.to > line.from) {
          before.push(line);
          continue;
        }
        this.#note(line);
        lines.push(line);
        // Empty lines count too, or a log of line ends would be one block.
        characters += line.text.length + 1;
        if (characters < maskedAtOnce) continue;
        yield blockOf(tailOf(before), lines);
        before = [...tailOf(before), ...lines];
        [lines, characters] = [[], 0];
      }
    }
    if (lines.length > 0) yield blockOf(tailOf(before), lines);
  }

  /** @param next where to go on, if that is before the end of what was read */
  answer(next = Math.max(this.#next, this.#from)): Omit<LogAnswer, 'lines'> {
    const from = this.#first ?? this.#from;
    const missing = this.#missing.filter((hole) => hole.from < next);
    return { size: this.#kept.size, from, next, missing };
  }

  #note(line: KeptLine): void {
    this.#first ??= line.isBehindHole ? Math.min(line.from, this.#from) : line.from;
    if (line.isBehindHole) this.#skip(line.from);
    this.#next = line.to;
  }

  /** Nothing is kept up to this place. */
  #skip(to: number): void {
    if (to <= this.#next) return;
    this.#missing.push({ from: this.#next, to });
    this.#next = to;
  }

  /** Gives the lines and some of those before, many at a time. */
  async *#lines(signal: AbortSignal | undefined): AsyncGenerator<readonly KeptLine[]> {
    if (this.#from >= this.#to) return;
    const part = this.#kept.parts.find(({ to }) => this.#from < to);
    const earliest = part?.from ?? 0;
    const ahead = Math.max(earliest, this.#from - lookBack.line - lookBack.key);
    // UTF-16 has two bytes for each unit.
    const begins = ahead - ((ahead - earliest) % 2);
    const ends = Math.min(this.#kept.size, this.#to + longestLine);
    let isFragment = begins > earliest;
    for await (const read of readLines(this.#kept, begins, ends, signal)) {
      const end = read.findIndex((line) => line.from >= this.#to);
      const wanted: KeptLine[] = [];
      for (const line of end === -1 ? read : read.slice(0, end)) {
        // The end of a line is no line, unless it is a long one. It may begin in the middle of a secret.
        if (!isFragment || line.isBehindHole) wanted.push(line);
        else if (line.to > this.#from) wanted.push({ ...line, from: this.#from, text: '…' });
        isFragment = false;
      }
      yield wanted;
      const behind = read[end];
      if (behind === undefined) continue;
      if (behind.isBehindHole) this.#skip(behind.from);
      return;
    }
    this.#skip(ends);
  }
}

/** Colours and control characters go, tabs stay. */
function plainLine(text: string): string {
  return plainLines(text).replaceAll('\n', ' ');
}

function tailOf(lines: readonly KeptLine[]): KeptLine[] {
  let characters = 0;
  const first = lines.findLastIndex((line) => {
    characters += line.text.length + 1;
    return characters > lookBack.key;
  });
  return lines.slice(first + 1);
}

function blockOf(before: readonly KeptLine[], lines: readonly KeptLine[]): Block {
  return {
    shown(isWanted) {
      const plain = lines.map(({ text }) => plainLine(text));
      // Most blocks of a search have none, and masking is what takes time.
      if (!plain.some(isWanted)) return [];
      const context = before.map(({ text }) => plainLine(text));
      const masked = maskSecretLines([...context, ...plain]).slice(context.length);
      return lines.flatMap(({ from, to }, index) =>
        isWanted(plain[index] ?? '') ? [{ from, to, text: masked[index] ?? '' }] : [],
      );
    },
  };
}
