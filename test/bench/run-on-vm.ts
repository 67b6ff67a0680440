/** A run that is on, on a VM that BenchTray watches, with clients that hear of it. */
import type { BenchTrayProcess } from './benchtray-process.ts';
import type { BenchVm, RunLog } from './bench-vm.ts';
import { createLatencyMeter, type LatencyMeter } from './latency.ts';
import { longRun, type LongTask } from './long-run.ts';
import { openBenchStream } from './stream.ts';
import { pause, waitFor, type BenchContext } from './waiting.ts';

export interface RunOnVm {
  readonly log: RunLog;
  /** What is still to be written. */
  readonly tasks: readonly LongTask[];
  /** Told by the clients of each task that has ended. */
  readonly meter: LatencyMeter;
  /** Writes the end of the run, and closes the clients. */
  end(): void;
}

/** Begins a run in a new log, with clients that hear of it. Resolves when all of them know that it is on. */
export async function startRun(
  vm: BenchVm,
  benchtray: BenchTrayProcess,
  options: { readonly clients: number; readonly intervalSeconds: number; readonly taskCount: number },
  context: BenchContext,
): Promise<RunOnVm> {
  const run = longRun(options.taskCount + 1);
  const meter = createLatencyMeter(options.clients);
  const known = new Set<number>();
  const ownTasks = new Set(run.tasks.map(({ id }) => id));
  // Which log is the newest is known to the second, by a clock that lags some milliseconds: this one begins in a later second than the
  // last one ended in.
  await pause(1_100 - (Date.now() % 1_000), context);
  const log = vm.newLog();
  const streams = await Promise.all(
    Array.from({ length: options.clients }, (_, client) =>
      openBenchStream(benchtray.url, options.intervalSeconds, (event, data, atMs) => {
        if (event === 'task_complete') meter.heard(String(data['task_id']), atMs);
        const isOurs = event === 'progress' && ownTasks.has(String(data['current_task']));
        if (isOurs && data['state'] === 'running') known.add(client);
      }),
    ),
  );
  const [first, ...tasks] = run.tasks;
  // The first task only tells that the run is on.
  log.append(run.header() + (first?.body().join('') ?? ''));
  await waitFor(() => known.size === options.clients, 'the run is on', context);
  log.append(first?.lastLine() ?? '');
  return {
    log,
    tasks,
    meter,
    end() {
      log.append(run.footer());
      for (const stream of streams) stream.close();
    },
  };
}
