/** Pictures of a VM, to begin from. */
import { noBoot } from '../../../src/main/engine/vm/index.ts';
import { firstSight, type Sight } from '../../../src/main/engine/watch/sight.ts';

export const machine = {
  bootId: 'boot',
  clockSkewMs: 0,
  zoneOffsetMinutes: 0,
  kvm: true,
  lacks: [],
  disks: [{ mount: '/', sizeKiB: 100 * 1024 * 1024, freeKiB: 50 * 1024 * 1024 }],
};

export const allAnswered = { docker: true, container: true, probe: true, host: true, runs: true };

/** The container was looked into, and nothing was found. */
export const nothingInside: NonNullable<Sight['inside']> = {
  zoneOffsetMinutes: 0,
  runners: [],
  guests: [],
  folders: [],
  logs: [],
  unnamedLogs: 0,
  activity: null,
  lacks: [],
};

/** Reached, everything asked, the container up, Windows on its way. */
export const onItsWay: Sight = {
  ...firstSight,
  answered: allAnswered,
  ssh: { kind: 'up' },
  docker: { kind: 'ok' },
  container: {
    kind: 'running',
    name: 'winarena',
    mounts: [],
    addresses: ['172.17.0.2'],
    why: 'named winarena',
  },
  boot: { ...noBoot, phase: 'oobe', text: 'Windows is up, the benchmark server does not answer yet' },
  probe: {
    answer: { kind: 'refused', text: 'Connection refused' },
    place: null,
    why: null,
    wasReady: false,
    misses: 9,
  },
  machine,
  host: { runners: [], logs: [], unnamedLogs: 0 },
  inside: nothingInside,
};

/** The benchmark server answers. */
export const ready: Sight = {
  ...onItsWay,
  probe: {
    answer: { kind: 'ready' },
    place: 'container:172.30.0.2:5000',
    why: 'a usual address of the guest',
    wasReady: true,
    misses: 0,
  },
};

export const sshProblem = {
  code: 'ssh_unreachable',
  message: 'SSH connection failed',
  detail: 'me@vm:22: no answer',
  hint: 'Is the VM running?',
} as const;

export const stopped: Extract<Sight['container'], { kind: 'stopped' }> = {
  kind: 'stopped',
  name: 'winarena',
  state: 'exited',
  status: 'Exited (88) 3 seconds ago',
  exitCode: 88,
  looks: 2,
};

/** It answered before, and has not since. */
export function missed(kind: 'refused' | 'silent' | 'wrong', misses: number): Sight {
  return { ...ready, probe: { ...ready.probe, answer: { kind, text: `text of ${kind}` }, misses } };
}
