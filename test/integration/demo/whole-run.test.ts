/** A whole run of Windows Agent Arena, 154 tasks, with trajectories and screenshots: what is asked about it the morning after. */
import { expect, it, onTestFinished } from 'vitest';
import type { RunWithTasks, TaskAttempt } from '../../../src/renderer/state/api.ts';
import type { StepsView } from '../../../src/main/engine/server/routes/steps-schema.ts';
import { startSimulatedVm } from '../../../src/main/engine/demo/index.ts';
import { stripCells, tallyCells } from '../../../src/shared/strip-cells.ts';
import { quickTempo, startTestMonitor, testConfig } from '../../support/monitor.ts';
import { openStream } from '../../support/stream-client.ts';
import { until } from '../../support/wait.ts';

const tasksPerRun = 154;
/** Of a wait for all of them. */
const patienceMs = 300_000;
/** One run, and no other. */
const timings = {
  bootMs: 100,
  beforeFirstRunMs: 500,
  shortestTaskMs: 30,
  longestTaskMs: 60,
  idleMs: 1e9,
};

it(
  'answers about all of 154 tasks when the VM is gone: run, strip, films, log, timeline and report',
  async () => {
    const vm = await startSimulatedVm({ seed: 5, speed: 1, tasksPerRun, timings });
    onTestFinished(() => vm.close());
    const config = testConfig([vm.vmConfig], { interval: 1 });
    const monitor = await startTestMonitor(
      { ...config, history: { ...config.history, screenshots: 'all' } },
      undefined,
      { tempo: { ...quickTempo, copyAfterMs: 0 } },
    );
    onTestFinished(() => monitor.close());
    const client = openStream(monitor.url);
    onTestFinished(() => client.close());
    const ask = async (path: string): Promise<string> => {
      const answer = await fetch(monitor.url + path);
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
      return answer.text();
    };
    const read = async <T>(path: string): Promise<T> => JSON.parse(await ask(path)) as T;

    await until(() => client.progress()?.state === 'finished', 'the run is over', patienceMs);
    const path = `/api/runs/${client.progress()?.run_id ?? ''}`;
    const stepsOf = async ({ task_id, domain, attempt }: TaskAttempt): Promise<StepsView['steps']> => {
      const query = `domain=${domain ?? ''}&attempt=${attempt}`;
      return (await read<StepsView>(`${path}/tasks/${task_id}/steps?${query}`)).steps;
    };
    const isKept = (step: StepsView['steps'][number]): boolean => step.screenshot?.kept === true;
    // Asked once for each event: an answer with 154 tasks costs more than the copy of one.
    let heard = 0;
    await until(
      async () => {
        const { length: sent } = client.received;
        if (sent <= heard) return false;
        heard = sent;
        return (await read<RunWithTasks>(path)).kept?.with_screenshots === tasksPerRun;
      },
      'all tasks are copied',
      patienceMs,
    );
    const truth = vm.truth();
    await vm.close();
    await until(() => client.statuses().at(-1)?.connected === false, 'the VM is gone');

    const run = await read<RunWithTasks>(path);
    expect(run.tasks.map((task) => task.score)).toEqual(truth.map((task) => task.score));
    expect(run.kept).toMatchObject({ with_steps: tasksPerRun, missing: [] });
    const strip = stripCells({ ...run, state: 'finished' }, null);
    expect(strip.cells).toHaveLength(tasksPerRun);
    const seen = tallyCells(strip.cells).map(({ kind }) => kind);
    expect(seen).toEqual(['passed', 'failed', 'error']);

    for (const task of run.tasks.filter((_, index) => index % 11 === 0)) {
      const steps = await stepsOf(task);
      expect(steps.filter(isKept)).toHaveLength(steps.length);
      const picture = await fetch(monitor.url + (steps.at(-1)?.screenshot?.url ?? ''));
      expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/png']);
      await picture.arrayBuffer();
    }
    expect(await ask(`${path}/log?q=Average+score`)).toContain('Average score');
    const places = await read<{ tasks: unknown[] }>(`${path}/log/tasks`);
    expect(places.tasks).toHaveLength(tasksPerRun);
    expect(await ask(`${path}/events`)).toContain('"errors_from"');
    const report = await ask(`${path}/report`);
    for (const { taskId } of truth) expect(report).toContain(taskId);
    const failed = run.tasks.filter(({ success }) => !success).length;
    expect(report.match(/src="data:image\/jpeg/g)?.length).toBeGreaterThanOrEqual(failed);
    expect(Buffer.byteLength(report)).toBeLessThan(15_000_000);
  },
  2 * patienceMs,
);
