/** `benchtray doctor` as a process of its own, at a real VM. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { DoctorCheck } from '../../../src/shared/doctor.ts';
import { startChild } from '../../support/child.ts';
import { startTestMonitor, testConfig } from '../../support/monitor.ts';
import { startStopwatch } from '../../support/stopwatch.ts';
import { sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { healthyPatient, type Patient } from './patient.ts';
import { freePort } from '../../support/free-port.ts';

const program = join(import.meta.dirname, '..', '..', '..', 'src', 'main', 'cli', 'index.ts');

function start({ home }: Patient, ...args: readonly string[]) {
  const child = startChild(process.execPath, [program, 'doctor', ...args], {
    cwd: home,
    env: {
      PATH: process.env['PATH'],
      HOME: home,
      BENCHTRAY_CONFIG: join(home, 'c.json'),
      BENCHTRAY_DATA_DIR: join(home, 'data'),
    },
  });
  onTestFinished(() => child.stop().then(() => undefined));
  return child;
}

/** Writes the patient's configuration into the file that the program reads. @returns the port in it */
async function configured(patient: Patient, port?: number): Promise<number> {
  const taken = port ?? (await freePort());
  const vm = { ...patient.config, azure: null };
  writeFileSync(join(patient.home, 'c.json'), JSON.stringify({ server: { port: taken }, vms: [vm] }));
  return taken;
}

interface Answer {
  readonly ok: boolean;
  readonly checks: readonly DoctorCheck[];
}

describe.skipIf(sshdPath === null)('benchtray doctor', () => {
  it('says that nothing failed, and leaves nothing: no data folder, no key', async () => {
    const patient = await healthyPatient();
    await configured(patient);
    const { exit, out, err } = start(patient);
    expect(await exit, out()).toBe(0);
    expect(err()).toBe('');
    expect(out()).toMatch(
      /^✓ passed {4}Configuration: \S+c\.json: valid\.\n✓ passed {4}VMs to watch: vm\.\n/,
    );
    expect(out()).toMatch(/^! warned {4}Server: No BenchTray is running now\.\n/m);
    expect(out()).toMatch(
      /\n\nNothing failed, but there are warnings: 19 passed, 1 warned, 0 failed, 3 skipped\.\n$/,
    );
    expect(out()).not.toContain('\u001b');
    expect(existsSync(join(patient.home, 'data'))).toBe(false);
  });

  it('works beside a BenchTray that runs', async () => {
    const patient = await healthyPatient();
    const monitor = await startTestMonitor(testConfig([]), join(patient.home, 'data'));
    onTestFinished(() => monitor.close());
    await configured(patient, Number(new URL(monitor.url).port));
    const { exit, out } = start(patient, '--json');
    expect(await exit).toBe(0);
    const { ok, checks } = JSON.parse(out()) as Answer;
    expect(ok).toBe(true);
    expect(checks.slice(0, 3).map(({ state }) => state)).toEqual(['passed', 'passed', 'passed']);
    expect(checks.find(({ check }) => check === 'port')?.found).toMatch(/^BenchTray \S+ has port \d+\.$/);
  });

  it('fails where a check fails, in text and in JSON', async () => {
    const patient = await healthyPatient();
    await configured(patient);
    patient.vm.setFreeSpace(100);
    const text = start(patient);
    expect(await text.exit).toBe(1);
    expect(text.out()).toMatch(/^✗ FAILED {4}Disk space: The disk of the VM is full\. \/: 100 MiB free\n/m);
    const json = start(patient, '--json', '--vm', 'vm');
    expect(await json.exit).toBe(1);
    const { checks } = JSON.parse(json.out()) as Answer;
    expect(checks.filter(({ state }) => state === 'failed').map(({ check }) => check)).toEqual(['disk']);
  });

  it('ends within two seconds when it is asked to', async () => {
    const patient = await healthyPatient();
    patient.vm.setProbe('silent');
    await configured(patient);
    const doctor = start(patient);
    await until(() => patient.vm.logins() >= 1, 'the doctor is there');
    const ending = startStopwatch();
    expect(await doctor.stop('SIGINT')).toBe(1);
    expect(ending.stop()).toBeLessThan(2_000);
    expect(doctor.err()).toBe('Given up before its end.\n');
  });
});
