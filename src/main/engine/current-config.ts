/** The configuration in force: the person's, and the simulated VM while the demo runs. */
import type { Config, VmConfig } from './config/index.ts';
import type { Feed } from './feed/index.ts';
import type { Fleet } from './fleet.ts';

export interface CurrentConfigOptions {
  readonly config: Config;
  readonly feed: Pick<Feed, 'setVms'>;
  readonly fleet: Pick<Fleet, 'watch' | 'setDemand'>;
}

export interface CurrentConfig {
  readonly get: () => Config;
  /** Starts to watch the VMs. */
  apply(): void;
  /** Takes over another configuration of the person. */
  replace(config: Config): void;
  /** Adds the demo's VM, which is in no file; null removes it. */
  setDemoVm(vm: VmConfig | null): void;
  /** Takes the smallest interval that a client of the stream asks for, seconds; null: no client listens. */
  setDemand(intervalSeconds: number | null): void;
}

export function createCurrentConfig({ config, feed, fleet }: CurrentConfigOptions): CurrentConfig {
  let configured = config;
  let demoVm: VmConfig | null = null;
  let current = config;
  let demandSeconds: number | null = null;

  function passDemand(): void {
    // A hook waits for news as a client does.
    fleet.setDemand(demandSeconds ?? (current.hooks.length > 0 ? current.interval : null));
  }

  function apply(): void {
    current = demoVm === null ? configured : { ...configured, vms: [...configured.vms, demoVm] };
    passDemand();
    // Clients get the list before the first status of a new VM.
    feed.setVms(current.vms.map(({ name }) => name));
    fleet.watch(current.vms, current.interval);
  }

  return {
    get: () => current,
    apply,
    replace(next) {
      configured = next;
      apply();
    },
    setDemoVm(vm) {
      demoVm = vm;
      apply();
    },
    setDemand(intervalSeconds) {
      demandSeconds = intervalSeconds;
      passDemand();
    },
  };
}
