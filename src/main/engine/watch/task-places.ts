/** Where the files of a task may lie on a VM, and what their times mean here. */
import type { ScreenTask } from '../../../shared/screens.ts';
import { containerShell, hostShell, type Mount } from '../vm/index.ts';
import type { LogAccess } from './log/following-options.ts';
import { resultPlaces, type ResultPlace } from './results/result-place.ts';
import type { VmState } from './state.ts';
import type { VmStore } from './store.ts';
import { clockSkewMs, ourTimeMs } from './vm-clock.ts';

export interface TaskPlacesOptions {
  readonly store: Pick<VmStore, 'get' | 'subscribe'>;
  /** Where a log of the journal lies on the VM's own disk; null: nowhere, or it is not known. */
  readonly hostLog: (log: string) => string | null;
}

export interface TaskPlaces {
  /** Returns the result folders that may have the task, best first. */
  of(task: ScreenTask): readonly ResultPlace[];
  /** Returns what is added to a local time in the task's files, read as UTC, to get epoch milliseconds. */
  clockOffsetMs(task: ScreenTask): number;
  /** Returns epoch milliseconds of our clock. @param modifiedAt epoch seconds of the VM's clock */
  writtenAtMs(modifiedAt: number): number;
}

export function createTaskPlaces({ store, hostLog }: TaskPlacesOptions): TaskPlaces {
  let mounts = mountsOf(store.get()) ?? [];
  let insideZoneMinutes = store.get().inside?.zoneOffsetMinutes ?? 0;

  // The mounts and the zone of a container are known only while it runs, but the shared folders outlast it.
  store.subscribe((state) => {
    mounts = mountsOf(state) ?? mounts;
    insideZoneMinutes = state.inside?.zoneOffsetMinutes ?? insideZoneMinutes;
  });

  return {
    of: ({ log, resultDir }) =>
      resultPlaces({ log, hostLog: hostLog(log), resultDir }, store.get().results, mounts),
    // Files have the times of the program that wrote them, wherever they lie.
    clockOffsetMs({ log }) {
      const { machine } = store.get();
      const isInside = /^(?:results:)?container:/.test(log);
      const zoneMinutes = isInside ? insideZoneMinutes : (machine?.zoneOffsetMinutes ?? 0);
      return 0 - zoneMinutes * 60_000 - clockSkewMs(machine);
    },
    writtenAtMs: (modifiedAt) => ourTimeMs(modifiedAt, clockSkewMs(store.get().machine)),
  };
}

/** Returns what opens a shell where the files are; null: nothing does. */
export function shellAt({ where }: ResultPlace, { docker, container }: LogAccess): string | null {
  if (where === 'host') return hostShell;
  return container === null ? null : containerShell(docker, container);
}

function mountsOf({ container }: VmState): readonly Mount[] | null {
  return container.kind === 'running' ? container.mounts : null;
}
