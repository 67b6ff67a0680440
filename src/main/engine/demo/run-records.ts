/** Log records as Windows Agent Arena's run.py writes them into its own log file: one formatter, colours included, no progress bars. */
export interface RunRecord {
  readonly level: 'INFO' | 'ERROR';
  /** Module and line number, as in the upstream source: "lib_run_single/56". */
  readonly origin: string;
  /** May begin with a line end and may have several lines. */
  readonly message: string;
}

export function info(origin: string, message: string): RunRecord {
  return { level: 'INFO', origin, message };
}

export function error(origin: string, message: string): RunRecord {
  return { level: 'ERROR', origin, message };
}

/**
 * The record as it stands in the file. Python's asctime has no zone; the container runs on UTC.
 * @param at epoch milliseconds
 */
export function formatRecord(record: RunRecord, at: number): string {
  const time = new Date(at).toISOString().slice(0, 23).replace('T', ' ').replace('.', ',');
  return `\x1b[1;33m[${time} \x1b[31m${record.level} \x1b[32m${record.origin}-MainProcess\x1b[1;33m] \x1b[0m${record.message}\n`;
}

/** "20260128@225508", as run.py puts it into the names of its files. */
export function fileTime(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '@');
}

/** A number as Python prints a float. */
export function pythonFloat(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** A list of pairs of strings as Python prints it. */
export function pythonPairs(pairs: readonly (readonly [string, string])[]): string {
  return `[${pairs.map(([first, second]) => `('${first}', '${second}')`).join(', ')}]`;
}
