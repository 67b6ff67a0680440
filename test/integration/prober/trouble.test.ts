/** What goes wrong is said once, in a sentence for a person, with what to do; everything else goes on; and it is told when it is over. */
import { execFileSync } from 'node:child_process';
import dns from 'node:dns';
import { copyFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { VmConfig } from '../../../src/main/engine/config/index.ts';
import type { ErrorPayload } from '../../../src/shared/stream.ts';
import { sampleRun, sampleRunByTask, sampleTaskIds } from '../../support/sample-run.ts';
import { startStopwatch } from '../../support/stopwatch.ts';
import { sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { withSsh } from './own-home.ts';
import { readyVm, watch, type Watched } from './watched.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

function withLog(config: VmConfig, log: string): VmConfig {
  return { ...config, benchmark: { ...config.benchmark, log } };
}

/** One sentence, a hint, and no second telling however often it is met again. */
async function expectToldOnce(error: ErrorPayload, watched: Watched): Promise<void> {
  expect(error.message).toMatch(/^[A-Z/][^\n]*[^.\s]\.?$/);
  expect(error.hint).toMatch(/\w/);
  const isUp = watched.status()?.connected === true;
  const met = (): number =>
    isUp
      ? watched.client.statuses().length
      : watched.monitor.logged.filter(({ msg }) => msg === 'connection failed').length;
  const before = met();
  await until(() => met() >= before + 3, 'it is met again');
  expect(watched.client.errors().filter(({ code }) => code === error.code)).toHaveLength(1);
}

describe.skipIf(sshdPath === null)('logging in fails', () => {
  it('for want of the key file, until it is there', async () => {
    const vm = await readyVm();
    const privateKey = join(vm.dir, 'late_key');
    const watched = await watch(withSsh(vm.config, { privateKey }));
    const error = await watched.untilError('ssh_auth_failed');
    expect(error).toMatchObject({
      severity: 'critical',
      message: `The key file ${privateKey} does not exist.`,
    });
    expect(watched.status()).toMatchObject({ connected: false, waa_ready: false, phase: 'unknown' });
    await expectToldOnce(error, watched);
    copyFileSync(vm.keyPath, privateKey);
    expect((await watched.untilRecovered('ssh_auth_failed')).message).toBe(
      'The login on the VM works again.',
    );
    await watched.untilPhase('ready');
  });

  it('with a wrong passphrase', async () => {
    const vm = await readyVm();
    const privateKey = join(vm.dir, 'encrypted');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'open sesame', '-f', privateKey]);
    vi.stubEnv('BENCHTRAY_KEY_PASSPHRASE', 'close sesame');
    const watched = await watch(withSsh(vm.config, { privateKey }));
    const error = await watched.untilError('ssh_auth_failed');
    expect(error.message).toBe(`The passphrase for the key ${privateKey} is wrong.`);
    expect(error.hint).toContain('BENCHTRAY_KEY_PASSPHRASE');
    await expectToldOnce(error, watched);
    expect(JSON.stringify([watched.client.received, watched.monitor.logged])).not.toContain('close sesame');
  });

  it('with a key that the VM does not know, until it does', async () => {
    const vm = await readyVm();
    const authorized = join(vm.dir, 'authorized_keys');
    writeFileSync(authorized, '');
    const watched = await watch(vm.config);
    const error = await watched.untilError('ssh_auth_failed');
    expect(error.message).toMatch(/^\S+@127\.0\.0\.1:\d+ refused the login\.$/);
    expect(error.hint).toContain('authorized_keys');
    expect(vm.logins()).toBe(0);
    copyFileSync(`${vm.keyPath}.pub`, authorized);
    await watched.untilRecovered('ssh_auth_failed');
    await watched.untilPhase('ready');
    expect(watched.client.errors()).toHaveLength(1);
  });

  it('for want of the host', async () => {
    const vm = await readyVm();
    const { lookup } = dns;
    const lookUp = vi.spyOn(dns, 'lookup');
    lookUp.mockImplementation(((
      name: string,
      options: dns.LookupOneOptions,
      answered: (error: Error | null) => void,
    ) => {
      if (name === 'vm.invalid') {
        answered(Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' }));
      } else {
        lookup(name, options, answered);
      }
    }) as typeof dns.lookup);
    const watched = await watch(withSsh(vm.config, { host: 'vm.invalid' }));
    const error = await watched.untilError('ssh_unreachable');
    expect(lookUp.mock.calls.map(([name]) => name)).toContain('vm.invalid');
    expect(error).toMatchObject({
      message: 'SSH connection failed',
      detail: expect.stringContaining('the host name is not known') as string,
    });
    await expectToldOnce(error, watched);
  });

  it('at a server that is frozen: told within 20 s, and when it thaws', async () => {
    const vm = await readyVm();
    const watched = await watch(vm.config);
    await watched.untilPhase('ready');
    const telling = startStopwatch();
    vm.freeze(true);
    await watched.untilError('ssh_unreachable');
    expect(telling.stop()).toBeLessThan(20_000);
    expect(watched.status()).toMatchObject({ connected: false, waa_ready: false, phase: 'unknown' });
    vm.freeze(false);
    await watched.untilRecovered('ssh_unreachable');
    await watched.untilPhase('ready');
    expect(watched.client.errors()).toHaveLength(1);
  });
});

describe.skipIf(sshdPath === null)('docker', () => {
  it('is not there, until it is', async () => {
    const vm = await readyVm();
    vm.failDocker('sh: 1: docker: not found', 127);
    const watched = await watch(vm.config);
    const error = await watched.untilError('container_missing');
    expect(error.message).toBe('There is no docker on the VM.');
    expect(watched.status()).toMatchObject({ connected: true, waa_ready: false });
    await expectToldOnce(error, watched);
    vm.failDocker(null);
    await watched.untilRecovered('container_missing');
    await watched.untilPhase('ready');
  });

  it('is denied, and a log on the VM is followed all the same; and it is not denied any more', async () => {
    const vm = await readyVm();
    vm.failDocker(
      'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock',
    );
    const log = join(vm.dir, 'run.log');
    writeFileSync(log, sampleRunByTask(Date.now()).slice(0, 2).join(''));
    const watched = await watch(withLog(vm.config, log));
    const error = await watched.untilError('docker_denied');
    expect(error).toMatchObject({
      severity: 'warning',
      hint: expect.stringContaining('usermod -aG docker') as string,
    });
    await until(() => watched.client.tasks().length >= 2, 'the log is read');
    await expectToldOnce(error, watched);
    vm.failDocker(null);
    await watched.untilRecovered('docker_denied');
    await watched.untilPhase('ready');
    expect(watched.client.tasks()).toHaveLength(2);
  });

  it('hangs or is broken: what answered before is not called gone for that', async () => {
    const vm = await readyVm();
    const watched = await watch(vm.config);
    await watched.untilPhase('ready');
    vm.failDocker(
      'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
    );
    const error = await watched.untilError('container_missing');
    expect(error.message).toBe('Docker on the VM does not answer properly.');
    await expectToldOnce(error, watched);
    vm.failDocker(null);
    await watched.untilRecovered('container_missing');
    expect(watched.client.errors()).toHaveLength(1);
  });
});

describe.skipIf(sshdPath === null)('the log', () => {
  it('that is configured is not there, until it is', async () => {
    const vm = await readyVm();
    const log = join(vm.dir, 'late.log');
    const watched = await watch(withLog(vm.config, log));
    const error = await watched.untilError('log_unreadable');
    expect(error).toMatchObject({ severity: 'warning', message: `The log ${log} does not exist on the VM.` });
    await expectToldOnce(error, watched);
    writeFileSync(log, sampleRun(Date.now()));
    await watched.untilRecovered('log_unreadable');
    await until(() => watched.client.tasks().length >= 12, 'all tasks');
    expect(watched.client.tasks().map(({ task_id }) => task_id)).toEqual(sampleTaskIds);
  });

  it('that is configured is no file', async () => {
    const vm = await readyVm();
    const watched = await watch(withLog(vm.config, vm.dir));
    const error = await watched.untilError('log_unreadable');
    expect(error.message).toBe(`The log ${vm.dir} cannot be read on the VM.`);
    await expectToldOnce(error, watched);
    expect(watched.status()).toMatchObject({ phase: 'ready', waa_ready: true });
  });

  it('lies among others whose names nobody can ask for: it is followed all the same', async () => {
    const vm = await readyVm();
    await vm.startRunner();
    vm.runSays(sampleRunByTask(Date.now()).slice(0, 2).join(''));
    const later = Date.now() / 1000 + 60;
    for (const name of ['a\nlog 9999999999 1 1 b', '\xff\xfe']) {
      const path = Buffer.from(vm.runLog.replace('normal-0', `normal-${name}`), 'latin1');
      writeFileSync(path, '[2026-01-28 22:55:08,318 INFO run/394-MainProcess] Finished clock/evil\n');
      utimesSync(path, later, later);
    }
    const watched = await watch(vm.config);
    await until(() => watched.client.tasks().length >= 2, 'the log is read');
    await until(() => watched.status()?.detail.log === `container:${vm.runLog}`, 'the log is told');
    expect(watched.client.tasks()).toHaveLength(2);
    expect(watched.monitor.logged.filter(({ level }) => Number(level) >= 50)).toEqual([]);
    expect(watched.client.errors()).toEqual([]);
  });

  it('is no UTF-8, holds zero bytes and a line of 10 MB: every task is told', async () => {
    const vm = await readyVm();
    await vm.startRunner();
    const watched = await watch(vm.config);
    const [first = '', ...others] = sampleRunByTask(Date.now());
    const noise = Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28, 0x80, 0x0a]);
    vm.runSays(noise);
    vm.runSays(first);
    await until(() => watched.client.tasks().length >= 1, 'the first task');
    const long = Buffer.alloc(10 * 1024 * 1024, 'x');
    vm.runSays(Buffer.concat([noise, long, Buffer.from('\n'), noise]));
    for (const piece of others) vm.runSays(Buffer.concat([Buffer.from(piece), noise]));
    await until(() => watched.client.tasks().length >= 12, 'all tasks');
    expect(watched.client.tasks().map(({ task_id }) => task_id)).toEqual(sampleTaskIds);
    expect(watched.client.errors()).toEqual([]);
  });
});
