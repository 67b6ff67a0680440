/** How BenchTray gets onto a machine and stays there: keys, agent, jump hosts, host keys, one connection only. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { makeVmConfig } from '../../../src/main/engine/config/index.ts';
import type { RealVm } from '../../support/real-vm.ts';
import { startScriptedSsh } from '../../support/scripted-ssh.ts';
import { startStopwatch, type Stopwatch } from '../../support/stopwatch.ts';
import { openStream } from '../../support/stream-client.ts';
import { sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { startAgent, useOwnHome, withSsh } from './own-home.ts';
import { readyVm, realVm, watch } from './watched.ts';

const home = useOwnHome();
const inHome = (name: string): string => join(home(), '.ssh', name);
const nameOf = (vm: RealVm): string => `[127.0.0.1]:${String(vm.port)}`;

/** A key that the machine accepts and that only its passphrase opens. */
function encryptedKey(vm: RealVm): string {
  const path = inHome('encrypted');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'open sesame', '-f', path]);
  vm.authorize(readFileSync(`${path}.pub`, 'utf8'));
  return path;
}

/** Starts an agent that holds this key, which its passphrase opens. */
async function startAgentWith(keyPath: string): Promise<void> {
  // ssh-add asks a program for the passphrase where there is no terminal.
  const ask = join(home(), 'ask');
  writeFileSync(ask, '#!/bin/sh\necho open sesame\n', { mode: 0o755 });
  await startAgent(home(), [keyPath], { SSH_ASKPASS: ask, SSH_ASKPASS_REQUIRE: 'force' });
}

describe.skipIf(sshdPath === null)('logging in', () => {
  it('opens an encrypted key with the passphrase of the environment', async () => {
    const vm = await readyVm();
    const privateKey = encryptedKey(vm);
    vi.stubEnv('BENCHTRAY_KEY_PASSPHRASE', 'open sesame');
    const { untilPhase, client } = await watch(withSsh(vm.config, { privateKey }));
    await untilPhase('ready');
    expect(client.errors()).toEqual([]);
  });

  it('asks a person for the passphrase once, whatever becomes of the connection', async () => {
    const vm = await readyVm();
    const privateKey = encryptedKey(vm);
    const askPassphrase = vi.fn(() => Promise.resolve('open sesame'));
    const { untilPhase } = await watch(withSsh(vm.config, { privateKey }), { askPassphrase });
    await untilPhase('ready');
    await vm.killSshd();
    await vm.startSshd();
    await until(() => vm.logins() >= 2, 'logged in anew');
    expect(askPassphrase.mock.calls).toEqual([[privateKey]]);
  });

  it('takes a key of the SSH agent, named or not', async () => {
    const vm = await readyVm();
    const key = encryptedKey(vm);
    await startAgentWith(key);
    const unnamed = await watch(withSsh(vm.config, { privateKey: null, agent: true }));
    await unnamed.untilPhase('ready');
    await unnamed.close();
    const named = await watch(withSsh(vm.config, { privateKey: key, agent: true }));
    await named.untilPhase('ready');
    expect(named.client.errors()).toEqual([]);
    await named.close();
    const without = await watch(withSsh(vm.config, { privateKey: null, agent: false }));
    expect((await without.untilError('ssh_auth_failed')).message).toContain('no private key');
  });

  it('goes through a jump host of ~/.ssh/config, to which the VM is a mere name', async () => {
    const vm = await readyVm();
    const jump = await realVm();
    const user = userInfo().username;
    writeFileSync(
      inHome('config'),
      `Host behind\n  HostName 127.0.0.1\n  Port ${vm.port}\n  User ${user}\n  IdentityFile ${vm.keyPath}\n  ProxyJump jump\n` +
        `Host jump\n  HostName 127.0.0.1\n  Port ${jump.port}\n  User ${user}\n  IdentityFile ${jump.keyPath}\n`,
    );
    const { untilPhase, untilError, untilRecovered, status, monitor } = await watch(
      makeVmConfig({ name: 'vm', ssh: { host: 'behind', agent: false } }),
    );
    await untilPhase('ready');
    expect([vm.logins(), jump.logins()]).toEqual([1, 1]);
    expect(status()?.detail.address).toBe(`${user}@127.0.0.1:${String(vm.port)}`);
    expect(readFileSync(join(monitor.dataDir, 'known_hosts'), 'utf8').split('\n')).toHaveLength(3);

    await jump.killSshd();
    expect((await untilError('ssh_unreachable')).message).toBe('SSH connection failed');
    await jump.startSshd();
    await untilRecovered('ssh_unreachable');
    await untilPhase('ready');
  });

  it('says so when a jump host never gets through to the VM, and leaves no connection there', async () => {
    const asked: number[] = [];
    const jump = await startScriptedSsh({ onForward: (toPort) => asked.push(toPort) });
    onTestFinished(jump.close);
    writeFileSync(
      inHome('config'),
      `Host behind\n  HostName 10.0.0.4\n  User ann\n  IdentityFile ${jump.privateKey}\n  ProxyJump jump\n` +
        `Host jump\n  HostName 127.0.0.1\n  Port ${String(jump.port)}\n  User ann\n  IdentityFile ${jump.privateKey}\n`,
    );
    const { untilError, close } = await watch(
      makeVmConfig({ name: 'vm', ssh: { host: 'behind', agent: false } }),
    );
    expect(await untilError('ssh_unreachable')).toMatchObject({
      detail: expect.stringContaining('could not reach 10.0.0.4: no answer in time') as string,
    });
    await until(() => asked.length >= 2, 'it asks again');
    await close();
    await until(() => jump.connections() === 0, 'the connection to the jump host has ended');
  });
});

describe.skipIf(sshdPath === null)('the host key', () => {
  it("is trusted where the person's known_hosts has it, and nothing of ours is written", async () => {
    const vm = await readyVm();
    writeFileSync(inHome('known_hosts'), `${nameOf(vm)} ${vm.hostKey()}\n`);
    const { untilPhase, monitor } = await watch(vm.config);
    await untilPhase('ready');
    expect(existsSync(join(monitor.dataDir, 'known_hosts'))).toBe(false);
  });

  it("is refused where the person's known_hosts has another, until that is mended", async () => {
    const vm = await readyVm();
    const jump = readFileSync(`${vm.keyPath}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
    writeFileSync(inHome('known_hosts'), `${nameOf(vm)} ${jump}\n`);
    const { untilError, untilRecovered, untilPhase, status, client } = await watch(vm.config);
    const error = await untilError('ssh_host_key_changed');
    expect(error).toMatchObject({
      severity: 'critical',
      hint: expect.stringContaining('ssh-keygen -R') as string,
    });
    expect(error.message).toMatch(/^The host key of .* has changed: it is now SHA256:/);
    expect(status()).toMatchObject({ connected: false, waa_ready: false, phase: 'unknown' });
    expect(vm.logins()).toBe(0);
    writeFileSync(inHome('known_hosts'), '');
    await untilRecovered('ssh_host_key_changed');
    await untilPhase('ready');
    expect(client.errors()).toHaveLength(1);
  });

  it('is kept from the first time on, and refused when it has changed since', async () => {
    const vm = await readyVm();
    const { untilPhase, untilError, untilRecovered, monitor, client } = await watch(vm.config);
    await untilPhase('ready');
    const own = join(monitor.dataDir, 'known_hosts');
    expect(readFileSync(own, 'utf8')).toBe(`${nameOf(vm)} ${vm.hostKey()}\n`);
    await vm.killSshd();
    vm.makeHostKey();
    await vm.startSshd();
    const { hint } = await untilError('ssh_host_key_changed');
    expect(vm.logins()).toBe(1);
    // What the hint says is what mends it.
    const command = /with: (ssh-keygen .*?) —/.exec(hint ?? '')?.[1] ?? 'false';
    execFileSync('sh', ['-c', command], { stdio: 'ignore' });
    await untilRecovered('ssh_host_key_changed');
    await untilPhase('ready');
    expect(readFileSync(own, 'utf8')).toContain(vm.hostKey());
    expect(client.errors().map(({ code }) => code)).not.toContain('ssh_auth_failed');
  });

  it('is the pinned one, or none', async () => {
    const vm = await readyVm();
    const printed = execFileSync('ssh-keygen', ['-l', '-f', join(vm.dir, 'host_key.pub')], {
      encoding: 'utf8',
    });
    const fingerprint = printed.split(' ')[1] ?? '';
    const right = await watch(withSsh(vm.config, { hostKey: fingerprint }));
    await right.untilPhase('ready');
    await right.close();
    const wrong = await watch(withSsh(vm.config, { hostKey: `SHA256:${'A'.repeat(43)}` }));
    expect((await wrong.untilError('ssh_host_key_changed')).message).toContain(fingerprint);
    expect(vm.logins()).toBe(1);
  });
});

describe.skipIf(sshdPath === null)('staying connected', () => {
  it('uses one connection, however many clients there are and come and go', async () => {
    const vm = await readyVm();
    const { untilPhase, monitor } = await watch(vm.config);
    await untilPhase('ready');
    for (const _round of [1, 2]) {
      const clients = Array.from({ length: 8 }, () => openStream(monitor.url));
      for (const client of clients) await until(() => client.statuses().length >= 3, 'three looks');
      for (const client of clients) client.close();
    }
    expect(vm.logins()).toBe(1);
  });

  it('tells a loss within 2 s, and the return within 2 s of contact', async () => {
    const vm = await readyVm();
    const { untilPhase, untilError, untilRecovered, client } = await watch(vm.config);
    await untilPhase('ready');
    const losing = startStopwatch();
    await vm.killSshd();
    await untilError('ssh_unreachable');
    expect(losing.stop()).toBeLessThan(2_000);
    expect(client.statuses().at(-1)).toMatchObject({ connected: false, waa_ready: false, phase: 'unknown' });
    await vm.startSshd();
    await until(() => vm.logins() >= 2, 'contact');
    const returning = startStopwatch();
    await untilRecovered('ssh_unreachable');
    await untilPhase('ready');
    expect(returning.stop()).toBeLessThan(2_000);
    expect(client.errors()).toHaveLength(1);
  });

  it('tries again within 5 s, also where nobody speaks', async () => {
    const pausesMs: number[] = [];
    let pausing: Stopwatch | null = null;
    const silent = createServer((socket) => {
      if (pausing !== null) pausesMs.push(pausing.stop());
      pausing = startStopwatch();
      socket.on('error', () => undefined).resume();
    });
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    onTestFinished(() => void silent.close());
    const vm = await realVm();
    const address = silent.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const { untilError } = await watch(withSsh(vm.config, { port }));
    expect((await untilError('ssh_unreachable')).detail).toContain('no answer in time');
    await until(() => pausesMs.length >= 3, 'four attempts');
    expect(Math.max(...pausesMs)).toBeLessThan(5_000);
  });
});
