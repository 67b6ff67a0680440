/** Writes the log of a run, at one pace or another. */
import type { RunLog } from './bench-vm.ts';
import type { LatencyMeter } from './latency.ts';
import { longRun, type LongTask } from './long-run.ts';
import { pause, type BenchContext } from './waiting.ts';

/** Mean pause between two ends of tasks; the pauses are random, whether the task before has been heard of or not. */
const densePauseMs = 50;
const briefPauseMs = 1_000;
/** One task in this time, its lines spread over it. */
const slowTaskSeconds = 10;

/** A run's log at the pace of a fast agent. */
export async function playSlowly(
  log: RunLog,
  tasks: readonly LongTask[],
  endAtMs: number,
  context: BenchContext,
): Promise<void> {
  for (const task of tasks) {
    const lines = [...task.body(), task.lastLine()];
    const perSecond = Math.ceil(lines.length / slowTaskSeconds);
    for (let second = 0; second < slowTaskSeconds; second += 1) {
      await pause(1_000, context);
      if (performance.now() > endAtMs) return;
      log.append(lines.slice(second * perSecond, (second + 1) * perSecond).join(''));
    }
  }
}

/** For the poller: many ends of tasks at random moments, with so few lines between that the last hundred always hold them. */
export async function playBriefly(
  log: RunLog,
  meter: LatencyMeter,
  taskCount: number,
  endAtMs: number,
  context: BenchContext,
): Promise<void> {
  const run = longRun(taskCount);
  log.append(run.header());
  for (const task of run.tasks) {
    await pause(Math.random() * 2 * briefPauseMs, context);
    if (performance.now() > endAtMs) return;
    log.append(task.brief());
    const line = task.lastLine();
    meter.written(task.id);
    log.append(line);
  }
}

/** Ends of tasks at random moments, with the whole text of a task between two of them. */
export async function playDensely(
  log: RunLog,
  meter: LatencyMeter,
  tasks: readonly LongTask[],
  context: BenchContext,
): Promise<void> {
  for (const task of tasks) {
    const pauseMs = -Math.log(1 - Math.random()) * densePauseMs;
    await pause(pauseMs / 2, context);
    log.append(task.body().join(''));
    await pause(pauseMs / 2, context);
    const line = task.lastLine();
    meter.written(task.id);
    log.append(line);
  }
}
