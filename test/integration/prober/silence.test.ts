/** A log that is silent: when that means something, and when it only means that nobody was there to hear. */
import { utimesSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sampleRunByTask } from '../../support/sample-run.ts';
import { sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { waaLog } from '../../unit/run/support.ts';
import { readyVm, watch } from './watched.ts';

/** Long enough for a log that is written to each second, short enough for a test. */
const stalledAfterMs = 6_000;

describe.skipIf(sshdPath === null)('a run whose log was silent', () => {
  it('only because the connection was lost has not stalled', async () => {
    const vm = await readyVm();
    await vm.startRunner();
    // One record a second: no silence of its own makes this run count as stalled any later.
    vm.runSays(waaLog({ startMs: Date.now() }).begin('a', 'b').task('a').step(1).text());
    const writer = setInterval(() => vm.runSays('Thinking...\n'), 500);
    onTestFinished(() => clearInterval(writer));
    const { client, untilError, untilPhase, untilRecovered } = await watch({
      ...vm.config,
      stalledAfterMinutes: stalledAfterMs / 60_000,
    });
    await untilPhase('ready');
    await until(() => client.progress()?.current_step === 1, 'in the middle of the first task');
    await vm.killSshd();
    const { at } = await untilError('ssh_unreachable');
    await until(() => Date.now() - at > stalledAfterMs, 'a silence that would be a stall');
    await vm.startSshd();
    await untilRecovered('ssh_unreachable');
    const statuses = client.statuses().length;
    await until(() => client.statuses().length > statuses + 4, 'more looks');
    expect(client.errors().map(({ code }) => code)).toEqual(['ssh_unreachable']);
    expect(client.progress()?.state).toBe('running');
  });

  it('for too long has stalled, which is told once, and is over with its next line', async () => {
    const vm = await readyVm();
    await vm.startRunner();
    const writtenAt = Date.now();
    vm.runSays(waaLog({ startMs: writtenAt }).begin('a', 'b').task('a').step(1).text());
    const { client, untilError, untilRecovered } = await watch({
      ...vm.config,
      stalledAfterMinutes: stalledAfterMs / 60_000,
    });
    await until(() => client.progress()?.current_step === 1, 'in the middle of the first task');
    const { at } = await untilError('run_stalled');
    expect(at - writtenAt).toBeGreaterThan(stalledAfterMs - 100);
    await until(() => client.progress()?.state === 'stalled', 'progress says so');
    // It goes on for good: another silence would be another stall.
    const writer = setInterval(() => vm.runSays('Thinking...\n'), 500);
    onTestFinished(() => clearInterval(writer));
    await untilRecovered('run_stalled');
    await until(() => client.progress()?.state === 'running', 'progress says that it goes on');
    expect(client.errors().map(({ code }) => code)).toEqual(['run_stalled']);
  });

  it('since its process died, long before BenchTray came, is history', async () => {
    const vm = await readyVm();
    const dayAgoMs = Date.now() - 86_400_000;
    const [first = '', second = ''] = sampleRunByTask(dayAgoMs);
    vm.runSays(first + second.slice(0, second.indexOf('Step 2')));
    utimesSync(vm.runLog, dayAgoMs / 1000 + 600, dayAgoMs / 1000 + 600);
    const benchmark = { ...vm.config.benchmark, log: `container:${vm.runLog}` };
    const { client, monitor, untilPhase } = await watch({ ...vm.config, benchmark });
    await untilPhase('ready');
    await until(() => client.progress()?.state === 'crashed', 'the run is shown as what it is');
    const statuses = client.statuses().length;
    await until(() => client.statuses().length > statuses + 4, 'more looks');
    expect(client.errors()).toEqual([]);
    expect(client.tasks()).toEqual([]);
    const runs = (await (await fetch(`${monitor.url}/api/runs`)).json()) as Record<string, unknown>[];
    expect(runs).toMatchObject([{ state: 'crashed', tasks_completed: 1 }]);
  });
});
