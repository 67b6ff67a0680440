/** What a right reading of everything that the benchmark has written comes to: one fold, without a journal, a network or a restart. */
import {
  createRunSession,
  newSessionState,
  type EndedAttempt,
  type RunState,
} from '../../src/main/engine/run/index.ts';

/** What is known when all lines up to a position have been read. */
export interface Reading {
  /** Just behind a line; bytes since the first log was begun. */
  readonly position: number;
  readonly run: RunState | null;
  /** How many different attempts have ended by then. */
  readonly ended: number;
}

export interface EndedInRun {
  readonly runId: string;
  readonly task: EndedAttempt;
}

export class Oracle {
  readonly ended: EndedInRun[] = [];
  readonly #known = new Set<string>();
  readonly #session;
  readonly #readings: Reading[] = [{ position: 0, run: null, ended: 0 }];
  /** Where the line stands by which each start of a run was recognised; of two of the same start, the newer one counts. */
  readonly #starts = new Map<string, number>();
  readonly #lines: Uint8Array[] = [];
  #written = 0;
  /** What was written of a line that has no end yet. */
  #halfLine = Buffer.alloc(0);

  constructor(vm: string) {
    this.#session = createRunSession(newSessionState(null), { vm, fingerprint: '', successThreshold: 1 });
  }

  /** Bytes that have been written so far. */
  get written(): number {
    return this.#written;
  }

  get halfLine(): Uint8Array {
    return this.#halfLine;
  }

  get newest(): Reading {
    return this.at(this.#written);
  }

  /** Returns what is known when everything before `position` has been read. */
  at(position: number): Reading {
    const found = this.#readings.findLast((reading) => reading.position <= position);
    if (found === undefined) throw new Error(`nothing is known at ${position}`);
    return found;
  }

  /** Returns what was written from the beginning of a start up to a position; null: the start is not known. */
  logOf(start: string, to: number): Buffer | null {
    const from = this.#starts.get(start);
    return from === undefined ? null : Buffer.concat(this.#lines).subarray(from, to);
  }

  write(bytes: Uint8Array): void {
    let from = 0;
    while (from < bytes.length) {
      const lineEnd = bytes.indexOf(0x0a, from);
      const to = lineEnd < 0 ? bytes.length : lineEnd + 1;
      this.#push(bytes.subarray(from, to));
      this.#halfLine = lineEnd < 0 ? Buffer.concat([this.#halfLine, bytes.subarray(from)]) : Buffer.alloc(0);
      from = to;
    }
  }

  #push(bytes: Uint8Array): void {
    const context = { clockOffsetMs: 0, referenceTimeMs: Date.now() };
    const { effects, starts, state } = this.#session.push(bytes, context);
    const lineFrom = this.#written - this.#halfLine.length;
    for (const { start } of starts) this.#starts.set(start, lineFrom);
    this.#lines.push(bytes);
    this.#written += bytes.length;
    for (const effect of effects)
      if (effect.type === 'task_ended') this.#end({ runId: effect.runId, task: effect.task });
    this.#readings.push({ position: state.offset, run: state.run, ended: this.ended.length });
  }

  /** What a log says a second time is nothing new. */
  #end(ended: EndedInRun): void {
    const { domain, taskId, attempt } = ended.task;
    const key = JSON.stringify([ended.runId, domain, taskId, attempt]);
    if (this.#known.has(key)) return;
    this.#known.add(key);
    this.ended.push(ended);
  }
}
