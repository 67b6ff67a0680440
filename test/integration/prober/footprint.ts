/** Counts the processes that BenchTray starts on a VM while it watches, and how many it may start. */
import { expect } from 'vitest';
import type { RealVm } from '../../support/real-vm.ts';
import { sampleRunByTask } from '../../support/sample-run.ts';
import { until } from '../../support/wait.ts';
import { watch } from './watched.ts';

/** Long enough for several looks at interval 5. */
const measuredMs = 25_000;
/** A look lists the logs: a job and its `stat`. It comes every 3.5 s at the shortest interval. */
const perLook = 2;
const shortestLookSeconds = 3.5;
/** A question to Windows, with what the stand-in's curl starts itself, and how often it is asked in a minute. */
const perProbe = 8;
const probes = { idle: 12, 'a run': 8 };
/** A look at the results. */
const perResults = 14;
const resultLooks = { idle: 2, 'a run': 6 };
/** The logs on the side where the followed log is not, every 15 s. */
const elsewhere = 8;

/** A try to copy the files of the task that has just ended: once a task, on a channel of its own in the container. */
const perCopy = 12;

/** A run that goes on: its log is written to, and its process is there. */
async function startRun(vm: RealVm): Promise<{ stop: () => void }> {
  await vm.startRunner();
  const [first = '', second = ''] = sampleRunByTask(Date.now());
  vm.runSays(first);
  const lines = second.split(/(?<=\n)/).filter((line) => !line.includes('Result:'));
  let next = 0;
  const timer = setInterval(() => vm.runSays(lines[next++ % lines.length] ?? ''), 1_000);
  return { stop: () => clearInterval(timer) };
}

/**
 * Returns the processes a minute on a VM that is ready, once the first looks are over.
 * @param mayReport codes of errors that belong to what is measured; any other fails
 */
export async function measureFootprint(
  vm: RealVm,
  what: 'idle' | 'a run',
  interval: number,
  mayReport: readonly string[] = [],
): Promise<number> {
  const run = what === 'a run' ? await startRun(vm) : null;
  try {
    const watched = await watch(vm.config, { clientInterval: String(interval), tempo: {} });
    await watched.untilPhase('ready');
    if (run !== null) {
      await until(() => watched.status()?.detail.runner != null, 'its process is seen');
      await until(() => watched.client.tasks().length > 0, 'its log is read');
    }
    const count = (): number => vm.startedProcesses() ?? Number.NaN;
    // The first looks find everything; after them, one adds little.
    await until(async () => {
      const before = count();
      const statuses = watched.client.statuses().length;
      await until(() => watched.client.statuses().length > statuses, 'another status');
      return count() - before <= 10 * interval;
    }, 'the first looks are over');
    const before = count();
    const beganMs = performance.now();
    await until(() => performance.now() - beganMs >= measuredMs, 'the time is over', 60_000);
    const minutes = (performance.now() - beganMs) / 60_000;
    expect(watched.client.errors().filter(({ code }) => !mayReport.includes(code))).toEqual([]);
    return (count() - before) / minutes;
  } finally {
    run?.stop();
  }
}

/** Returns how many processes a minute BenchTray may start, beside those of the engine's own programs. */
export function footprintBudget(what: 'idle' | 'a run', interval: number): number {
  const looks = 60 / Math.max(interval, shortestLookSeconds);
  const copies = what === 'a run' ? 60_000 / measuredMs : 0;
  return (
    looks * perLook + probes[what] * perProbe + resultLooks[what] * perResults + elsewhere + copies * perCopy
  );
}
