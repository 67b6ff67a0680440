/** The doctor of a BenchTray that runs, asked by its route, at a real VM. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { DoctorCheck } from '../../../src/shared/doctor.ts';
import { startTestMonitor, testConfig } from '../../support/monitor.ts';
import { sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { ask, openLineClient } from '../server/support.ts';
import { healthyPatient } from './patient.ts';

describe.skipIf(sshdPath === null)('a BenchTray that watches', () => {
  it('tells live what is wrong with itself and its VM, beside its watching', async () => {
    const { vm, config } = await healthyPatient();
    const monitor = await startTestMonitor(testConfig([{ ...config, azure: null }]));
    onTestFinished(() => monitor.close());
    vm.setClock(90);
    const client = await openLineClient(`${monitor.url}/api/doctor`);
    const [summary] = await client.expect(1, 'summary');
    const last = new Map(
      client.events
        .filter(({ event }) => event === 'check')
        .map(({ data }) => [String(data['check']), data as unknown as DoctorCheck]),
    );
    const stateOf = (name: string) => last.get(name)?.state;
    expect(['configuration', 'port', 'server', 'ssh_login', 'probe', 'log'].map(stateOf)).toEqual(
      Array.from({ length: 6 }, () => 'passed'),
    );
    expect(stateOf('clock')).toBe('failed');
    expect(last.get('port')?.found).toBe(`This BenchTray listens at ${monitor.url}.`);
    expect(summary?.data).toMatchObject({ ok: false, failed: 1 });
  });

  it('is left in peace when the client goes', async () => {
    const { vm, config } = await healthyPatient();
    vm.setProbe('silent');
    const monitor = await startTestMonitor(testConfig([{ ...config, azure: null }]));
    onTestFinished(() => monitor.close());
    await until(() => vm.logins() >= 1, 'the watcher is there');
    const client = await openLineClient(`${monitor.url}/api/doctor?vm=${config.name}`);
    await until(() => vm.sessions() >= 2, 'the doctor is there');
    client.close();
    await until(() => vm.sessions() === 1, 'only the watcher is left');
  });

  it('tells of an edit that is broken, while the last good configuration stays', async () => {
    const { vm, config, home } = await healthyPatient();
    const path = join(home, 'c.json');
    writeFileSync(path, '{ "interval": "often" }');
    const platformDirs = { config: home, data: home, home };
    const monitor = await startTestMonitor(testConfig([{ ...config, azure: null }]), undefined, {
      sources: { configFlag: path, env: {}, platformDirs },
    });
    onTestFinished(() => monitor.close());
    const answer = await ask(`${monitor.url}/api/doctor`, { headers: { Accept: 'application/json' } });
    const { ok, checks } = JSON.parse(answer.text) as { ok: boolean; checks: DoctorCheck[] };
    expect(checks[1]).toMatchObject({ check: 'watched_vms', state: 'passed' });
    expect(checks[0]).toMatchObject({ check: 'configuration', state: 'warned' });
    expect(checks[0]?.found).toMatch(/c\.json:1:\d+: interval: found "often"/);
    expect(ok).toBe(true);
    expect(vm.logins()).toBeGreaterThan(0);
  });
});
