/** What the `osworld` dialect keeps of a run, and how its runs and tasks begin and end. */
import type { DomainPlan, RunArguments, RunEvent } from '../model.ts';
import type { LoggingRecord } from '../record.ts';
import { andThen, datedKey, unchanged, type DialectStep } from './dialect.ts';
import {
  closeAll,
  closeTask,
  endTask,
  newWorker,
  store,
  workerNamed,
  type RunnerTaskEnd,
  type RunnerWorker,
  type WorkerStep,
} from './runner-worker.ts';

export const dialectName = 'osworld';

export interface OsWorldState {
  readonly runIsOn: boolean;
  /** It was interrupted, so far as is known: a task that begins shows that it goes on. */
  readonly interrupted: boolean;
  /** The `Left tasks:` list that a run may begin with: WAA writes the same, and other lines behind it. */
  readonly leftTasks: {
    readonly at: number;
    readonly key: string;
    /** Who wrote it; missing in a state of version 0.1.0. */
    readonly module?: string;
    readonly domains: readonly DomainPlan[];
    readonly isComplete: boolean;
  } | null;
  readonly workers: readonly RunnerWorker[];
  /** The script that speaks for a run, which may have any name, and whether the run is OSWorld's. Missing while nobody speaks. */
  readonly speaker?: Speaker;
  /** Another script has logged arguments of a run. An agent may log the same, so its next lines decide. Missing: none has. */
  readonly perhapsStart?: RunStart;
  /** How many tasks were listed as left before the run began. Missing: there was no list. */
  readonly listed?: number;
}

export interface Speaker {
  readonly module: string;
  readonly isOurs: boolean;
  /** It logs its arguments or the number of its tasks before its first task. Missing: the log shows none of these. */
  readonly isAnnounced?: true;
}

/** The arguments of a run, as a script logs them at its start. */
export interface RunStart {
  readonly module: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** See {@link datedKey}. */
  readonly key: string;
  readonly arguments: Partial<RunArguments>;
}

export type Step = DialectStep<OsWorldState>;
type RunEnd = Omit<Extract<RunEvent, { type: 'run_ended' }>, 'type'>;

export const initial: OsWorldState = { runIsOn: false, interrupted: false, leftTasks: null, workers: [] };

/** Begins a run with its arguments. Only the list of what is left may come before them. */
export function startRun(state: OsWorldState, { module, at, ...start }: RunStart): Step {
  const { leftTasks } = state;
  const key = leftTasks?.key ?? start.key;
  const startedAt = leftTasks?.at ?? at;
  const totalTasks = leftTasks?.domains.reduce((sum, { tasks }) => sum + tasks, 0) ?? 0;
  const closed = closeAll(state, null, at);
  const events: RunEvent[] = [
    ...closed.events,
    { type: 'run_started', at: startedAt, dialect: dialectName, key },
    { type: 'run_arguments', at, arguments: start.arguments },
  ];
  if (leftTasks !== null && totalTasks > 0) {
    events.push({ type: 'run_planned', at, totalTasks, tasks: null, domains: leftTasks.domains });
  }
  const speaker: Speaker = { module, isOurs: true, isAnnounced: true };
  const begun: OsWorldState = { ...initial, runIsOn: true, speaker };
  return { state: totalTasks > 0 ? { ...begun, listed: totalTasks } : begun, events };
}

/** Returns the number of tasks in `Total tasks: 6`, which counts each try if a run plays each task several times. */
export function tasksIn(total: number, { listed = total }: OsWorldState): number {
  return total > listed && total % listed === 0 ? listed : total;
}

/** Another run follows this one. The log has neither the end of this run nor the start of the other. */
export function leaveRun(state: OsWorldState, at: number): Step {
  return { state: over(state), events: closeAll(state, null, at).events };
}

function over({ speaker }: OsWorldState): OsWorldState {
  return speaker === undefined ? initial : { ...initial, speaker };
}

/** Whether the run of this script is over, and its next run announces itself. Child processes may still log. */
export function isOverFor({ speaker, runIsOn }: OsWorldState, { module }: LoggingRecord): boolean {
  return !runIsOn && speaker?.isOurs === true && speaker.isAnnounced === true && speaker.module === module;
}

/** Where the start of the run was not to be seen, it begins here. */
export function withRun(
  state: OsWorldState,
  record: LoggingRecord,
  at: number,
  events: readonly RunEvent[] = [],
): Step {
  if (state.runIsOn) return { state, events };
  const key = datedKey(record.timestampMs);
  return {
    state: { ...state, runIsOn: true },
    events: [{ type: 'run_started', at, dialect: dialectName, key }, ...events],
  };
}

export function end(
  state: OsWorldState,
  record: LoggingRecord,
  worker: RunnerWorker,
  taskEnd: RunnerTaskEnd,
  at: number,
): Step | null {
  const ended = endTask(worker, taskEnd, at);
  return ended.events.length === 0 ? null : andThen(withRun(state, record, at), (now) => store(now, ended));
}

/** Of a process that is at a task. */
export function endCurrent(
  worker: RunnerWorker,
  outcome: 'scored' | 'exception',
  score: number | null,
  message: string | null,
  at: number,
): WorkerStep {
  const { task, process } = worker;
  if (task === null) return { worker, events: [] };
  const { domain, taskId } = task;
  const verdict = null;
  return {
    worker: { ...newWorker(process), lastEnded: `${domain ?? ''}/${taskId}` },
    events: [{ type: 'task_ended', at, worker: process, taskId, domain, outcome, score, verdict, message }],
  };
}

/** A process takes the task that it holds with it: nobody does it again. */
export function dropWorker(
  state: OsWorldState,
  process: string,
  outcome: 'lost' | 'interrupted',
  at: number,
): Step {
  return {
    state: { ...state, workers: state.workers.filter((worker) => worker.process !== process) },
    events: closeTask(workerNamed(state.workers, process), outcome, at).events,
  };
}

/** The main process speaks for the run; the others each for itself, and for the run when none of them is left. */
export function readSignal(state: OsWorldState, ofRun: boolean, record: LoggingRecord, at: number): Step {
  const isMain = record.process === 'MainProcess';
  const stopped = isMain
    ? closeAll(state, 'interrupted', at)
    : dropWorker(state, record.process, 'interrupted', at);
  const isOver = (isMain && ofRun) || stopped.state.workers.length === 0;
  if (!state.runIsOn || state.interrupted || !isOver) return stopped;
  const message = record.message;
  return {
    state: { ...stopped.state, interrupted: true },
    events: [...stopped.events, { type: 'run_ended', at, state: 'interrupted', averageScore: null, message }],
  };
}

export function endRun(state: OsWorldState, how: RunEnd): Step | null {
  if (!state.runIsOn) return null;
  if (state.interrupted) return unchanged(over(state));
  const closed = closeAll(state, 'lost', how.at);
  return { state: over(state), events: [...closed.events, { type: 'run_ended', ...how }] };
}
