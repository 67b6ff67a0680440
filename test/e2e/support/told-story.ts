/**
 * A story for the questions of the morning after: BenchTray watches a simulated VM through a run, during which the VM cannot be reached
 * for a while, and through half of the next one. Then the VM is deleted.
 */
import type { Config } from '../../../src/main/engine/config/index.ts';
import { startSimulatedVm, type SimulatedVm } from '../../../src/main/engine/demo/index.ts';
import { catalogue } from '../../../src/main/engine/demo/tasks.ts';
import type { RunSummary, RunWithTasks, TaskAttempt } from '../../../src/renderer/state/api.ts';
import { quickTempo, startTestMonitor, testConfig } from '../../support/monitor.ts';
import { openStream } from '../../support/stream-client.ts';
import { until } from '../../support/wait.ts';
import { assetsDir } from './bench.ts';

/** What is known when the VM is gone. */
export interface Aftermath {
  /** Over, with all of its tasks; the VM could not be reached for a while. */
  readonly first: RunWithTasks;
  /** In the middle of it, the VM was deleted. */
  readonly last: RunWithTasks;
  /** A task of the first run with a score of 0 and several steps. */
  readonly failed: TaskAttempt;
  /** A task of the first run that ended with an exception. */
  readonly raised: TaskAttempt;
}

export interface Story extends AsyncDisposable {
  readonly url: string;
  /** Deletes the VM in the middle of a run. Call it as often as you like. */
  readonly withoutVm: () => Promise<Aftermath>;
}

interface StepsAnswer {
  readonly steps: readonly { readonly screenshot: { readonly kept: boolean } | null }[];
  /** Why there are none. */
  readonly detail: string;
}

/** All that there are, so that both runs have the same. */
const tasksPerRun = catalogue.length;
/** One run, and no other. */
const timings = {
  bootMs: 500,
  beforeFirstRunMs: 500,
  shortestTaskMs: 300,
  longestTaskMs: 500,
  idleMs: 1e9,
};

/** Returns when a first run is over, and another one is on. */
export async function playStory(): Promise<Story> {
  await using opened = new AsyncDisposableStack();
  const startVm = async (seed: number): Promise<SimulatedVm> => {
    const vm = await startSimulatedVm({ seed, speed: 1, tasksPerRun, timings });
    opened.defer(() => vm.close());
    return vm;
  };
  const configOf = ({ vmConfig }: SimulatedVm): Config =>
    testConfig([{ ...vmConfig, pricePerHour: 1.2 }], { interval: 1 });
  const firstVm = await startVm(3);
  const tempo = { ...quickTempo, copyAfterMs: 0 };
  const monitor = await startTestMonitor(configOf(firstVm), undefined, { assetsDir, tempo });
  opened.defer(() => monitor.close());
  // While nobody listens, BenchTray looks at a VM more rarely.
  const listener = openStream(monitor.url);
  opened.defer(() => listener.close());

  const read = async <T>(path: string): Promise<T> =>
    (await (await fetch(`${monitor.url}${path}`)).json()) as T;
  /** Newest first. */
  const runs = (): Promise<RunSummary[]> => read('/api/runs');
  const openErrors = async (): Promise<unknown[]> => {
    const { vms } = await read<{ vms: { open_errors: unknown[] }[] }>('/api/status');
    return vms.flatMap(({ open_errors }) => open_errors);
  };
  async function isCopied(runId: string, { task_id, domain }: TaskAttempt): Promise<boolean> {
    const path = `/api/runs/${runId}/tasks/${task_id}/steps${domain === null ? '' : `?domain=${domain}`}`;
    const { steps, detail } = await read<Partial<StepsAnswer>>(path);
    if (steps === undefined) throw new Error(detail);
    return steps.some(({ screenshot }) => screenshot?.kept);
  }

  const recorded = (runId: string): Promise<RunWithTasks> => read(`/api/runs/${runId}`);
  async function untilCopied({ run_id, tasks }: RunWithTasks): Promise<void> {
    for (const task of tasks) await until(() => isCopied(run_id, task), `${task.task_id} is copied`);
  }

  await until(() => firstVm.truth().length >= 3, 'three tasks have ended');
  await firstVm.stopListening();
  firstVm.disconnectAll();
  await until(async () => (await openErrors()).length > 0, 'it is told that the VM cannot be reached');
  await firstVm.listenAgain();
  const firstId = await until(async () => {
    const [run] = await runs();
    return run?.state === 'finished' ? run.run_id : null;
  }, 'the first run is over');
  const first = await recorded(firstId);
  await untilCopied(first);
  const ended = (what: string, wanted: (task: TaskAttempt) => boolean): TaskAttempt => {
    const task = first.tasks.find(wanted);
    if (task === undefined) throw new Error(`No task of the first run ${what}.`);
    return task;
  };
  const failed = ended('failed', ({ score, steps }) => score === 0 && steps > 2);
  const raised = ended('raised an exception', ({ score }) => score === null);

  // A VM is rented anew for the next run.
  const secondVm = await startVm(4);
  monitor.reconfigure(configOf(secondVm));
  await firstVm.close();
  await until(async () => (await runs()).length > 1, 'a second run is on');

  async function end(): Promise<Aftermath> {
    const lastId = await until(async () => {
      const [run] = await runs();
      return run !== undefined && run.tasks_completed >= tasksPerRun / 2 ? run.run_id : null;
    }, 'a run is half done');
    // Azure has deleted it: nothing answers at its address.
    await secondVm.stopListening();
    secondVm.disconnectAll();
    await until(async () => (await openErrors()).length > 0, 'the VM is missed');
    return { first, last: await recorded(lastId), failed, raised };
  }

  let aftermath: Promise<Aftermath> | null = null;
  const rest = opened.move();
  return {
    url: monitor.url,
    withoutVm: () => (aftermath ??= end()),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}
