/**
 * The output of OSWorld's `run_coact*.py`: prints without a time, of several processes. A score has no name of a task beside it, so this
 * dialect only counts scores: the result files name their tasks.
 */
import { boundedName } from '../bounded-names.ts';
import type { ReadContext, RunEvent } from '../model.ts';
import { isFreeText, type LogRecord } from '../record.ts';
import { parseCoActLine, type CoActLine } from './coact-lines.ts';
import { andThen, offsetKey, unchanged, type Dialect, type DialectStep } from './dialect.ts';

interface CoActState {
  readonly runIsOn: boolean;
  /** A run of another dialect is open in this log. Any program may print the first line of CoAct. */
  readonly isElsewhere: boolean;
  /** A run in this log has ended, so only the first line of a run begins another. Missing: no run has ended. */
  readonly isOver?: true;
  /** Offset of the first score before any start of a run: the beginning of the log is missing. Missing: there is none. */
  readonly cutAt?: number;
  /** Offset of this start in the log. The times of records before it do not apply to it. */
  readonly offset: number;
  /** 0 if the line with the number of tasks is missing. */
  readonly totalTasks: number;
  /** Results of earlier starts, listed before the first line of this one. */
  readonly skipped: number;
  readonly scored: number;
  /** Tasks that raised: "chrome/bb5e…". */
  readonly raised: readonly string[];
  /** How many more lines may be of a message between agents. A line of dashes ends it, unless another process tears it. */
  readonly messageLines: number;
  /** The line before says that the run is over. If the averages follow, it is. */
  readonly isEnding: boolean;
}

type Step = DialectStep<CoActState>;

const worker = 'main';
const initial: CoActState = {
  runIsOn: false,
  isElsewhere: false,
  offset: 0,
  totalTasks: 0,
  skipped: 0,
  scored: 0,
  raised: [],
  messageLines: 0,
  isEnding: false,
};
const longestMessage = 1000;
/** Limits the stored names if the number of tasks is unknown. */
const mostRaised = 50;
/** OSWorld's tasks are named by a UUID, some with a word behind it. */
const osWorldId = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-/i;

export const coAct: Dialect<CoActState> = {
  name: 'coact',
  kinds: ['bare', 'continuation'],
  initial,
  read(state, record, context) {
    if (record.kind !== 'bare' && record.kind !== 'continuation') return null;
    if (!mayBeOurs(state, record)) return null;
    const line = parseCoActLine(record.text);
    if (state.isEnding) return readEnding(state, line, record, context);
    if (state.messageLines > 0 && line?.says !== 'message_end')
      return unchanged({ ...state, messageLines: state.messageLines - 1 });
    return line === null ? null : readLine(state, line, record, context);
  },
  // Agents print their steps and answers in the words of other dialects.
  claims: ({ runIsOn, messageLines }, { kind }) =>
    (runIsOn || messageLines > 0) && (kind === 'bare' || kind === 'continuation'),
  readPlayer: (state, script) =>
    state.cutAt !== undefined && mayBeCut(state) && script.startsWith('run_coact')
      ? beginCut(state, state.cutAt)
      : null,
  giveWay: () => ({ ...initial, isElsewhere: true }),
  close: unchanged,
};

type Print = Extract<LogRecord, { kind: 'continuation' | 'bare' }>;

function mayBeOurs({ runIsOn, isElsewhere }: CoActState, record: Print): boolean {
  return runIsOn || (!isElsewhere && (record.kind === 'bare' || !isFreeText(record.of)));
}

/** Whether the start of a run may be missing in the log. */
function mayBeCut({ runIsOn, isElsewhere, isOver }: CoActState): boolean {
  return !runIsOn && !isElsewhere && isOver !== true;
}

function readLine(state: CoActState, line: CoActLine, record: Print, context: ReadContext): Step | null {
  switch (line.says) {
    case 'done_before':
      return unchanged({ ...state, skipped: state.skipped + 1 });
    case 'nothing_left':
      return unchanged({ ...state, skipped: 0 });
    case 'begin':
      return begin(state, line.tasks, record.offset);
    case 'message':
      return andThen(
        line.isOurs && mayBeCut(state) ? beginCut(state, record.offset) : unchanged(state),
        (now) => unchanged({ ...now, messageLines: longestMessage }),
      );
    case 'message_end':
      return unchanged({ ...state, messageLines: 0 });
    default:
      return state.runIsOn
        ? readOfRun(state, line, timeOf(state, record, context))
        : readOfCut(state, line, record, context);
  }
}

/** Lines of a run whose start is missing. Any program may print a score, so a score alone begins none. */
function readOfCut(state: CoActState, line: CoActLine, record: Print, context: ReadContext): Step | null {
  if (!mayBeCut(state)) return null;
  if (line.says === 'score')
    return unchanged({ ...state, scored: state.scored + 1, cutAt: state.cutAt ?? record.offset });
  if (line.says !== 'raised' || !osWorldId.test(line.taskId)) return null;
  return andThen(beginCut(state, record.offset), (now) => raise(now, line, timeOf(now, record, context)));
}

/** Begins a run in its middle. The number of tasks stays unknown. The result files name the tasks that ended before. */
function beginCut(state: CoActState, offset: number): Step {
  const key = offsetKey(state.cutAt ?? offset);
  const begun: Step = {
    state: { ...initial, runIsOn: true, offset: state.cutAt ?? offset, scored: state.scored },
    events: [{ type: 'run_started', at: null, dialect: coAct.name, key }],
  };
  return andThen(begun, (now) => tellCount(now, null));
}

function readOfRun(state: CoActState, line: CoActLine, at: number | null): Step | null {
  switch (line.says) {
    case 'score':
      return tellCount({ ...state, scored: state.scored + 1 }, at);
    case 'raised':
      return raise(state, line, at);
    case 'complete':
      return unchanged({ ...state, isEnding: true });
    default:
      return null;
  }
}

/** A run that was stopped may go on with this start: the number of results that it skips decides. */
function begin({ skipped }: CoActState, totalTasks: number, offset: number): Step {
  const planned = { totalTasks, tasks: null, completedTasks: 0, skippedTasks: skipped };
  return {
    state: { ...initial, runIsOn: true, offset, totalTasks },
    events: [
      { type: 'run_started', at: null, dialect: coAct.name, key: offsetKey(offset) },
      { type: 'run_planned', at: null, ...planned },
    ],
  };
}

/** Returns the time of the log record before this print: the print itself has none. */
function timeOf(state: CoActState, record: Print, { clockOffsetMs }: ReadContext): number | null {
  if (record.kind === 'bare' || record.of.offset < state.offset) return null;
  return record.of.timestampMs + clockOffsetMs;
}

function tellCount(state: CoActState, at: number | null): Step {
  const { totalTasks, scored, raised } = state;
  const ended = scored + raised.length;
  const completedTasks = totalTasks > 0 ? Math.min(totalTasks, ended) : ended;
  return { state, events: [{ type: 'run_planned', at, totalTasks, tasks: null, completedTasks }] };
}

function raise(
  state: CoActState,
  { domain, taskId }: Extract<CoActLine, { says: 'raised' }>,
  at: number | null,
): Step {
  const name = boundedName(`${domain}/${taskId}`);
  // More names than tasks would not change the count, and the state is stored with each change.
  const most = state.totalTasks > 0 ? state.totalTasks : mostRaised;
  const isCounted = state.raised.includes(name) || state.raised.length >= most;
  const raised = isCounted ? state.raised : [...state.raised, name];
  const result = { outcome: 'exception', score: null, verdict: null, message: null } as const;
  const events: RunEvent[] = [
    // Its start time is unknown, and its result file may have reported it already.
    { type: 'task_started', at: null, worker, domain, taskId },
    { type: 'task_ended', at, worker, taskId, domain, ...result },
  ];
  return andThen({ state: { ...state, raised }, events }, (now) => tellCount(now, at));
}

function readEnding(state: CoActState, line: CoActLine | null, record: Print, context: ReadContext): Step {
  const goesOn = { ...state, isEnding: false };
  if (line?.says !== 'average')
    return (line === null ? null : readLine(goesOn, line, record, context)) ?? unchanged(goesOn);
  const at = timeOf(state, record, context);
  const counted = tellCount({ ...state, scored: Math.max(state.scored, state.totalTasks) }, at);
  // The log ends here, so its last modification is the time of this line.
  const endedAt = at ?? context.referenceTimeMs;
  return {
    state: { ...initial, isOver: true },
    events: [
      ...counted.events,
      { type: 'run_ended', at: endedAt, state: 'finished', averageScore: null, message: null },
    ],
  };
}
