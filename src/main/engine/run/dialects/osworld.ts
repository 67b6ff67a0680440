/**
 * The log of OSWorld, of its `run.py` as of its `run_multienv*.py`, whose processes write into one log line by line.
 * Nothing says `Finished` here: a task is over with its `Result:`.
 */
import { isFreeText, type LoggingRecord } from '../record.ts';
import { parseScore } from '../python-repr.ts';
import { andThen, datedKey, unchanged, type Dialect } from './dialect.ts';
import {
  closeAll,
  dialectName,
  dropWorker,
  end,
  endCurrent,
  endRun,
  initial,
  readSignal,
  startRun,
  store,
  withRun,
  type OsWorldState,
  type Step,
} from './osworld-run.ts';
import {
  isManyProcessRunner,
  isRunner,
  isTaskPlayer,
  parseDomainCount,
  parseRunnerLine,
  type RunnerLine,
} from './runner-lines.ts';
import { addInstruction, addStep, startTask, workerNamed } from './runner-worker.ts';

/** Printed, not logged, for each task of which the result is in the summary; in front of it may stand a pictogram. */
const loggedResult = /^(?:\S+ )?Logged result: ([^/\s]+)\/(\S+) -> (success|error) \(score: (\S+)\)$/u;

export const osWorld: Dialect<OsWorldState> = {
  name: dialectName,
  kinds: ['logging', 'continuation'],
  initial,
  read(state, record, context) {
    if (record.kind === 'logging') {
      const line = parseRunnerLine(record);
      const at = record.timestampMs + context.clockOffsetMs;
      return line === null ? null : readLine(completed(state), line, record, at);
    }
    if (record.kind !== 'continuation' || record.of.kind !== 'logging') return null;
    return readContinuation(state, record.text, record.of, record.of.timestampMs + context.clockOffsetMs);
  },
  claims: (state, record) => record.kind === 'logging' && isOurs(state, record),
  close: (state) => closeAll(state, null, null),
};

/** The lines of `run.py` are those of WAA as well: they are ours from a start of ours on. */
function isOurs(state: OsWorldState, record: LoggingRecord): boolean {
  return isManyProcessRunner(record) || (state.runIsOn && (isRunner(record) || isTaskPlayer(record)));
}

function readLine(state: OsWorldState, line: RunnerLine, record: LoggingRecord, at: number): Step | null {
  switch (line.says) {
    case 'left':
      return unchanged({
        ...state,
        leftTasks: { at, key: datedKey(record.timestampMs), domains: [], isComplete: false },
      });
    case 'arguments':
      return isStart(state, record, line) ? startRun(state, record, at, line.arguments) : null;
    case 'begin':
    case 'plan':
      // Both only in WAA.
      return unchanged(initial);
    default:
      return isOurs(state, record) ? readRunLine(state, line, record, at) : null;
  }
}

/** Only WAA's arguments have the address of an emulator. */
function isStart(
  state: OsWorldState,
  record: LoggingRecord,
  line: Extract<RunnerLine, { says: 'arguments' }>,
): boolean {
  if (isManyProcessRunner(record)) return true;
  return line.arguments.emulatorIp === undefined && (state.leftTasks !== null || state.runIsOn);
}

/** A line of a run that is on, or that shows by itself that one is. */
function readRunLine(state: OsWorldState, line: RunnerLine, record: LoggingRecord, at: number): Step | null {
  const worker = workerNamed(state.workers, record.process);
  switch (line.says) {
    case 'total':
      return withRun(state, record, at, [{ type: 'run_planned', at, totalTasks: line.total, tasks: null }]);
    case 'domain':
      return store(state, { worker: { ...worker, nextDomain: line.domain }, events: [] });
    case 'task':
      return andThen(withRun({ ...state, interrupted: false }, record, at), (now) =>
        store(now, startTask(worker, line.taskId, at)),
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
