/** The VMs that are watched: each has a watcher of its own, which goes on undisturbed while nothing about its VM changes. */
import { isDeepStrictEqual } from 'node:util';
import type { BackgroundTask } from '../../shared/background-task.ts';
import type { VmConfig } from './config/index.ts';
import { watchVm, type VmWatcher, type VmWatcherOptions } from './watch/index.ts';

export interface Fleet {
  /** From now on these are watched, and no others. @param intervalSeconds "interval" of the configuration */
  watch(vms: readonly VmConfig[], intervalSeconds: number): void;
  /** Smallest interval that anybody asks for, seconds; null: nobody listens. */
  setDemand(intervalSeconds: number | null): void;
  /** Null: it is not watched. */
  watcher(vm: string): VmWatcher | null;
  readonly tasks: () => readonly BackgroundTask[];
  close(): void;
}

export type FleetOptions = Omit<VmWatcherOptions, 'config' | 'intervalSeconds'>;

interface Watched {
  readonly config: VmConfig;
  readonly intervalSeconds: number;
  readonly watcher: VmWatcher;
}

export function createFleet(options: FleetOptions): Fleet {
  const watched = new Map<string, Watched>();
  let demandSeconds: number | null = null;

  function stop(name: string): void {
    watched.get(name)?.watcher.close();
    watched.delete(name);
  }

  function start(config: VmConfig, intervalSeconds: number): void {
    const watcher = watchVm({ ...options, config, intervalSeconds });
    watcher.setDemand(demandSeconds);
    watched.set(config.name, { config, intervalSeconds, watcher });
  }

  return {
    watch(vms, intervalSeconds) {
      const isKept = (vm: VmConfig): boolean => {
        const now = watched.get(vm.name);
        return now?.intervalSeconds === intervalSeconds && isDeepStrictEqual(now.config, vm);
      };
      const kept = new Set(vms.filter(isKept).map(({ name }) => name));
      for (const name of [...watched.keys()]) if (!kept.has(name)) stop(name);
      for (const vm of vms) if (!kept.has(vm.name)) start(vm, intervalSeconds);
    },
    setDemand(intervalSeconds) {
      demandSeconds = intervalSeconds;
      for (const { watcher } of watched.values()) watcher.setDemand(intervalSeconds);
    },
    watcher: (vm) => watched.get(vm)?.watcher ?? null,
    tasks: () => [...watched.values()].flatMap(({ watcher }) => watcher.tasks()),
    close() {
      for (const name of [...watched.keys()]) stop(name);
    },
  };
}
