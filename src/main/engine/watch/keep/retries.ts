/** Which attempts are copied again later, and when: those whose copy failed. */
import type { AttemptKey } from '../../feed/index.ts';

interface Tried {
  /** Copies that failed, without those whose connection broke. */
  readonly failures: number;
  /** Copies during which the connection broke. */
  readonly breaks: number;
  /** When the next try is due, by the monotonic clock. */
  readonly dueMs: number;
}

const mostFailures = 4;
/** A file that breaks each connection that it is copied over would keep its VM away for ever. */
const mostBreaks = 3;
/** Tries grow rare, while a container is off, for example. */
const mostAgainMs = 600_000;

const untried: Tried = { failures: 0, breaks: 0, dueMs: Number.NEGATIVE_INFINITY };

export class Retries {
  readonly #monotonicMs: () => number;
  readonly #againMs: number;
  readonly #tried = new Map<string, Tried>();

  /** @param againMs time until the first retry */
  constructor(monotonicMs: () => number, againMs: number) {
    this.#monotonicMs = monotonicMs;
    this.#againMs = againMs;
  }

  isDue(key: AttemptKey): boolean {
    return this.#monotonicMs() >= this.#of(key).dueMs;
  }

  /** Returns whether a failure now would be the last. */
  isLastTry(key: AttemptKey): boolean {
    return this.#of(key).failures + 1 >= mostFailures;
  }

  noteFailure(key: AttemptKey): void {
    const tried = this.#of(key);
    this.#wait(key, { ...tried, failures: tried.failures + 1 });
  }

  /** The connection broke during the copy, perhaps because of it. @returns whether another connection may be risked */
  noteBreak(key: AttemptKey): boolean {
    const tried = this.#of(key);
    const breaks = tried.breaks + 1;
    this.#wait(key, { ...tried, breaks });
    return breaks < mostBreaks;
  }

  /** The attempt is copied, or given up. */
  forget(key: AttemptKey): void {
    this.#tried.delete(keyText(key));
  }

  #of(key: AttemptKey): Tried {
    return this.#tried.get(keyText(key)) ?? untried;
  }

  #wait(key: AttemptKey, { failures, breaks }: Omit<Tried, 'dueMs'>): void {
    const againMs = Math.min(mostAgainMs, this.#againMs * 4 ** (failures + breaks - 1));
    this.#tried.set(keyText(key), { failures, breaks, dueMs: this.#monotonicMs() + againMs });
  }
}

function keyText({ runId, domain, taskId, attempt }: AttemptKey): string {
  return JSON.stringify([runId, domain, taskId, attempt]);
}
