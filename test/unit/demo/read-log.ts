/** Reads a log of the simulated VM with the real reader, in a form that can be compared with what really happened. */
import type { SimulatedTask } from '../../../src/main/engine/demo/index.ts';
import { createRunSession, newSessionState } from '../../../src/main/engine/run/index.ts';

export interface ReadTask {
  readonly runStartedAt: number | null;
  readonly domain: string | null;
  readonly taskId: string | null;
  readonly instruction: string | null;
  readonly steps: number;
  readonly score: number | null;
  readonly exception: string | null;
  readonly endedAt: number | null;
}

export function readTasks(log: string | Uint8Array): ReadTask[] {
  const options = { vm: 'vm', fingerprint: '', successThreshold: 1 };
  const session = createRunSession(newSessionState(null), options);
  const bytes = typeof log === 'string' ? Buffer.from(log) : log;
  const tasks: ReadTask[] = [];
  let runStartedAt: number | null = null;
  const context = { clockOffsetMs: 0, referenceTimeMs: 0 };
  for (const effect of session.push(bytes, context).effects) {
    if (effect.type === 'run_started') runStartedAt = effect.run.startedAt;
    if (effect.type !== 'task_ended') continue;
    const { domain, taskId, instruction, steps, score, outcome, message, endedAt } = effect.task;
    const exception = outcome === 'exception' ? message : null;
    tasks.push({ runStartedAt, domain, taskId, instruction, steps, score, exception, endedAt });
  }
  return tasks;
}

/** What really happened, in the same form. */
export function asRead(truth: readonly SimulatedTask[]): ReadTask[] {
  return truth.map(({ runStartedAt, domain, taskId, instruction, steps, score, exception, endedAt }) => ({
    runStartedAt,
    domain,
    taskId,
    instruction,
    steps,
    score,
    exception,
    endedAt,
  }));
}
