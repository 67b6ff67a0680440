/**
 * Which attempts are copied again later, and when: those whose copy failed. The counts are in memory, so a restart of BenchTray begins
 * them again.
 */
import type { StoreObstacle } from '../../archive/index.ts';
import type { AttemptKey } from '../../feed/index.ts';
import type { KeepObstacle } from '../sight.ts';

interface Tried {
  /** Copies that failed, without those whose connection broke. */
  readonly failures: number;
  /** Copies during which the connection broke. */
  readonly breaks: number;
  /** When the first copy failed, by the monotonic clock. */
  readonly firstMs: number;
  /** When the next try is due, by the monotonic clock. */
  readonly dueMs: number;
  /** What hinders the copy again and again; null: nothing yet. */
  readonly obstacle: KeepObstacle | null;
}

/** Before the first failure. */
type Untried = Omit<Tried, 'dueMs'>;

const mostFailures = 4;
/** A file that breaks each connection that it is copied over would keep its VM away for ever. */
const mostBreaks = 3;
/** Tries grow rare, while a container is off, for example. */
const mostAgainMs = 600_000;
/** Two copies may fail by chance. A container that restarts is back by the fourth. */
const failuresUntilTold: Readonly<Record<TaskObstacle['kind'], number>> = {
  copy: 2,
  sessions: 2,
  connection: 2,
  container: 4,
};

/** What hinders the copy of one attempt. */
export interface TaskObstacle extends KeepObstacle {
  readonly kind: 'container' | 'connection' | 'sessions' | 'copy';
}

export interface RetryTimes {
  readonly monotonicMs: () => number;
  /** Time until the first retry, milliseconds. */
  readonly againMs: number;
  /** Shortest time from the first copy that failed until {@link Retries.wasTriedLong}, milliseconds. */
  readonly triedForMs: number;
}

export class Retries {
  readonly #times: RetryTimes;
  readonly #tried = new Map<string, Tried>();

  constructor(times: RetryTimes) {
    this.#times = times;
  }

  isDue(key: AttemptKey): boolean {
    const tried = this.#tried.get(keyText(key));
    return tried === undefined || this.#times.monotonicMs() >= tried.dueMs;
  }

  /** Returns whether a failure now would be the last. */
  isLastTry(key: AttemptKey): boolean {
    return this.#of(key).failures + 1 >= mostFailures;
  }

  /** Returns whether the attempt was tried for so long that no jump of the wall clock can end its tries. */
  wasTriedLong(key: AttemptKey): boolean {
    return this.#times.monotonicMs() - this.#of(key).firstMs >= this.#times.triedForMs;
  }

  /** @param obstacle why the copy failed; null: the VM has no files of the attempt */
  noteFailure(key: AttemptKey, obstacle: TaskObstacle | null): void {
    const tried = this.#of(key);
    this.#wait(key, { ...tried, failures: tried.failures + 1 }, obstacle);
  }

  /** The connection broke during the copy, perhaps because of it. @returns whether another connection may be risked */
  noteBreak(key: AttemptKey): boolean {
    const tried = this.#of(key);
    const breaks = tried.breaks + 1;
    const detail = `The connection to the VM broke during ${breaks} copies of the task ${key.taskId}.`;
    this.#wait(key, { ...tried, breaks }, { kind: 'connection', detail });
    return breaks < mostBreaks;
  }

  /** The archive took no file of the attempt. That is no failure of the copy, which is due as before. */
  noteRefusal(key: AttemptKey, obstacle: StoreObstacle): void {
    this.#tried.set(keyText(key), { dueMs: this.#times.monotonicMs(), ...this.#of(key), obstacle });
  }

  /** The archive has taken the files of an attempt, so it takes those of the others as well. */
  noteStored(): void {
    this.#drop((kind) => !(kind in failuresUntilTold));
  }

  /** A container runs: what waited for it is due now. */
  wakeContainer(): void {
    this.#drop((kind) => kind === 'container', { dueMs: this.#times.monotonicMs() });
  }

  /** The attempt is copied, or given up. */
  forget(key: AttemptKey): void {
    this.#tried.delete(keyText(key));
  }

  /** Forgets all attempts but these: the others were erased. */
  retain(keys: readonly AttemptKey[]): void {
    const kept = new Set(keys.map(keyText));
    for (const key of this.#tried.keys()) if (!kept.has(key)) this.#tried.delete(key);
  }

  /** Returns the obstacle that has stood for longest; null: there is none. */
  obstacle(): KeepObstacle | null {
    for (const { obstacle } of this.#tried.values()) if (obstacle !== null) return obstacle;
    return null;
  }

  #drop(isOver: (kind: KeepObstacle['kind']) => boolean, change: Partial<Tried> = {}): void {
    for (const [key, tried] of this.#tried)
      if (tried.obstacle !== null && isOver(tried.obstacle.kind))
        this.#tried.set(key, { ...tried, ...change, obstacle: null });
  }

  #of(key: AttemptKey): Untried {
    const firstMs = this.#times.monotonicMs();
    return this.#tried.get(keyText(key)) ?? { failures: 0, breaks: 0, firstMs, obstacle: null };
  }

  #wait(key: AttemptKey, tried: Untried, found: TaskObstacle | null): void {
    const tries = tried.failures + tried.breaks;
    const againMs = Math.min(mostAgainMs, this.#times.againMs * 4 ** (tries - 1));
    const isTold = found !== null && tries >= failuresUntilTold[found.kind];
    this.#tried.set(keyText(key), {
      ...tried,
      obstacle: isTold ? found : null,
      dueMs: this.#times.monotonicMs() + againMs,
    });
  }
}

function keyText({ runId, domain, taskId, attempt }: AttemptKey): string {
  return JSON.stringify([runId, domain, taskId, attempt]);
}
