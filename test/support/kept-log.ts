/** A log as BenchTray keeps it, for those that only read it. */
import { createLogReader, createLogStore, type LogReader } from '../../src/main/engine/archive/index.ts';
import type { RunRecord } from '../../src/main/engine/feed/index.ts';

/** Keeps this text as the log of a run. @returns what reads it */
export function keptLogOf(
  dataDir: string,
  { vm, runId, log }: Pick<RunRecord, 'vm' | 'runId' | 'log'>,
  text: string | Buffer,
): LogReader {
  const silent = { error: () => undefined, warn: () => undefined };
  const writer = createLogStore({ dataDir, isOn: () => true, log: silent }).writer(vm, runId, log);
  writer.write(0, Buffer.from(text));
  writer.flush();
  return createLogReader(dataDir);
}
