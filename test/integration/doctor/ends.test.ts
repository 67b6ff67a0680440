/** However a run of the doctor ends, it ends in time, and nothing of it is left: not here, and not on the VM. */
import { describe, expect, it } from 'vitest';
import type { DoctorCheck } from '../../../src/shared/doctor.ts';
import { startStopwatch } from '../../support/stopwatch.ts';
import { sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { dependantsOf, healthyPatient, type Patient } from './patient.ts';

const openSockets = (): number =>
  process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;

/** Calls `then` when this check is being looked at. */
const whenRunning =
  (name: string, then: () => void) =>
  ({ check, state }: DoctorCheck): void => {
    if (check === name && state === 'running') then();
  };

async function untilNothingIsLeft({ vm }: Patient, sockets: number): Promise<void> {
  await until(() => openSockets() <= sockets, 'all sockets are closed');
  await until(() => vm.leftovers().length === 0, `nothing is left on the VM: ${vm.leftovers().join()}`);
}

describe.skipIf(sshdPath === null)('cancelling', () => {
  it.each(['ssh_login', 'container', 'guest_address', 'log'])(
    'at %s ends everything at once',
    async (name) => {
      const patient = await healthyPatient();
      patient.vm.setProbe('silent');
      const sockets = openSockets();
      const stop = new AbortController();
      let ending = startStopwatch();
      const examined = await patient.examine({
        signal: stop.signal,
        onCheck: whenRunning(name, () => {
          ending = startStopwatch();
          stop.abort();
        }),
      });
      expect(ending.stop()).toBeLessThan(1_500);
      expect(examined.cancelled).toBe(true);
      expect(examined.of('probe')).toMatchObject({ state: 'skipped' });
      // Nobody wants to hear of it any more.
      const last = examined.told.at(-1);
      expect([last?.check, last?.state]).toEqual([name, 'running']);
      await untilNothingIsLeft(patient, sockets);
    },
  );

  it('before it begins asks nobody', async () => {
    const patient = await healthyPatient();
    const examined = await patient.examine({ signal: AbortSignal.abort() });
    expect(examined.cancelled).toBe(true);
    expect(examined.checks.every(({ state }) => state === 'skipped')).toBe(true);
    expect([patient.vm.logins(), patient.azureAsked()]).toEqual([0, 0]);
  });

  it('while the server is silent does not wait for it', async () => {
    const patient = await healthyPatient();
    patient.vm.freeze(true);
    const stop = new AbortController();
    const sockets = openSockets();
    const ending = startStopwatch();
    await patient.examine({ signal: stop.signal, onCheck: whenRunning('ssh_port', () => stop.abort()) });
    expect(ending.stop()).toBeLessThan(3_000);
    patient.vm.freeze(false);
    await untilNothingIsLeft(patient, sockets);
  });
});

describe.skipIf(sshdPath === null)('a VM that falls silent', () => {
  it('after the login keeps nobody waiting: each question has its time', async () => {
    const patient = await healthyPatient();
    const sockets = openSockets();
    const ending = startStopwatch();
    const examined = await patient.examine({
      onCheck: whenRunning('docker', () => patient.vm.freeze(true)),
    });
    expect(ending.stop()).toBeLessThan(30_000);
    // Questions after docker's have no answer either. Earlier answers still count.
    expect(examined.wrong).toEqual(['docker failed', 'kvm failed', 'disk failed', 'clock failed']);
    expect(examined.of('docker').found).toBe('Docker on the VM does not answer.');
    expect(examined.skippedNames).toEqual(dependantsOf('docker', patient.config));
    patient.vm.freeze(false);
    await untilNothingIsLeft(patient, sockets);
  });

  it('in the middle of the login is told as that', async () => {
    const patient = await healthyPatient();
    const examined = await patient.examine({
      onCheck({ check, state }) {
        if (check === 'ssh_port' && state === 'passed') patient.vm.freeze(true);
      },
    });
    expect(examined.wrong).toEqual(['ssh_login failed']);
    expect(examined.of('ssh_login').found).toContain('no answer in time');
  });

  it('and hangs up is told as well', async () => {
    const patient = await healthyPatient();
    let killed = Promise.resolve();
    const examined = await patient.examine({
      onCheck: whenRunning('docker', () => {
        killed = patient.vm.killSshd();
      }),
    });
    await killed;
    expect(examined.wrong).toContain('docker failed');
    expect(examined.summary.ok).toBe(false);
  });
});

describe.skipIf(sshdPath === null)('a probe that hangs', () => {
  it('fails in its time, and nothing else does', async () => {
    const patient = await healthyPatient();
    patient.vm.setProbe('silent');
    const examined = await patient.examine();
    expect([examined.wrong, examined.skippedNames]).toEqual([['probe failed'], []]);
    expect(examined.of('probe').found).toBe('Not responding.');
  });
});
