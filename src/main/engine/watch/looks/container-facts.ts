/** Turns what the engine said about the benchmark's container into facts, and opens the shell in a container that runs. */
import {
  lastLinesCommand,
  readBootLog,
  readLastLines,
  reportedBoot,
  type BootState,
  type ContainerChoice,
  type ContainerEvent,
  type ContainerRow,
  type ContainerState,
} from '../../vm/index.ts';
import type { Sight } from '../sight.ts';
import type { LookContext } from './context.ts';
import type { InsideShell } from './inside-shell.ts';
import type { KnownContainers, Refreshed } from './known-containers.ts';
import { MemoryReports } from './memory-reports.ts';
import type { MissingContainer } from './missing-container.ts';
import { lookAgainMs } from './pace.ts';

export interface ContainerFactsOptions {
  readonly context: LookContext;
  readonly known: KnownContainers;
  readonly inside: InsideShell;
  readonly missing: MissingContainer;
  /** Asks the engine again after this time. */
  readonly again: (inMs?: number) => void;
}

/** Missing answers in a row that mean nothing. */
const toleratedMisses = 1;

export class ContainerFacts {
  readonly #options: ContainerFactsOptions;
  readonly #memory: MemoryReports;
  /** Names of the containers that were running at a look of this connection. */
  readonly #seen = new Set<string>();
  /** Answers of the engine in a row that were missing or cut, while the VM answered. */
  #misses = 0;

  constructor(options: ContainerFactsOptions) {
    this.#options = options;
    this.#memory = new MemoryReports(options.context.monotonicMs);
  }

  /** Whether the engine answered the newest question. */
  get isAnswering(): boolean {
    return this.#misses === 0;
  }

  answered(): void {
    this.#misses = 0;
  }

  /** The engine reported something, also of a process in the container that was killed for lack of memory. */
  reported(event: ContainerEvent): void {
    const { context, known } = this.#options;
    const { container, startedAt } = context.sight();
    if (event.action === 'oom' && container.kind === 'running' && known.nameOf(event) === container.name)
      this.#memory.report(container.name, startedAt);
  }

  running({ row, why }: ContainerChoice): void {
    const { context, known, inside } = this.#options;
    const { sight, learn, onBoot, onOutOfMemory } = context;
    const state = known.state(row.name);
    if (state === null) return;
    const { addresses, mounts } = state;
    const isNewBoot = state.startedAt !== sight().startedAt;
    if (!this.#seen.has(row.name) && state.outOfMemory) this.#memory.noteKnown(row.name, state.startedAt);
    this.#seen.add(row.name);
    const killed = this.#memory.goesOn(row.name, state.startedAt);
    if (killed === 'later') this.#options.again(MemoryReports.settlesWithinMs);
    else if (killed !== null) onOutOfMemory(row.name, killed);
    learn({
      docker: { kind: 'ok' },
      container: { kind: 'running', name: row.name, addresses, mounts, why },
      ...this.#found(),
      ...(isNewBoot ? nothingYet(state, sight().boot) : {}),
    });
    if (isNewBoot) onBoot();
    inside.open(known.docker, row.name);
  }

  async stopped(row: ContainerRow): Promise<void> {
    const { context, known, again } = this.#options;
    const { container: before } = context.sight();
    this.closeInside();
    const isNew = before.kind !== 'stopped' || before.name !== row.name;
    const state = known.state(row.name);
    if (this.#memory.hasEnded(row.name, isNew && before.kind === 'running' ? state : null))
      context.onOutOfMemory(row.name, 'container');
    const looks = isNew ? 1 : before.looks + 1;
    const exitCode = state?.exitCode ?? null;
    const failure = state?.startError == null ? {} : { startError: state.startError };
    context.learn({
      docker: { kind: 'ok' },
      container: {
        ...{ kind: 'stopped', name: row.name, state: row.state, status: row.status, exitCode, looks },
        ...failure,
      },
      ...this.#found(),
    });
    if (looks === 1) again();
    if (isNew && state !== null && state.exitCode !== 0) await this.#readLastWords(row.name, state);
  }

  async absent(): Promise<void> {
    const { context, missing } = this.#options;
    const { config, sight, learn, onOutOfMemory } = context;
    const { container: before } = sight();
    const looks = before.kind === 'absent' ? before.looks + 1 : 1;
    this.closeInside();
    if (before.kind === 'running' && this.#memory.hasEnded(before.name, null))
      onOutOfMemory(before.name, 'container');
    const isPrepared = sight().startedAt === null && (await missing.isPrepared());
    learn({
      docker: { kind: 'ok' },
      container: { kind: 'absent', wanted: config.container, looks },
      ...(isPrepared ? this.#found() : this.#notFound()),
    });
  }

  /** The engine refused to answer, or there is none. */
  refused({ kind, detail }: Exclude<Refreshed, { readonly kind: 'ok' | 'missed' }>): void {
    this.closeInside();
    this.#options.context.learn({
      docker: { kind, detail },
      container: { kind: 'unknown' },
      ...(kind === 'denied' ? this.#found() : this.#notFound()),
    });
  }

  /** No answer came. Once, it may have been a moment of high load: the next look comes soon. */
  missed({ command, detail }: Extract<Refreshed, { readonly kind: 'missed' }>): void {
    const { context, again } = this.#options;
    if (context.host.closed) return;
    this.#misses += 1;
    if (this.#misses <= toleratedMisses) {
      context.learn({ missing: this.#notFound(false).missing });
      return again();
    }
    const failure = { kind: 'failed', detail: detail ?? `${command} does not answer in time` } as const;
    context.learn({ docker: failure, ...this.#notFound(false) });
  }

  closeInside(): void {
    this.#options.inside.close();
    this.#options.context.learn({ inside: null });
  }

  /**
   * No container was found in this look. Whether one is gone is known after two looks that are some seconds apart.
   * @param isAnswered the engine has said so
   */
  #notFound(isAnswered = true): Pick<Sight, 'missing' | 'answered'> {
    const { context, again } = this.#options;
    const missing = this.#options.missing.note();
    if (missing.looks === 1) again(lookAgainMs);
    const { answered } = context.sight();
    return { missing, answered: { ...answered, docker: true, container: answered.container || isAnswered } };
  }

  #found(): Pick<Sight, 'missing' | 'answered'> {
    const { context, missing } = this.#options;
    missing.forget();
    return { missing: null, answered: { ...context.sight().answered, docker: true, container: true } };
  }

  /** The log of the container may say why it has stopped, and nobody has read that. */
  async #readLastWords(name: string, state: ContainerState): Promise<void> {
    const { context, known } = this.#options;
    const { host, sight, learn } = context;
    const answer = await host.ask(8, lastLinesCommand(known.docker, name, state.startedAt));
    if (answer === null) return;
    if (state.startedAt !== sight().startedAt) learn(nothingYet(state, sight().boot));
    learn({ boot: readBootLog(sight().boot, readLastLines(answer)) });
  }
}

/** Returns the facts at the start of a boot. @param boot the newest known boot */
function nothingYet(
  { startedAt }: ContainerState,
  boot: BootState,
): Pick<Sight, 'startedAt' | 'boot' | 'probe'> {
  const probe = { answer: null, place: null, why: null, wasReady: false, misses: 0 };
  return { startedAt, boot: reportedBoot(boot, startedAt), probe };
}
