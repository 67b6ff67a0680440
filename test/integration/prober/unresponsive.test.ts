/** A VM that lets BenchTray log in and then does not do what it is asked: said with a code and a hint, and never asked in a storm. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { RealVm } from '../../support/real-vm.ts';
import { sampleRunByTask } from '../../support/sample-run.ts';
import { startScriptedSsh } from '../../support/scripted-ssh.ts';
import { sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { startAgent } from './own-home.ts';
import { readyVm, watch } from './watched.ts';

const everyMethod = ['KbdInteractiveAuthentication yes', 'PasswordAuthentication yes'];

async function withSshd(vm: RealVm, ...lines: readonly string[]): Promise<void> {
  vm.setSshd(...lines);
  await vm.killSshd();
  await vm.startSshd();
}

/** The last pause between these times (milliseconds) is long. How pauses grow is tested without a machine, whose logins take their own time. */
function expectBackOff(times: readonly number[]): void {
  const pauses = times.slice(1).map((at, index) => at - (times[index] ?? 0));
  expect(pauses.at(-1)).toBeGreaterThan(1_000);
}

describe.skipIf(sshdPath === null)('a VM that accepts the login', () => {
  it('and ends every command is reported, and its return as well', async () => {
    const vm = await readyVm();
    await withSshd(vm, 'ForceCommand /bin/true');
    const { untilError, untilRecovered, untilPhase, status, client } = await watch(vm.config);
    const error = await untilError('vm_unresponsive');
    expect(error).toMatchObject({
      severity: 'critical',
      message: 'The VM accepts the login, but ends every command.',
      hint: expect.stringContaining('ForceCommand') as string,
    });
    expect(status()).toMatchObject({ connected: false, waa_ready: false, phase: 'unknown' });
    await until(() => vm.loginsAt().length >= 6, 'six logins');
    expectBackOff(vm.loginsAt());
    await withSshd(vm);
    await untilRecovered('vm_unresponsive');
    await untilPhase('ready');
    expect(client.errors().filter(({ code }) => code === 'vm_unresponsive')).toHaveLength(1);
  });

  it('and ends every command a second later is reported once, until a command lasts', async () => {
    const vm = await readyVm();
    await withSshd(vm, 'ForceCommand timeout 1 sh -c "$SSH_ORIGINAL_COMMAND"');
    const { untilError, untilRecovered, untilPhase, client } = await watch(vm.config);
    expect((await untilError('vm_unresponsive')).message).toBe(
      'The VM accepts the login, but ends every command.',
    );
    const before = vm.logins();
    await until(() => vm.logins() >= before + 3, 'three more logins');
    expect(client.errors().map(({ code }) => code)).toEqual(['vm_unresponsive']);
    await withSshd(vm);
    await untilRecovered('vm_unresponsive');
    await untilPhase('ready');
  });

  it.each([
    ['a line', 'Welcome to this VM\\n'],
    ['colours without a line end', 'Welcome\\n\\033[0m'],
  ])('and greets each command with %s is watched as any other, each task once', async (_what, greeting) => {
    const vm = await readyVm();
    await withSshd(vm, `ForceCommand printf '${greeting}'; exec sh -c "$SSH_ORIGINAL_COMMAND"`);
    await vm.startRunner();
    const [first = '', second = ''] = sampleRunByTask(Date.now());
    vm.runSays(first);
    const { client, monitor, untilPhase } = await watch(vm.config);
    await untilPhase('ready');
    await until(() => client.tasks().length >= 1, 'the first task is heard');
    vm.runSays(second);
    await until(() => client.tasks().length >= 2, 'the second task is heard');
    const statuses = client.statuses().length;
    await until(() => client.statuses().length > statuses + 4, 'more looks');
    expect(client.tasks()).toHaveLength(2);
    expect(client.errors()).toEqual([]);
    expect(monitor.logged.filter(({ msg }) => /replaced|followed log says/.test(String(msg)))).toEqual([]);
  });

  it('and answers no command is reported, and its return as well', async () => {
    const vm = await readyVm();
    await withSshd(vm, 'ForceCommand cat >/dev/null');
    const { untilError, untilRecovered, untilPhase } = await watch(vm.config);
    const error = await untilError('vm_unresponsive');
    expect(error.message).toBe('The VM accepts the login, but does not answer commands.');
    expect(error.hint).toMatch(/overloaded.*ForceCommand/);
    await withSshd(vm);
    await untilRecovered('vm_unresponsive');
    await untilPhase('ready');
  });

  it('and refuses every session is reported with the setting to change', async () => {
    const vm = await readyVm();
    await withSshd(vm, 'MaxSessions 0');
    const { untilError } = await watch(vm.config);
    const error = await untilError('vm_unresponsive');
    expect(error.message).toBe('The VM accepts the login, but refuses BenchTray a session.');
    expect(error.hint).toContain('MaxSessions');
  });

  it('and allows two sessions is watched with two: phase, run and boot are all heard', async () => {
    const vm = await readyVm();
    vm.setProbe('refused');
    vm.containerSays('❯ Downloading Windows 11 Enterprise...\n');
    await withSshd(vm, 'MaxSessions 2');
    const { untilPhase, client, status } = await watch(vm.config);
    await untilPhase('downloading');
    await vm.startRunner();
    const [first = '', second = ''] = sampleRunByTask(Date.now());
    vm.runSays(first);
    vm.setProbe('ready');
    await untilPhase('ready');
    await until(() => client.tasks().length >= 1, 'the first task is heard');
    vm.runSays(second);
    await until(() => client.tasks().length >= 2, 'the second task is heard');
    // Asked in the container, without a session there.
    const found = (): readonly string[] => status()?.detail.found.map(({ piece }) => piece) ?? [];
    await until(
      () => ['container', 'guest', 'runner', 'log'].every((piece) => found().includes(piece)),
      'every piece is found',
    );
    expect(client.tasks()).toHaveLength(2);
    expect(client.errors()).toEqual([]);
    expect(vm.logins()).toBe(1);
  });

  it('and allows one session says that no log can be followed, until more are allowed', async () => {
    const vm = await readyVm();
    await vm.startRunner();
    vm.runSays(sampleRunByTask(Date.now())[0] ?? '');
    await withSshd(vm, 'MaxSessions 1');
    const { untilError, untilRecovered, untilPhase, client } = await watch(vm.config);
    await untilPhase('ready');
    const error = await untilError('vm_unresponsive');
    expect(error).toMatchObject({
      severity: 'critical',
      message: 'The VM allows one SSH session only, so BenchTray cannot follow a log.',
      hint: expect.stringContaining('MaxSessions') as string,
    });
    await withSshd(vm);
    await untilRecovered('vm_unresponsive');
    await until(() => client.tasks().length >= 1, 'the task is heard');
    expect(client.tasks()).toHaveLength(1);
  });

  it('and whose connection closes each time is reported, with growing pauses', async () => {
    const ssh = await startScriptedSsh({
      onLogin(context, socket) {
        context.accept();
        socket.end();
      },
    });
    onTestFinished(ssh.close);
    const { untilError } = await watch(ssh.config);
    const error = await untilError('ssh_unreachable');
    expect(error.detail).toContain('the connection closes right after the login');
    expect(ssh.loginsAt.length).toBeGreaterThanOrEqual(3);
    await until(() => ssh.loginsAt.length >= 6, 'six logins');
    expectBackOff(ssh.loginsAt);
  });
});

describe.skipIf(sshdPath === null)('a VM that wants a second factor after the key', () => {
  it.each([
    ['keyboard-interactive', 'KbdInteractiveAuthentication yes'],
    ['password', 'PasswordAuthentication yes'],
  ])('%s: says so, with a way out', async (method, setting) => {
    const vm = await readyVm();
    await withSshd(vm, `AuthenticationMethods publickey,${method}`, setting);
    const { untilError, untilRecovered } = await watch(vm.config);
    const error = await untilError('ssh_auth_failed');
    expect(error.message).toMatch(/accepted the key, but wants a second factor, which BenchTray cannot give/);
    expect(error.detail).toContain(method);
    expect(error.hint).toContain('AuthenticationMethods publickey');
    await withSshd(vm);
    await untilRecovered('ssh_auth_failed');
  });

  it('says so where the accepted key is one of the SSH agent', async () => {
    const vm = await readyVm();
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.stubEnv('HOME', join(vm.dir, 'home'));
    await startAgent(vm.dir, [vm.keyPath]);
    await withSshd(
      vm,
      'AuthenticationMethods publickey,keyboard-interactive',
      'KbdInteractiveAuthentication yes',
    );
    const { untilError } = await watch({
      ...vm.config,
      ssh: { ...vm.config.ssh, privateKey: null, agent: true },
    });
    expect((await untilError('ssh_auth_failed')).message).toContain('wants a second factor');
  });

  it.each([
    ['publickey,keyboard-interactive keyboard-interactive,publickey', 'keyboard-interactive'],
    ['publickey,password publickey,keyboard-interactive', 'password, keyboard-interactive'],
  ])('in one of two ways, %s: says so', async (methods, wanted) => {
    const vm = await readyVm();
    await withSshd(vm, `AuthenticationMethods ${methods}`, ...everyMethod);
    const { untilError } = await watch(vm.config);
    const error = await untilError('ssh_auth_failed');
    expect(error.message).toContain('accepted the key, but wants a second factor');
    expect(error.detail?.split(': ')[1]?.replace('.', '').split(', ').sort()).toEqual(
      wanted.split(', ').sort(),
    );
  });

  it('after a key that it does not know: asks for the right key', async () => {
    const vm = await readyVm();
    writeFileSync(join(vm.dir, 'authorized_keys'), '');
    await withSshd(
      vm,
      'AuthenticationMethods publickey,keyboard-interactive',
      'KbdInteractiveAuthentication yes',
    );
    const { untilError } = await watch(vm.config);
    const error = await untilError('ssh_auth_failed');
    expect(error.message).toMatch(/refused the login\.$/);
    expect(error.hint).toContain('authorized_keys');
  });

  it.each([
    ['keyboard-interactive', 'keyboard-interactive'],
    ['keyboard-interactive,publickey', 'keyboard-interactive'],
    ['password,publickey', 'password'],
  ])('before any key, %s: does not ask for a public key on the VM', async (methods, wanted) => {
    const vm = await readyVm();
    await withSshd(vm, `AuthenticationMethods ${methods}`, ...everyMethod);
    const { untilError, untilRecovered } = await watch(vm.config);
    const error = await untilError('ssh_auth_failed');
    expect(error.message).toContain(`asks for ${wanted} instead of a key, which BenchTray cannot give`);
    expect(`${String(error.detail)} ${String(error.hint)}`).not.toContain('authorized_keys');
    expect(error.hint).toContain('AuthenticationMethods publickey');
    await withSshd(vm);
    await untilRecovered('ssh_auth_failed');
  });

  it('a second key: says so', async () => {
    const vm = await readyVm();
    await withSshd(vm, 'AuthenticationMethods publickey,publickey');
    const { untilError } = await watch(vm.config);
    expect((await untilError('ssh_auth_failed')).detail).toContain('publickey');
  });
});

describe.skipIf(sshdPath === null)('docker', () => {
  it.each([
    [
      'cut in the midst of its answer',
      '["/winarena",{"Status":"running","StartedAt":"2026-01-28T22:00:00.000000000Z"},{},[{"Source":"/ho\n',
    ],
    ['killed before its answer', ''],
  ])('inspect that is %s is reported, until it answers', async (_what, line) => {
    const vm = await readyVm();
    vm.setInspect(line);
    const { untilError, untilRecovered, untilPhase } = await watch(vm.config);
    const error = await untilError('container_missing');
    expect(error.message).toBe('Docker on the VM does not answer properly.');
    expect(error.detail).toContain('docker inspect');
    vm.containerUp();
    await untilRecovered('container_missing');
    await untilPhase('ready');
  });

  it('list that is no list is reported', async () => {
    const vm = await readyVm();
    writeFileSync(join(vm.dir, 'containers'), '0123|winarena|windowsarena/win');
    const { untilError, untilRecovered } = await watch(vm.config);
    expect((await untilError('container_missing')).message).toBe(
      'Docker on the VM does not answer properly.',
    );
    vm.containerUp();
    await untilRecovered('container_missing');
  });
});
