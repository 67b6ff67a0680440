/** The picture of one VM as it goes out: its newest snapshots as frames, each written out once for all clients. */
import type { ErrorPayload, ProgressPayload, StatusPayload, VmsPayload } from '../../../../shared/stream.ts';
import type { Feed } from '../../feed/index.ts';
import type { Frames } from './stream-figures.ts';
import { eventFrame } from './wire.ts';

/** A VM of the configuration. */
export interface ConfiguredVm {
  readonly name: string;
  /** Where it is reached, as far as that is known. */
  readonly address: string | null;
}

export type SnapshotName =
  { readonly kind: 'vms'; readonly vm: null } | { readonly kind: 'status' | 'progress'; readonly vm: string };

/** The list of watched VMs. */
export const vmsSnapshot: SnapshotName = { kind: 'vms', vm: null };

/** What a status says before the VM was looked at for the first time. */
export function firstStatus(vm: ConfiguredVm, openErrors: readonly ErrorPayload[] = []): StatusPayload {
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
      reason: null,
      address: null,
      container: null,
      probe_address: null,
      log: null,
      runner: null,
      found: [],
    },
    checked_at: null,
    as_of: null,
    cost: null,
    open_errors: openErrors,
  };
}

/** Returns the errors of the VM that have not recovered. */
export function openErrorsOf(feed: Pick<Feed, 'openConditions'>, vm: string): ErrorPayload[] {
  return feed.openConditions(vm).map(({ error }) => error);
}

export interface Pictures {
  /** Null where there is nothing to show: a VM that is not known, or one without a run. */
  frame(name: SnapshotName): string | null;
  /** What is shown again at every interval: the progress only of runs that are on. */
  repeated(vms: readonly string[]): Frames;
  /** The newest of each of these. */
  newest(names: readonly SnapshotName[]): Frames;
  /** Whether the VM's newest run is still on. */
  isRunOn(vm: string): boolean;
}

export function createPictures(feed: Feed, vms: () => readonly ConfiguredVm[]): Pictures {
  /** Payloads are never changed, only replaced: the frame of one holds as long as the payload itself is around. */
  const frames = new WeakMap<StatusPayload | ProgressPayload, string>();
  /** What was asked for last: many streams ask for the same, one after another. */
  let last = { text: '', frames: { bytes: Buffer.alloc(0), counts: {} } };

  function payload(kind: 'status' | 'progress', name: string): StatusPayload | ProgressPayload | null {
    const newest = feed.snapshot(name)[kind];
    if (newest !== null || kind === 'progress') return newest;
    const vm = vms().find((candidate) => candidate.name === name);
    return vm === undefined ? null : firstStatus(vm, openErrorsOf(feed, name));
  }

  function frame(name: SnapshotName): string | null {
    if (name.kind === 'vms') return eventFrame('vms', null, vmsPayload());
    const data = payload(name.kind, name.vm);
    if (data === null) return null;
    const text = frames.get(data) ?? eventFrame(name.kind, null, data);
    frames.set(data, text);
    return text;
  }

  function vmsPayload(): VmsPayload {
    return { vms: vms().map(({ name }) => ({ name })) };
  }

  function isRunOn(vm: string): boolean {
    const state = feed.snapshot(vm).progress?.state;
    return state === 'running' || state === 'stalled';
  }

  function newest(names: readonly SnapshotName[]): Frames {
    const counts = { vms: 0, status: 0, progress: 0 };
    let text = '';
    for (const name of names) {
      const one = frame(name);
      if (one === null) continue;
      text += one;
      counts[name.kind] += 1;
    }
    if (text !== last.text) last = { text, frames: { bytes: Buffer.from(text), counts } };
    return last.frames;
  }

  return {
    frame,
    repeated: (vms) => newest([...namesOf('status', vms), ...namesOf('progress', vms.filter(isRunOn))]),
    newest,
    isRunOn,
  };
}

/** Returns the snapshot names of this kind, one for each VM. */
export function namesOf(kind: 'status' | 'progress', vms: readonly string[]): readonly SnapshotName[] {
  return vms.map((vm) => ({ kind, vm }));
}
