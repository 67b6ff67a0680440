import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Phase, StateCode } from '../../../src/shared/stream.ts';
import { assess, recoveredSentence, recoveredText } from '../../../src/main/engine/watch/rules/conditions.ts';
import type { Trouble } from '../../../src/main/engine/watch/rules/rule.ts';
import type { BootTrouble } from '../../../src/main/engine/vm/index.ts';
import { firstSight, type Sight } from '../../../src/main/engine/watch/sight.ts';
import { allAnswered, machine, missed, onItsWay, ready, sshProblem, stopped } from './sights.ts';

const settings = { stalledAfterMs: 900_000, idleAfterMs: 1_800_000, missingAfterMs: 5_000, cutRun: null };
const up: Sight = { ...firstSight, ssh: { kind: 'up' } };
/** All questions have been answered, twice, and no container was found. */
const searched: Sight = {
  ...up,
  answered: allAnswered,
  missing: { looks: 2, forMs: 5_000 },
  host: onItsWay.host,
};
const reported = (
  code: 'ssh_unreachable' | 'ssh_auth_failed' | 'ssh_host_key_changed',
  everUp = true,
): Sight => ({
  ...ready,
  ssh: { kind: 'down', everUp, problem: { ...sshProblem, code } },
});
const absent = (looks: number, wanted: string | null = null): Sight => ({
  ...onItsWay,
  container: { kind: 'absent', wanted, looks },
  missing: { looks, forMs: 5_000 * (looks - 1) },
});
const running = (silentForMs: number, isRunning = true): Sight => ({
  ...ready,
  run: { isRunning, endedWell: !isRunning, guest: null, silentForMs },
});
const free = (gibibytes: number, sizeGibibytes = 100): Sight => ({
  ...ready,
  machine: {
    ...machine,
    lacks: [],
    disks: [{ mount: '/', sizeKiB: sizeGibibytes * 2 ** 20, freeKiB: gibibytes * 2 ** 20 }],
  },
});
const said = (kind: BootTrouble['kind']): BootTrouble => ({
  ...{ kind, text: 'in the words of the log', words: 'It is broken', hint: 'what to do', phase: 'starting' },
});
const trouble = (kind: BootTrouble['kind'], sight: Sight = onItsWay): Sight => ({
  ...sight,
  boot: { ...sight.boot, troubles: [said(kind)] },
});
const starting: Sight['boot'] = { ...firstSight.boot, phase: 'starting' };
/** The container was started again, and the start before ended with this. */
const carries = (kind: BootTrouble['kind']): Sight => ({
  ...onItsWay,
  boot: { ...starting, carried: [said(kind)] },
});
/** Docker made the container, and could not start it. */
const unstarted = (startError: string): Sight => ({
  ...onItsWay,
  container: { ...stopped, state: 'created', status: 'Created', exitCode: 128, startError },
});
const noDevice = (path: string): string =>
  `error gathering device information while adding custom device "${path}": no such file or directory`;
const looping = (sight: Sight): Sight => ({ ...sight, starts: { restarts: 3, startedAtMs: [] } });
/** run.py runs on the VM itself, and nothing is known of a container. */
const onHost: Sight = {
  ...searched,
  docker: { kind: 'missing', detail: 'x' },
  host: {
    runners: [{ pid: 1, startTicks: '1', script: 'run.py', cwd: '/o', results: null, arguments: {} }],
    logs: [],
    unnamedLogs: 0,
  },
};
const withHostLog = (path: string, isRunning: boolean): Sight => ({
  ...onHost,
  host: { runners: [], logs: [], unnamedLogs: 0 },
  log: { path, why: null, trouble: null, content: null },
  run: { isRunning, endedWell: !isRunning, guest: null, silentForMs: 0 },
});
const log = { path: '/tmp/x.log', why: null, trouble: null, content: null };
const onVm = { where: 'host', path: '/o/results', hostPath: null, why: 'configured' } as const;

type Verdict = 'holds' | 'clear' | 'unknown';

function verdict(sight: Sight, code: StateCode): Verdict {
  const { holding, clear } = assess(sight, settings);
  if (holding.some((one) => one.code === code)) return 'holds';
  return clear.includes(code) ? 'clear' : 'unknown';
}

function troubleOf(sight: Sight, code: StateCode): Trouble | undefined {
  return assess(sight, settings).holding.find((one) => one.code === code);
}

describe('each code', () => {
  it.each<[code: StateCode, what: string, sight: Sight, verdict: Verdict]>([
    ['ssh_unreachable', 'up', ready, 'clear'],
    ['ssh_unreachable', 'lost a moment ago', { ...ready, ssh: { kind: 'blinking' } }, 'unknown'],
    [
      'ssh_unreachable',
      'lost, no attempt failed yet',
      { ...ready, ssh: { kind: 'down', everUp: true, problem: null } },
      'holds',
    ],
    ['ssh_unreachable', 'not tried yet', firstSight, 'unknown'],
    ['ssh_unreachable', 'never reached', reported('ssh_unreachable', false), 'holds'],
    ['ssh_unreachable', 'reached, but refused', reported('ssh_auth_failed'), 'clear'],
    ['ssh_auth_failed', 'refused', reported('ssh_auth_failed'), 'holds'],
    ['ssh_auth_failed', 'up', ready, 'clear'],
    ['ssh_auth_failed', 'not tried yet', firstSight, 'unknown'],
    ['ssh_auth_failed', 'not reached any more', reported('ssh_unreachable'), 'unknown'],
    ['ssh_auth_failed', 'not tried, for another host key', reported('ssh_host_key_changed'), 'unknown'],
    ['ssh_host_key_changed', 'changed', reported('ssh_host_key_changed'), 'holds'],
    ['ssh_host_key_changed', 'up', ready, 'clear'],
    ['ssh_host_key_changed', 'not reached any more', reported('ssh_unreachable'), 'unknown'],
    ['ssh_host_key_changed', 'taken, but refused', reported('ssh_auth_failed'), 'clear'],
    ['ssh_unreachable', 'reached, with another host key', reported('ssh_host_key_changed'), 'clear'],

    ['docker_denied', 'not asked yet', up, 'unknown'],
    ['docker_denied', 'denied', { ...up, docker: { kind: 'denied', detail: 'x' } }, 'holds'],
    ['docker_denied', 'fine', ready, 'clear'],
    ['docker_denied', 'SSH down', reported('ssh_unreachable'), 'unknown'],

    ['container_missing', 'not asked yet', up, 'unknown'],
    ['container_missing', 'no docker', { ...searched, docker: { kind: 'missing', detail: 'x' } }, 'holds'],
    ['container_missing', 'docker broken', { ...searched, docker: { kind: 'failed', detail: 'x' } }, 'holds'],
    [
      'container_missing',
      'docker denied',
      { ...searched, missing: null, docker: { kind: 'denied', detail: 'x' } },
      'unknown',
    ],
    ['container_missing', 'absent for one look', absent(1), 'unknown'],
    [
      'container_missing',
      'absent for two looks that follow each other at once',
      { ...absent(2), missing: { looks: 2, forMs: 1_500 } },
      'unknown',
    ],
    [
      'container_missing',
      'absent, while the processes of the VM are still being looked through',
      { ...absent(2), answered: { ...allAnswered, host: false } },
      'unknown',
    ],
    [
      'container_missing',
      'absent, while the logs are still being looked for',
      { ...absent(2), answered: { ...allAnswered, runs: false } },
      'unknown',
    ],
    ['container_missing', 'absent for two looks', absent(2), 'holds'],
    ['container_missing', 'run.py runs on the VM itself', onHost, 'clear'],
    [
      'container_missing',
      'the same beside a container that has gone',
      { ...absent(2), host: onHost.host },
      'clear',
    ],
    ['container_missing', 'a run on the VM is on', withHostLog('/home/u/x.log', true), 'clear'],
    ['container_missing', 'an old log is on the VM', withHostLog('/home/u/x.log', false), 'holds'],
    [
      'container_missing',
      "run.py's own log is on the VM",
      withHostLog('/home/u/OSWorld/logs/normal-20260128@225508.log', false),
      'clear',
    ],
    [
      'container_missing',
      'the log of a container that was there',
      { ...withHostLog('/home/u/client/results/logs/normal-0.log', true), startedAt: 'x' },
      'holds',
    ],
    [
      'container_missing',
      'a run that only its results show is on',
      { ...absent(2), run: { isRunning: true, endedWell: false, guest: null, silentForMs: 0 } },
      'clear',
    ],
    [
      'container_missing',
      'the same, and its container was there',
      {
        ...absent(2),
        startedAt: 'x',
        run: { isRunning: true, endedWell: false, guest: null, silentForMs: 0 },
      },
      'holds',
    ],
    [
      'container_missing',
      'results on the VM may turn out to be a run',
      { ...absent(2), results: onVm },
      'unknown',
    ],
    [
      'container_missing',
      'results on the VM are of no run',
      { ...absent(2), missing: { looks: 7, forMs: 30_000 }, results: onVm },
      'holds',
    ],
    [
      'container_missing',
      'docker is still starting',
      { ...searched, docker: { kind: 'failed', detail: 'Cannot connect to the Docker daemon at unix:///x' } },
      'unknown',
    ],
    ...[
      'failed to connect to the docker API at unix:///x; check if the path is correct and if the daemon is running',
      'Cannot connect to Podman. Please verify your connection to the Linux system',
      'cannot access containerd socket "/run/containerd/containerd.sock": no such file or directory',
    ].map((detail): [StateCode, string, Sight, Verdict] => [
      'container_missing',
      `an engine is still starting: ${detail.slice(0, 30)}`,
      { ...searched, docker: { kind: 'failed', detail } },
      'unknown',
    ]),
    [
      'container_missing',
      'docker has not answered its first question yet',
      { ...searched, docker: { kind: 'failed', detail: 'docker does not answer in time' } },
      'unknown',
    ],
    [
      'container_missing',
      'docker does not start',
      {
        ...{ ...searched, missing: { looks: 7, forMs: 30_000 } },
        docker: { kind: 'failed', detail: 'docker does not answer in time' },
      },
      'holds',
    ],
    [
      'container_missing',
      'docker hangs beside a container that was there',
      { ...searched, startedAt: 'x', docker: { kind: 'failed', detail: 'docker does not answer in time' } },
      'holds',
    ],
    ['container_missing', 'stopped', { ...onItsWay, container: stopped }, 'clear'],
    ['container_missing', 'running', onItsWay, 'clear'],
    ['container_missing', 'SSH down', { ...absent(2), ssh: { kind: 'blinking' } }, 'unknown'],

    ['container_exited', 'running', onItsWay, 'clear'],
    ['container_exited', 'created', { ...onItsWay, container: { ...stopped, state: 'created' } }, 'clear'],
    [
      'container_exited',
      'stopped for one look',
      { ...onItsWay, container: { ...stopped, looks: 1 } },
      'unknown',
    ],
    ['container_exited', 'stopped for two looks', { ...onItsWay, container: stopped }, 'holds'],
    ...(['host', 'runs'] as const).map((question): [StateCode, string, Sight, 'unknown'] => [
      'container_exited',
      `stopped, before the answer about ${question}`,
      { ...onItsWay, container: stopped, answered: { ...allAnswered, [question]: false } },
      'unknown',
    ]),
    [
      'container_exited',
      'stopped, while run.py runs on the VM itself',
      { ...onItsWay, container: stopped, host: onHost.host },
      'clear',
    ],
    ['container_exited', 'up for a moment between two restarts', looping(carries('kvm')), 'unknown'],
    ['container_exited', 'restarted, and further than before', looping(onItsWay), 'clear'],
    [
      'container_exited',
      'up for a moment between two restarts that gave no reason',
      { ...looping(onItsWay), boot: firstSight.boot, isNewStart: true },
      'unknown',
    ],
    [
      'container_exited',
      'up for long after restarts that gave no reason',
      { ...looping(onItsWay), boot: firstSight.boot },
      'clear',
    ],
    [
      'container_exited',
      'restarted a moment ago, and further than before',
      { ...looping(onItsWay), isNewStart: true },
      'clear',
    ],
    [
      'container_exited',
      'started a moment ago by somebody',
      { ...onItsWay, boot: firstSight.boot, isNewStart: true },
      'clear',
    ],
    ['container_exited', 'started again by somebody', carries('kvm'), 'clear'],
    ['container_exited', 'removed', absent(2), 'clear'],
    ['container_exited', 'could not be started', unstarted(noDevice('/dev/net/tun')), 'holds'],
    ['container_exited', 'not asked yet', up, 'unknown'],

    ['probe_down', 'ready', ready, 'clear'],
    ['probe_down', 'never answered', onItsWay, 'unknown'],
    ['probe_down', 'never answered, and never will without a network', trouble('network'), 'holds'],
    ['probe_down', 'answers all the same', trouble('network', ready), 'clear'],
    ['probe_down', 'another trouble', trouble('download'), 'unknown'],
    ['probe_down', 'one miss', missed('refused', 1), 'unknown'],
    ['probe_down', 'three refusals', missed('refused', 3), 'holds'],
    ['probe_down', 'two silences', missed('silent', 2), 'holds'],
    [
      'probe_down',
      'the container is down, which says it all',
      { ...missed('refused', 3), container: stopped },
      'unknown',
    ],
    ['probe_down', 'the container has just stopped', { ...ready, container: stopped }, 'unknown'],
    ['probe_down', 'SSH down', { ...missed('refused', 3), ssh: { kind: 'blinking' } }, 'unknown'],

    ['kvm_missing', 'the log says so', trouble('kvm'), 'holds'],
    ['kvm_missing', 'the log says so, and Windows answers all the same', trouble('kvm', ready), 'clear'],
    ['kvm_missing', 'exit code 88', { ...onItsWay, container: stopped }, 'holds'],
    ['kvm_missing', 'another exit code', { ...onItsWay, container: { ...stopped, exitCode: 1 } }, 'unknown'],
    ['kvm_missing', 'booting', onItsWay, 'clear'],
    ['kvm_missing', 'the engine could not pass it on', unstarted(noDevice('/dev/kvm')), 'holds'],
    ['kvm_missing', 'the engine could not pass another device on', unstarted(noDevice('/dev/x')), 'unknown'],
    ['kvm_missing', 'no word yet', { ...onItsWay, boot: firstSight.boot }, 'unknown'],
    ['kvm_missing', 'the first word of a start', { ...onItsWay, boot: starting }, 'unknown'],
    ['kvm_missing', 'the start before ended with it', carries('kvm'), 'holds'],
    ['disk_full', 'the start before ended with it', carries('disk'), 'holds'],
    ['probe_down', 'the start before had no network', carries('network'), 'unknown'],

    ['vm_unresponsive', 'the log of the boot cannot be read', { ...onItsWay, bootLogTrouble: 'no' }, 'holds'],
    ['vm_unresponsive', 'Windows is ready without it', { ...ready, bootLogTrouble: 'no' }, 'clear'],
    [
      'vm_unresponsive',
      'the container has stopped, and may start again',
      { ...onItsWay, container: stopped, bootLogTrouble: 'no' },
      'unknown',
    ],
    ['vm_unresponsive', 'the results hang', { ...ready, unanswered: ['results'] }, 'holds'],
    ['vm_tools_missing', 'all are there', ready, 'clear'],
    ['vm_tools_missing', 'not asked yet', up, 'unknown'],
    ['vm_tools_missing', 'none of two', { ...ready, machine: { ...machine, lacks: ['head'] } }, 'holds'],
    [
      'vm_tools_missing',
      'one in the container',
      { ...ready, inside: ready.inside && { ...ready.inside, lacks: ['base64'] } },
      'holds',
    ],
    [
      'log_unreadable',
      'the only log has a name that cannot be asked for',
      { ...ready, host: { runners: [], logs: [], unnamedLogs: 1 } },
      'holds',
    ],
    [
      'log_unreadable',
      'another log can be asked for',
      {
        ...ready,
        host: {
          runners: [],
          logs: [{ path: '/tmp/benchmark.log', size: 1, inode: '1', modifiedAt: 0 }],
          unnamedLogs: 1,
        },
      },
      'unknown',
    ],
    [
      'log_unreadable',
      'the container, which may have another, has not answered yet',
      { ...ready, host: { runners: [], logs: [], unnamedLogs: 1 }, inside: null },
      'unknown',
    ],

    ['files_not_kept', 'nothing was copied yet', ready, 'unknown'],
    ['files_not_kept', 'a copy succeeded', { ...ready, keeping: { kind: 'free' } }, 'clear'],
    [
      'files_not_kept',
      'the disk here is full, whether SSH is up or not',
      { ...firstSight, keeping: { kind: 'full', detail: 'x' } },
      'holds',
    ],
    [
      'files_not_kept',
      'the SSH server allows no session for copies',
      { ...ready, keeping: { kind: 'sessions', detail: 'x' } },
      'holds',
    ],

    ['disk_full', 'the log says so', trouble('disk'), 'holds'],
    ['disk_full', 'room', free(50), 'clear'],
    ['disk_full', 'nothing left', free(0.5), 'holds'],
    ['disk_full', 'a little left', free(1.5), 'unknown'],
    ['disk_full', 'a small partition is none to judge by', free(0, 0.5), 'unknown'],
    ['disk_full', 'not asked yet', up, 'unknown'],

    ['log_unreadable', 'none found', ready, 'unknown'],
    ['log_unreadable', 'found', { ...ready, log }, 'clear'],
    [
      'log_unreadable',
      'trouble',
      { ...ready, log: { ...log, trouble: { message: 'x', hint: 'y' } } },
      'holds',
    ],

    ['run_stalled', 'no run', ready, 'clear'],
    ['run_stalled', 'busy', running(899_999), 'clear'],
    ['run_stalled', 'silent', running(900_000), 'holds'],
    ['run_stalled', 'over', running(900_000, false), 'clear'],
    [
      'run_stalled',
      'silent, as this run has been before',
      {
        ...ready,
        run: { isRunning: true, endedWell: false, guest: null, silentForMs: 900_000, stallsAfterMs: 900_001 },
      },
      'clear',
    ],
    ['run_stalled', 'SSH down', { ...running(900_000), ssh: { kind: 'blinking' } }, 'unknown'],
  ])('%s, %s: %s', (code, _what, sight, expected) => {
    expect(verdict(sight, code)).toBe(expected);
  });

  it.each<[StateCode, string, Sight, string]>([
    ['container_exited', 'it runs', onItsWay, 'The benchmark container is running again.'],
    ['container_exited', 'it was removed', absent(1), 'The container that had ended was removed.'],
    [
      'container_exited',
      'another one was made',
      { ...onItsWay, container: { ...stopped, state: 'created' } },
      'The benchmark container is about to start.',
    ],
    [
      'container_exited',
      'the benchmark runs on the VM',
      { ...onHost, docker: { kind: 'ok' }, container: stopped },
      'The benchmark runs on the VM itself now.',
    ],
    ['container_missing', 'it runs', onItsWay, 'The benchmark container is there.'],
    ['container_missing', 'the benchmark runs on the VM', onHost, 'The benchmark runs without a container.'],
    ['run_stalled', 'it goes on', running(0), 'The run goes on.'],
    ['run_stalled', 'it has ended', running(0, false), 'The run is over.'],
    ['probe_down', 'it answers', ready, recoveredSentence.probe_down],
  ])('says why %s is over: %s', (code, _what, sight, sentence) => {
    expect(recoveredText(code, sight)).toBe(sentence);
  });

  it('has a sentence for its end', () => {
    for (const sentence of Object.values(recoveredSentence)) expect(sentence).toMatch(/^[A-Z].*\.$/);
  });
});

describe('what is said', () => {
  it('is nothing of a VM on which all is well', () => {
    expect(assess({ ...ready, log }, settings).holding).toEqual([]);
    // Of Azure, which is not asked: what an earlier configuration has left open ends.
    const clear = ['vm_not_running', 'azure_auth_failed', 'azure_unavailable'];
    expect(assess(firstSight, settings)).toEqual({ holding: [], clear });
  });

  it('is the message of the seed when SSH is lost', () => {
    expect(
      troubleOf({ ...ready, ssh: { kind: 'down', everUp: true, problem: null } }, 'ssh_unreachable')?.message,
    ).toBe('SSH connection failed');
    expect(troubleOf(reported('ssh_unreachable'), 'ssh_unreachable')).toEqual({
      ...sshProblem,
      severity: 'critical',
    });
  });

  it.each([
    [noDevice('/dev/kvm'), /nested virtualization/],
    [noDevice('/dev/net/tun'), /modprobe/],
    [
      'driver failed programming external connectivity on endpoint winarena (0123): Bind for 0.0.0.0:8006 failed: port is already allocated',
      /docker ps/,
    ],
    [
      'failed to create shim task: OCI runtime create failed: exec: "/bin/bash": permission denied',
      /docker start/,
    ],
  ])('the reason why it could not be started is said, and what to do: %s', (startError, hint) => {
    const told = troubleOf(unstarted(startError), 'container_exited');
    expect(told).toMatchObject({
      severity: 'critical',
      message: 'The container winarena could not be started.',
      detail: startError,
    });
    expect(told?.hint).toMatch(hint);
  });

  it('a container that is paused goes on by another command than one that has ended', () => {
    const paused = { ...stopped, state: 'paused', status: 'Up 2 hours (Paused)', exitCode: 0 };
    expect(troubleOf({ ...onItsWay, container: paused }, 'container_exited')).toMatchObject({
      message: 'The container winarena is not running (Up 2 hours (Paused)).',
      hint: expect.stringContaining('docker unpause winarena') as string,
    });
  });

  it('a VM without KVM is said to be one, where a container is missing', () => {
    const without = { ...absent(2), machine: { ...machine, kvm: false } };
    expect(troubleOf(without, 'container_missing')?.detail).toContain('/dev/kvm');
    expect(troubleOf(absent(2), 'container_missing')?.detail).toBeNull();
  });

  it.each([
    [88, 'Exit code 88: KVM is not available', /nested virtualization/],
    [130, 'Exit code 130: stopped from outside', /Start it again/],
    [134, 'Exit code 134: QEMU crashed', /docker logs --tail 50 winarena/],
    [137, 'Exit code 137: killed, often for lack of memory', /RAM_SIZE/],
    [61, 'Exit code 61: Windows could not be downloaded', /internet/],
    [69, 'Exit code 69: Windows could not be downloaded or prepared', /docker logs --tail 50 winarena/],
    [1, 'Exit code 1', /docker logs --tail 50 winarena/],
    [null, null, /docker logs --tail 50 winarena/],
  ])('is the meaning of exit code %s', (exitCode, detail, hint) => {
    const told = troubleOf({ ...onItsWay, container: { ...stopped, exitCode } }, 'container_exited');
    expect(told?.detail).toBe(detail);
    expect(told?.hint).toMatch(hint);
    expect(told?.message).toBe('The container winarena is not running (Exited (88) 3 seconds ago).');
  });

  it('is the last error of a container that has ended with it, unless that has a code of its own', () => {
    const ended = { ...stopped, exitCode: 61 };
    expect(troubleOf({ ...trouble('download'), container: ended }, 'container_exited')).toMatchObject({
      detail: 'Exit code 61: Windows could not be downloaded. in the words of the log',
      hint: 'what to do',
    });
    expect(troubleOf({ ...trouble('disk'), container: ended }, 'container_exited')?.detail).toBe(
      'Exit code 61: Windows could not be downloaded',
    );
  });

  it('leaves out warnings from before Windows was up and messages of the shutdown', () => {
    const ended = { ...trouble('network'), container: { ...stopped, exitCode: 143 } };
    const detailAfter = (phase: Phase, saidIn: Phase, kind: BootTrouble['kind']) => {
      const troubles = [{ ...said(kind), phase: saidIn }];
      return troubleOf({ ...ended, boot: { ...ended.boot, phase, troubles } }, 'container_exited')?.detail;
    };
    const plain = 'Exit code 143: stopped from outside';
    expect(detailAfter('oobe', 'starting', 'network')).toBe(plain);
    expect(detailAfter('stopping', 'oobe', 'network')).toBe(`${plain}. in the words of the log`);
    expect(detailAfter('stopping', 'stopping', 'start')).toBe(plain);
    expect(detailAfter('downloading', 'starting', 'network')).toBe(`${plain}. in the words of the log`);
    expect(detailAfter('oobe', 'oobe', 'memory')).toBe(`${plain}. in the words of the log`);
  });

  it('is that the container restarts in a loop, and why', () => {
    const container = { ...stopped, state: 'restarting', status: 'Restarting (62) 4 seconds ago' };
    const told = troubleOf(looping({ ...trouble('start'), container }), 'container_exited');
    expect(told).toMatchObject({
      message: 'The container winarena restarts in a loop: 3 times so far (Restarting (62) 4 seconds ago).',
      detail: expect.stringContaining('in the words of the log') as string,
      hint: 'what to do',
    });
    // Nobody has seen more than one.
    const once = { ...trouble('start'), container, starts: { restarts: 1, startedAtMs: [] } };
    expect(troubleOf(once, 'container_exited')?.message).toContain('is not running');
  });

  it('is mild where Windows was never reachable, and says what to do', () => {
    expect(troubleOf(trouble('network'), 'probe_down')).toEqual({
      code: 'probe_down',
      severity: 'warning',
      message: 'Windows will not be reachable: its container has no network of its own.',
      detail: 'in the words of the log',
      hint: 'what to do',
    });
    expect(troubleOf(trouble('network', missed('refused', 3)), 'probe_down')?.severity).toBe('critical');
  });

  it('names the container that is wanted, and is milder after a run that ended well', () => {
    expect(troubleOf(absent(2, 'mine'), 'container_missing')).toMatchObject({
      message: 'There is no container "mine" on the VM.',
      severity: 'critical',
    });
    const after = { ...absent(2), run: { isRunning: false, endedWell: true, guest: null, silentForMs: 0 } };
    expect(troubleOf(after, 'container_missing')?.severity).toBe('warning');
  });

  it('names the fullest disk', () => {
    const disks = [
      { mount: '/', sizeKiB: 2 ** 27, freeKiB: 2 ** 26 },
      { mount: '/mnt', sizeKiB: 2 ** 27, freeKiB: 512 * 1024 },
    ];
    expect(troubleOf({ ...ready, machine: { ...machine, disks } }, 'disk_full')?.detail).toBe(
      '/mnt: 512 MiB free',
    );
  });

  it('is never without a sentence', () => {
    const sights = [
      absent(2),
      trouble('kvm'),
      trouble('disk'),
      trouble('network'),
      missed('silent', 2),
      running(1e9),
      { ...up, docker: { kind: 'denied', detail: 'x' } },
    ] as Sight[];
    for (const told of sights.flatMap((sight) => assess(sight, settings).holding)) {
      expect(told.message).toMatch(/^[A-Z].*\.$/);
      expect(told.hint).not.toBeNull();
    }
  });
});

describe('the first answers of a connection', () => {
  const docker = (kind: 'missing' | 'failed'): Partial<Sight> => ({ docker: { kind, detail: 'x' } });
  const none: Partial<Sight> = {
    docker: { kind: 'ok' },
    container: { kind: 'absent', wanted: null, looks: 2 },
  };
  const there: Partial<Sight> = { docker: { kind: 'ok' }, container: onItsWay.container };
  const runOnHost: Partial<Sight> = {
    log: { path: '/home/u/x.log', why: null, trouble: null, content: null },
    run: { isRunning: true, endedWell: false, guest: null, silentForMs: 0 },
  };
  const silent = { isRunning: true, endedWell: false, guest: null, silentForMs: 1_000_000 };
  const idle = { since: 'seen', forMs: 2_000_000, costUsd: 1, perHourUsd: 1 } as const;

  /** What the VM has to say to each question; the newest of them may come in any order. */
  const machines: readonly [what: string, answers: Readonly<Record<string, Partial<Sight>>>][] = [
    ['run.py on a VM without docker', { docker: docker('missing'), host: { host: onHost.host }, runs: {} }],
    [
      'a run on the VM of which only its log tells',
      { docker: none, host: { host: onItsWay.host }, runs: runOnHost },
    ],
    [
      'a docker that is broken beside run.py',
      { docker: docker('failed'), host: { host: onHost.host }, runs: {} },
    ],
    ['a container that is up', { docker: there, host: { host: onItsWay.host }, runs: {} }],
    ['nothing at all', { docker: none, host: { host: onItsWay.host }, runs: {} }],
    [
      'a run that is on in the container',
      {
        docker: there,
        host: { host: onItsWay.host },
        inside: { inside: onItsWay.inside },
        runs: { run: silent },
      },
    ],
    [
      'a VM that seems idle before its process is found',
      { docker: none, host: { host: onHost.host }, runs: { idle } },
    ],
  ];

  it.each(machines)('alarm about nothing that a later one clears: %s', (_what, answers) => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(Object.keys(answers), { minLength: Object.keys(answers).length }),
        fc.array(fc.nat(3), { minLength: 8, maxLength: 8 }),
        (order, waits) => {
          let sight: Sight = { ...up, idle: answers['runs']?.idle ?? null };
          const told = new Set<StateCode>();
          const tell = (): void => {
            const { holding, clear } = assess(sight, settings);
            for (const { code } of holding) told.add(code);
            expect(clear.filter((code) => told.has(code))).toEqual([]);
          };
          for (const [index, name] of order.entries()) {
            const isFound = sight.container.kind === 'running' || answers['docker'] === there;
            const looks = 1 + (waits[index] ?? 0);
            sight = { ...sight, ...answers[name], answered: { ...sight.answered, [name]: true } };
            if (sight.answered.docker && !isFound)
              sight = { ...sight, missing: { looks, forMs: 5_000 * (looks - 1) } };
            tell();
          }
          sight = { ...sight, missing: sight.missing === null ? null : { looks: 9, forMs: 60_000 } };
          tell();
        },
      ),
    );
  });

  it('say nothing of a stall before anybody has listened, and clear none', () => {
    const reconnected: Sight = { ...ready, run: { ...silent, silentForMs: null } };
    expect(verdict(reconnected, 'run_stalled')).toBe('unknown');
    expect(verdict({ ...ready, answered: { ...allAnswered, runs: false } }, 'run_stalled')).toBe('unknown');
    expect(verdict(ready, 'run_stalled')).toBe('clear');
  });
});
