/** Reads a log of the simulated VM with the real reader, in a form that can be compared with what really happened. */
import type { SimulatedTask } from '../../../src/main/engine/demo/index.ts';
import { createLineSplitter, initialReader, readLines } from '../../../src/main/engine/run/index.ts';

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
  const lines = createLineSplitter(0).push(typeof log === 'string' ? Buffer.from(log) : log);
  const { events } = readLines(initialReader(), lines, { clockOffsetMs: 0, referenceTimeMs: 0 });
  const tasks: ReadTask[] = [];
  let runStartedAt: number | null = null;
  let current: { domain: string | null; taskId: string; instruction: string | null; steps: number } | null =
    null;
  for (const event of events) {
    if (event.type === 'run_started') runStartedAt = event.at;
    if (event.type === 'task_started') {
      current = { domain: event.domain, taskId: event.taskId, instruction: null, steps: 0 };
    }
    if (event.type === 'task_instruction' && current !== null) current.instruction = event.text;
    if (event.type === 'task_step' && current !== null) current.steps = Math.max(current.steps, event.step);
    if (event.type === 'task_ended') {
      tasks.push({
        runStartedAt,
        domain: current?.domain ?? null,
        taskId: current?.taskId ?? null,
        instruction: current?.instruction ?? null,
        steps: current?.steps ?? 0,
        score: event.score,
        exception: event.outcome === 'exception' ? event.message : null,
        endedAt: event.at,
      });
      current = null;
    }
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
