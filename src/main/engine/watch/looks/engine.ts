/** Finds the container engine of a VM and how this user may call it: Docker, podman or nerdctl, by sudo where it must be. */
import {
  hiddenDockersCommand,
  isCandidate,
  listCommand,
  readHiddenDockers,
  readList,
  rowsOfCutList,
  type DockerAnswer,
  type DockerCommand,
  type Engine,
  type HiddenDocker,
  type ListedContainer,
  type OwnShellChannel,
} from '../../vm/index.ts';

type List = DockerAnswer<readonly ListedContainer[]>;

export interface FoundEngine {
  /** The command of the engine that gave the newest list. */
  readonly docker: DockerCommand;
  readonly name: Engine;
  /** By the newest list, another engine of the VM may start the benchmark's container. */
  readonly hasOthers: boolean;
  /** Lists all containers. Null: the VM does not answer. */
  list(): Promise<List | null>;
}

/** The daemon may be down, or it may be another one than the one that runs the benchmark. */
const isUnreachable = (list: List): boolean =>
  list.kind === 'failed' && /(cannot|failed to) connect to the docker/i.test(list.detail);
/** A daemon that is down stays so for a while: other engines are asked for with one of so many failures. */
const othersEvery = 3;

/** @param configured the name of the benchmark's container; null: any usual one */
export function createEngine(host: Pick<OwnShellChannel, 'ask'>, configured: string | null): FoundEngine {
  let docker: DockerCommand = 'docker';
  let hasOthers = false;
  /** Each refusal of sudo is a line in the VM's log. */
  const refused = new Set<DockerCommand>();
  /** Lists in a row that found no daemon. */
  let unreachable = 0;

  async function ask(command: DockerCommand): Promise<List | null> {
    // The VM ends an engine that hangs, and answers. No answer means that the VM is silent.
    const all = await host.ask(10, listCommand(command));
    if (all === null) return null;
    const rows = rowsOfCutList(all);
    if (rows === null) return readList(all);
    // A container for each task leaves hundreds behind, and an older one may be the one that runs.
    const running = await host.ask(10, listCommand(command, 'running'));
    return running === null ? null : readList(rows + running);
  }

  const hasCandidate = (list: List): boolean =>
    list.kind === 'ok' && list.value.some((row) => isCandidate(row, configured));

  return {
    get docker() {
      return docker;
    },
    get name() {
      return engineOf(docker);
    },
    get hasOthers() {
      return hasOthers;
    },
    async list() {
      const first = await ask(docker);
      if (first === null) return null;
      unreachable = isUnreachable(first) ? unreachable + 1 : 0;
      const isBroken = first.kind === 'failed' && unreachable % othersEvery !== 1;
      if (isBroken || hasCandidate(first)) return first;
      const missing = new Set<Engine>(first.kind === 'missing' ? [engineOf(docker)] : []);
      let best = first.kind === 'ok' ? { command: docker, answer: first } : null;
      hasOthers = false;
      const hidden = readHiddenDockers((await host.ask(10, hiddenDockersCommand)) ?? '');
      const others = [...hidden, ...otherWays(docker, first)].filter((command) => command !== docker);
      for (const command of others) {
        if (!isHidden(command) && missing.has(engineOf(command))) continue;
        if (first.kind !== 'denied' && refused.has(command)) continue;
        const answer = await ask(command);
        if (answer?.kind === 'denied') refused.add(command);
        if (answer?.kind === 'missing' && !isHidden(command)) missing.add(engineOf(command));
        if (answer?.kind !== 'missing' && answer?.kind !== 'denied') hasOthers = true;
        if (answer?.kind !== 'ok') continue;
        if (hasCandidate(answer)) {
          best = { command, answer };
          break;
        }
        // An engine that denies access or fails probably has containers, so an empty engine does not replace it.
        const isSame =
          first.kind !== 'failed' && !isHidden(command) && engineOf(command) === engineOf(docker);
        if (first.kind === 'missing' || isSame) best ??= { command, answer };
      }
      docker = best?.command ?? 'docker';
      return best?.answer ?? first;
    },
  };
}

/** Returns other ways to ask, after a list that shows no benchmark. */
function otherWays(docker: DockerCommand, { kind }: List): readonly DockerCommand[] {
  const name = engineOf(docker);
  const bySudo = `sudo -n ${name}` as const;
  // With podman, each user has separate containers, even if the command is called docker.
  const podman = ['podman', 'sudo -n podman'] as const;
  switch (kind) {
    case 'denied':
    case 'failed':
      return [docker === name ? bySudo : name, ...podman];
    case 'missing':
      return ['docker', ...podman, 'nerdctl', 'sudo -n nerdctl'];
    default:
      return isHidden(docker) ? ['docker', 'sudo -n docker', ...podman] : podman;
  }
}

function isHidden(command: DockerCommand): command is HiddenDocker {
  return command.includes('/');
}

function engineOf(command: DockerCommand): Engine {
  return isHidden(command) ? 'docker' : (command.replace('sudo -n ', '') as Engine);
}
