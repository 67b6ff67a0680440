/** How well BenchTray goes on while the followed log is flooded with what no benchmark means to write. */
import { mkdtempSync, rmSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { oddTexts } from '../support/odd-texts.ts';
import { startBenchTray } from './benchtray-process.ts';
import { startBenchVm } from './bench-vm.ts';
import type { BenchSettings } from './measure.ts';
import { readDelays } from './reading.ts';
import { startRun } from './run-on-vm.ts';
import { pause, waitUntil, type BenchContext } from './waiting.ts';

export interface OddLog {
  readonly kind: string;
  /** From its first byte to the task behind its last one. */
  readonly megabytesPerSecond: number;
  readonly loopP99Ms: number;
  readonly loopMaxMs: number;
}

const megabytes = 10;
const megabytesPerSecond = 20;
const piecesPerSecond = 20;

export async function measureOddLogs(
  { program }: BenchSettings,
  context: BenchContext,
): Promise<readonly OddLog[]> {
  const vm = await startBenchVm('odd');
  const folder = mkdtempSync(join(tmpdir(), 'benchtray-loop-'));
  const loopFile = join(folder, 'delays.json');
  const benchtray = await startBenchTray(program, [vm.config], 5, loopFile);
  const results: OddLog[] = [];
  try {
    await vm.startRunner();
    for (const [kind, make] of Object.entries(oddTexts)) {
      context.say(`${megabytes} MB of ${kind} at ${megabytesPerSecond} MB/s`);
      const run = await startRun(vm, benchtray, { clients: 1, intervalSeconds: 5, taskCount: 1 }, context);
      const text = make(megabytes * 1e6);
      rmSync(loopFile, { force: true });
      process.kill(benchtray.pid, 'SIGUSR2');
      await waitUntil(() => readDelays(loopFile), 'the delays are counted anew', context);
      rmSync(loopFile, { force: true });
      const sinceMs = performance.now();
      const pieceBytes = (megabytesPerSecond * 1e6) / piecesPerSecond;
      for (let at = 0; at < text.length; at += pieceBytes) {
        await appendFile(run.log.path, text.subarray(at, at + pieceBytes));
        const dueMs = sinceMs + ((at + pieceBytes) / pieceBytes) * (1000 / piecesPerSecond);
        await pause(Math.max(0, dueMs - performance.now()), context);
      }
      const [task] = run.tasks;
      if (task === undefined) throw new Error('There is no task.');
      run.meter.written(task.id);
      run.log.append(`\n${task.body().join('')}${task.lastLine()}`);
      await waitUntil(() => run.meter.outstanding === 0, 'the task behind it', context, 120_000);
      const seconds = (performance.now() - sinceMs) / 1000;
      process.kill(benchtray.pid, 'SIGUSR2');
      const { p99Ms, maxMs } = await waitUntil(() => readDelays(loopFile), 'the delays are told', context);
      results.push({
        kind,
        megabytesPerSecond: text.length / 1e6 / seconds,
        loopP99Ms: p99Ms,
        loopMaxMs: maxMs,
      });
      run.end();
    }
    return results;
  } finally {
    await benchtray.close();
    await vm.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

export function renderOddLogs(results: readonly OddLog[]): string {
  const rows = results.map(
    ({ kind, megabytesPerSecond: speed, loopP99Ms, loopMaxMs }) =>
      `| ${kind} | ${speed.toFixed(1)} | ${loopP99Ms.toFixed(0)} | ${loopMaxMs.toFixed(0)} |\n`,
  );
  return `## Odd logs\n\n${megabytes} MB of each at ${megabytesPerSecond} MB/s, then a task.\n\n| of | MB/s | loop delay p99, ms | max, ms |\n| --- | --- | --- | --- |\n${rows.join('')}`;
}
