/**
 * Reads the log of OSWorld: of `run.py`, of `run_multienv*.py`, whose processes share one log, and of other scripts that start it.
 * `Result:` ends a task; there is no `Finished`.
 */
import type { RunEvent } from '../model.ts';
import { isFreeText, type LoggingRecord } from '../record.ts';
import { parseScore } from '../python-repr.ts';
import { andThen, datedKey, unchanged, type Dialect } from './dialect.ts';
import {
  dialectName,
  dropWorker,
  end,
  endCurrent,
  endRun,
  initial,
  isOverFor,
  leaveRun,
  readSignal,
  startRun,
  tasksIn,
  withRun,
  type OsWorldState,
  type RunStart,
  type Step,
} from './osworld-run.ts';
import { isAnnouncement, isBehindStart, isStart, mayBeStart } from './osworld-start.ts';
import {
  isArguments,
  isManyProcessRunner,
  isOneOfSeveral,
  isRunnerName,
  isTaskPlayer,
  parseDomainCount,
  parseRunnerLine,
  type RunnerLine,
} from './runner-lines.ts';
import { addInstruction, addStep, closeAll, startTask, store, workerNamed } from './runner-worker.ts';

/** Printed, not logged, for each task of which the result is in the summary; in front of it may stand a pictogram. */
const loggedResult = /^(?:\S+ )?Logged result: ([^/\s]+)\/(\S+) -> (success|error) \(score: (\S+)\)$/u;

export const osWorld: Dialect<OsWorldState> = {
  name: dialectName,
  kinds: ['logging', 'continuation'],
  initial,
  read(state, record, context) {
    if (record.kind === 'logging') {
      const line = mayCount(state, record) ? parseRunnerLine(record) : null;
      const at = record.timestampMs + context.clockOffsetMs;
      return line === null ? null : readLine(completed(state), line, record, at);
    }
    if (record.kind !== 'continuation' || record.of.kind !== 'logging') return null;
    return readContinuation(state, record.text, record.of, record.of.timestampMs + context.clockOffsetMs);
  },
  claims: (state, record) => record.kind === 'logging' && isKnownAsOurs(state, record),
  // The speaker stays known, so that the lines of the other run's script are not read as OSWorld's.
  giveWay: ({ speaker }) => (speaker === undefined ? initial : { ...initial, speaker }),
  close: (state) => closeAll(state, null, null),
};

/** Called for every line. While one script speaks for a run, the others count only if they start another run. */
function mayCount({ runIsOn, speaker, perhapsStart }: OsWorldState, record: LoggingRecord): boolean {
  const { module, message } = record;
  if (speaker === undefined || module === speaker.module || isRunnerName(module)) return true;
  if ((speaker.isOurs && !runIsOn) || module === perhapsStart?.module) return true;
  return (runIsOn && isTaskPlayer(record)) || message.startsWith('Left tasks:') || isArguments(message);
}

/** Whether a line is OSWorld's, whatever it says. WAA has a `run.py` too, so its lines count only after a start of OSWorld. */
function isKnownAsOurs({ runIsOn, speaker }: OsWorldState, record: LoggingRecord): boolean {
  const { module } = record;
  if (isManyProcessRunner(module)) return true;
  if (isTaskPlayer(record)) return runIsOn;
  // A state of version 0.1.0 does not say who speaks.
  if (speaker === undefined) return runIsOn && isRunnerName(module);
  return speaker.isOurs && module === speaker.module;
}

/** Whether a line is OSWorld's. If the log has no start of a run, the first lines of a task show it. */
function isOurs(state: OsWorldState, line: RunnerLine, record: LoggingRecord): boolean {
  if (isKnownAsOurs(state, record)) {
    // Stragglers of a run that is over come from its child processes, so a task that the main process names is of another run.
    const isHead = (line.says === 'domain' || line.says === 'task') && !isOneOfSeveral(record.process);
    return isHead || isAnnouncement(line) || !isOverFor(state, record);
  }
  const { speaker } = state;
  const isByProcess = 'byProcess' in line && line.byProcess;
  if (record.module === 'run')
    return isByProcess || line.says === 'started' || (line.says === 'total' && speaker?.isOurs !== false);
  if (speaker === undefined) return line.says === 'domain' || line.says === 'task';
  if (!speaker.isOurs || state.runIsOn) return false;
  // Behind a run that is over, it takes the whole head of a task to show another run.
  if (line.says !== 'task') return line.says === 'domain';
  return line.domain !== undefined || workerNamed(state.workers, record.process).nextDomain !== null;
}

function readLine(state: OsWorldState, line: RunnerLine, record: LoggingRecord, at: number): Step | null {
  switch (line.says) {
    case 'left': {
      const { module } = record;
      const key = datedKey(record.timestampMs);
      return unchanged({ ...state, leftTasks: { at, key, module, domains: [], isComplete: false } });
    }
    case 'arguments': {
      const { module, timestampMs } = record;
      const start: RunStart = { module, at, key: datedKey(timestampMs), arguments: line.arguments };
      if (isStart(state, record, start)) return startRun(state, start);
      return mayBeStart(state, record, start) ? unchanged({ ...state, perhapsStart: start }) : null;
    }
    case 'begin':
    case 'plan':
      // Both lines are only in WAA.
      return foreign(initial, record);
    default:
      return readOther(state, line, record, at);
  }
}

function foreign(state: OsWorldState, { module }: LoggingRecord): Step {
  return unchanged({ ...state, speaker: { module, isOurs: false } });
}

function readOther(state: OsWorldState, line: RunnerLine, record: LoggingRecord, at: number): Step | null {
  const { perhapsStart, speaker } = state;
  if (perhapsStart?.module === record.module && isBehindStart(line))
    return andThen(
      startRun(state, perhapsStart),
      (now) => readRunLine(now, line, record, at) ?? unchanged(now),
    );
  if (isOurs(state, line, record)) return readRunLine(spokenBy(state, line, record), line, record, at);
  // WAA writes the head of a task in the same words, and reads it.
  return speaker === undefined && line.says === 'task' ? foreign(state, record) : null;
}

/** The script that names a task or the number of tasks speaks for the run. */
function spokenBy(state: OsWorldState, line: RunnerLine, { module }: LoggingRecord): OsWorldState {
  const { speaker } = state;
  const isKnown = speaker?.isOurs === true && speaker.module === module;
  if (line.says === 'total') return { ...state, speaker: { module, isOurs: true, isAnnounced: true } };
  const isHead = line.says === 'task' || line.says === 'exception';
  return isKnown || !isHead ? state : { ...state, speaker: { module, isOurs: true } };
}

/** A line of a run that is on, or that shows by itself that one is. */
function readRunLine(state: OsWorldState, line: RunnerLine, record: LoggingRecord, at: number): Step | null {
  const worker = workerNamed(state.workers, record.process);
  switch (line.says) {
    case 'total': {
      const totalTasks = tasksIn(line.total, state);
      const planned: RunEvent = { type: 'run_planned', at, totalTasks, tasks: null };
      // A run logs this before its first task.
      const begins = state.workers.length > 0 ? leaveRun(state, at) : unchanged(state);
      return andThen(begins, (now) => withRun(now, record, at, [planned]));
    }
    case 'started': {
      const isKnown = state.workers.some(({ process }) => process === line.process);
      const begins = isKnown || isOverFor(state, record);
      return begins ? andThen(leaveRun(state, at), (now) => withRun(now, record, at)) : null;
    }
    case 'domain':
      return store(state, { worker: { ...worker, nextDomain: line.domain }, events: [] });
    case 'task':
      return andThen(withRun({ ...state, interrupted: false }, record, at), (now) =>
        store(now, startTask(worker, line, at)),
      );
    case 'instruction':
      return store(state, addInstruction(worker, line.text, at));
    case 'step':
      return store(state, addStep(worker, line.step, at));
    case 'result':
      return worker.task === null ? null : store(state, endCurrent(worker, 'scored', line.score, null, at));
    case 'exception':
      return end(state, record, worker, { ...line, outcome: 'exception', score: null }, at);
    case 'failed': {
      const failed = workerNamed(state.workers, line.process);
      return failed.task === null
        ? null
        : store(state, endCurrent(failed, 'exception', null, line.message, at));
    }
    case 'died':
      return dropWorker(state, line.process, 'lost', at);
    case 'all_died':
      return endRun(state, { at, state: 'crashed', averageScore: null, message: record.message });
    case 'crashed':
      return endRun(state, { at, state: 'crashed', averageScore: null, message: line.message });
    case 'signal':
      return readSignal(state, line.ofRun, record, at);
    case 'average':
      return endRun(state, { at, state: 'finished', averageScore: line.score, message: null });
    default:
      return null;
  }
}

function readContinuation(state: OsWorldState, text: string, of: LoggingRecord, at: number): Step | null {
  const { leftTasks } = state;
  if (leftTasks !== null && !leftTasks.isComplete) {
    const count = parseDomainCount(text, leftTasks.domains);
    return count === null
      ? unchanged(completed(state))
      : unchanged({ ...state, leftTasks: { ...leftTasks, domains: [...leftTasks.domains, count] } });
  }
  if (!state.runIsOn) return null;
  return text.includes('Logged result: ') && !isFreeText(of) ? readLoggedResult(state, text, at) : null;
}

/** Confirms what the log has said before. It counts where that line is missing. */
function readLoggedResult(state: OsWorldState, text: string, at: number): Step | null {
  const [, domain, taskId, status, score = ''] = loggedResult.exec(text.trim()) ?? [];
  if (taskId === undefined) return null;
  const worker = state.workers.find(({ task }) => task?.taskId === taskId && task.domain === domain);
  if (worker === undefined) return null;
  return status === 'success'
    ? store(state, endCurrent(worker, 'scored', parseScore(score), null, at))
    : store(state, endCurrent(worker, 'exception', null, null, at));
}

/** The list ends with the first line that is none of it. */
function completed(state: OsWorldState): OsWorldState {
  const { leftTasks } = state;
  return leftTasks === null || leftTasks.isComplete
    ? state
    : { ...state, leftTasks: { ...leftTasks, isComplete: true } };
}
