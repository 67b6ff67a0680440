/**
 * What can be asked about one VM. Every question is put once, when the first check asks it, over one SSH connection; the looks are
 * those of the watcher, so that the doctor sees what it sees. Nothing is asked before it is wanted.
 */
import type { Result } from '../../../shared/result.ts';
import type { Azure } from '../azure/index.ts';
import type { AzureAnswer, AzureFacts } from '../azure/model.ts';
import type { VmConfig } from '../config/index.ts';
import {
  openHostShell,
  type ConnectResult,
  type ConnectTools,
  type HostKeyVerdict,
  type LoadedKeys,
  type SshPlaces,
  type SshProblem,
  type SshTarget,
} from '../vm/index.ts';
import { azureTarget, findTarget } from '../watch/index.ts';
import { openLogin, type Login } from './login.ts';
import { askOnce } from './once.ts';
import { createVmLooks, type VmLooks } from './vm-looks.ts';

/** The connections of the doctor to a VM and its cloud. */
export interface DoctorTools {
  readonly ssh: ConnectTools;
  readonly places: SshPlaces;
  readonly azure: Pick<Azure, 'look'>;
  readonly platform: NodeJS.Platform;
  readonly now: () => number;
}

/** What is seen on the VM itself is asked for over one login. */
export interface VmFacts extends Omit<VmLooks, 'close'> {
  readonly config: VmConfig;
  readonly tools: DoctorTools;
  /** Null: Azure is not asked about this VM. */
  azure(): Promise<AzureAnswer<AzureFacts> | null>;
  /** What Azure has said, as far as it has answered by now. */
  readonly knownAzure: AzureFacts | null;
  /** Address or name of the configuration, else the one that Azure tells; null: none is known. */
  address(): Promise<string | null>;
  /** Whom to log in to, with what ~/.ssh/config adds. */
  target(): Promise<Result<SshTarget, string>>;
  keys(): Promise<LoadedKeys>;
  /** Null: the connection ended before the server showed its key. */
  hostKey(): Promise<HostKeyVerdict | null>;
  connection(): Promise<ConnectResult>;
  /** Why the shell on the VM does not answer, once the login is through. Null: it answers. */
  shellProblem(): Promise<SshProblem | null>;
  /** Whether the server allows a session beside the first. */
  hasSecondSession(): Promise<boolean>;
  /** The target, once it is known; for commands. */
  readonly knownTarget: SshTarget | null;
  close(): Promise<void>;
}

/** @param signal aborting it ends everything that is under way */
export function createVmFacts(config: VmConfig, tools: DoctorTools, signal: AbortSignal): VmFacts {
  const closing = new AbortController();
  const ending = AbortSignal.any([signal, closing.signal]);
  let knownAzure: AzureFacts | null = null;
  let knownTarget: SshTarget | null = null;
  let login: Login | null = null;
  let looks: VmLooks | null = null;

  const azure = askOnce(async () => {
    if (config.azure === null) return null;
    const answer = await tools.azure.look(config.azure, ending);
    if (answer.ok) knownAzure = answer.value;
    return answer;
  });
  const address = askOnce(async () => {
    if (config.ssh.host !== null) return config.ssh.host;
    const answer = await azure();
    return answer?.ok === true ? answer.value.address : null;
  });
  const target = askOnce(async (): Promise<Result<SshTarget, string>> => {
    const host = await address();
    if (host === null) return { ok: false, problem: 'No address is known.' };
    const found =
      config.ssh.host === null && knownAzure !== null
        ? azureTarget(config, host, knownAzure, tools.places)
        : findTarget(config, host, tools.places);
    if (!found.ok) return { ok: false, problem: found.problem.detail };
    knownTarget = found.value;
    return found;
  });

  async function needTarget(): Promise<SshTarget> {
    const found = await target();
    if (!found.ok) throw new Error(found.problem);
    return found.value;
  }
  const openOnce = askOnce(async (): Promise<Login> => {
    login = openLogin(await needTarget(), tools.ssh, ending);
    return login;
  });
  const shellOnce = askOnce(async () => {
    const opened = await (await openOnce()).connected;
    if (!opened.ok) throw new Error(opened.problem.message);
    return openHostShell(opened.client, await needTarget());
  });
  const looksOnce = askOnce(async (): Promise<VmLooks> => {
    const shell = await shellOnce();
    if (!shell.ok) throw new Error(shell.problem.message);
    const { channels, host } = shell;
    looks = createVmLooks({ config, channels, host, now: tools.now, signal: ending });
    return looks;
  });
  const hasSecondSession = askOnce(async () => {
    const shell = await shellOnce();
    if (!shell.ok) return false;
    return new Promise<boolean>((resolve) => {
      shell.channels.open('true', (opened) => {
        if (opened.ok) opened.channel.resume().close();
        resolve(opened.ok || opened.kind !== 'refused');
      });
    });
  });
  ending.addEventListener('abort', end, { once: true });
  function end(): void {
    looks?.close();
    login?.close();
  }

  return {
    config,
    tools,
    azure,
    address,
    target,
    keys: askOnce(async () => tools.ssh.keys.load((await needTarget()).keys.paths)),
    hostKey: async () => (await openOnce()).hostKey,
    connection: async () => (await openOnce()).connected,
    async shellProblem() {
      const shell = await shellOnce();
      return shell.ok ? null : shell.problem;
    },
    hasSecondSession,
    machine: async () => (await looksOnce()).machine(),
    host: async () => (await looksOnce()).host(),
    inside: async () => (await looksOnce()).inside(),
    docker: async () => (await looksOnce()).docker(),
    container: async () => (await looksOnce()).container(),
    guest: async () => (await looksOnce()).guest(),
    log: async () => (await looksOnce()).log(),
    jobs: async () => (await looksOnce()).jobs(),
    vncOnVm: async () => (await looksOnce()).vncOnVm(),
    get sight() {
      if (looks === null) throw new Error('Nothing has been looked at yet.');
      return looks.sight;
    },
    get knownAzure() {
      return knownAzure;
    },
    get dockerCommand() {
      return looks?.dockerCommand ?? 'docker';
    },
    get knownTarget() {
      return knownTarget;
    },
    async close() {
      closing.abort();
      end();
      await login?.closed;
    },
  };
}
