/**
 * The log of `run.py` of Windows Agent Arena, which is also that of OSWorld's `run.py`: Python logging records, of
 * which only those of the runner itself and of `lib_run_single` tell how far it is.
 */
import type { ReadContext, RunEvent } from '../model.ts';
import { parseArguments, parseTaskList } from '../python-repr.ts';
import { isInstruction, type LoggingRecord, type LogRecord } from '../record.ts';
import { parseScore } from '../score.ts';
import { datedKey, unchanged, type Dialect, type DialectStep } from './dialect.ts';
import {
  addInstruction,
  addStep,
  closeTask,
  endTask,
  newWorker,
  startTask,
  type WaaTaskEnd,
  type WaaWorker,
} from './waa-worker.ts';

interface WaaState {
  readonly runIsOn: boolean;
  /** Tasks counted so far in the `Left tasks:` list that is being read. */
  readonly leftTasks: number | null;
  readonly workers: readonly WaaWorker[];
}

type Step = DialectStep<WaaState>;

const initial: WaaState = { runIsOn: false, leftTasks: null, workers: [] };

export const waa: Dialect<WaaState> = {
  name: 'waa',
  initial,
  read(state, record, context) {
    if (record.kind === 'bare') return unchanged(state);
    const listed = readLeftTasks(state, record, context);
    if (listed !== null) return listed;
    return record.kind === 'continuation'
      ? readContinuation(state, record.of, record.text, context)
      : readMessage(state, record, context);
  },
  close: (state) => closeAll(state, null, null),
};

/** First release: `TASK PATH`; later ones: `TASK JSON PATH`. */
const startLine = /^TESTING ON TASK (?:JSON )?PATH:/;
/** OSWorld puts the name of the process in front: `[EnvProcess-1][Domain]: os`. */
const taskLine = /^(?:\[[^\]]*\])?\[(Domain|Example ID|Instruction)\]:\s*(.*)$/s;
const finishedLine = /^Finished ([^/\s]+)\/(\S+)(?:\s+score=(\S+))?/;
const exceptionLine = /^Exception in (?:[^\s/:]+ )?([^/\s]+)\/([^\s:]+):?\s*(.*)$/s;
const averageLine = /^Average score: (\S+)/;
const interruptLine = /^Interrupted by \d+, shutting down$/;
const maxMessageChars = 1000;

function readMessage(state: WaaState, record: LoggingRecord, context: ReadContext): Step {
  const at = record.timestampMs + context.clockOffsetMs;
  if (record.module === 'lib_run_single') return readSingle(state, record, at);
  if (!isRunner(record)) return unchanged(state);
  if (record.level === 'ERROR') {
    const [, domain, taskId, message] = exceptionLine.exec(record.message) ?? [];
    if (domain === undefined || taskId === undefined) return unchanged(state);
    const text = (message ?? '').slice(0, maxMessageChars);
    return end(state, record, at, { domain, taskId, outcome: 'exception', score: null, message: text });
  }
  return record.level === 'INFO' ? readRunner(state, record, at) : unchanged(state);
}

/** The runner's own lines: the beginning, the plan, the tasks and the end. */
function readRunner(state: WaaState, record: LoggingRecord, at: number): Step {
  const { message } = record;
  if (startLine.test(message)) return startRun(state, record, at);
  if (message === 'Left tasks:') {
    // OSWorld's run.py has no line of its own for the start. Where it exists, no task stands between it and this list.
    const started = state.workers.length > 0 ? startRun(state, record, at) : withRun(state, record, at);
    return { state: { ...started.state, leftTasks: 0 }, events: started.events };
  }
  const plan = /^Worker \d+ is doing tasks: (.*)$/s.exec(message)?.[1];
  if (plan !== undefined) {
    const tasks = parseTaskList(plan);
    return tasks === null
      ? unchanged(state)
      : withRun(state, record, at, [{ type: 'run_planned', at, totalTasks: tasks.length, tasks }]);
  }
  if (message.startsWith('Args: Namespace(')) {
    return withRun(state, record, at, [{ type: 'run_arguments', at, arguments: parseArguments(message) }]);
  }
  const [, kind, value] = taskLine.exec(message) ?? [];
  if (kind !== undefined && value !== undefined) return readTaskLine(state, record, at, kind, value);
  const [, domain, taskId, score] = finishedLine.exec(message) ?? [];
  if (domain !== undefined && taskId !== undefined) {
    const given = score === undefined ? undefined : parseScore(score);
    return end(state, record, at, { domain, taskId, outcome: 'scored', score: given, message: null });
  }
  const average = averageLine.exec(message)?.[1];
  if (average !== undefined)
    return endRun(state, { at, state: 'finished', averageScore: parseScore(average), message: null });
  if (message === 'No examples finished.')
    return endRun(state, { at, state: 'finished', averageScore: null, message: null });
  return unchanged(state);
}

function readTaskLine(state: WaaState, record: LoggingRecord, at: number, kind: string, value: string): Step {
  const worker = workerOf(state, record);
  if (kind === 'Instruction') return store(state, addInstruction({ ...worker, instruction: '' }, value, at));
  if (value === '') return unchanged(state);
  if (kind === 'Domain') return store(state, { worker: { ...worker, nextDomain: value }, events: [] });
  const started = withRun(state, record, at);
  return prefixed(started, store(started.state, startTask(workerOf(started.state, record), value, at)));
}

/** `lib_run_single` plays one task; it never names it. */
function readSingle(state: WaaState, record: LoggingRecord, at: number): Step {
  if (record.level !== 'INFO') return unchanged(state);
  const worker = workerOf(state, record);
  const step = /^Step (\d{1,6})(?![\w.])/.exec(record.message)?.[1];
  if (step !== undefined) return store(state, addStep(worker, Number(step), at));
  const result = /^Result: (.+)$/.exec(record.message)?.[1];
  if (result === undefined) return unchanged(state);
  return store(state, { worker: { ...worker, result: { score: parseScore(result) } }, events: [] });
}

/** Lines without prefix are the rest of a message, with one exception: what a signal makes `run.py` print. */
function readContinuation(state: WaaState, of: LoggingRecord, text: string, context: ReadContext): Step {
  const at = of.timestampMs + context.clockOffsetMs;
  if (isRunner(of) && isInstruction(of)) {
    const worker = state.workers.find((one) => one.process === of.process);
    return worker === undefined ? unchanged(state) : store(state, addInstruction(worker, text, at));
  }
  return interruptLine.test(text.trim())
    ? endRun(state, { at, state: 'interrupted', averageScore: null, message: text.trim() })
    : unchanged(state);
}

/** The lines `domain: 4` under `Left tasks:`; the first other line ends the list. Null: the line has nothing to do with it. */
function readLeftTasks(state: WaaState, record: LogRecord, context: ReadContext): Step | null {
  if (state.leftTasks === null) return null;
  const count =
    record.kind === 'continuation' ? /^[\w.-]+: (\d{1,6})$/.exec(record.text.trim())?.[1] : undefined;
  if (count !== undefined) return unchanged({ ...state, leftTasks: state.leftTasks + Number(count) });
  const planned: Step = {
    state: { ...state, leftTasks: null },
    events:
      state.leftTasks > 0
        ? [{ type: 'run_planned', at: null, totalTasks: state.leftTasks, tasks: null }]
        : [],
  };
  return prefixed(planned, waa.read(planned.state, record, context));
}

function startRun(state: WaaState, record: LoggingRecord, at: number): Step {
  const closed = closeAll(state, null, at);
  return {
    state: { ...initial, runIsOn: true },
    events: [...closed.events, runStarted(record, at)],
  };
}

/** Something that only a run says: where its start was not to be seen, it begins here. */
function withRun(state: WaaState, record: LoggingRecord, at: number, events: readonly RunEvent[] = []): Step {
  if (state.runIsOn) return { state, events };
  // Domain, steps and result of a task may stand in front of the first line that names it.
  return { state: { ...state, runIsOn: true }, events: [runStarted(record, at), ...events] };
}

function runStarted(record: LoggingRecord, at: number): RunEvent {
  return { type: 'run_started', at, dialect: waa.name, key: datedKey(record.timestampMs) };
}

function end(state: WaaState, record: LoggingRecord, at: number, taskEnd: WaaTaskEnd): Step {
  const ended = endTask(workerOf(state, record), taskEnd, at);
  if (ended.events.length === 0) return unchanged(state);
  const started = withRun(state, record, at);
  return prefixed(started, store(started.state, ended));
}

function endRun(state: WaaState, how: Omit<Extract<RunEvent, { type: 'run_ended' }>, 'type'>): Step {
  if (!state.runIsOn) return unchanged(state);
  const closed = closeAll(state, how.state === 'finished' ? 'lost' : 'interrupted', how.at);
  return { state: initial, events: [...closed.events, { type: 'run_ended', ...how }] };
}

function closeAll(state: WaaState, otherwise: 'lost' | 'interrupted' | null, at: number | null): Step {
  const closed = state.workers.map((worker) => closeTask(worker, otherwise, at));
  return {
    state: { ...state, workers: closed.map((one) => one.worker) },
    events: closed.flatMap((one) => one.events),
  };
}

function isRunner(record: LoggingRecord): boolean {
  return /^run(?:_multienv\w*)?$/.test(record.module);
}

function workerOf(state: WaaState, record: LoggingRecord): WaaWorker {
  return state.workers.find((worker) => worker.process === record.process) ?? newWorker(record.process);
}

function store(state: WaaState, next: { worker: WaaWorker; events: readonly RunEvent[] }): Step {
  const others = state.workers.filter((worker) => worker.process !== next.worker.process);
  return { state: { ...state, workers: [...others, next.worker] }, events: next.events };
}

function prefixed(first: Step, second: Step): Step {
  return { state: second.state, events: [...first.events, ...second.events] };
}
