/** Keeps one VM connected at the address of the configuration, or at the one that Azure reports, which may change. */
import type { AzureFacts } from '../../azure/index.ts';
import type { ConnectTools, SshPlaces, SshProblem } from '../../vm/index.ts';
import type { Source, WatchTools } from '../source.ts';
import type { VmState } from '../state.ts';
import type { VmStore } from '../store.ts';
import { Connection } from './connection.ts';
import { azureTarget, findTarget, withoutAddress, type FoundTarget } from './vm-address.ts';

export interface LinkOptions extends Pick<WatchTools, 'config' | 'log' | 'clock' | 'tempo'> {
  readonly tools: ConnectTools;
  readonly places: SshPlaces;
}

export class LinkSource implements Source {
  readonly #options: LinkOptions;
  #connection: Connection | null = null;
  /** Newest address from Azure; null: none. */
  #address: string | null = null;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  start(store: VmStore, signal: AbortSignal): void {
    const { config, places } = this.#options;
    store.subscribe((state, before) => {
      const facts = state.cloud?.facts ?? null;
      if (facts !== null && facts !== before.cloud?.facts) this.#follow(store, facts);
      if (state.cloud?.gone != null && before.cloud?.gone == null) this.#leaveGone(store);
      if (state.looked !== before.looked && needsLogin(state)) this.#connection?.loginAnew();
    }, signal);
    signal.addEventListener('abort', () => this.#connection?.close(), { once: true });
    if (config.ssh.host !== null) this.#connectTo(store, findTarget(config, config.ssh.host, places));
  }

  #follow(store: VmStore, facts: AzureFacts): void {
    const { config, places, log } = this.#options;
    // An open connection proves more than an address from Azure.
    if (config.ssh.host !== null || store.get().contact !== null) return;
    // If the network may not be read now, the address is not gone.
    if (facts.addressProblem !== undefined && this.#address !== null) return;
    if (facts.address === null) {
      // The address may belong to another machine by now.
      this.#leave();
      this.#address = null;
      const isLacking = facts.powerState === 'running' && facts.addressProblem === undefined;
      const target = isLacking ? withoutAddress(config.azure?.vmName ?? config.name) : null;
      store.update({ target, ssh: down(store, target?.ok === false ? target.problem : null) });
      return;
    }
    if (facts.address === this.#address) return;
    if (this.#address !== null)
      log.info({ vm: config.name, before: this.#address, after: facts.address }, 'the address has changed');
    this.#leave();
    this.#address = facts.address;
    this.#connectTo(store, azureTarget(config, facts.address, facts, places));
  }

  /** The address of a VM that is gone may belong to another machine by now. */
  #leaveGone(store: VmStore): void {
    if (this.#options.config.ssh.host !== null || store.get().contact !== null) return;
    this.#leave();
    this.#address = null;
    store.update({ target: null, ssh: down(store, null) });
  }

  #leave(): void {
    this.#connection?.close();
    this.#connection = null;
  }

  #connectTo(store: VmStore, target: FoundTarget): void {
    const { config, clock, tools, log, tempo } = this.#options;
    store.update({ target, ssh: down(store, target.ok ? null : target.problem) });
    if (!target.ok) return;
    this.#connection = new Connection({
      ...{ vm: config.name, target: target.value, tools, store, log, clock, tempo },
    });
  }
}

/** Returns whether BenchTray lacks a right that only a new login may have: a group for docker, or another setting of sshd. */
function needsLogin({ docker, contact }: VmState): boolean {
  return docker.kind === 'denied' || contact?.channels.isSingle === true;
}

function down(store: VmStore, problem: SshProblem | null): VmState['ssh'] {
  const { ssh } = store.get();
  return { kind: 'down', everUp: ssh.kind !== 'down' || ssh.everUp, problem };
}
