import { describe, expect, it } from 'vitest';
import type { AzureFacts, AzureProblem } from '../../../src/main/engine/azure/index.ts';
import { noBoot, type BootTrouble, type SshProblem } from '../../../src/main/engine/vm/index.ts';
import { backgroundTasks } from '../../../src/main/engine/watch/background-tasks.ts';
import { phases, type Phase } from '../../../src/shared/stream.ts';
import { type CloudSight, firstSight, isReady, type Sight } from '../../../src/main/engine/watch/sight.ts';
import { phaseOf, statusOf } from '../../../src/main/engine/watch/status.ts';
import { missed, nothingInside, onItsWay, ready, sshProblem, stopped } from './sights.ts';

const frame = {
  vm: 'vm',
  address: 'me@vm:22',
  vncUrl: 'http://vm:8006',
  checkedAtMs: 0,
  heardAtMs: 0,
  cost: null,
};
const down = (everUp: boolean): Sight['ssh'] => ({ kind: 'down', everUp, problem: sshProblem });
const failure = (kind: BootTrouble['kind'], words: string): BootTrouble => ({
  ...{ kind, words, text: 'in the words of the log', hint: null, phase: null },
});
const booting = (phase: Phase | null): Sight => ({ ...onItsWay, boot: { ...onItsWay.boot, phase } });

describe('a VM that may well be up', () => {
  const because = (problem: Partial<SshProblem>, everUp = false): Sight => ({
    ...firstSight,
    ssh: { kind: 'down', everUp, problem: { ...sshProblem, ...problem } },
  });
  const keyMissing = { code: 'ssh_auth_failed', message: 'The key file /k does not exist.', isUntried: true };

  it.each<[what: string, sight: Sight, text: string]>([
    [
      'there is no key to try with',
      because(keyMissing as Partial<SshProblem>),
      'Unknown: The key file /k does not exist',
    ],
    [
      'its name does not resolve',
      because({ detail: 'me@vm:22: the host name is not known', isUntried: true }),
      'Unknown: me@vm:22: the host name is not known',
    ],
    [
      'it refuses the login',
      because({ code: 'ssh_auth_failed', message: 'me@vm:22 refused the login.' }),
      'Unknown: me@vm:22 refused the login',
    ],
    [
      'it shows another host key',
      because({ code: 'ssh_host_key_changed', message: 'The host key has changed.' }),
      'Unknown: The host key has changed',
    ],
  ])('is unknown, not offline: %s', (_what, sight, text) => {
    const status = statusOf(sight, frame);
    expect(status).toMatchObject({ phase: 'unknown', connected: false, detail: { text } });
    expect(`Unknown: ${status.detail.reason ?? ''}`.replace(/\.$/, '')).toBe(text);
    const since = { connectedAtMs: null, containerStartedAtMs: null, lastHeard: null };
    expect(backgroundTasks('vm', sight, null, since, 0)[0]).toMatchObject({
      ...{ phase: 'unknown', description: text },
    });
  });

  it('is unknown with the reason that Azure gives, where the address was to come from there', () => {
    const problem = { message: 'Nobody is signed in.' } as AzureProblem;
    const cloud = { isAddressWanted: true, facts: null, misses: 1, problem } as CloudSight;
    const sight: Sight = { ...firstSight, cloud };
    expect(statusOf(sight, frame)).toMatchObject({
      ...{ phase: 'unknown', detail: { text: 'Unknown: Nobody is signed in' } },
    });
  });

  it('is offline where Azure says so, whatever is wrong here', () => {
    const facts = { powerState: 'deallocated', address: null } as AzureFacts;
    const cloud = {
      isAddressWanted: false,
      facts,
      misses: 0,
      problem: null,
      gone: null,
    } as unknown as CloudSight;
    expect(statusOf({ ...because(keyMissing as Partial<SshProblem>), cloud }, frame)).toMatchObject({
      ...{ phase: 'offline', detail: { text: 'The VM is deallocated' } },
    });
  });

  it('says since when nothing is heard of it', () => {
    const lost: Sight = { ...ready, ssh: down(true) };
    expect(statusOf(lost, { ...frame, heardAtMs: 5_000 }).as_of).toBe('1970-01-01T00:00:05.000Z');
    expect(statusOf(lost, { ...frame, heardAtMs: null }).as_of).toBeNull();
    expect(statusOf(ready, { ...frame, heardAtMs: 5_000 }).as_of).toBeNull();
  });
});

describe('phase and readiness', () => {
  it.each<[what: string, sight: Sight, phase: Phase, ready: boolean]>([
    ['never reached', firstSight, 'offline', false],
    ['never reached, and said why', { ...firstSight, ssh: down(false) }, 'offline', false],
    ['SSH lost', { ...ready, ssh: down(true) }, 'unknown', false],
    ['SSH lost a moment ago', { ...ready, ssh: { kind: 'blinking' } }, 'ready', true],
    ['reached, nothing asked yet', { ...firstSight, ssh: { kind: 'up' } }, 'unknown', false],
    [
      'no container',
      { ...onItsWay, container: { kind: 'absent', wanted: null, looks: 1 } },
      'offline',
      false,
    ],
    ['container created', { ...onItsWay, container: { ...stopped, state: 'created' } }, 'starting', false],
    [
      'container that could not be started',
      { ...onItsWay, container: { ...stopped, state: 'created', startError: 'no such device' } },
      'offline',
      false,
    ],
    ['container exited', { ...onItsWay, container: stopped }, 'offline', false],
    ['container exited after it was ready', { ...ready, container: stopped }, 'offline', false],
    [
      'container gone after it was ready',
      { ...ready, container: { kind: 'absent', wanted: null, looks: 1 } },
      'offline',
      false,
    ],
    ['container up, no word yet', booting(null), 'starting', false],
    ...phases
      .filter((phase) => !['offline', 'ready', 'unknown'].includes(phase))
      .map((phase): [string, Sight, Phase, boolean] => [
        `the log says ${phase}`,
        booting(phase),
        phase,
        false,
      ]),
    ['probe answers while the log is behind', { ...booting('building'), probe: ready.probe }, 'ready', true],
    [
      'somebody else answers',
      { ...onItsWay, probe: { ...onItsWay.probe, answer: { kind: 'wrong', text: 'HTTP 500' } } },
      'oobe',
      false,
    ],
    ['ready', ready, 'ready', true],
    ['ready, without docker', { ...ready, container: { kind: 'unknown' } }, 'ready', true],
    [
      'ready before, without docker',
      { ...missed('refused', 3), container: { kind: 'unknown' } },
      'oobe',
      false,
    ],
    ['one refusal', missed('refused', 1), 'ready', true],
    ['two refusals', missed('refused', 2), 'ready', true],
    ['three refusals', missed('refused', 3), 'oobe', false],
    ['one silence', missed('silent', 1), 'ready', true],
    ['two silences', missed('silent', 2), 'oobe', false],
    ['three wrong answers', missed('wrong', 3), 'oobe', false],
    [
      'refused after ready, the log says booting',
      { ...missed('refused', 3), boot: booting('booting').boot },
      'oobe',
      false,
    ],
    [
      'refused after ready, Windows shuts down',
      { ...missed('refused', 3), boot: booting('stopping').boot },
      'stopping',
      false,
    ],
  ])('%s', (_what, sight, phase, expected) => {
    expect([phaseOf(sight), isReady(sight)]).toEqual([phase, expected]);
    const status = statusOf(sight, frame);
    expect(status).toMatchObject({ type: 'vm_status', phase, waa_ready: expected, vm: 'vm' });
    expect(status.connected).toBe(sight.ssh.kind !== 'down');
    expect(status.probe.status === 'ready').toBe(expected);
    expect(status.detail.text).not.toBe('');
    expect(status.connected || !status.waa_ready).toBe(true);
  });
});

describe('what a status says', () => {
  it('tells what was found, and why', () => {
    const runner = {
      pid: 1,
      startTicks: '1',
      script: 'run.py',
      cwd: '/client',
      results: '/client/results',
      arguments: { agent: 'navi' },
    };
    const sight: Sight = {
      ...ready,
      inside: { ...nothingInside, runners: [runner, runner] },
      results: {
        where: 'container',
        path: '/client/results',
        hostPath: '/home/u/client/results',
        why: '--result_dir of run.py',
      },
      log: { path: '/tmp/x.log', why: 'the only log there is', trouble: null, content: null },
    };
    expect(statusOf(sight, frame)).toEqual({
      type: 'vm_status',
      connected: true,
      phase: 'ready',
      waa_ready: true,
      probe: { status: 'ready', vnc_url: 'http://vm:8006' },
      vm: 'vm',
      power_state: null,
      detail: {
        text: 'Ready',
        reason: null,
        percent: null,
        address: 'me@vm:22',
        container: 'winarena',
        probe_address: 'container:172.30.0.2:5000',
        log: '/tmp/x.log',
        runner: 'run.py --agent navi',
        found: [
          { piece: 'container', value: 'winarena', why: 'named winarena' },
          {
            piece: 'guest',
            value: 'container:172.30.0.2:5000',
            why: '/probe answers there: a usual address of the guest',
          },
          {
            piece: 'runner',
            value: 'run.py --agent navi',
            why: 'a process in the container, the first of 2',
          },
          {
            piece: 'results',
            value: 'container:/client/results',
            why: '--result_dir of run.py, on the VM at /home/u/client/results',
          },
          { piece: 'log', value: '/tmp/x.log', why: 'the only log there is' },
        ],
      },
      as_of: null,
      checked_at: '1970-01-01T00:00:00.000Z',
      cost: null,
    });
  });

  it('names a runner on the VM itself where there is none in a container', () => {
    const runner = {
      pid: 1,
      startTicks: '1',
      script: 'run_multienv.py',
      cwd: '/o',
      results: '/o/results',
      arguments: {},
    };
    const sight: Sight = {
      ...onItsWay,
      container: { kind: 'absent', wanted: null, looks: 9 },
      inside: null,
      host: { runners: [runner], logs: [], unnamedLogs: 0 },
      results: { where: 'host', path: '/o/results', hostPath: null, why: '--result_dir of run_multienv.py' },
    };
    expect(statusOf(sight, frame)).toMatchObject({
      phase: 'unknown',
      detail: {
        text: 'The benchmark runs on the VM itself, without a Windows container',
        runner: 'run_multienv.py',
        found: [
          { piece: 'runner', why: 'a process on the VM, in no container' },
          { piece: 'results', value: '/o/results', why: '--result_dir of run_multienv.py' },
        ],
      },
    });
  });

  it('has a probe and no time before the first look', () => {
    const status = statusOf(firstSight, { ...frame, vncUrl: null, checkedAtMs: null });
    expect(status).toMatchObject({
      probe: { status: 'Unknown: no SSH connection', vnc_url: null },
      checked_at: null,
      detail: { text: 'Not reached yet', container: null, log: null, runner: null },
    });
  });

  it.each<[what: string, sight: Sight, text: string, percent: number | null, probe: string]>([
    [
      'download',
      {
        ...onItsWay,
        boot: { ...noBoot, phase: 'downloading', text: 'Downloading Windows', percent: 45.3 },
      },
      'Downloading Windows (45.3%)',
      45.3,
      'Connection refused',
    ],
    [
      'download that is tried again',
      {
        ...onItsWay,
        boot: {
          ...{ ...noBoot, phase: 'downloading', text: 'Waiting to try again' },
          troubles: [failure('download', 'Microsoft refused the download')],
        },
      },
      'Waiting to try again; Microsoft refused the download',
      null,
      'Connection refused',
    ],
    [
      'download, after a start that failed',
      {
        ...onItsWay,
        boot: {
          ...{ ...noBoot, phase: 'downloading', percent: 49 },
          carried: [failure('disk', 'there is not enough free disk space')],
        },
      },
      'Downloading Windows (49%); the start before failed: there is not enough free disk space',
      49,
      'Connection refused',
    ],
    [
      'download in a loop',
      {
        ...{ ...onItsWay, starts: { restarts: 2, startedAtMs: [] } },
        boot: {
          ...{ ...noBoot, phase: 'downloading', percent: 7 },
          carried: [failure('disk', 'there is not enough free disk space')],
        },
      },
      'Downloading Windows (7%); the container restarts in a loop: there is not enough free disk space',
      7,
      'Connection refused',
    ],
    [
      'a KVM that fails before Windows counts as started',
      {
        ...onItsWay,
        boot: { ...noBoot, phase: 'booting', troubles: [failure('kvm', 'KVM fails')] },
      },
      'Booting Windows; KVM fails',
      null,
      'Connection refused',
    ],
    [
      'a QEMU that fails, although Windows counts as started',
      {
        ...onItsWay,
        boot: { ...noBoot, phase: 'oobe', troubles: [failure('start', 'the machine is gone')] },
      },
      'The machine is gone',
      null,
      'Connection refused',
    ],
    [
      'an error that may mean nothing',
      { ...onItsWay, boot: { ...noBoot, phase: 'booting', troubles: [failure('other', 'x')] } },
      'Booting Windows',
      null,
      'Connection refused',
    ],
    [
      'the container between two starts of a loop',
      {
        ...onItsWay,
        container: { ...stopped, state: 'restarting' },
        boot: { ...noBoot, phase: 'starting', troubles: [failure('disk', 'the disk is full')] },
      },
      'The container is not running: restarting; the disk is full',
      null,
      'Connection refused',
    ],
    [
      'the container of a loop that waits for its next start',
      {
        ...{ ...onItsWay, starts: { restarts: 2, startedAtMs: [] } },
        container: { ...stopped, state: 'restarting' },
        boot: { ...noBoot, phase: 'starting', troubles: [failure('kvm', 'KVM is missing')] },
      },
      'The container restarts in a loop; KVM is missing',
      null,
      'Connection refused',
    ],
    [
      'SSH lost',
      { ...ready, ssh: down(true) },
      'The SSH connection is lost',
      null,
      'Unknown: no SSH connection',
    ],
    [
      'server gone',
      missed('silent', 2),
      'The benchmark server has stopped answering',
      null,
      'text of silent',
    ],
    [
      'first start',
      onItsWay,
      'Windows is up, the benchmark server does not answer yet',
      null,
      'Connection refused',
    ],
    [
      'container exited',
      { ...onItsWay, container: stopped },
      'The container is not running: exited (88)',
      null,
      'Connection refused',
    ],
    [
      'container that could not be started',
      { ...onItsWay, container: { ...stopped, state: 'created', startError: 'no such device' } },
      'The container could not be started',
      null,
      'Connection refused',
    ],
    [
      'container paused for a while',
      { ...onItsWay, container: { ...stopped, state: 'paused', status: 'Up 2 hours (Paused)', exitCode: 0 } },
      'The container is not running: paused',
      null,
      'Connection refused',
    ],
    [
      'not asked on this connection, but ready on the one before',
      { ...ready, probe: { ...firstSight.probe, wasReady: true } },
      'The benchmark server cannot be asked at the moment',
      null,
      'Unknown: no answer on this connection',
    ],
    [
      'not asked',
      { ...onItsWay, probe: firstSight.probe },
      'Windows is up, the benchmark server does not answer yet',
      null,
      'Not asked yet',
    ],
  ])('%s', (_what, sight, text, percent, probe) => {
    const { detail, probe: shown } = statusOf(sight, frame);
    expect([detail.text, detail.percent, shown.status]).toEqual([text, percent, probe]);
  });

  it('does not call an answer of before ready when the container has stopped', () => {
    expect(statusOf({ ...ready, container: stopped }, frame).probe.status).not.toBe('ready');
  });
});
