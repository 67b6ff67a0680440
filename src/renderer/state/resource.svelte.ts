/** Something that is read from the server, shown, and read again when it may have changed. */
import type { Answer, AnswerProblem } from './answer.ts';
import { inBackground } from './in-background.ts';

export interface Resource<Value> {
  /** Null until it was read once. Stays while it is read again. */
  readonly value: Value | null;
  /** Why the newest reading failed. */
  readonly problem: AnswerProblem | null;
  /** Reads it, or once more if a reading is under way. */
  readonly refresh: () => void;
  readonly close: () => void;
}

export function createResource<Value>(
  read: (signal: AbortSignal) => Promise<Answer<Value>>,
): Resource<Value> {
  let value = $state.raw<Value | null>(null);
  let problem = $state.raw<AnswerProblem | null>(null);
  const ended = new AbortController();
  let isReading = false;
  /** How often it was asked for. */
  let asked = 0;

  async function readAll(): Promise<void> {
    isReading = true;
    try {
      let answered: number;
      do {
        answered = asked;
        const answer = await read(ended.signal);
        if (answer.ok) value = answer.value;
        problem = answer.ok ? null : answer.problem;
      } while (answered !== asked);
    } catch (error) {
      if (!ended.signal.aborted) throw error;
    } finally {
      isReading = false;
    }
  }

  return {
    get value() {
      return value;
    },
    get problem() {
      return problem;
    },
    refresh() {
      asked += 1;
      if (!isReading && !ended.signal.aborted) inBackground(readAll());
    },
    close: () => ended.abort(),
  };
}
