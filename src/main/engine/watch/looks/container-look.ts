/** Asks the container engine which container is the benchmark's, and how it is: when it reports something, and now and then. */
import { plainText } from '../../../../shared/plain-text.ts';
import {
  evidenceCommand,
  readEvidence,
  type ContainerEvent,
  type DockerCommand,
  type Evidence,
  type ShellChannel,
} from '../../vm/index.ts';
import { defaultTempo } from '../tempo.ts';
import { ContainerFacts } from './container-facts.ts';
import { createContainerPick, type ContainerPick } from './container-pick.ts';
import type { LookContext } from './context.ts';
import type { EngineEvents } from './engine-events.ts';
import { createInsideShell, type InsideShell } from './inside-shell.ts';
import { KnownContainers } from './known-containers.ts';
import { MissingContainer } from './missing-container.ts';
import { oneAtATime } from './once.ts';
import { engineEveryMs } from './pace.ts';

/** Largest share of time that the engine may spend on our questions. Podman needs a second for an answer. */
const mostShare = 0.05;
const longestPauseMs = 120_000;
/** A timer may fire a moment early. */
const timerSlackMs = 50;

export class ContainerLook {
  /** Asks the engine if its answer may have changed: after an event, while something is missing, and now and then. */
  readonly look = oneAtATime(() => this.#look());
  readonly #context: LookContext;
  readonly #isListening: boolean;
  readonly #known: KnownContainers;
  readonly #inside: InsideShell;
  readonly #missing: MissingContainer;
  readonly #facts: ContainerFacts;
  readonly #picker: ContainerPick;
  /** When the engine is asked again, by the monotonic clock. */
  #dueAtMs = Number.NEGATIVE_INFINITY;

  /** @param events null: look each time, without the engine's own reports */
  constructor(context: LookContext, events: Pick<EngineEvents, 'listen' | 'isLive'> | null = null) {
    const { config, host, channels, sight, monotonicMs, tempo } = context;
    this.#context = context;
    this.#isListening = events !== null;
    this.#known = new KnownContainers(host, config.container, events);
    this.#missing = new MissingContainer(host, monotonicMs);
    const again = (inMs?: number): void => this.#again(inMs);
    // Was that a stop or a restart?
    const onEnded = (reopenInMs: number | undefined, reason: string): void => {
      context.learn({ insideFailure: plainText(reason).slice(0, 200) });
      again(reopenInMs);
    };
    this.#inside = createInsideShell({ channels, host, monotonicMs, onEnded });
    const [known, inside, missing] = [this.#known, this.#inside, this.#missing];
    this.#facts = new ContainerFacts({ context, known, inside, missing, again });
    const { container: before } = sight();
    this.#picker = createContainerPick({
      configured: config.container,
      before: before.kind === 'running' ? before : null,
      askEvidence: (names) => this.#askEvidence(names),
      monotonicMs,
      tempo,
    });
  }

  get docker(): DockerCommand {
    return this.#known.docker;
  }

  /** The shell in the container, while one is watched. */
  get inside(): ShellChannel | null {
    return this.#inside.shell;
  }

  /** Takes what the engine reported. Returns whether it may concern the benchmark. */
  take(event: ContainerEvent): boolean {
    const isOurs = this.#known.take(event);
    this.#facts.reported(event);
    if (isOurs) this.#dueAtMs = Number.NEGATIVE_INFINITY;
    return isOurs;
  }

  /** The engine reports nothing any more. @param hasWorked it did for a while, so something happened to it */
  unreported(hasWorked: boolean): void {
    const { monotonicMs, tempo = defaultTempo } = this.#context;
    this.#known.mustList();
    const inMs = hasWorked ? Number.NEGATIVE_INFINITY : tempo.silentEngineEveryMs;
    this.#dueAtMs = Math.min(this.#dueAtMs, monotonicMs() + inMs);
  }

  close(): void {
    this.#facts.closeInside();
  }

  /** The next look asks the engine, and comes soon. */
  #again(inMs?: number): void {
    const { monotonicMs, hurry } = this.#context;
    this.#dueAtMs = Math.min(this.#dueAtMs, monotonicMs() + (inMs ?? 0));
    hurry(inMs);
  }

  async #look(): Promise<void> {
    const { monotonicMs, host } = this.#context;
    if (this.#isListening && monotonicMs() < this.#dueAtMs - timerSlackMs)
      return this.#isUndecided() ? this.#decide() : undefined;
    // An event that comes while the engine answers makes it due again.
    do await this.#ask();
    while (this.#isListening && this.#dueAtMs === Number.NEGATIVE_INFINITY && !host.closed);
  }

  async #ask(): Promise<void> {
    const { monotonicMs } = this.#context;
    const startedAtMs = monotonicMs();
    // An engine that hangs reports nothing. Only a list shows what was missed.
    if (this.#dueAtMs !== Number.NEGATIVE_INFINITY) this.#known.mustList();
    this.#dueAtMs = Number.POSITIVE_INFINITY;
    const refreshed = await this.#known.refresh();
    const costMs = refreshed.kind === 'ok' ? monotonicMs() - startedAtMs : 0;
    if (refreshed.kind === 'ok') {
      this.#facts.answered();
      await this.#decide();
    } else if (refreshed.kind === 'missed') this.#facts.missed(refreshed);
    else this.#facts.refused(refreshed);
    const pauseMs = Math.max(this.#everyMs(), Math.min(costMs / mostShare, longestPauseMs));
    this.#dueAtMs = Math.min(this.#dueAtMs, startedAtMs + pauseMs);
  }

  async #decide(): Promise<void> {
    const choice = await this.#picker.pick(this.#known.rows);
    if (choice === 'wait') this.#again();
    else if (choice === null) await this.#facts.absent();
    else if (choice.row.state === 'running') this.#facts.running(choice);
    else await this.#facts.stopped(choice.row);
  }

  /** Whether it is worth asking again which of several containers the benchmark runs in. */
  #isUndecided(): boolean {
    return this.#known.running.length > 1 && (this.#context.sight().inside?.runners.length ?? 0) === 0;
  }

  async #askEvidence(names: readonly string[]): Promise<readonly Evidence[] | null> {
    const { config, host } = this.#context;
    const running = this.#known.running.filter(({ name }) => names.includes(name));
    const answer = await host.ask(8, evidenceCommand(this.#known.docker, config.probe.port, running));
    return answer === null ? null : readEvidence(answer, running);
  }

  #everyMs(): number {
    const { sight, tempo = defaultTempo } = this.#context;
    const { isReporting, hasOtherEngines } = this.#known;
    const isLikely = hasOtherEngines || this.#missing.mayAppear(sight());
    return engineEveryMs(sight(), { tempo, isAnswering: this.#facts.isAnswering, isReporting, isLikely });
  }
}
