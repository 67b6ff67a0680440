/** The whole of it: a monitor that asks the stand-in for Azure, a VM behind a real OpenSSH server, and what the stream tells. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { VmConfig } from '../../../src/main/engine/config/index.ts';
import type { MonitorOptions } from '../../../src/main/engine/monitor.ts';
import type { BackgroundTask } from '../../../src/shared/background-task.ts';
import { failure, type FakeArm } from '../../support/azure/fake-arm.ts';
import { statusesOf } from '../../support/azure/fake-vm.ts';
import { testConfig } from '../../support/monitor.ts';
import type { RealVm } from '../../support/real-vm.ts';
import { sampleRun } from '../../support/sample-run.ts';
import { sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { readyVm, watch, type Watched } from '../prober/watched.ts';
import { askFake, watchForStrangers, withoutAz, type Asked } from './asked.ts';

watchForStrangers();

const hourMs = 3_600_000;
const startOperation = 'Microsoft.Compute/virtualMachines/start/action';
/** What stands in for the 30 s between two questions. */
const azureFastestMs = 150;

interface Scene extends Asked {
  readonly vm: RealVm;
  readonly config: VmConfig;
}

/** A VM that is ready, and that Azure calls running since two hours. @param change of its configuration */
async function scene(change: Partial<VmConfig> = {}): Promise<Scene> {
  const asked = await askFake();
  const vm = await readyVm();
  const azure = asked.arm.putVm({ address: '127.0.0.1' });
  startedAgo(asked.arm, 2 * hourMs);
  const config = { ...vm.config, azure, ssh: { ...vm.config.ssh, host: null }, ...change };
  return { ...asked, vm, config };
}

function startedAgo(arm: FakeArm, ms: number): void {
  const time = new Date(Date.now() - ms).toISOString();
  arm.setActivity([{ operation: startOperation, status: 'Succeeded', time }]);
}

function power(arm: FakeArm, powerState: string, address: string | null = '127.0.0.1'): void {
  arm.changeVm('waa-eval-vm', { statuses: statusesOf(powerState), address });
}

const begin = (
  { config, azure }: Pick<Scene, 'config' | 'azure'>,
  options: Partial<MonitorOptions> = {},
): Promise<Watched> => watch(config, { azure, azureFastestMs, ...options });

const powerTold = (watched: Watched, state: string | null): Promise<unknown> =>
  until(() => watched.status()?.power_state === state, `the power state ${state ?? 'null'}`);

async function machineTask({ monitor }: Watched): Promise<BackgroundTask | undefined> {
  const tasks = (await (await fetch(`${monitor.url}/api/tasks`)).json()) as BackgroundTask[];
  return tasks.find(({ task_type }) => task_type === 'vm_provision');
}

describe.skipIf(sshdPath === null)('a VM whose address comes from Azure', () => {
  it('is deallocated, comes back at another address, and is told all the way', async () => {
    const all = await scene();
    const { vm, arm } = all;
    const watched = await begin(all);
    await watched.untilPhase('ready');
    await powerTold(watched, 'running');
    expect(watched.status()).toMatchObject({
      detail: { address: `${vm.config.ssh.username}@127.0.0.1:${vm.port}` },
      probe: { vnc_url: 'http://127.0.0.1:8006' },
      cost: { per_hour_usd: 0.192 },
    });
    expect(watched.status()?.cost?.so_far_usd).toBeCloseTo(0.384, 2);
    expect(watched.status()?.detail.found).toContainEqual({
      piece: 'address',
      value: '127.0.0.1',
      why: 'the public address of the VM in Azure',
    });

    power(arm, 'deallocating');
    await vm.killSshd();
    await watched.untilError('ssh_unreachable');
    await watched.untilPhase('stopping');
    power(arm, 'deallocated', null);
    const off = await watched.untilError('vm_not_running');
    expect(off).toMatchObject({ severity: 'warning', message: 'The VM is deallocated: it does not run.' });
    expect(off.hint).toContain('-g openadapt-agents -n waa-eval-vm');
    await watched.untilPhase('offline');
    expect(watched.status()).toMatchObject({
      ...{ connected: false, waa_ready: false, power_state: 'deallocated', cost: null },
      detail: { address: null, text: 'The VM is deallocated' },
      probe: { status: 'Not running', vnc_url: null },
    });
    expect(await machineTask(watched)).toMatchObject({
      ...{ status: 'pending', phase: 'offline' },
      metadata: { power_state: 'deallocated', size: 'Standard_D4ds_v5', location: 'westus2' },
    });

    power(arm, 'starting', null);
    await watched.untilPhase('starting');
    vm.moveTo('127.0.0.2');
    await vm.startSshd();
    startedAgo(arm, 0);
    power(arm, 'running', '127.0.0.2');
    await watched.untilPhase('ready');
    expect((await watched.untilRecovered('vm_not_running')).message).toBe('The VM is running again.');
    await watched.untilRecovered('ssh_unreachable');
    await until(
      () => watched.status()?.detail.address === `${vm.config.ssh.username}@127.0.0.2:${vm.port}`,
      'the new address is told',
    );
    await until(() => (watched.status()?.cost?.so_far_usd ?? 1) < 0.05, 'its cost begins anew');

    // Known by what it is and not by where: the same key under another address is no stranger's.
    expect(watched.client.errors().map(({ code }) => code)).toEqual(['ssh_unreachable', 'vm_not_running']);
    const known = readFileSync(join(watched.monitor.dataDir, 'known_hosts'), 'utf8').trim().split('\n');
    expect(known).toEqual([expect.stringMatching(/^azure-0f0f0f0f-\S+ ssh-ed25519 /)]);
  });

  it('keeps what is open over a restart of BenchTray, and tells it once', async () => {
    const all = await scene();
    power(all.arm, 'stopped');
    await all.vm.killSshd();
    const dataDir = mkdtempSync(join(tmpdir(), 'benchtray-azure-'));
    onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
    const first = await begin(all, { dataDir });
    const stopped = await first.untilError('vm_not_running');
    expect(stopped.message).toBe(
      'The VM is stopped, but not deallocated: it still costs money ($0.19 per hour).',
    );
    expect(stopped.hint).toMatch(/^To stop paying for it: az vm deallocate /);
    await powerTold(first, 'stopped');
    expect(first.status()).toMatchObject({
      power_state: 'stopped',
      cost: { per_hour_usd: 0.192 },
      detail: { text: 'The VM is stopped, but not deallocated: it still costs money' },
    });
    await first.close();
    const second = await begin(all, { dataDir });
    await powerTold(second, 'stopped');
    power(all.arm, 'running');
    await all.vm.startSshd();
    await second.untilRecovered('vm_not_running');
    expect(second.client.errors().filter(({ code }) => code === 'vm_not_running')).toHaveLength(1);
  });

  it('keeps the machine, price and success threshold of a run, whatever VM and configuration become', async () => {
    const all = await scene({ successThreshold: 0.5, pricePerHour: 0.4 });
    all.vm.runSays(sampleRun(Date.now() - 1.5 * hourMs));
    await all.vm.startRunner();
    const watched = await begin(all);
    const ended = await until(() => {
      const newest = watched.client.progress();
      return newest?.state === 'finished' ? newest : null;
    }, 'the run is known');
    const path = `${watched.monitor.url}/api/runs/${ended.run_id}`;
    const read = async (): Promise<unknown> => (await fetch(path)).json();
    const then = {
      machine: { size: 'Standard_D4ds_v5', is_spot: false, per_hour_usd: 0.4, recorded: true },
      success_threshold: { values: [0.5], recorded: true },
      succeeded: 6,
    };
    const first = await read();
    expect(first).toMatchObject(then);

    all.arm.changeVm('waa-eval-vm', { size: 'Standard_D8ds_v5' });
    const { config } = all;
    watched.monitor.reconfigure(testConfig([{ ...config, successThreshold: 1, pricePerHour: 0.8 }]));
    await until(() => watched.status()?.cost?.per_hour_usd === 0.8, 'the new price holds');
    expect(await read()).toEqual(first);
    const report = await (await fetch(`${path}/report`)).text();
    expect(report).toContain('Standard_D4ds_v5');
    expect(report).toContain('$0.40 per hour');
    expect(report).toContain('the success threshold of the VM decided: 0.5.');
    expect(report).not.toMatch(/\$0\.80|Standard_D8ds_v5/);
  });

  it('runs without a public address, which is said', async () => {
    const all = await scene();
    all.arm.changeVm('waa-eval-vm', { hasPublicAddress: false });
    const watched = await begin(all);
    const error = await watched.untilError('ssh_unreachable');
    expect(error).toMatchObject({
      message: 'SSH connection failed',
      detail: 'The VM waa-eval-vm has no public address in Azure.',
      hint: expect.stringContaining('ssh.host') as string,
    });
    await powerTold(watched, 'running');
    expect(watched.status()?.detail.text).toBe(
      'Azure says that the VM is running, but it has no public address there',
    );
    all.arm.changeVm('waa-eval-vm', { hasPublicAddress: true });
    await watched.untilPhase('ready');
  });

  it('may not be seen with its network, which is said', async () => {
    const all = await scene();
    all.arm.answer(/networkInterfaces/, failure(403, 'AuthorizationFailed', 'No.'));
    const watched = await begin(all);
    const error = await watched.untilError('azure_auth_failed');
    expect(error).toMatchObject({ severity: 'critical' });
    expect(error.message).toContain('not its network');
    all.arm.answerProperly();
    await watched.untilRecovered('azure_auth_failed');
    await watched.untilPhase('ready');

    // An address that was told once is kept while it may not be asked.
    all.arm.answer(/networkInterfaces/, failure(403, 'AuthorizationFailed', 'No.'));
    await all.vm.killSshd();
    await watched.untilPhase('unknown');
    const looks = all.arm.looks().length;
    await until(() => all.arm.looks().length >= looks + 3, 'Azure is asked again');
    await all.vm.startSshd();
    await watched.untilPhase('ready');
  });

  it('waits for somebody to sign in, and is found then', async () => {
    const all = await scene();
    withoutAz();
    const watched = await begin(all);
    const error = await watched.untilError('azure_auth_failed');
    expect(error).toMatchObject({
      severity: 'critical',
      message: 'There are no credentials for Azure.',
      hint: expect.stringContaining('az login') as string,
    });
    expect(watched.status()).toMatchObject({ phase: 'unknown', power_state: null, cost: null });
    expect(watched.status()?.detail.text).toBe('Unknown: There are no credentials for Azure');
    process.env['PATH'] = `${all.az.folder}:/usr/bin:/bin`;
    await watched.untilRecovered('azure_auth_failed');
    await watched.untilPhase('ready');
    expect(JSON.stringify([watched.client.received, watched.monitor.logged])).not.toContain('token-of-az');
  });
});

describe.skipIf(sshdPath === null)('a VM whose address is configured', () => {
  const configured = async (): Promise<Scene> => {
    const all = await scene();
    const { ssh } = all.vm.config;
    all.arm.changeVm('waa-eval-vm', { address: '127.0.0.9' });
    return { ...all, config: { ...all.config, ssh } };
  };

  it('is reached there, whatever Azure says, and while Azure says nothing', async () => {
    const all = await configured();
    all.az.hangs();
    const watched = await begin(all);
    await watched.untilPhase('ready');
    expect(all.az.running()).toHaveLength(1);
    expect(watched.status()).toMatchObject({
      power_state: null,
      detail: { address: `${all.config.ssh.username}@127.0.0.1:${all.vm.port}` },
    });
    expect(watched.client.errors()).toEqual([]);
  });

  it('is watched on while Azure is in trouble, which is told once and not at the first miss', async () => {
    const all = await configured();
    const watched = await begin(all);
    await watched.untilPhase('ready');
    await powerTold(watched, 'running');
    all.arm.answer(/virtualMachines/, failure(500, 'InternalServerError', 'Oops.'), 1);
    const looks = all.arm.looks().length;
    await until(() => all.arm.looks().length >= looks + 3, 'it is asked again');
    expect(watched.client.errors()).toEqual([]);
    all.arm.answer(/virtualMachines/, failure(500, 'InternalServerError', 'Oops.'));
    const error = await watched.untilError('azure_unavailable');
    expect(error).toMatchObject({ severity: 'warning', message: 'Azure answers with an error of its own.' });
    await powerTold(watched, null);
    expect(watched.status()).toMatchObject({ phase: 'ready', connected: true });
    all.arm.answerProperly();
    await watched.untilRecovered('azure_unavailable');
    await powerTold(watched, 'running');
    expect(watched.client.errors()).toHaveLength(1);
  });

  it('is called running while SSH is dead: both are said', async () => {
    const all = await configured();
    await all.vm.killSshd();
    all.arm.changeVm('waa-eval-vm', {
      statuses: [
        { code: 'ProvisioningState/failed/VMAgentProvisioningFailure', message: 'The VM agent is silent.' },
        { code: 'PowerState/running' },
      ],
    });
    const watched = await begin(all);
    await powerTold(watched, 'running');
    const error = await watched.untilError('ssh_unreachable');
    expect(error.message).toBe('SSH connection failed');
    await until(
      () =>
        watched.status()?.detail.text ===
        'Not reached yet, while Azure says that the VM is running (VMAgentProvisioningFailure: The VM agent is silent.)',
      'both stand in the status',
    );
    expect(watched.status()).toMatchObject({ connected: false, phase: 'offline' });
    await all.vm.startSshd();
    await watched.untilPhase('ready');
    await all.vm.killSshd();
    await watched.untilPhase('unknown');
    expect(watched.status()?.detail.text).toMatch(
      /^The SSH connection is lost, while Azure says that the VM is running/,
    );
    expect(watched.client.errors().at(-1)?.detail).toMatch(/Azure|VM was running/);
  });

  it('loses its run when it is deallocated, which is worse than standing still', async () => {
    const all = await configured();
    const watched = await begin(all);
    await watched.untilPhase('ready');
    await all.vm.startRunner();
    all.vm.runSays(
      sampleRun(Date.now())
        .split(/(?<=\n)/)
        .slice(0, 60)
        .join(''),
    );
    await until(() => watched.client.progress()?.state === 'running', 'the run is on');
    power(all.arm, 'deallocated', null);
    await all.vm.killSshd();
    expect(await watched.untilError('vm_not_running')).toMatchObject({ severity: 'critical' });
  });
});

describe.skipIf(sshdPath === null)('a Spot VM that Azure deletes in the midst of a run', () => {
  it('is told to be gone, with the place of its run, and after a restart of BenchTray as well', async () => {
    const all = await scene();
    const { vm, arm } = all;
    const dataDir = mkdtempSync(join(tmpdir(), 'benchtray-evicted-'));
    onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
    arm.changeVm('waa-eval-vm', { priority: 'Spot' });
    const first = await begin(all, { dataDir });
    await first.untilPhase('ready');
    await powerTold(first, 'running');
    await vm.startRunner();
    vm.runSays(
      sampleRun(Date.now())
        .split(/(?<=\n)/)
        .slice(0, 60)
        .join(''),
    );
    const progress = await until(() => {
      const newest = first.client.progress();
      return newest?.current_task == null ? null : newest;
    }, 'a task is on');
    arm.removeVm('waa-eval-vm');
    await vm.killSshd();
    const gone = await first.untilError('vm_not_running');
    expect(gone).toMatchObject({
      severity: 'critical',
      message: expect.stringMatching(
        /^The Spot VM waa-eval-vm is gone from Azure, where it was until \d{4}-\d\d-\d\d \d\d:\d\d UTC: /,
      ) as string,
      detail: expect.stringContaining(progress.current_task ?? '') as string,
      hint: expect.not.stringMatching(/vmName|subscriptionId|resourceGroup/) as string,
    });
    await first.untilPhase('offline');
    expect(first.status()).toMatchObject({
      power_state: null,
      detail: { text: 'The VM is gone from Azure' },
    });
    await first.close();

    // The journal is the only witness now.
    const second = await begin(all, { dataDir });
    await second.untilPhase('offline');
    await until(() => second.status()?.detail.text === 'The VM is gone from Azure', 'it is known');
    const codes = second.client.errors().map(({ code }) => code);
    expect(codes).not.toContain('azure_unavailable');
    expect(codes.filter((code) => code === 'vm_not_running')).toHaveLength(1);
  });
});

describe.skipIf(sshdPath === null)('a VM that stands idle', () => {
  /** Half a second of idling; the schema asks for a minute. */
  const idleAfterMinutes = 0.5 / 60;

  it('is told once, with its cost since its last task, also after a restart; a run ends it', async () => {
    const all = await scene({ idleAfterMinutes });
    const dataDir = mkdtempSync(join(tmpdir(), 'benchtray-idle-'));
    onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
    // Of an hour and a half ago: its process is still there, and its last task ended some minutes after it began.
    all.vm.runSays(sampleRun(Date.now() - 1.5 * hourMs));
    await all.vm.startRunner();
    const watched = await begin(all, { dataDir });
    await until(() => watched.client.progress()?.state === 'finished', 'the run is known');
    expect(watched.client.errors()).toEqual([]);
    const elapsedMs = 1000 * (watched.client.progress()?.elapsed_seconds ?? 0);
    await watched.close();
    await all.vm.stopRunner();

    // What happened before is known from the journal.
    const next = await begin(all, { dataDir });
    const idle = await next.untilError('vm_idle');
    expect(idle).toMatchObject({
      severity: 'warning',
      message: expect.stringMatching(/^This VM has cost \$0\.\d\d since its last task ended\.$/) as string,
    });
    const [, dollars] = /\$(0\.\d\d)/.exec(idle.message) ?? [];
    expect(Number(dollars)).toBeCloseTo((0.192 * (1.5 * hourMs - elapsedMs)) / hourMs, 1);
    expect(idle.detail).toMatch(/^\d+ min without a run, at \$0\.19 per hour$/);
    expect(idle.hint).toContain('-g openadapt-agents -n waa-eval-vm');
    await next.close();

    const again = await begin(all, { dataDir });
    await again.untilPhase('ready');
    await until(() => again.status()?.power_state === 'running', 'Azure has answered');
    const looks = again.client.statuses().length;
    await until(() => again.client.statuses().length > looks + 2, 'it is looked at again');
    expect(again.client.errors().filter(({ code }) => code === 'vm_idle')).toHaveLength(1);
    await all.vm.startRunner();
    expect((await again.untilRecovered('vm_idle')).message).toBe('The VM is in use again, or off.');
  });

  it('is told outside of Azure too, where its price is known', async () => {
    const vm = await readyVm();
    const watched = await watch({ ...vm.config, idleAfterMinutes, pricePerHour: 3_600 });
    const idle = await watched.untilError('vm_idle');
    expect(idle.message).toMatch(
      /^This VM has cost \$\d+\.\d\d since BenchTray first saw it, without a run\.$/,
    );
    expect(idle.hint).toBe('If it is not needed, stop it where it is rented.');
    expect(watched.status()?.cost).toMatchObject({ per_hour_usd: 3_600 });
  });

  it("is nobody's business where nothing is known of its price", async () => {
    const vm = await readyVm();
    const watched = await watch({ ...vm.config, idleAfterMinutes });
    await watched.untilPhase('ready');
    // One beside it that is priced, and began to be watched later, shows that there was time enough.
    const unpriced = { ...vm.config, idleAfterMinutes };
    const priced = { ...unpriced, name: 'priced', pricePerHour: 1 };
    watched.monitor.reconfigure(testConfig([unpriced, priced]));
    expect(await watched.untilError('vm_idle')).toMatchObject({ vm: 'priced' });
    expect(watched.client.errors()).toHaveLength(1);
    const own = watched.client.statuses().filter(({ vm: name }) => name === vm.config.name);
    expect(own.at(-1)).toMatchObject({ phase: 'ready', cost: null });
  });

  it('is not told while the connection is lost, and is over when the VM is off', async () => {
    const all = await scene({ idleAfterMinutes });
    const watched = await begin(all);
    await watched.untilError('vm_idle');
    power(all.arm, 'deallocated', null);
    await all.vm.killSshd();
    await watched.untilRecovered('vm_idle');
    expect(watched.client.errors().filter(({ code }) => code === 'vm_idle')).toHaveLength(1);
  });
});

describe.skipIf(sshdPath === null)('a change of the configuration', () => {
  it('is no reason to ask more often', async () => {
    const all = await scene();
    const watched = await begin(all, { azureFastestMs: 60_000 });
    await powerTold(watched, 'running');
    for (const stalledAfterMinutes of [20, 21, 22]) {
      const before = watched.client.statuses().length;
      watched.monitor.reconfigure(testConfig([{ ...all.config, stalledAfterMinutes }]));
      await until(
        () =>
          watched.client
            .statuses()
            .slice(before)
            .some(({ power_state }) => power_state === 'running'),
        'the new watching knows what the old one knew',
      );
    }
    await watched.untilPhase('ready');
    expect(all.arm.looks()).toHaveLength(1);
  });
});
