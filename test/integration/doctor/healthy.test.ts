/** Where nothing is wrong, the doctor says so: everything passes, over one login, and nothing is left behind. */
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkNames, checks } from '../../../src/main/engine/doctor/index.ts';
import { jobFiles, putFiles, trialConfigFile } from '../../support/job-files.ts';
import { sampleRun } from '../../support/sample-run.ts';
import { sshdPath } from '../../support/tools.ts';
import { healthyPatient } from './patient.ts';

it('the table has the checks in the order of their names', () => {
  expect(checks.map(({ name }) => name)).toEqual(checkNames);
});

/** How many checks are not of one VM. They come first. */
const ofHouse = checkNames.indexOf('azure_login');

describe.skipIf(sshdPath === null)('a healthy patient', () => {
  it('passes everything', async () => {
    const patient = await healthyPatient();
    const examined = await patient.examine();
    expect([examined.wrong, examined.skippedNames]).toEqual([[], []]);
    expect(examined.summary).toEqual({ ok: true, passed: checks.length, warned: 0, failed: 0, skipped: 0 });
    expect(examined.checks.map(({ check }) => check)).toEqual(checkNames);
    expect(examined.of('log').found).toMatch(/^container:\/.*\/client\/results\/logs\/normal-.*"waa"\.$/);
    expect(examined.of('container').found).toBe('winarena is up, chosen because it is named winarena.');
    expect(examined.of('benchmark_process').found).toContain('--model gpt-4o');
    expect(JSON.stringify(examined.checks)).not.toContain('sk-secret');
    for (const { found, advice, took_ms } of examined.checks)
      expect([typeof found, advice, typeof took_ms]).toEqual(['string', null, 'number']);
  });

  it('is told live: waiting, running, passed', async () => {
    const patient = await healthyPatient();
    const { told } = await patient.examine();
    expect(told.slice(0, checks.length).map(({ state }) => state)).toEqual(checks.map(() => 'waiting'));
    for (const name of checkNames) {
      const states = told.filter(({ check }) => check === name).map(({ state }) => state);
      expect([name, states]).toEqual([name, ['waiting', 'running', 'passed']]);
    }
  });

  it('is logged in on once, Azure is asked once, and nothing is written', async () => {
    const patient = await healthyPatient();
    await patient.examine();
    expect([patient.vm.logins(), patient.azureAsked()]).toEqual([1, 1]);
    expect(existsSync(join(patient.home, 'own_known_hosts'))).toBe(false);
  });

  it('is not asked about Azure without an azure block, which is no failure', async () => {
    const patient = await healthyPatient();
    patient.config = { ...patient.config, azure: null };
    const examined = await patient.examine();
    expect(examined.skippedNames).toEqual(['azure_login', 'vm_exists', 'vm_running']);
    expect([examined.wrong, examined.summary.ok, patient.azureAsked()]).toEqual([[], true, 0]);
    expect(examined.of('vm_running').found).toContain('has no "azure"');
  });

  it('is reached at the address that Azure tells', async () => {
    const patient = await healthyPatient();
    patient.setSsh({ host: null });
    const examined = await patient.examine();
    expect([examined.wrong, examined.skippedNames]).toEqual([[], []]);
    expect(examined.of('public_address').found).toContain('as Azure says');
  });

  it('is reached through another machine', async () => {
    const patient = await healthyPatient();
    const { vm, home } = patient;
    const { username } = userInfo();
    const lines = [
      'Host behind',
      '  HostName 127.0.0.1',
      `  Port ${vm.port}`,
      `  ProxyJump ${username}@127.0.0.1:${vm.port}`,
    ];
    writeFileSync(join(home, '.ssh', 'config'), lines.join('\n'));
    copyFileSync(vm.keyPath, join(home, '.ssh', 'id_ed25519'));
    patient.setSsh({ host: 'behind', port: 22, privateKey: null });
    const examined = await patient.examine();
    expect([examined.wrong, examined.skippedNames]).toEqual([[], []]);
    expect(examined.of('public_address').found).toContain(`through ${username}@127.0.0.1:${vm.port}`);
    expect(vm.logins()).toBe(2);
  });

  it('may run the benchmark on the VM itself, without docker', async () => {
    const patient = await healthyPatient();
    const { vm } = patient;
    await vm.stopRunner();
    vm.failDocker('sh: docker: not found', 127);
    const cwd = join(vm.dir, 'OSWorld');
    await vm.startRunner({ where: 'host', cwd, script: 'run_multienv.py', words: ['--model', 'gpt-4o'] });
    mkdirSync(join(cwd, 'logs'));
    writeFileSync(join(cwd, 'logs', 'normal-20260128@225508.log'), sampleRun(Date.now() - 60_000));
    const examined = await patient.examine();
    expect([examined.wrong, examined.skippedNames]).toEqual([
      [],
      ['docker', 'container', 'guest_address', 'probe', 'vnc'],
    ]);
    expect(examined.of('vnc').found).toContain('the benchmark runs on the VM itself');
    expect(examined.of('log').found).toContain('OSWorld/logs/normal-20260128@225508.log');
  });

  it('may run CoAct, whose process has a log without tasks beside what it prints', async () => {
    const patient = await healthyPatient();
    const { vm } = patient;
    await vm.stopRunner();
    vm.containerGone();
    vm.failDocker('sh: 1: docker: not found', 127);
    const cwd = join(vm.dir, 'home/CoAct');
    mkdirSync(join(cwd, 'logs'), { recursive: true });
    writeFileSync(join(cwd, 'logs/normal-20260602@154900.log'), 'HTTP Request: POST\n'.repeat(20));
    const output = join(cwd, 'coact.out');
    await vm.startRunner({ where: 'host', cwd, script: 'run_coact.py', words: [], output });
    writeFileSync(output, 'Processing 3 tasks with 2 workers...\nScore: 1.0\n');
    const examined = await patient.examine();
    expect(examined.of('log').found).toMatch(/coact\.out .*: it is of the kind "coact"\.$/);
  });

  it('may run Harbor, which needs no log', async () => {
    const patient = await healthyPatient();
    const { vm } = patient;
    await vm.stopRunner();
    vm.containerGone();
    vm.failDocker('sh: 1: docker: not found', 127);
    const cwd = join(vm.dir, 'home/work');
    mkdirSync(join(cwd, 'bin'), { recursive: true });
    const words = ['run', '-d', 'tea-bench', '--jobs-dir', 'out'];
    await vm.startRunner({ where: 'host', cwd, script: 'bin/harbor', words });
    const young = await patient.examine();
    expect([young.wrong, young.of('log')]).toMatchObject([
      [],
      {
        state: 'passed',
        found: `No log is needed: BenchTray watches ${cwd}/out, where harbor writes its results.`,
      },
    ]);
    const startMs = Date.now() - 60_000;
    putFiles(join(cwd, 'out'), [
      ...jobFiles({ name: 'tea-time', startMs, endMs: null, trialCount: 3 }),
      trialConfigFile('tea-time', { task: 'tea-bench/brew', mark: 'aB3dE5f', startMs, minutes: 1 }),
    ]);
    const examined = await patient.examine();
    expect([examined.wrong, examined.of('log').found]).toEqual([
      [],
      `No log is needed: BenchTray watches the result files of harbor in ${cwd}/out (one job).`,
    ]);
    // Its output holds no run, and is none to complain of.
    await vm.stopRunner();
    const output = join(cwd, 'harbor.out');
    await vm.startRunner({ where: 'host', cwd, script: 'bin/harbor', words, output });
    writeFileSync(output, 'Tea is brewing.\n'.repeat(30));
    const printed = await patient.examine();
    expect([printed.wrong, printed.of('log').found]).toMatchObject([
      [],
      expect.stringMatching(/harbor\.out .*: no run is in it, and no log is needed: BenchTray watches /),
    ]);
  });

  it('need not be configured: a draft is looked at by itself', async () => {
    const patient = await healthyPatient();
    const examined = await patient.examine({ house: null, vms: [{ ...patient.config, name: 'draft' }] });
    expect(examined.wrong).toEqual([]);
    expect(examined.checks.map(({ check }) => check)).toEqual(checkNames.slice(ofHouse));
    expect(new Set(examined.checks.map(({ vm }) => vm))).toEqual(new Set(['draft']));
  });

  it('may be one of several, each with checks of its own', async () => {
    const patient = await healthyPatient();
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const examined = await patient.examine({
      vms: names.map((name) => ({ ...patient.config, name, ...(name === 'c' ? { container: 'none' } : {}) })),
    });
    expect(examined.checks).toHaveLength(ofHouse + 6 * (checkNames.length - ofHouse));
    const bad = examined.checks
      .filter(({ state }) => state === 'failed')
      .map(({ check, vm }) => `${check} ${vm ?? ''}`);
    expect(bad).toEqual(['container c']);
    expect(patient.vm.logins()).toBe(6);
  });
});
