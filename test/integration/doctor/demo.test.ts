/** The simulated VM of the demo is looked at as any other, while it boots and while it plays a run. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { startSimulatedVm } from '../../../src/main/engine/demo/index.ts';
import type { DoctorCheck } from '../../../src/shared/doctor.ts';
import { startTestMonitor, testConfig } from '../../support/monitor.ts';
import { openStream } from '../../support/stream-client.ts';
import { until } from '../../support/wait.ts';
import { ask } from '../server/support.ts';

describe('the demo', () => {
  it('is well as soon as its Windows answers and its run is on', async () => {
    // The run is on for as long as the doctor asks.
    const timings = { shortestTaskMs: 1e9, longestTaskMs: 1e9 };
    const vm = await startSimulatedVm({ seed: 3, speed: 20, tasksPerRun: 12, timings });
    onTestFinished(() => vm.close());
    const monitor = await startTestMonitor(testConfig([vm.vmConfig]));
    onTestFinished(() => monitor.close());
    const stream = openStream(monitor.url);
    onTestFinished(() => stream.close());
    await until(
      () => stream.received.some(({ event, data }) => event === 'progress' && data['state'] === 'running'),
      'a run is on',
    );
    const answer = await ask(`${monitor.url}/api/doctor`, { headers: { Accept: 'application/json' } });
    const { ok, checks } = JSON.parse(answer.text) as { ok: boolean; checks: DoctorCheck[] };
    const notPassed = checks.filter(({ state }) => state !== 'passed');
    expect(notPassed.map(({ check, state }) => `${check} ${state}`)).toEqual([
      'azure_login skipped',
      'vm_exists skipped',
      'vm_running skipped',
      // What plays the VM has no screen.
    ]);
    expect(ok).toBe(true);
  });
});
