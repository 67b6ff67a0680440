/** Keeps one VM connected, wherever it is: at the address of the configuration, or at the one that Azure tells, which may change. */
import type { AzureFacts } from '../../azure/index.ts';
import type { Logger } from '../../common/app-log.ts';
import type { VmConfig } from '../../config/index.ts';
import type { ConnectTools, Contact, SshPlaces, SshProblem } from '../../vm/index.ts';
import { keepConnected, type Connection } from './connection.ts';
import type { Picture } from '../picture.ts';
import type { Sight } from '../sight.ts';
import type { Tempo } from '../tempo.ts';
import { azureTarget, findTarget, withoutAddress, type FoundTarget } from './vm-address.ts';

export interface Reaching {
  /** Null: no address is known yet, or none any more. */
  readonly found: FoundTarget | null;
  readonly connection: Connection | null;
  /** Azure has told of the VM: goes to where it is. @returns what that means for the picture, to be told together with what Azure said */
  follow(facts: AzureFacts): Pick<Sight, 'ssh'> | null;
  close(): void;
}

export interface ReachingOptions {
  readonly config: VmConfig;
  readonly tools: ConnectTools;
  readonly places: SshPlaces;
  readonly picture: Picture;
  readonly log: Logger;
  readonly monotonicMs: () => number;
  readonly tempo: Tempo;
  readonly onUp: (contact: Contact) => void;
  readonly onLost: () => void;
}

export function keepReaching(options: ReachingOptions): Reaching {
  const { config, places, picture, log } = options;
  const vm = config.name;
  let found: FoundTarget | null = null;
  let connection: Connection | null = null;
  /** Address that Azure told last. */
  let address: string | null = null;

  function down(problem: SshProblem | null): Pick<Sight, 'ssh'> {
    const { ssh } = picture.sight;
    return { ssh: { kind: 'down', everUp: ssh.kind !== 'down' || ssh.everUp, problem } };
  }

  function leave(): void {
    if (connection === null) return;
    connection.close();
    connection = null;
    options.onLost();
  }

  function connectTo(target: FoundTarget): Pick<Sight, 'ssh'> {
    found = target;
    if (target.ok) connection = keepConnected({ ...options, vm, target: target.target });
    return down(target.ok ? null : target.problem);
  }

  if (config.ssh.host !== null) {
    const target = findTarget(config, config.ssh.host, places);
    const news = connectTo(target);
    if (!target.ok) picture.learn(news);
  }

  return {
    get found() {
      return found;
    },
    get connection() {
      return connection;
    },
    follow(facts) {
      // A connection that stands proves more than an address that was looked up.
      if (config.ssh.host !== null || connection?.upSinceMs != null) return null;
      // What may not be asked is not gone.
      if (facts.addressProblem !== undefined && address !== null) return null;
      if (facts.address === null) {
        // The address may be somebody else's by now.
        leave();
        address = null;
        const isLacking = facts.powerState === 'running' && facts.addressProblem === undefined;
        found = isLacking ? withoutAddress(config.azure?.vmName ?? vm) : null;
        return down(found?.ok === false ? found.problem : null);
      }
      if (facts.address === address) return null;
      if (address !== null)
        log.info({ vm, before: address, after: facts.address }, 'the address has changed');
      leave();
      address = facts.address;
      return connectTo(azureTarget(config, address, facts, places));
    },
    close() {
      connection?.close();
    },
  };
}
