/**
 * The output of macOSWorld (showlab/macosworld): `run.py`, which starts `testbench.py` until each task has a result. A task is played in
 * several languages, each with a result of its own: `<uuid>_<task language>_<environment language>`, as the result folders are named.
 */
import { isFreeText, type LogRecord } from '../record.ts';
import type { RunEvent } from '../model.ts';
import { andThen, datedKey, unchanged, type Dialect } from './dialect.ts';
import {
  initial,
  nextPass,
  positionOf,
  reach,
  tellPlan,
  type MacOsWorldState,
  type Step,
} from './macosworld-list.ts';
import {
  parseMacOsWorldLine,
  type MacOsWorldLine,
  type PassCommand,
  evaluationFailed,
} from './macosworld-lines.ts';

const worker = 'main';

export const macOsWorld: Dialect<MacOsWorldState> = {
  name: 'macosworld',
  kinds: ['bare', 'continuation'],
  initial,
  read(state, record, context) {
    if (record.kind !== 'bare' && record.kind !== 'continuation') return null;
    const parsed = parseMacOsWorldLine(record.text);
    if (parsed === null || !counts(state, parsed.line, record)) return null;
    const { timestampMs, line } = parsed;
    return readLine(state, line, { at: timestampMs + context.clockOffsetMs, key: datedKey(timestampMs) });
  },
  // Agents print their steps and answers in the words of other dialects.
  claims: ({ runIsOn }, { kind }) => runIsOn && (kind === 'bare' || kind === 'continuation'),
  giveWay: () => ({ ...initial, isElsewhere: true }),
  close: unchanged,
};

/** When a line was written, and the key of a run that begins with it. */
interface Moment {
  readonly at: number;
  readonly key: string;
}

function counts({ runIsOn, isElsewhere }: MacOsWorldState, line: MacOsWorldLine, record: LogRecord): boolean {
  if (runIsOn) return true;
  if (record.kind === 'continuation' && isFreeText(record.of)) return false;
  return !isElsewhere || line.says === 'pass';
}

function readLine(state: MacOsWorldState, line: MacOsWorldLine, moment: Moment): Step | null {
  switch (line.says) {
    case 'pass':
      return beginPass(state, line.command, moment);
    case 'task':
      return startTask(state, line, moment);
    case 'done_before':
      // Only the whole number of them shows whether a run that was stopped goes on: the next task tells it.
      return andThen(withRun(state, moment), (now) => unchanged(reach(now, line.place, 1)));
    case 'not_provided':
      return andThen(withRun(state, moment), (now) => unchanged(reach(now, line.place, 0, 1)));
    case 'step':
      return addStep(state, line, moment);
    case 'result':
      return endWithResult(state, line.score, moment.at);
    case 'error':
      return state.task?.index === line.index
        ? endTask(state, 'exception', null, line.message === '' ? null : line.message, moment.at)
        : null;
    case 'failed':
      return fail(state, line.index, moment.at);
    case 'timeout':
      return endTask(state, 'interrupted', null, null, moment.at);
    case 'end':
      return end(state, moment.at);
  }
}

/** A pass with other arguments is another run; with the same ones it goes on with what is left. */
function beginPass(state: MacOsWorldState, command: PassCommand, moment: Moment): Step {
  const isSame = state.runIsOn && JSON.stringify(state.command) === JSON.stringify(command);
  if (isSame) return unchanged(nextPass(state));
  const { agent, maxSteps, resultDir } = command;
  return andThen(startRun(moment), (now) => ({
    state: { ...now, command, maxSteps },
    events: [{ type: 'run_arguments', at: moment.at, arguments: { agent, maxSteps, resultDir } }],
  }));
}

function startRun({ at, key }: Moment): Step {
  return {
    state: { ...initial, runIsOn: true },
    events: [{ type: 'run_started', at, dialect: macOsWorld.name, key }],
  };
}

function withRun(state: MacOsWorldState, moment: Moment): Step {
  return state.runIsOn ? unchanged(state) : startRun(moment);
}

function startTask(
  state: MacOsWorldState,
  { place, taskId, attempt }: Extract<MacOsWorldLine, { says: 'task' }>,
  moment: Moment,
): Step {
  const isAnew = state.runIsOn && attempt === 1 && taskId === state.firstScored;
  const { command, maxSteps } = state;
  // One pass starts each task once. A second start means that the process was killed and replaced.
  const isRepeated = attempt === 1 && positionOf(state, place) <= positionOf(state, state.place);
  const how = state.isRestarted || isRepeated ? 'interrupted' : 'lost';
  const before: Step = isAnew
    ? andThen(startRun(moment), (now) => unchanged({ ...now, command, maxSteps }))
    : andThen(endTask(state, how, null, null, moment.at), (now) => withRun(now, moment));
  return andThen(before, (now) =>
    andThen(tellPlan(reach(now, place, 0), moment.at), (next) => ({
      state: { ...next, isRestarted: false, task: { taskId, index: place.index, step: 0 } },
      events: [{ type: 'task_started', at: moment.at, worker, domain: null, taskId }],
    })),
  );
}

/** Where each task is tried only once, no line tells its id: its step shows how far the list is. */
function addStep(
  state: MacOsWorldState,
  { place, step, maxSteps }: Extract<MacOsWorldLine, { says: 'step' }>,
  moment: Moment,
): Step {
  const { task } = state;
  if (task !== null && (place.index !== task.index || step <= task.step)) return unchanged(state);
  const isAtPlace = state.place?.index === place.index && state.place.languages === place.languages;
  const begun: Step =
    task !== null || isAtPlace
      ? unchanged(state)
      : andThen(withRun(state, moment), (now) => tellPlan(reach(now, place, 0), moment.at));
  const stepped: readonly RunEvent[] =
    task === null ? [] : [{ type: 'task_step', at: moment.at, worker, step }];
  const told: readonly RunEvent[] =
    maxSteps === begun.state.maxSteps
      ? []
      : [{ type: 'run_arguments', at: moment.at, arguments: { maxSteps } }];
  return andThen(begun, (now) => ({
    state: { ...now, maxSteps, task: task === null ? null : { ...task, step } },
    events: [...told, ...stepped],
  }));
}

/** Counts a task without a result. If its start is not in the log, nothing more is known about it. */
function fail(state: MacOsWorldState, index: number, at: number): Step | null {
  if (!state.runIsOn || state.place?.index !== index) return null;
  const closed = endTask(state, 'exception', null, null, at);
  const { place } = state;
  return andThen(closed, (now) => tellPlan(reach(now, place, 1), at));
}

function endWithResult(state: MacOsWorldState, score: number | null, at: number): Step | null {
  if (!state.runIsOn) return null;
  if (state.task === null) return state.place === null ? null : tellPlan(reach(state, state.place, 1), at);
  return score === null
    ? endTask(state, 'exception', null, evaluationFailed, at)
    : endTask(state, 'scored', score, null, at);
}

function endTask(
  state: MacOsWorldState,
  outcome: 'scored' | 'exception' | 'lost' | 'interrupted',
  score: number | null,
  message: string | null,
  at: number,
): Step {
  const { task } = state;
  if (task === null) return unchanged(state);
  const { taskId } = task;
  const firstScored = state.firstScored ?? (outcome === 'scored' ? taskId : null);
  return {
    state: { ...state, task: null, isRestarted: false, firstScored },
    events: [
      { type: 'task_ended', at, worker, taskId, domain: null, outcome, score, verdict: null, message },
    ],
  };
}

function end(state: MacOsWorldState, at: number): Step | null {
  if (!state.runIsOn) return null;
  const closed = andThen(endTask(state, 'lost', null, null, at), (now) => tellPlan(now, at));
  return {
    state: initial,
    events: [
      ...closed.events,
      { type: 'run_ended', at, state: 'finished', averageScore: null, message: null },
    ],
  };
}
