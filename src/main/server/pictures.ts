/** The picture of one VM as it goes out: its newest snapshots as frames, each written out once for all clients. */
import type { ProgressPayload, StatusPayload } from '../../shared/stream.ts';
import type { Feed } from '../feed/index.ts';
import { eventFrame } from './wire.ts';

/** A VM of the configuration. */
export interface ConfiguredVm {
  readonly name: string;
  /** Where it is reached, as far as that is known. */
  readonly address: string | null;
}

export type SnapshotKind = 'status' | 'progress';

/** What a status says before the VM was looked at for the first time. */
export function firstStatus(vm: ConfiguredVm): StatusPayload {
  const host = vm.address?.includes(':') === true ? `[${vm.address}]` : vm.address;
  return {
    type: 'vm_status',
    connected: false,
    phase: 'offline',
    waa_ready: false,
    probe: { status: 'Not checked yet', vnc_url: host === null ? null : `http://${host}:8006` },
    vm: vm.name,
    power_state: null,
    detail: {
      text: 'Not looked at yet',
      percent: null,
      address: null,
      container: null,
      probe_address: null,
      log: null,
      runner: null,
      found: [],
    },
    checked_at: null,
    cost: null,
  };
}

export interface Pictures {
  /** Null where there is nothing to show: a VM that is not known, or one without a run. */
  frame(kind: SnapshotKind, vm: string): string | null;
  /** Whether the VM's newest run is still on, so that its progress is repeated. */
  isRunOn(vm: string): boolean;
}

export function createPictures(feed: Feed, vms: () => readonly ConfiguredVm[]): Pictures {
  /** Payloads are never changed, only replaced: the frame of one holds as long as the payload itself is around. */
  const frames = new WeakMap<StatusPayload | ProgressPayload, string>();

  function payload(kind: SnapshotKind, name: string): StatusPayload | ProgressPayload | null {
    const newest = feed.snapshot(name)[kind];
    if (newest !== null || kind === 'progress') return newest;
    const vm = vms().find((candidate) => candidate.name === name);
    return vm === undefined ? null : firstStatus(vm);
  }

  return {
    frame(kind, vm) {
      const data = payload(kind, vm);
      if (data === null) return null;
      const frame = frames.get(data) ?? eventFrame(kind, null, data);
      frames.set(data, frame);
      return frame;
    },
    isRunOn(vm) {
      const state = feed.snapshot(vm).progress?.state;
      return state === 'running' || state === 'stalled';
    },
  };
}
