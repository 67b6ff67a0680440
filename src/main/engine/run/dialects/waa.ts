/**
 * Reads the log of Windows Agent Arena's `run.py`, of every release and fork, whatever the script is called. The log consists of
 * Python logging records. Only those of the runner and of `lib_run_single` show the progress. The line `Finished` ends a task.
 */
import { parseBracketPrefix, parseCarrierPrefix, parseWrapper, plainText } from '../log-prefix.ts';
import type { DomainPlan, ReadContext, RunEvent } from '../model.ts';
import { isFreeText, type LoggingRecord, type LogRecord } from '../record.ts';
import { andThen, datedKey, unchanged, type Dialect, type DialectStep } from './dialect.ts';
import { isTaskPlayer, parseDomainCount, parseRunnerLine, type RunnerLine } from './runner-lines.ts';
import {
  addInstruction,
  addStep,
  closeAll,
  endTask,
  startTask,
  store,
  workerNamed,
  type RunnerTaskEnd,
  type RunnerWorker,
} from './runner-worker.ts';

interface WaaState {
  readonly runIsOn: boolean;
  /** What the `Left tasks:` list that is being read has held so far. */
  readonly leftTasks: readonly DomainPlan[] | null;
  readonly workers: readonly RunnerWorker[];
  /** The print of a signal, in a place where a text of the agent could say the same. It counts when nothing follows it. */
  readonly perhapsInterrupted: { readonly at: number; readonly message: string } | null;
  /** The script that speaks for the run; null: that of a run which is not WAA's. Missing while nobody speaks. */
  readonly speaker?: string | null;
}

/** `run.py` prints this on SIGTERM, SIGHUP and SIGINT, and exits with 0. Its log does not say so. A terminal prints `^C` before it. */
const stopPrint = /^(?:\^C)*Interrupted by \d+, shutting down$/;

type Step = DialectStep<WaaState>;
type RunEnd = Omit<Extract<RunEvent, { type: 'run_ended' }>, 'type'>;

const initial: WaaState = { runIsOn: false, leftTasks: null, workers: [], perhapsInterrupted: null };

export const waa: Dialect<WaaState> = {
  name: 'waa',
  kinds: ['logging', 'continuation'],
  initial,
  read(state, record, context) {
    if (record.kind === 'logging') return readLogging(state, record, context);
    if (record.kind !== 'continuation' || !state.runIsOn || record.of.kind !== 'logging') return null;
    return readContinuation(state, record, record.of, context);
  },
  giveWay: () => ({ ...initial, speaker: null }),
  close: (state) => {
    const { perhapsInterrupted: stop } = state;
    return stop === null
      ? closeAll(state, null, null)
      : endRun(state, { at: stop.at, state: 'interrupted', averageScore: null, message: stop.message });
  },
};

function readLogging(state: WaaState, record: LoggingRecord, context: ReadContext): Step | null {
  const line = mayCount(state, record) ? spokenLine(state, record) : null;
  const at = record.timestampMs + context.clockOffsetMs;
  if (state.leftTasks === null && state.perhapsInterrupted === null) {
    if (line === null) return null;
    return readLine(spokenBy(state, record), line, record, at) ?? unchanged(state);
  }
  const listed = endLeftTasks({ ...state, perhapsInterrupted: null });
  if (line === null) return listed;
  return andThen(listed, (now) => readLine(spokenBy(now, record), line, record, at) ?? unchanged(now));
}

/** Called for every line, so it decides by a few characters. */
function mayCount({ speaker }: WaaState, record: LoggingRecord): boolean {
  const { module, message } = record;
  if (speaker === undefined || module === speaker || module === 'run' || isTaskPlayer(record)) return true;
  return speaker === null && message.startsWith('Worker ');
}

/** Returns what a record says if its writer speaks for the run, or begins one as only WAA does. */
function spokenLine(state: WaaState, record: LoggingRecord): RunnerLine | null {
  const line = parseRunnerLine(record);
  const { speaker, runIsOn } = state;
  const { module } = record;
  if (line === null || module === speaker || isTaskPlayer(record)) return line;
  // A state of version 0.1.0 does not say who speaks: it was `run.py`.
  if (module === 'run' && (speaker === undefined || speaker === null || line.says === 'begin')) return line;
  const begins = line.says === 'plan' || (line.says === 'begin' && speaker === undefined);
  return begins && !runIsOn ? line : null;
}

function spokenBy(state: WaaState, record: LoggingRecord): WaaState {
  return isTaskPlayer(record) || state.speaker === record.module
    ? state
    : { ...state, speaker: record.module };
}

function readLine(state: WaaState, line: RunnerLine, record: LoggingRecord, at: number): Step | null {
  const worker = workerNamed(state.workers, record.process);
  switch (line.says) {
    case 'begin':
      return andThen(closeAll(state, null, at), () =>
        withRun({ ...initial, speaker: record.module }, record, at),
      );
    case 'left':
      return state.runIsOn ? unchanged({ ...state, leftTasks: [] }) : null;
    case 'plan':
      return withRun(state, record, at, [
        { type: 'run_planned', at, totalTasks: line.tasks.length, tasks: line.tasks },
      ]);
    case 'arguments':
      return withRun(state, record, at, [{ type: 'run_arguments', at, arguments: line.arguments }]);
    case 'domain':
      return store(state, { worker: { ...worker, nextDomain: line.domain }, events: [] });
    case 'task':
      return andThen(withRun(state, record, at), (now) => store(now, startTask(worker, line, at)));
    case 'instruction':
      return store(state, addInstruction(worker, line.text, at));
    case 'step':
      return store(state, addStep(worker, line.step, at));
    case 'handed_over':
      return worker.task === null
        ? null
        : { state, events: [{ type: 'task_handed_over', at, worker: worker.process }] };
    case 'result':
      return store(state, { worker: { ...worker, result: { score: line.score } }, events: [] });
    case 'finished':
      return end(state, record, worker, { ...line, outcome: 'scored', message: null }, at);
    case 'exception':
      return end(state, record, worker, { ...line, outcome: 'exception', score: null }, at);
    case 'average':
      return endRun(state, { at, state: 'finished', averageScore: line.score, message: null });
    default:
      return null;
  }
}

/** Lines without prefix are the rest of a message, with one exception: what a signal makes `run.py` print. */
function readContinuation(
  state: WaaState,
  { text }: Extract<LogRecord, { kind: 'continuation' }>,
  of: LoggingRecord,
  context: ReadContext,
): Step | null {
  const at = of.timestampMs + context.clockOffsetMs;
  if (state.leftTasks !== null) {
    const count = parseDomainCount(text, state.leftTasks);
    return count === null
      ? endLeftTasks(state)
      : unchanged({ ...state, leftTasks: [...state.leftTasks, count] });
  }
  const message = text.trim();
  if (!stopPrint.test(message)) return null;
  return isFreeText(of)
    ? unchanged({ ...state, perhapsInterrupted: { at, message } })
    : endRun(state, { at, state: 'interrupted', averageScore: null, message });
}

/** The list counts the tasks of all workers together: a `Worker … is doing tasks` line, where one follows, is more exact. */
function endLeftTasks(state: WaaState): Step {
  const { leftTasks } = state;
  if (leftTasks === null) return unchanged(state);
  const totalTasks = leftTasks.reduce((sum, { tasks }) => sum + tasks, 0);
  return {
    state: { ...state, leftTasks: null },
    events:
      totalTasks > 0 ? [{ type: 'run_planned', at: null, totalTasks, tasks: null, domains: leftTasks }] : [],
  };
}

/** Something that only a run says: where its start was not to be seen, it begins here. */
function withRun(state: WaaState, record: LoggingRecord, at: number, events: readonly RunEvent[] = []): Step {
  if (state.runIsOn) return { state, events };
  const key = datedKey(record.timestampMs);
  // Domain, steps and result of a task may stand in front of the first line that names it: the workers stay.
  return {
    state: { ...state, runIsOn: true },
    events: [{ type: 'run_started', at, dialect: waa.name, key }, ...events],
  };
}

function end(
  state: WaaState,
  record: LoggingRecord,
  worker: RunnerWorker,
  taskEnd: RunnerTaskEnd,
  at: number,
): Step | null {
  const ended = endTask(worker, taskEnd, at);
  return ended.events.length === 0 ? null : andThen(withRun(state, record, at), (now) => store(now, ended));
}

function endRun(state: WaaState, how: RunEnd): Step {
  if (!state.runIsOn) return unchanged(state);
  const closed = closeAll(state, how.state === 'finished' ? 'lost' : 'interrupted', how.at);
  return { state: initial, events: [...closed.events, { type: 'run_ended', ...how }] };
}

/** Returns what a signal made `run.py` print behind the last record of its output; null: nothing. */
export function stopPrintAtEnd(text: string): string | null {
  // A piece of UTF-16 was read as UTF-8.
  for (const line of text
    .replaceAll('\0', '')
    .split(/[\r\n]+/)
    .toReversed()) {
    if (parseBracketPrefix(line, 0) !== null) return null;
    const said = plainText(parseWrapper(line)?.text ?? parseCarrierPrefix(line) ?? line).trim();
    if (stopPrint.test(said)) return said;
  }
  return null;
}
