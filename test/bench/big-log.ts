/** A log of many megabytes, as a run of 154 tasks leaves it that says a lot: what the recorded run has in its tasks, again and again. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { longRun } from './long-run.ts';

/** Writes a run that is over into a new file. @returns its size in bytes */
export function writeBigLog(path: string, taskCount: number, megabytes: number): number {
  const run = longRun(taskCount);
  const file = openSync(path, 'wx');
  let size = writeSync(file, run.header());
  const bytesOfTask = (megabytes * 1e6 - size) / taskCount;
  for (const task of run.tasks) {
    const body = task.body();
    const isPart = (line: string): boolean =>
      /\[(?:Domain|Example ID|Instruction)\]|Result: |Starting on/.test(line);
    const opening = body.filter((line) => isPart(line) && !line.includes('Result: ')).join('');
    const steps = body.filter((line) => !isPart(line)).join('');
    const result = body.filter((line) => line.includes('Result: ')).join('');
    const repeats = Math.max(1, Math.round(bytesOfTask / Buffer.byteLength(steps)));
    size += writeSync(file, `${opening}${steps.repeat(repeats)}${result}${task.lastLine()}`);
  }
  size += writeSync(file, run.footer());
  closeSync(file);
  return size;
}
