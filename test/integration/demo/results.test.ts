/** The demo shows what a result folder is for: scores that agree with the log, and a picture for each step. */
import { expect, it, onTestFinished } from 'vitest';
import type { StepsView } from '../../../src/main/engine/server/routes/steps-schema.ts';
import { startSimulatedVm } from '../../../src/main/engine/demo/index.ts';
import { startTestMonitor, testConfig } from '../../support/monitor.ts';
import { openStream } from '../../support/stream-client.ts';
import { until } from '../../support/wait.ts';

it('has pictures of its tasks, and results that contradict nothing', async () => {
  const vm = await startSimulatedVm({ seed: 7, speed: 4, tasksPerRun: 3 });
  onTestFinished(() => vm.close());
  const monitor = await startTestMonitor(testConfig([vm.vmConfig]));
  onTestFinished(() => monitor.close());
  const client = openStream(monitor.url, { interval: '1' });
  onTestFinished(() => client.close());

  const task = await until(
    () => client.tasks().find(({ outcome }) => outcome === 'scored'),
    'a task is done',
  );
  const path = `${monitor.url}/api/runs/${task.run_id}/tasks/${task.task_id}/screens`;
  const { screens } = await until(async () => {
    const answer = await fetch(path);
    return answer.status === 200 && ((await answer.json()) as { screens: { step: number; url: string }[] });
  }, 'its pictures are found');
  expect(screens[0]?.step).toBe(0);
  expect(screens.at(-1)?.step).toBe(task.steps);
  const picture = await fetch(monitor.url + (screens.at(-1)?.url ?? ''));
  expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/png']);
  const steps = (await (await fetch(path.replace(/screens$/, 'steps'))).json()) as StepsView;
  expect(steps).toMatchObject({ source: 'traj.jsonl', skipped_lines: 0, result: { score: task.score } });
  expect(steps.steps[0]).toMatchObject({ step: 0, action: null });
  expect(steps.steps.at(-1)?.step).toBe(task.steps);
  const last = steps.steps.at(-1);
  const log = await fetch(`${monitor.url}/api/runs/${task.run_id}/log?from=${last?.log?.from ?? ''}&bytes=1`);
  expect(await log.text()).toMatch(new RegExp(`Step ${last?.step ?? 0}: .*\n$`));
  for (const { step, thought, action, screenshot } of steps.steps)
    expect([thought === null, action === null, screenshot === null]).toEqual([step === 0, step === 0, false]);
  await until(
    () => client.statuses().some(({ detail }) => detail.found.some(({ piece }) => piece === 'results')),
    'the folder is found',
  );
  await until(
    () =>
      client.received.some(
        ({ event, data }) =>
          event === 'progress' && data['current_thought'] != null && data['current_action'] != null,
      ),
    'what the agent does now',
  );
  // The next run may begin before the test looks.
  await until(
    () => client.received.some(({ event, data }) => event === 'progress' && data['state'] === 'finished'),
    'the end of the run',
  );
  expect(client.errors()).toEqual([]);
});
