/** The questions that are put to a VM with each look. Each updates the picture as soon as its own answer is there; none waits for another. */
import {
  readHost,
  readInside,
  readMachine,
  withLogsOf,
  withLogsOfInside,
  type ContainerEvent,
  type DockerCommand,
  type HostFacts,
  type InsideFacts,
  type LogFile,
  type ShellChannel,
} from '../../vm/index.ts';
import { isLogActive } from '../sight.ts';
import { defaultTempo } from '../tempo.ts';
import { createUnanswered } from '../unanswered.ts';
import { oneAtATime } from './once.ts';
import { ContainerLook } from './container-look.ts';
import type { LookContext } from './context.ts';
import { EngineEvents } from './engine-events.ts';
import { createGuestLook } from './guest-look.ts';
import { createKnownFolders, runnerFiles, runnerFolders } from './known-folders.ts';
import { findResults } from './results-place.ts';
import { createSideLook } from './side-look.ts';
import { statLog } from './stat-log.ts';

export interface Looks {
  /**
   * Asks what may have changed: of everything, or (`brief`) only how far Windows is, and whether processes are still there. Resolves when
   * all answers are in, or given up.
   */
  look(depth: 'whole' | 'brief'): Promise<void>;
  readonly docker: DockerCommand;
  readonly inside: ShellChannel | null;
  /** Ask for the state of one file, in the shell that can see it. */
  statLog(where: 'host' | 'container', path: string): Promise<LogFile | null>;
  close(): void;
}

const machineEveryMs = 60_000;

/** @param runMs the timeline that the VM's clock is compared with; epoch milliseconds */
export function createLooks(context: LookContext, runMs: () => number): Looks {
  const { config, host, sight, learn, monotonicMs, tempo = defaultTempo } = context;
  const events = new EngineEvents({ host, onEvent, onEnded, monotonicMs });
  const container = new ContainerLook(context, events);
  const guest = createGuestLook(context, () => container.inside);
  let machineAtMs = Number.NEGATIVE_INFINITY;
  /** When the engine last reported something that BenchTray cannot read, by the monotonic clock. */
  let unreadableAtMs = Number.NEGATIVE_INFINITY;
  let wasLogActive = false;
  const folders = createKnownFolders();
  const unanswered = createUnanswered(context);

  const lookMachine = oneAtATime(async () => {
    const lookAtMs = monotonicMs();
    if (lookAtMs - machineAtMs < machineEveryMs) return;
    const askedAtMs = runMs();
    const answer = await host.ask(8, ['machine']);
    unanswered.note('machine', answer);
    if (answer === null) return;
    machineAtMs = lookAtMs;
    learn({ machine: readMachine(answer, (askedAtMs + runMs()) / 2) });
  });

  const hasInsideRunner = (): boolean => (sight().inside?.runners.length ?? 0) > 0;

  const onHost = createSideLook<HostFacts>({
    shell: () => host,
    facts: () => sight().host,
    // The processes of a container show on its machine as well.
    words(isSearch) {
      const places = folders.words();
      if (isSearch && !hasInsideRunner()) return ['host', 'yes', ...places];
      return ['host', 'no', ...places, ...runnerFiles(sight().host?.runners ?? [])];
    },
    read: readHost,
    withLogs: withLogsOf,
    onAnswer: (_shell, answer) => unanswered.note('host', answer),
    learn(facts) {
      learn({ host: facts, answered: { ...sight().answered, host: true } });
      learnResults();
    },
    ...{ monotonicMs, tempo },
  });

  const inContainer = createSideLook<InsideFacts>({
    shell: () => container.inside,
    facts: () => sight().inside,
    words: (isSearch) =>
      isSearch ? ['inside', 'yes'] : ['inside', 'no', ...runnerFolders(sight().inside?.runners ?? [])],
    read: readInside,
    withLogs: withLogsOfInside,
    onAnswer(shell, answer) {
      if (shell !== null) unanswered.note('inside', answer);
      // Without a container that runs there is nothing to ask.
      else if (sight().container.kind !== 'running') unanswered.forget('inside');
    },
    learn(facts) {
      const had = hasInsideRunner();
      learn({ inside: facts, insideFailure: '' });
      if (had !== hasInsideRunner()) onHost.mustSearch();
      learnResults();
    },
    ...{ monotonicMs, tempo },
  });

  /** A container that starts or ends may start or end a run, so everything is searched again. */
  function onEvent(event: ContainerEvent | null): void {
    if (event === null) {
      // If a wrapper prints its own lines, BenchTray must not search after each of them.
      const isNew = monotonicMs() - unreadableAtMs >= tempo.silentEngineEveryMs;
      container.unreported(isNew);
      if (!isNew) return;
      unreadableAtMs = monotonicMs();
    } else if (!container.take(event)) return;
    onHost.mustSearch();
    inContainer.mustSearch();
    context.hurry(0);
  }

  function onEnded(hasWorked: boolean): void {
    container.unreported(hasWorked);
    if (hasWorked) context.hurry(0);
  }

  /** If a log falls silent or grows again, a run may have ended or begun. */
  function noteActivity(): void {
    const isActive = isLogActive(sight());
    if (isActive !== wasLogActive) {
      onHost.mustSearch();
      inContainer.mustSearch();
    }
    wasLogActive = isActive;
  }

  function learnResults(): void {
    const results = findResults(config.benchmark.results, sight());
    if (results !== null) learn({ results });
    folders.remember(sight());
  }

  return {
    get docker() {
      return container.docker;
    },
    get inside() {
      return container.inside;
    },
    async look(depth) {
      if (depth === 'brief') {
        await Promise.all([guest.look(), onHost.pulse(), inContainer.pulse()]);
        return;
      }
      noteActivity();
      const looked = container.look();
      const isInside = sight().log.path?.startsWith('container:') ?? null;
      const hasInside = container.inside !== null;
      const others = [lookMachine(), onHost.look({ isElsewhere: hasInside && isInside === true })];
      // What is asked inside the container needs a shell there. A guest that answers on the VM must not wait for an engine that hangs.
      const isOnHost = sight().probe.place?.startsWith('container:') === false;
      if (!hasInside && !isOnHost) await looked;
      await Promise.all([
        looked,
        ...others,
        guest.look(),
        inContainer.look({ isElsewhere: isInside === false }),
      ]);
    },
    statLog: (where, path) => statLog(where === 'host' ? host : container.inside, path),
    close() {
      events.stop();
      container.close();
    },
  };
}
