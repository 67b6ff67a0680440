/** Asks docker: which container is the benchmark's, how it is, and what it shares with the VM. */
import {
  evidenceCommand,
  inspectCommand,
  lastLinesCommand,
  listCommand,
  readBootLog,
  readEvidence,
  readInspect,
  readLastLines,
  readList,
  reportedBoot,
  type BootState,
  type ContainerChoice,
  type ContainerRow,
  type ContainerState,
  type DockerAnswer,
  type DockerCommand,
  type ShellChannel,
} from '../../vm/index.ts';
import { oneAtATime } from './once.ts';
import { createContainerPick } from './container-pick.ts';
import type { Sight } from '../sight.ts';
import type { LookContext } from './context.ts';
import { createInsideShell } from './inside-shell.ts';

/** When to look again after a container was missed for the first time. */
const lookAgainMs = 5_000;

export interface ContainerLook {
  look(): Promise<void>;
  readonly docker: DockerCommand;
  /** The shell in the container, while one is watched. */
  readonly inside: ShellChannel | null;
  close(): void;
}

const badAnswersUntilTold = 2;

export function createContainerLook(context: LookContext): ContainerLook {
  const { config, host, sight, learn } = context;
  let docker: DockerCommand = 'docker';
  /** What was watched in the last look, to notice another container under the same name. */
  let watchedId: string | null = null;
  let mustInspect = true;
  /** Answers of docker in a row that were missing or cut, while the VM answered. */
  let badAnswers = 0;
  let missingSinceMs: number | null = null;
  let missingLooks = 0;

  const inside = createInsideShell(context.channels, host, () => {
    // Was that a stop or a restart?
    mustInspect = true;
    if (!host.closed) context.hurry();
  });
  const before = sight().container;
  const picker = createContainerPick({
    configured: config.container,
    before: before.kind === 'running' ? before : null,
    monotonicMs: context.monotonicMs,
    tempo: context.tempo,
    async askEvidence(names) {
      const answer = await host.ask(8, evidenceCommand(docker, config.probe.port, names));
      return answer === null ? null : readEvidence(answer);
    },
  });

  const look = oneAtATime(async () => {
    const listed = await list();
    if (listed === null) {
      missed('docker ps');
      return;
    }
    if (listed.kind !== 'ok') {
      closeInside();
      learn({
        docker: { kind: listed.kind, detail: listed.detail },
        container: { kind: 'unknown' },
        ...(listed.kind === 'denied' ? found() : notFound()),
      });
      return;
    }
    const choice = await picker.pick(listed.value);
    if (choice === null) absent();
    else if (choice.row.state === 'running') await running(choice);
    else await stopped(choice.row);
  });

  async function list() {
    // A docker that hangs is ended on the VM, and that is an answer; none at all means that the VM is silent.
    const ask = async () => {
      const answer = await host.ask(10, listCommand(docker));
      return answer === null ? null : readList(answer);
    };
    const first = await ask();
    if (first?.kind !== 'denied') return first;
    docker = docker === 'docker' ? 'sudo -n docker' : 'docker';
    const second = await ask();
    if (second?.kind === 'ok') return second;
    docker = 'docker';
    return first;
  }

  /** Once, it may have been a moment of high load: the next look comes soon. */
  function missed(command: string, detail = `${command} does not answer in time`): void {
    if (host.closed) return;
    badAnswers += 1;
    if (badAnswers >= badAnswersUntilTold) learn({ docker: { kind: 'failed', detail }, ...notFound() });
    else {
      learn({ missing: notFound().missing });
      context.hurry();
    }
  }

  function absent(): void {
    badAnswers = 0;
    const before = sight().container;
    const looks = before.kind === 'absent' ? before.looks + 1 : 1;
    closeInside();
    watchedId = null;
    learn({
      docker: { kind: 'ok' },
      container: { kind: 'absent', wanted: config.container, looks },
      ...notFound(),
    });
  }

  /** No container was found in this look. Whether one is gone is known after two looks that are some seconds apart. */
  function notFound(): Pick<Sight, 'missing' | 'answered'> {
    const nowMs = context.monotonicMs();
    if (missingSinceMs === null) context.hurry(lookAgainMs);
    missingSinceMs ??= nowMs;
    missingLooks += 1;
    const missing = { looks: missingLooks, forMs: nowMs - missingSinceMs };
    return { missing, answered: { ...sight().answered, docker: true } };
  }

  function found(): Pick<Sight, 'missing' | 'answered'> {
    missingSinceMs = null;
    missingLooks = 0;
    return { missing: null, answered: { ...sight().answered, docker: true } };
  }

  async function running({ row, why }: ContainerChoice): Promise<void> {
    const before = sight().container;
    if (before.kind === 'running' && before.name === row.name && row.id === watchedId && !mustInspect) {
      learn({ docker: { kind: 'ok' }, ...found() });
    } else {
      const read = await inspect(row.name);
      if (read?.kind !== 'ok') {
        missed('docker inspect', read?.detail);
        return;
      }
      const state = read.value;
      mustInspect = false;
      watchedId = row.id;
      const { addresses, mounts } = state;
      const container = { kind: 'running', name: row.name, addresses, mounts, why } as const;
      const isNewBoot = state.startedAt !== sight().startedAt;
      learn({
        docker: { kind: 'ok' },
        container,
        ...found(),
        ...(isNewBoot ? nothingYet(state, sight().boot) : {}),
      });
      if (isNewBoot) context.onBoot();
    }
    badAnswers = 0;
    inside.open(docker, row.name);
  }

  async function stopped(row: ContainerRow): Promise<void> {
    const before = sight().container;
    badAnswers = 0;
    closeInside();
    const isNew = before.kind !== 'stopped' || before.name !== row.name;
    const read = isNew ? await inspect(row.name) : null;
    const state = read?.kind === 'ok' ? read.value : null;
    const exitCode = isNew ? (state?.exitCode ?? null) : before.exitCode;
    if (isNew && before.kind === 'running' && state?.outOfMemory === true) context.onOutOfMemory(row.name);
    const looks = isNew ? 1 : before.looks + 1;
    learn({
      docker: { kind: 'ok' },
      container: { kind: 'stopped', name: row.name, state: row.state, status: row.status, exitCode, looks },
      ...found(),
    });
    if (looks === 1) context.hurry();
    if (state !== null && state.exitCode !== 0) await readLastWords(row.name, state);
  }

  /** Why it has stopped may stand in its log, and nobody has been reading that. */
  async function readLastWords(name: string, state: ContainerState): Promise<void> {
    const answer = await host.ask(8, lastLinesCommand(docker, name, state.startedAt));
    if (answer === null) return;
    const isNewBoot = state.startedAt !== sight().startedAt;
    if (isNewBoot) learn(nothingYet(state, sight().boot));
    learn({ boot: readBootLog(sight().boot, readLastLines(answer)) });
  }

  async function inspect(name: string): Promise<DockerAnswer<ContainerState> | null> {
    const answer = await host.ask(10, inspectCommand(docker, name));
    return answer === null ? null : readInspect(answer);
  }

  function closeInside(): void {
    inside.close();
    learn({ inside: null });
  }

  return {
    look,
    get docker() {
      return docker;
    },
    get inside() {
      return inside.shell;
    },
    close: closeInside,
  };
}

/** What is known of a boot that has only begun. @param boot the newest known */
function nothingYet(
  { startedAt }: ContainerState,
  boot: BootState,
): Pick<Sight, 'startedAt' | 'boot' | 'probe'> {
  const probe = { answer: null, place: null, why: null, wasReady: false, misses: 0 };
  return { startedAt, boot: reportedBoot(boot, startedAt), probe };
}
