/**
 * Publishes what the state of one VM means. Status and progress are snapshots: they are computed once per turn, however many updates
 * it had. Troubles and phases are edges: they are judged at each step, so that one that comes and goes within a turn is published.
 */
import type { ProgressPayload, StateCode } from '../../../shared/stream.ts';
import type { Logger } from '../common/app-log.ts';
import type { EndedCondition, Feed, OpenCondition } from '../feed/index.ts';
import type { RunState } from '../run/index.ts';
import { BootReplay } from './boot-replay.ts';
import { conditionsIn, project } from './project.ts';
import { otherwiseSentence, recoveredText } from './rules/conditions.ts';
import type { Trouble } from './rules/rule.ts';
import { isReady } from './sight.ts';
import { currentRun, isSettling, knownNow, newestRun, type VmFacts } from './state.ts';
import { phaseOf } from './status.ts';
import type { VmStore } from './store.ts';
import type { VmClock } from './vm-clock.ts';

/** A reported error and its start by the steady clock; null: it began in an earlier process. */
interface Told {
  readonly message: string;
  readonly beganAtMs: number | null;
}

interface Edges {
  readonly began: readonly Trouble[];
  readonly ended: readonly EndedCondition[];
}

export interface ProjectorOptions {
  readonly vm: string;
  readonly feed: Feed;
  readonly log: Logger;
  readonly clock: VmClock;
}

/** How often elapsed time and ETA of a run are published. */
const tickMs = 1_000;

export class Projector {
  readonly #options: ProjectorOptions;
  readonly #store: VmStore;
  readonly #ending = new AbortController();
  readonly #tickTimer: NodeJS.Timeout;
  readonly #troubles: Map<StateCode, Told>;
  readonly #replay = new BootReplay();
  #shownRun: RunState | null = null;
  /** The newest state is not published yet. */
  #isDue = false;

  /** Publishes the present state, and from then on each change. */
  constructor(store: VmStore, options: ProjectorOptions) {
    const { vm, feed } = options;
    this.#options = options;
    this.#store = store;
    this.#troubles = new Map(
      feed.openConditions(vm).map(({ code, error }) => [code, { message: error.message, beganAtMs: null }]),
    );
    store.onStep((state) => this.#step(state), this.#ending.signal);
    this.#tickTimer = setInterval(() => this.#tick(), tickMs);
    this.#step(store.get());
    this.#publish(false);
  }

  /** Publishes the newest state, and nothing after that. */
  close(): void {
    clearInterval(this.#tickTimer);
    this.#publish(false);
    this.#ending.abort();
  }

  #step(state: VmFacts): void {
    for (const boot of this.#replay.take(state)) this.#publishStatus({ ...state, boot });
    const edges = this.#edges(state);
    if (!this.#isDue) queueMicrotask(() => this.#publish(false));
    this.#isDue = true;
    // A trouble follows the status that it belongs to.
    if (edges !== null || this.#isTurningPoint(state)) this.#publish(false);
    if (edges !== null) this.#commit(edges);
  }

  /** Returns whether the status must go out at once: each phase is shown, even if it lasts only a moment. */
  #isTurningPoint(state: VmFacts): boolean {
    const shown = this.#options.feed.snapshot(this.#options.vm).status;
    const known = knownNow(state);
    return (
      !isSettling(state) &&
      (shown?.phase !== phaseOf(known) ||
        shown.connected !== (state.ssh.kind !== 'down') ||
        shown.waa_ready !== isReady(known))
    );
  }

  /** Publishes what changes with time alone, and what failed to go out. A VM without a run must cost nothing. */
  #tick(): void {
    const run = newestRun(this.#store.get());
    if (this.#isDue || run?.state === 'running' || run !== this.#shownRun) this.#publish(true);
  }

  #publish(isTick: boolean): void {
    if (this.#ending.signal.aborted || !(this.#isDue || isTick)) return;
    const { vm, feed, log, clock } = this.#options;
    const state = this.#store.get();
    try {
      const { status, progress } = project(state, clock.runMs());
      if (this.#isDue && status !== null) feed.setStatus(vm, status);
      this.#isDue = false;
      if (progress !== null) this.#publishProgress(state, progress, isTick);
    } catch (error) {
      log.error({ vm, err: error }, 'status and progress could not be published');
    }
  }

  /** Publishes a phase that is over already. */
  #publishStatus(state: VmFacts): void {
    const { vm, feed, log, clock } = this.#options;
    if (this.#ending.signal.aborted) return;
    try {
      const { status } = project(state, clock.runMs());
      if (status !== null) feed.setStatus(vm, status);
    } catch (error) {
      log.error({ vm, err: error }, 'a phase could not be published');
    }
  }

  #publishProgress(state: VmFacts, next: ProgressPayload, isTick: boolean): void {
    const { vm, feed } = this.#options;
    const run = newestRun(state);
    const isNew = run !== this.#shownRun;
    // A run known only from the journal is published once.
    if (currentRun(state) === null && !isNew) return;
    const shown = feed.snapshot(vm).progress;
    const isUrgent =
      currentRun(state) !== null &&
      (shown?.run_id !== next.run_id ||
        shown.state !== next.state ||
        shown.current_task !== next.current_task ||
        shown.current_action !== next.current_action ||
        shown.current_thought !== next.current_thought ||
        shown.current_action_step !== next.current_action_step ||
        shown.tasks_completed !== next.tasks_completed ||
        // A task that was only counted so far may get its score.
        shown.score_sum !== next.score_sum ||
        shown.mean_score !== next.mean_score ||
        shown.as_of !== next.as_of);
    if (!isNew && !isUrgent && !(isTick && run?.state === 'running')) return;
    feed.setProgress(vm, next, isUrgent);
    this.#shownRun = run;
  }

  #edges(state: VmFacts): Edges | null {
    const { holding, clear } = conditionsIn(state);
    const began: Trouble[] = [];
    const ended: EndedCondition[] = [];
    const end = (code: StateCode, message: string): void => {
      const beganAtMs = this.#troubles.get(code)?.beganAtMs ?? null;
      const lasted = beganAtMs === null ? {} : { lastedMs: this.#options.clock.steadyMs() - beganAtMs };
      ended.push({ code, message, ...lasted });
    };
    for (const code of clear) if (this.#troubles.has(code)) end(code, recoveredText(code, state));
    for (const trouble of holding) {
      const { code, message } = trouble;
      const otherwise = otherwiseSentence[code];
      if (!this.#troubles.has(code)) began.push(trouble);
      else if (otherwise !== undefined && this.#troubles.get(code)?.message !== message) {
        end(code, otherwise);
        began.push(trouble);
      }
    }
    return began.length === 0 && ended.length === 0 ? null : { began, ended };
  }

  #commit({ began, ended }: Edges): void {
    const { vm, feed, log, clock } = this.#options;
    const at = clock.wallMs();
    const began_at = new Date(at).toISOString();
    const toCondition = (trouble: Trouble): OpenCondition => {
      return { vm, code: trouble.code, beganAt: at, error: { ...trouble, vm, began_at } };
    };
    try {
      feed.commit({ vm, at, began: began.map(toCondition), ended });
    } catch (error) {
      // The next step tries again.
      log.error({ vm, err: error, began, ended }, 'troubles could not be published');
      return;
    }
    for (const { code } of ended) this.#troubles.delete(code);
    const beganAtMs = clock.steadyMs();
    for (const { code, message } of began) this.#troubles.set(code, { message, beganAtMs });
    log.info({ vm, began, ended }, 'troubles have changed');
    this.#store.update({ troubles: new Set(this.#troubles.keys()) });
  }
}
