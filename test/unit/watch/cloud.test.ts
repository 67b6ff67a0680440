/** What Azure's word does to phase, words and troubles, beside what SSH says. */
import { describe, expect, it } from 'vitest';
import type { AzureFacts, AzureProblem } from '../../../src/main/engine/azure/index.ts';
import type { Phase, StateCode } from '../../../src/shared/stream.ts';
import { backgroundTasks } from '../../../src/main/engine/watch/background-tasks.ts';
import { assess } from '../../../src/main/engine/watch/rules/conditions.ts';
import type { CutRun, Trouble } from '../../../src/main/engine/watch/rules/rule.ts';
import {
  type CloudSight,
  firstSight,
  type IdleSight,
  type Sight,
} from '../../../src/main/engine/watch/sight.ts';
import { phaseOf, statusOf } from '../../../src/main/engine/watch/status.ts';
import { ready, sshProblem } from './sights.ts';

const settings = { stalledAfterMs: 900_000, idleAfterMs: 1_800_000, missingAfterMs: 5_000, cutRun: null };
const facts: AzureFacts = {
  ...{ powerState: 'running', provisioningState: 'succeeded', provisioningError: null },
  ...{ address: '20.1.2.3', size: 'Standard_D4ds_v5', location: 'westus2' },
  ...{ runningSinceMs: 0, checkedAtMs: 0 },
};
const asked: CloudSight = {
  ...{ subscriptionId: '1111', resourceGroup: 'rg', vmName: 'vm-1', isAddressWanted: true },
  ...{ facts, problem: null, misses: 0, perHourUsd: 0.192 },
  ...{ seen: { atMs: 0, isSpot: false, size: null }, gone: null },
};
const down = (everUp: boolean, problem: typeof sshProblem | null = sshProblem): Sight['ssh'] => ({
  kind: 'down',
  everUp,
  problem,
});
const says = (change: Partial<AzureFacts>, ssh: Sight['ssh'] = down(true)): Sight => ({
  ...ready,
  ssh,
  cloud: { ...asked, facts: { ...facts, ...change } },
});
const fails = (change: Partial<AzureProblem>, misses: number, more: Partial<CloudSight> = {}): Sight => ({
  ...ready,
  cloud: {
    ...asked,
    misses,
    problem: {
      ...{ kind: 'unavailable', code: 'azure_unavailable', message: 'It does not answer.' },
      ...{ detail: 'd', hint: 'h', retryAfterMs: null },
      ...change,
    },
    ...more,
  },
});
const cut: CutRun = { wasOn: true, position: 'The run was at task 3 of 9 (t3), step 4' };
const frame = { vm: 'vm', address: null, vncUrl: null, checkedAtMs: 0, heardAtMs: 0, cost: null };

function troubleOf(
  sight: Sight,
  code: StateCode,
  cutRun: CutRun | null = null,
): Trouble | 'clear' | 'unknown' {
  const { holding, clear } = assess(sight, { ...settings, cutRun });
  return holding.find((one) => one.code === code) ?? (clear.includes(code) ? 'clear' : 'unknown');
}

describe('a VM that is not reached', () => {
  it.each<[powerState: string | null, everUp: boolean, phase: Phase, text: RegExp]>([
    ['creating', false, 'starting', /^Azure makes the VM$/],
    ['starting', true, 'starting', /^Azure starts the VM$/],
    ['running', true, 'unknown', /^The SSH connection is lost, while Azure says that the VM is running$/],
    ['running', false, 'offline', /^Not reached yet, while Azure says that the VM is running$/],
    ['stopping', true, 'stopping', /^Azure stops the VM$/],
    ['deallocating', true, 'stopping', /^Azure deallocates the VM$/],
    ['stopped', true, 'offline', /not deallocated: it still costs money$/],
    ['deallocated', true, 'offline', /^The VM is deallocated$/],
    ['hibernated', true, 'offline', /^The VM is hibernated$/],
    ['unknown', true, 'unknown', /^The SSH connection is lost$/],
    [null, false, 'offline', /^Not reached yet$/],
    ['a word of tomorrow', true, 'unknown', /^The SSH connection is lost$/],
  ])('%s, reached before: %s', (powerState, everUp, phase, text) => {
    const sight = says({ powerState }, down(everUp));
    expect(phaseOf(sight)).toBe(phase);
    const status = statusOf(sight, frame);
    expect(status).toMatchObject({ connected: false, waa_ready: false, power_state: powerState });
    expect(status.detail.text).toMatch(text);
  });

  it('is said to lack its address, and why provisioning failed', () => {
    const text = (sight: Sight): string => statusOf(sight, frame).detail.text;
    expect(text({ ...firstSight, cloud: { ...asked, facts: null } })).toBe('Asking Azure for the address');
    expect(text({ ...fails({}, 1, { facts: null }), ssh: down(false) })).toBe(
      'Azure has not told the address yet',
    );
    expect(text(says({ address: null }, down(false)))).toContain('no public address');
    expect(text(says({ powerState: 'deallocated', provisioningError: 'AllocationFailed: no room' }))).toBe(
      'The VM is deallocated (AllocationFailed: no room)',
    );
  });

  it('is not called off by an answer that is out of date', () => {
    const sight = { ...fails({}, 2), ssh: down(true) };
    const old = { ...sight, cloud: { ...asked, ...sight.cloud, facts: { ...facts, powerState: 'stopped' } } };
    expect(phaseOf(old)).toBe('unknown');
    expect(statusOf(old, frame).power_state).toBeNull();
    expect(troubleOf(old, 'vm_not_running')).toBe('unknown');
  });

  it('is listed among the tasks as what it is', () => {
    const machine = (sight: Sight) => backgroundTasks('vm', sight, null, since, 0)[0];
    const since = { connectedAtMs: null, containerStartedAtMs: null, lastHeard: null };
    expect(machine(says({ powerState: 'starting' }))).toMatchObject({
      ...{ status: 'running', phase: 'starting', description: 'Azure starts the VM' },
      metadata: { power_state: 'starting', size: 'Standard_D4ds_v5', location: 'westus2' },
    });
    expect(machine(says({}, { kind: 'up' }))).toMatchObject({
      ...{ status: 'completed', phase: 'connected', description: 'Connected by SSH' },
      metadata: { power_state: 'running' },
    });
    expect(machine({ ...ready, ssh: down(true) })).toMatchObject({
      ...{ status: 'failed', phase: 'unknown', description: 'SSH connection failed' },
      metadata: { power_state: null, size: null },
    });
  });
});

describe('a VM that answers', () => {
  it('runs, whatever Azure said a while ago', () => {
    const sight = says({ powerState: 'deallocated' }, { kind: 'up' });
    expect(phaseOf(sight)).toBe('ready');
    expect(troubleOf(sight, 'vm_not_running')).toBe('clear');
  });
});

describe('vm_not_running', () => {
  it.each<[powerState: string | null, verdict: 'clear' | 'unknown']>([
    ['running', 'clear'],
    ['starting', 'unknown'],
    ['stopping', 'unknown'],
    ['unknown', 'unknown'],
    [null, 'unknown'],
  ])('%s: %s', (powerState, verdict) => {
    expect(troubleOf(says({ powerState }), 'vm_not_running')).toBe(verdict);
  });

  it('says that a stopped VM is paid for, and how much', () => {
    expect(troubleOf(says({ powerState: 'stopped' }), 'vm_not_running')).toMatchObject({
      severity: 'warning',
      message: 'The VM is stopped, but not deallocated: it still costs money ($0.19 per hour).',
      hint: expect.stringContaining('az vm deallocate --subscription 1111 -g rg -n vm-1') as string,
    });
    const unpriced = says({ powerState: 'stopped' });
    expect(
      troubleOf({ ...unpriced, cloud: { ...asked, ...unpriced.cloud, perHourUsd: null } }, 'vm_not_running'),
    ).toMatchObject({ message: 'The VM is stopped, but not deallocated: it still costs money.' });
  });

  it('is worse in the midst of a run, and tells why a start failed', () => {
    const sight = says({ powerState: 'deallocated', provisioningError: 'AllocationFailed' });
    expect(troubleOf(sight, 'vm_not_running', cut)).toMatchObject({
      severity: 'critical',
      message: 'The VM is deallocated: it does not run.',
      detail: 'AllocationFailed. The run was at task 3 of 9 (t3), step 4',
    });
    expect(troubleOf(sight, 'vm_not_running', { ...cut, wasOn: false })).toMatchObject({
      severity: 'warning',
      detail: 'AllocationFailed',
    });
  });

  it.each<[endedBy: AzureFacts['endedBy'], message: RegExp]>([
    ['eviction', /^Azure has evicted the Spot VM: it is deallocated\.$/],
    ['request', /^The VM is deallocated: it does not run\.$/],
    [undefined, /^The Spot VM is deallocated: unless somebody stopped it, Azure has evicted it\.$/],
  ])('says of a Spot VM who ended it: %s', (endedBy, message) => {
    const spot = { powerState: 'deallocated', isSpot: true, ...(endedBy === undefined ? {} : { endedBy }) };
    expect((troubleOf(says(spot), 'vm_not_running', cut) as Trouble).message).toMatch(message);
  });

  it('makes its silence no second trouble, and leaves one that was told as it is', () => {
    expect(troubleOf(says({ powerState: 'deallocated' }), 'ssh_unreachable')).toBe('unknown');
    // What refuses the login answers, whatever Azure said a while ago.
    const refused = { ...sshProblem, code: 'ssh_auth_failed' as const };
    expect(
      troubleOf(
        { ...says({ powerState: 'deallocated' }), ssh: { kind: 'down', everUp: true, problem: refused } },
        'ssh_unreachable',
      ),
    ).toBe('clear');
    // Its address went with it, and with the address what the newest attempt said.
    expect(troubleOf(says({ powerState: 'deallocated' }, down(true, null)), 'ssh_unreachable')).toBe(
      'unknown',
    );
  });
});

describe('ssh_unreachable beside Azure', () => {
  it('says that the VM is running all the same', () => {
    const trouble = troubleOf(says({}), 'ssh_unreachable');
    expect(trouble).toMatchObject({
      message: 'SSH connection failed',
      detail: 'me@vm:22: no answer. Azure says that the VM is running',
    });
    expect((trouble as Trouble).hint).toContain('network security group');
  });

  it('says nothing of it where Azure does not', () => {
    expect(troubleOf({ ...ready, ssh: down(true) }, 'ssh_unreachable')).toMatchObject({
      detail: sshProblem.detail,
      hint: sshProblem.hint,
    });
  });
});

describe('a VM that Azure knew and does not find', () => {
  const missing: AzureProblem = {
    ...{ kind: 'not_found', code: 'azure_unavailable', message: 'There is no VM vm-1.', detail: 'HTTP 404' },
    ...{ hint: 'Check "azure.vmName".', retryAfterMs: null, isVmMissing: true },
  };
  const gone = (isSpot: boolean, change: Partial<CloudSight> = {}, ssh = down(true)): Sight => ({
    ...ready,
    ssh,
    cloud: {
      ...{ ...asked, problem: missing, misses: 1 },
      ...{ seen: { atMs: 0, isSpot, size: null }, gone: { untilMs: Date.UTC(2026, 4, 21, 10, 14, 59) } },
      ...change,
    },
  });

  it('is off, and its name is right', () => {
    for (const sight of [gone(true), gone(true, { facts: null }), gone(true, { misses: 9 })]) {
      expect(troubleOf(sight, 'vm_not_running', cut)).toMatchObject({
        severity: 'critical',
        message:
          'The Spot VM vm-1 is gone from Azure, where it was until 2026-05-21 10:14 UTC: Azure has probably evicted it.',
        detail: cut.position,
        hint: expect.not.stringMatching(/vmName|subscriptionId|resourceGroup/) as string,
      });
      expect(troubleOf(sight, 'azure_unavailable')).toBe('clear');
      expect(troubleOf(sight, 'ssh_unreachable')).toBe('unknown');
      expect(statusOf(sight, frame)).toMatchObject({
        ...{ phase: 'offline', power_state: null },
        detail: { text: 'The VM is gone from Azure' },
      });
      expect(statusOf(sight, frame).detail.reason).not.toBe(missing.message);
    }
    expect(troubleOf(gone(false), 'vm_not_running')).toMatchObject({
      severity: 'warning',
      message: 'The VM vm-1 is gone from Azure, where it was until 2026-05-21 10:14 UTC.',
    });
  });

  it('is there as long as it answers, so another name is meant', () => {
    const up = { kind: 'up' } as const;
    expect(troubleOf(gone(true, {}, up), 'vm_not_running')).toBe('clear');
    // Its connection may break in a moment.
    expect(troubleOf(gone(true, {}, up), 'azure_unavailable')).toBe('unknown');
    expect(troubleOf(gone(true, {}, { kind: 'blinking' }), 'azure_unavailable')).toBe('unknown');
    expect(troubleOf(gone(true, { misses: 3 }, up), 'azure_unavailable')).toMatchObject({
      hint: missing.hint,
    });
  });

  it('was never known: its name is wrong', () => {
    const sight = gone(false, { seen: null, gone: null, facts: null });
    expect(troubleOf(sight, 'azure_unavailable')).toMatchObject({ hint: missing.hint });
    expect(troubleOf(sight, 'vm_not_running')).toBe('unknown');
  });
});

describe('asking Azure', () => {
  it.each<[kind: AzureProblem['kind'], code: AzureProblem['code'], misses: number, holds: boolean]>([
    ['no_credentials', 'azure_auth_failed', 1, true],
    ['not_signed_in', 'azure_auth_failed', 1, true],
    ['forbidden', 'azure_auth_failed', 1, true],
    ['not_found', 'azure_unavailable', 1, true],
    ['throttled', 'azure_unavailable', 1, false],
    ['throttled', 'azure_unavailable', 2, true],
    ['unavailable', 'azure_unavailable', 1, false],
    ['unavailable', 'azure_unavailable', 2, true],
  ])('%s, missed %d times', (kind, code, misses, holds) => {
    const sight = fails({ kind, code }, misses);
    const other = code === 'azure_auth_failed' ? 'azure_unavailable' : 'azure_auth_failed';
    if (holds) expect(troubleOf(sight, code)).toMatchObject({ message: 'It does not answer.', hint: 'h' });
    else expect(troubleOf(sight, code)).toBe('unknown');
    expect(troubleOf(sight, other)).toBe('unknown');
  });

  it('is critical only where the address has to come from there', () => {
    const severity = (more: Partial<CloudSight>) =>
      troubleOf(fails({ kind: 'not_signed_in', code: 'azure_auth_failed' }, 1, more), 'azure_auth_failed');
    expect(severity({ facts: null })).toMatchObject({ severity: 'critical' });
    expect(severity({ facts: null, isAddressWanted: false })).toMatchObject({ severity: 'warning' });
    expect(severity({})).toMatchObject({ severity: 'warning' });
  });

  it('is well when it has answered, and of no concern where it is not asked', () => {
    for (const code of ['azure_auth_failed', 'azure_unavailable', 'vm_not_running'] as const) {
      expect(troubleOf(says({}), code)).toBe('clear');
      expect(troubleOf(ready, code)).toBe('clear');
      expect(troubleOf({ ...firstSight, cloud: { ...asked, facts: null } }, code)).toBe('unknown');
    }
  });
});

describe('vm_idle', () => {
  const idle: IdleSight = { forMs: 1_800_000, since: 'task', costUsd: 1.234, perHourUsd: 0.192 };
  const idling = (change: Partial<IdleSight> = {}): Sight => ({
    ...says({}, { kind: 'up' }),
    idle: { ...idle, ...change },
  });
  const runner = { pid: 1, startTicks: '1', script: 'run.py', cwd: '/o', results: null, arguments: {} };

  it.each<[change: Partial<IdleSight>, message: string]>([
    [{}, 'This VM has cost $1.23 since its last task ended.'],
    [{ since: 'use' }, 'This VM has cost $1.23 since it was last used.'],
    [{ since: 'start' }, 'This VM has cost $1.23 since it was started, without a run.'],
    [{ since: 'seen' }, 'This VM has cost $1.23 since BenchTray first saw it, without a run.'],
    [{ costUsd: null, perHourUsd: null }, 'This VM has stood idle for 30 min, since its last task ended.'],
  ])('%j', (change, message) => {
    expect(troubleOf(idling(change), 'vm_idle')).toMatchObject({ severity: 'warning', message });
  });

  it.each<[what: string, sight: Sight, verdict: 'clear' | 'unknown']>([
    ['not long enough', idling({ forMs: 1_799_999 }), 'clear'],
    ['nothing can be said', { ...idling(), idle: null }, 'unknown'],
    [
      'a run is on',
      { ...idling(), run: { isRunning: true, endedWell: false, guest: null, silentForMs: 9e9 } },
      'clear',
    ],
    ['a process of a run', { ...idling(), host: { runners: [runner], logs: [], unnamedLogs: 0 } }, 'clear'],
    ['an agent elsewhere is at work', { ...idling(), outsideAgentAtMs: 1 }, 'clear'],
    ['the connection is lost', { ...idling(), ssh: down(true) }, 'unknown'],
    ['it blinks', { ...idling(), ssh: { kind: 'blinking' } }, 'unknown'],
    ['off', { ...says({ powerState: 'deallocated' }), idle }, 'clear'],
  ])('%s', (_what, sight, verdict) => {
    expect(troubleOf(sight, 'vm_idle')).toBe(verdict);
  });
});
