/** Names from the configuration, from Azure and from the VM may be anything. A command that is copied does what it says, and nothing else. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { inspectLine } from '../../support/real-vm.ts';
import { sshdPath } from '../../support/tools.ts';
import { azureFails, azureSays, healthyPatient } from './patient.ts';

const programs = [
  'az',
  'ssh',
  'ssh-keygen',
  'ssh-add',
  'chmod',
  'nc',
  'docker',
  'benchtray',
  'sudo',
  'nslookup',
];

/** Runs a command as a person would that pastes it into a shell, where every program only writes down what it was given. */
function paste(command: string): { readonly words: readonly string[]; readonly isHarmed: boolean } {
  const folder = mkdtempSync(join(tmpdir(), 'benchtray-paste-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'bin'));
  for (const program of programs) {
    const path = join(folder, 'bin', program);
    writeFileSync(path, `#!/bin/sh\nfor word; do printf '%s\\0' "$word"; done >'${folder}/words'\n`);
    chmodSync(path, 0o755);
  }
  execFileSync('/bin/sh', ['-c', command], {
    cwd: folder,
    env: { PATH: `${join(folder, 'bin')}:/usr/bin:/bin` },
  });
  const words = readFileSync(join(folder, 'words'), 'utf8').split('\0').slice(0, -1);
  return { words, isHarmed: existsSync(join(folder, 'pwned')) };
}

const hostile = [
  '$(touch pwned)',
  '`touch pwned`',
  "a'; touch pwned; '",
  'a"; touch pwned; "',
  'a; touch pwned',
  'a & touch pwned',
  'a | touch pwned',
  '> pwned',
  '*',
  '~',
  '\\',
];

describe.skipIf(sshdPath === null)('a hostile name', () => {
  it.each(hostile)('in Azure: %s', async (name) => {
    const patient = await healthyPatient();
    patient.config = {
      ...patient.config,
      azure: { subscriptionId: name, resourceGroup: name, vmName: name, cloud: 'public' },
    };
    patient.azure = azureSays({ powerState: 'stopped' });
    const { command } = (await patient.examine()).of('vm_running');
    const pasted = paste(command ?? '');
    expect(pasted.words).toEqual(['vm', 'start', '--subscription', name, '-g', name, '-n', name]);
    expect(pasted.isHarmed).toBe(false);
  });

  it.each(hostile.filter((name) => !/[ ]|\\/.test(name)).concat('a;touch${IFS}pwned', "$(touch$IFS'pwned')"))(
    'of a container: %s',
    async (name) => {
      const patient = await healthyPatient();
      patient.vm.setContainers(`0123|${name}|windowsarena/winarena:latest|Exited (1)\n`);
      patient.vm.setInspect(inspectLine({ name, state: 'exited', exitCode: 1 }), 'any');
      const check = (await patient.examine()).of('container');
      expect(check.state).toBe('failed');
      const local = paste(check.command ?? '');
      const remote = local.words.at(-1) ?? '';
      expect(paste(remote).words).toEqual(['logs', '--tail', '50', name]);
      expect([local.isHarmed, paste(remote).isHarmed]).toEqual([false, false]);
    },
  );

  it('of a user', async () => {
    const patient = await healthyPatient();
    patient.setSsh({ username: 'x;touch${IFS}pwned' });
    patient.config = { ...patient.config, azure: null };
    const { command } = (await patient.examine()).of('ssh_login');
    const pasted = paste(command ?? '');
    expect(pasted.words).toEqual(expect.arrayContaining(['-v', 'x;touch${IFS}pwned@127.0.0.1']));
    expect(pasted.isHarmed).toBe(false);
  });

  it('of a key file', async () => {
    const patient = await healthyPatient();
    const privateKey = join(patient.home, "$(touch pwned) 'x'");
    patient.setSsh({ privateKey });
    const { command } = (await patient.examine()).of('ssh_key');
    expect(paste(command ?? '')).toEqual({ words: ['-t', 'ed25519', '-f', privateKey], isHarmed: false });
  });

  it.each(['--debug', '-o', 'a\ntouch pwned', 'a\u001b[201~', 'a\u202eb', 'a\u0000b'])(
    'that no quotes help against gives no command: %j',
    async (name) => {
      const patient = await healthyPatient();
      patient.config = {
        ...patient.config,
        azure: { subscriptionId: name, resourceGroup: 'g', vmName: 'n', cloud: 'public' },
      };
      patient.azure = azureFails('not_found');
      const check = (await patient.examine()).of('vm_exists');
      expect([check.state, check.command]).toEqual(['failed', null]);
      expect(check.advice).toMatch(/\w/);
    },
  );

  it('in what the VM says is shown on one line, without colours and without secrets', async () => {
    const patient = await healthyPatient();
    patient.vm.failDocker('\u001b[31mnope\u001b[0m\r\n\u202eapi_key=abcdef123456 Bearer sk-abcdefgh12345678');
    const check = (await patient.examine()).of('docker');
    expect(check.found).not.toMatch(/[\p{Cc}\p{Bidi_Control}]|abcdef/u);
    expect(check.found).toContain('nope');
  });
});
