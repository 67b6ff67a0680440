/** Connects to a real OpenSSH server that offers only outdated algorithms. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { makeVmConfig } from '../../../src/main/engine/config/index.ts';
import type { RealVm } from '../../support/real-vm.ts';
import { sshdPath } from '../../support/tools.ts';
import { startAgent, useOwnHome, withSsh } from './own-home.ts';
import { readyVm, watch } from './watched.ts';

const home = useOwnHome();

async function allowOnly(vm: RealVm, ...lines: readonly string[]): Promise<void> {
  const file = join(vm.dir, 'sshd_config');
  // sshd takes the first value that it finds.
  writeFileSync(file, `${lines.join('\n')}\n${readFileSync(file, 'utf8')}`);
  await vm.killSshd();
  await vm.startSshd();
}

describe.skipIf(sshdPath === null)('an SSH server', () => {
  it.each([
    ['key exchange algorithms', 'KexAlgorithms diffie-hellman-group14-sha1'],
    ['ciphers', 'Ciphers aes256-cbc,3des-cbc'],
    ['message authentication codes', 'Ciphers aes128-ctr\nMACs hmac-sha1,hmac-md5'],
  ])('with outdated %s only is refused, and reported as outdated', async (what, lines) => {
    const vm = await readyVm();
    await allowOnly(vm, lines);
    const { untilError } = await watch(vm.config);
    const error = await untilError('ssh_unreachable');
    expect(error.detail).toContain(`this server offers only outdated ${what}`);
    expect(error.hint).toContain('sshd_config');
  });

  it('whose RSA key signs with SHA-1 only is refused, and with SHA-2 accepted', async () => {
    const vm = await readyVm();
    const key = join(vm.dir, 'rsa_host_key');
    execFileSync('ssh-keygen', ['-q', '-t', 'rsa', '-b', '2048', '-N', '', '-f', key]);
    const hostKey = `HostKey ${key}`;
    const file = join(vm.dir, 'sshd_config');
    const text = readFileSync(file, 'utf8').replace(/^HostKey .*$/m, hostKey);
    writeFileSync(file, `HostKeyAlgorithms ssh-rsa\n${text}`);
    await vm.killSshd();
    await vm.startSshd();
    const old = await watch(vm.config);
    expect((await old.untilError('ssh_unreachable')).detail).toContain('outdated host key algorithms');
    writeFileSync(file, `HostKeyAlgorithms rsa-sha2-256\n${text}`);
    await vm.killSshd();
    await vm.startSshd();
    await old.untilPhase('ready');
  });
});

describe.skipIf(sshdPath === null)('a key file that is named and missing', () => {
  it('does not keep the agent from logging in', async () => {
    const vm = await readyVm();
    await startAgent(home(), [vm.keyPath]);
    const { port } = vm;
    appendFileSync(
      join(home(), '.ssh', 'config'),
      `Host named\n  HostName 127.0.0.1\n  Port ${port}\n  User ${userInfo().username}\n  IdentityFile ~/.ssh/none\n`,
    );
    const byFile = await watch(makeVmConfig({ name: 'vm', ssh: { host: 'named' } }));
    await byFile.untilPhase('ready');
    expect(byFile.client.errors()).toEqual([]);
  });

  it('is named where nothing else logs in', async () => {
    const vm = await readyVm();
    await startAgent(home(), []);
    const privateKey = join(home(), '.ssh', 'none');
    const { untilError } = await watch(withSsh(vm.config, { privateKey, agent: true }));
    expect((await untilError('ssh_auth_failed')).message).toContain(`${privateKey} does not exist`);
  });
});

it.skipIf(sshdPath === null)('an agent that does not answer keeps no key file from logging in', async () => {
  const vm = await readyVm();
  const socket = join(home(), 'no-agent');
  const server = createServer((peer) => peer.destroy()).listen(socket);
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  vi.stubEnv('SSH_AUTH_SOCK', socket);
  const { untilPhase } = await watch(withSsh(vm.config, { agent: true }));
  await untilPhase('ready');
  const other = await watch(withSsh(vm.config, { agent: true, privateKey: null }));
  expect((await other.untilError('ssh_auth_failed')).detail).toContain('The SSH agent cannot be used');
});
