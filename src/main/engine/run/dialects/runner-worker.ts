/**
 * One process of a run of Windows Agent Arena or OSWorld. Its steps and its result carry no task id: they belong to
 * the task that the same process began last.
 */
import type { RunEvent } from '../model.ts';
import { maxInstructionChars, type DialectStep } from './dialect.ts';

export interface RunnerWorker {
  /** Name of the process: "MainProcess", "EnvProcess-1". */
  readonly process: string;
  /** From the `[Domain]` line, until the `[Example ID]` line behind it. */
  readonly nextDomain: string | null;
  /** The task that the worker is at. */
  readonly task: { readonly domain: string | null; readonly taskId: string } | null;
  /** Highest step since the last task ended. */
  readonly step: number;
  /** The result that was logged for the task, where only a later line ends it. */
  readonly result: { readonly score: number | null } | null;
  /** "domain/id" of the task that ended last: a doubled line is not a second end. */
  readonly lastEnded: string | null;
}

/** What a line says about a task that is over. */
export interface RunnerTaskEnd {
  readonly domain: string;
  readonly taskId: string;
  readonly outcome: 'scored' | 'exception';
  /** Undefined where the line gives none: the logged result counts. */
  readonly score: number | null | undefined;
  readonly message: string | null;
}

export interface WorkerStep {
  readonly worker: RunnerWorker;
  readonly events: readonly RunEvent[];
}

/** Enough for any instruction that a person wants to read. */

export function newWorker(process: string): RunnerWorker {
  return { process, nextDomain: null, task: null, step: 0, result: null, lastEnded: null };
}

export function workerNamed(workers: readonly RunnerWorker[], process: string): RunnerWorker {
  return workers.find((worker) => worker.process === process) ?? newWorker(process);
}

/** More processes than any machine plays with. */
const mostWorkers = 500;

/** A state that keeps the processes of a run. */
interface WithWorkers {
  readonly workers: readonly RunnerWorker[];
}

/** Replaces the worker of the same name. Forgets the workers that were silent longest, if there are too many. */
export function store<State extends WithWorkers>(
  state: State,
  { worker, events }: WorkerStep,
): DialectStep<State> {
  if (worker === state.workers.at(-1)) return { state, events };
  const others = state.workers.filter((one) => one.process !== worker.process);
  return { state: { ...state, workers: [...others, worker].slice(-mostWorkers) }, events };
}

/** The line that names a task. A task before it that no line ended is over as well. */
export function startTask(
  worker: RunnerWorker,
  { taskId, ...named }: { readonly taskId: string; readonly domain?: string | undefined },
  at: number,
): WorkerStep {
  const closed = closeTask(worker, 'lost', at);
  const domain = named.domain ?? worker.nextDomain;
  return {
    worker: { ...closed.worker, nextDomain: null, task: { domain, taskId }, step: 0, result: null },
    events: [...closed.events, { type: 'task_started', at, worker: worker.process, domain, taskId }],
  };
}

/** Keeps only the first line: further lines look the same as prints of other parts of the program. */
export function addInstruction(worker: RunnerWorker, line: string, at: number): WorkerStep {
  const text = line.slice(0, maxInstructionChars).trim();
  const events: RunEvent[] =
    worker.task === null ? [] : [{ type: 'task_instruction', at, worker: worker.process, text }];
  return { worker, events };
}

export function addStep(worker: RunnerWorker, step: number, at: number): WorkerStep {
  // One answer of the model may be several actions, each logged under the same number.
  if (step <= worker.step) return { worker, events: [] };
  const events: RunEvent[] =
    worker.task === null ? [] : [{ type: 'task_step', at, worker: worker.process, step }];
  return { worker: { ...worker, step }, events };
}

/** A line that names the task which is over: `Finished d/id`, `Exception in d/id: …`. */
export function endTask(worker: RunnerWorker, end: RunnerTaskEnd, at: number): WorkerStep {
  const { process, task } = worker;
  const { domain, taskId, outcome, message } = end;
  const name = `${domain}/${taskId}`;
  const isCurrent = task !== null && task.taskId === taskId && (task.domain ?? domain) === domain;
  if (task === null && worker.result === null && worker.lastEnded === name) return { worker, events: [] };

  const events: RunEvent[] = [];
  if (!isCurrent) {
    // The start of the named task was not to be seen: the log was cut there. The result, being the newest, is its own.
    if (task !== null) events.push(...closeTask({ ...worker, result: null }, 'lost', at).events);
    events.push({ type: 'task_started', at: null, worker: process, domain, taskId });
    if (task === null && worker.step > 0) {
      events.push({ type: 'task_step', at, worker: process, step: worker.step });
    }
  }
  const score = outcome === 'scored' ? (end.score ?? worker.result?.score ?? null) : null;
  const verdict = null;
  events.push({ type: 'task_ended', at, worker: process, taskId, domain, outcome, score, verdict, message });
  return { worker: { ...newWorker(process), lastEnded: name }, events };
}

/** No line ended the task that the worker is at: a logged result counts, else it ended like `otherwise`. */
export function closeTask(
  worker: RunnerWorker,
  otherwise: 'lost' | 'interrupted' | null,
  at: number | null,
): WorkerStep {
  const { task, result, process } = worker;
  const outcome = result === null ? otherwise : 'scored';
  if (task === null || outcome === null) return { worker, events: [] };
  return {
    worker: { ...newWorker(process), nextDomain: worker.nextDomain },
    events: [
      {
        type: 'task_ended',
        at,
        worker: process,
        taskId: task.taskId,
        domain: task.domain,
        outcome,
        score: result?.score ?? null,
        verdict: null,
        message: null,
      },
    ],
  };
}

/** Closes the task of every worker, see {@link closeTask}. */
export function closeAll<State extends WithWorkers>(
  state: State,
  otherwise: 'lost' | 'interrupted' | null,
  at: number | null,
): DialectStep<State> {
  const closed = state.workers.map((worker) => closeTask(worker, otherwise, at));
  return {
    state: { ...state, workers: closed.map(({ worker }) => worker) },
    events: closed.flatMap(({ events }) => events),
  };
}
