/** Whose log this is, by the dialects that read it. Pure. */
import { createLineSplitter } from './line-splitter.ts';
import { initialReader, readLines } from './reader.ts';

export interface Recognised {
  /** Name of the dialect of the first run in it; null: none has been recognised. */
  readonly dialect: string | null;
  /** Lines with text in them. */
  readonly lines: number;
}

/** @param text a piece of a log, that may begin and end anywhere */
export function recogniseLog(text: string): Recognised {
  const lines = createLineSplitter(0).push(new TextEncoder().encode(`${text}\n`));
  const { events } = readLines(initialReader(), lines, { clockOffsetMs: 0, referenceTimeMs: 0 });
  const start = events.find((event) => event.type === 'run_started');
  return {
    dialect: start?.dialect ?? null,
    lines: lines.filter((line) => line.text.trim() !== '').length,
  };
}
