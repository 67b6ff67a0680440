/**
 * The built program: the packages of Azure are in it, they work there, and they are loaded by nobody who does not ask Azure. It trusts
 * the stand-in as a person's own network would be trusted, by NODE_EXTRA_CA_CERTS.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makeFakeAz } from '../../support/azure/fake-az.ts';
import { startFakeArm } from '../../support/azure/fake-arm.ts';
import { startChild } from '../../support/child.ts';
import { statusesOf } from '../../support/azure/fake-vm.ts';
import { until } from '../../support/wait.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const cli = join(root, 'out', 'main', 'cli.js');
const noteTaker = join(import.meta.dirname, 'note-taker.ts');

const isOfBuild = (url: string): boolean => url.startsWith('file:') && url.includes('/out/main/');
/** Whatever the parts of the build are called. */
const holdsPackages = (url: string): boolean =>
  isOfBuild(url) && readFileSync(new URL(url), 'utf8').includes('ComputeManagementClient = class');

/** Nothing listens there. */
const deadVm = { name: 'vm', ssh: { host: '127.0.0.1', port: 9, username: 'me', agent: false } };

async function serve(vm: object, environment: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'benchtray-built-'));
  const file = (name: string): string => join(folder, name);
  mkdirSync(file('home'));
  writeFileSync(file('config.json'), JSON.stringify({ dataDir: file('data'), vms: [vm] }));
  writeFileSync(file('notes'), '');
  const words = ['--import', noteTaker, cli, 'serve', '--config', file('config.json'), '--port', '0'];
  const child = startChild(process.execPath, words, {
    env: { PATH: '/usr/bin:/bin', HOME: file('home'), NOTES: file('notes'), ...environment },
  });
  onTestFinished(async () => {
    await child.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const url = await child.listening();
  const notes = (kind: string): string[] =>
    readFileSync(file('notes'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith(`${kind} `))
      .map((line) => line.slice(kind.length + 1));
  return {
    said: () => child.out() + child.err(),
    log: () => readFileSync(file('data/logs/benchtray.log'), 'utf8'),
    modules: () => notes('module'),
    strangers: () => notes('host').filter((host) => !/^(localhost|127(\.\d+){3}|::1)$/.test(host)),
    async status() {
      const { vms } = (await (await fetch(`${url}/api/status`)).json()) as {
        vms: { status: { phase: string; power_state: string | null; detail: { text: string } } | null }[];
      };
      return vms[0]?.status ?? null;
    },
    stop: () => child.stop('SIGTERM'),
  };
}

it.skipIf(!existsSync(cli))('asks Azure, with a certificate that the environment names', async () => {
  const arm = await startFakeArm();
  const az = makeFakeAz();
  const certificate = join(az.folder, 'ca.pem');
  writeFileSync(certificate, arm.certificate);
  onTestFinished(async () => {
    az.remove();
    await arm.close();
  });
  const azure = arm.putVm({ statuses: statusesOf('deallocated'), address: null });
  const served = await serve(
    { ...deadVm, azure, ssh: { ...deadVm.ssh, host: null } },
    {
      PATH: `${az.folder}:/usr/bin:/bin`,
      NODE_EXTRA_CA_CERTS: certificate,
      BENCHTRAY_AZURE_ENDPOINT: arm.url,
    },
  );
  const status = await until(async () => {
    const told = await served.status();
    return told?.power_state === 'deallocated' && told;
  }, 'what Azure says is told');
  expect(status).toMatchObject({ phase: 'offline', detail: { text: 'The VM is deallocated' } });
  expect(arm.looks()).toHaveLength(1);
  expect(served.modules().filter(holdsPackages)).toHaveLength(1);
  expect(served.strangers()).toEqual([]);
  expect(await served.stop()).toBe(0);
  expect(served.said() + served.log()).not.toContain('token-of-az');
});

it.skipIf(!existsSync(cli))('shows the code of a sign-in where it was started', async () => {
  const arm = await startFakeArm();
  const certificate = join(mkdtempSync(join(tmpdir(), 'benchtray-ca-')), 'ca.pem');
  writeFileSync(certificate, arm.certificate);
  onTestFinished(async () => {
    rmSync(join(certificate, '..'), { recursive: true });
    await arm.close();
  });
  const served = await serve(
    { ...deadVm, azure: arm.putVm() },
    {
      NODE_EXTRA_CA_CERTS: certificate,
      BENCHTRAY_AZURE_ENDPOINT: arm.url,
      AZURE_AUTHORITY_HOST: arm.url,
      BENCHTRAY_AZURE_SIGN_IN: 'device-code',
    },
  );
  await until(() => served.said().includes('microsoft.com/devicelogin'), 'address and code are shown');
  expect(served.said()).toContain('ABCD1234');
  expect(served.strangers()).toEqual([]);
  expect(await served.stop()).toBe(0);
  expect(served.log()).not.toContain('ABCD1234');
});

it.skipIf(!existsSync(cli))('loads nothing of Azure where it is not asked', async () => {
  const served = await serve(deadVm);
  await until(async () => (await served.status()) !== null, 'the VM is watched');
  expect(served.modules().filter(isOfBuild).length).toBeGreaterThan(3);
  expect(served.modules().filter(holdsPackages)).toEqual([]);
  expect(served.strangers()).toEqual([]);
  expect(await served.stop()).toBe(0);
});
