/** The questions that are put to a VM with each look. Each updates the picture as soon as its own answer is there; none waits for another. */
import {
  readHost,
  readInside,
  readMachine,
  type DockerCommand,
  type LogFile,
  type ShellChannel,
} from '../../vm/index.ts';
import { oneAtATime } from './once.ts';
import { createContainerLook } from './container-look.ts';
import type { LookContext } from './context.ts';
import { createUnanswered } from './unanswered.ts';
import { createGuestLook } from './guest-look.ts';
import { createKnownFolders } from './known-folders.ts';
import { findResults } from './results-place.ts';
import { statLog } from './stat-log.ts';

export interface Looks {
  /**
   * Asks everything, or (`brief`) only what may change from one second to the next: how far Windows is, and whether it answers.
   * Resolves when all answers are in, or given up.
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
  const { config, host, sight, learn, monotonicMs } = context;
  const container = createContainerLook(context);
  const guest = createGuestLook(context, () => container.inside);
  let machineAtMs = Number.NEGATIVE_INFINITY;
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

  const lookHost = oneAtATime(async () => {
    const isInContainer = (sight().inside?.runners.length ?? 0) > 0;
    const answer = await host.ask(8, ['host', isInContainer ? 'no' : 'yes', ...folders.words()]);
    unanswered.note('host', answer);
    if (answer === null) return;
    const facts = readHost(answer);
    learn({ host: facts, answered: { ...sight().answered, host: true } });
    learnResults();
  });

  const lookInside = oneAtATime(async () => {
    const { inside } = container;
    const answer = (await inside?.ask(8, ['inside'])) ?? null;
    // Without a container that runs there is nothing to ask.
    if (inside !== null) unanswered.note('inside', answer);
    else if (sight().container.kind !== 'running') unanswered.forget('inside');
    if (answer === null || container.inside !== inside) return;
    learn({ inside: readInside(answer) });
    learnResults();
  });

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
      if (depth === 'brief') return guest.look();
      const looked = container.look();
      const others = [lookMachine(), lookHost()];
      // What is asked inside the container needs a shell there.
      if (container.inside === null) await looked;
      await Promise.all([looked, ...others, guest.look(), lookInside()]);
    },
    statLog: (where, path) => statLog(where === 'host' ? host : container.inside, path),
    close: () => container.close(),
  };
}
