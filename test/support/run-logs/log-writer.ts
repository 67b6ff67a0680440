/** Writes lines as Python's logging does, with a clock that goes on. */
import type { LogPiece } from './plan.ts';

const defaultStartMs = Date.UTC(2026, 0, 28, 22, 55, 8, 318);

export interface LogWriter {
  /** A record of the formatter that WAA and OSWorld share. */
  record(module: string, message: string, level?: string, process?: string): void;
  /** `2026-03-20 12:00:00,123 [INFO] message` */
  plain(message: string, level?: string): void;
  /** Text without prefix, with whatever line end it needs. */
  raw(text: string, process?: string | null): void;
  print(text: string, process?: string | null): void;
  wait(seconds: number): void;
  /** "06:12:34" */
  timeOfDay(): string;
  readonly pieces: LogPiece[];
}

/** `ofRun`: the processes whose records belong to the run as a whole. */
export function createLogWriter(startMs = defaultStartMs, ofRun: readonly string[] = []): LogWriter {
  let nowMs = startMs;
  const pieces: LogPiece[] = [];
  const stamp = () => new Date(nowMs).toISOString().replace('T', ' ').replace('.', ',').replace('Z', '');
  const writer: LogWriter = {
    record(module, message, level = 'INFO', process = 'MainProcess') {
      nowMs += 700;
      const prefix = `\x1b[1;33m[${stamp()} \x1b[31m${level} \x1b[32m${module}/1-${process}\x1b[1;33m] \x1b[0m`;
      writer.raw(`${prefix}${message}\n`, ofRun.includes(process) ? null : process);
    },
    plain(message, level = 'INFO') {
      nowMs += 700;
      writer.raw(`${stamp()} [${level}] ${message}\n`);
    },
    raw(text, process = null) {
      pieces.push({ text, process });
    },
    print(text, process = null) {
      writer.raw(`${text}\n`, process);
    },
    wait(seconds) {
      nowMs += seconds * 1000;
    },
    timeOfDay: () => new Date(nowMs).toISOString().slice(11, 19),
    pieces,
  };
  return writer;
}
