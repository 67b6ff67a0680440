import { afterEach, expect, it } from 'vitest';
import { silentLog } from '../../../src/main/engine/common/app-log.ts';
import { makeVmConfig } from '../../../src/main/engine/config/index.ts';
import { startSimulatedVm } from '../../../src/main/engine/demo/index.ts';
import type { HookStatus } from '../../../src/shared/hook-status.ts';
import { startTestMonitor, testConfig, type TestMonitor } from '../../support/monitor.ts';
import { until } from '../../support/wait.ts';
import { hookOf, startReceiver, type Receiver } from './support.ts';

let monitor: TestMonitor | undefined;
let receiver: Receiver | undefined;
afterEach(async () => {
  await monitor?.close();
  await receiver?.close();
  monitor = undefined;
  receiver = undefined;
});

async function ask(tag = ''): Promise<{ status: number; tag: string; hooks: readonly HookStatus[] }> {
  const response = await fetch(`${monitor?.url ?? ''}/api/status`, { headers: { 'If-None-Match': tag } });
  const text = await response.text();
  const { hooks } = (text === '' ? { hooks: [] } : JSON.parse(text)) as { hooks: readonly HookStatus[] };
  return { status: response.status, tag: response.headers.get('etag') ?? '', hooks };
}

it('tells an address of an outage, and everybody how the telling went', async () => {
  receiver = await startReceiver((response, index) => response.writeHead(index === 0 ? 404 : 200).end());
  // Port 1 of this machine: nothing listens there.
  const vm = makeVmConfig({ name: 'vm-a', ssh: { host: '127.0.0.1', port: 1, agent: false } });
  const config = testConfig([vm], { hooks: [hookOf({ url: receiver.url })] });
  monitor = await startTestMonitor(config);

  await until(() => receiver?.received[0], 'the outage is told');
  expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({ event: 'error', vm: 'vm-a' });
  const failed = await until(async () => {
    const answer = await ask();
    return answer.hooks[0]?.failures === 1 && answer;
  }, 'the failure is shown');
  expect(failed.hooks).toMatchObject([
    { index: 0, kind: 'url', ok: false, last_error: 'It answered with status 404.' },
  ]);
  expect(JSON.stringify(failed.hooks) + JSON.stringify(monitor.logged)).not.toMatch(/hunter2|secret-path/);

  // What changes is known by its tag, and what does not change as well.
  const before = await until(async () => {
    const { tag } = await ask();
    return (await ask(tag)).status === 304 && tag;
  }, 'nothing happens');
  monitor.reconfigure({ ...config, hooks: [] });
  const after = await ask(before);
  expect(after).toMatchObject({ status: 200, hooks: [] });
});

it('tells every task and the end of a run, once', async () => {
  receiver = await startReceiver();
  const simulated = await startSimulatedVm({ seed: 1, speed: 60, log: silentLog() });
  try {
    const hook = hookOf({ url: receiver.url, on: ['task_complete', 'run_end'] });
    monitor = await startTestMonitor(testConfig([simulated.vmConfig], { hooks: [hook] }));
    const told = () =>
      (receiver?.received ?? []).map(
        ({ body }) => JSON.parse(body) as { event: string; data: { run_id: string } },
      );
    const end = await until(() => told().find(({ event }) => event === 'run_end'), 'the end is told');
    const ofRun = told().filter(({ data }) => data.run_id === end.data.run_id);
    expect(ofRun.map(({ event }) => event)).toEqual([...Array<string>(12).fill('task_complete'), 'run_end']);
    expect(end).toMatchObject({
      data: { state: 'finished', tasks_completed: 12, total_tasks: 12 },
      text: expect.stringMatching(
        /: the run has finished, 12 of 12 tasks done\. Mean score .+ \(n = \d+\) · Pass rate .+ \(\d+ of \d+\)\.$/,
      ) as unknown,
    });
    // The next run is on: the one before is not told again.
    await until(() => told().some(({ data }) => data.run_id !== end.data.run_id), 'the next run');
    expect(
      told().filter(({ event, data }) => event === 'run_end' && data.run_id === end.data.run_id),
    ).toHaveLength(1);
  } finally {
    await monitor?.close();
    monitor = undefined;
    await simulated.close();
  }
});
