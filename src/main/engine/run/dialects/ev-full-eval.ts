/**
 * The log of openadapt-evals' `scripts/run_full_eval.py`. It calls a task by the first twelve characters of its id
 * where it begins, and by the first eight where it ends.
 */
import type { ReadContext, RunEvent } from '../model.ts';
import type { PlainRecord } from '../record.ts';
import { parseScore } from '../python-repr.ts';
import { andThen, datedKey, unchanged, type Dialect, type DialectStep } from './dialect.ts';
import { withoutLoggerName } from './ev-runner-lines.ts';
import { freeSlot, loseSlots, occupySlot, stepEvents, type Slot, type SlotEnd } from './slots.ts';

interface EvFullEvalState {
  readonly runIsOn: boolean;
  /** Of the planner, told before the run begins. */
  readonly model: string | null;
  /** The task that is on: one at a time. */
  readonly slots: readonly Slot[];
  /** Short ids of the tasks that have begun: those of two tasks may be alike. */
  readonly begun: readonly string[];
  /** What the task that is on has raised; a line that ends it follows. */
  readonly raised: string | null;
  /** The summary has begun: the run is over, the average follows. */
  readonly summary: { readonly at: number } | null;
}

type Step = DialectStep<EvFullEvalState>;
type RunEnd = Omit<Extract<RunEvent, { type: 'run_ended' }>, 'type'>;

const initial: EvFullEvalState = {
  runIsOn: false,
  model: null,
  slots: [],
  begun: [],
  raised: null,
  summary: null,
};
const maxMessageChars = 1000;
/** More than any list of tasks has. */
const mostBegun = 1000;

export const evFullEval: Dialect<EvFullEvalState> = {
  name: 'ev_full_eval',
  kinds: ['plain', 'continuation'],
  initial,
  read(state, record, context) {
    if (record.kind === 'plain') return readRecord(state, record, context);
    if (!state.runIsOn || record.kind !== 'continuation' || record.of.kind !== 'plain') return null;
    return readPrint(state, record.text, record.of.timestampMs + context.clockOffsetMs);
  },
  // What it calls logs in the same form.
  claims: (state, record) => state.runIsOn && record.kind === 'plain',
  close: (state) =>
    state.summary === null
      ? unchanged(state)
      : endRun(state, { at: state.summary.at, state: 'finished', averageScore: null, message: null }),
};

function readRecord(state: EvFullEvalState, record: PlainRecord, context: ReadContext): Step | null {
  const text = withoutLoggerName(record.message);
  const at = record.timestampMs + context.clockOffsetMs;
  switch (text[0]) {
    case 'C': {
      const model = /^Creating PlannerGrounderAgent \(planner=([^\s,]+),/.exec(text)?.[1];
      return model === undefined ? null : unchanged({ ...state, model });
    }
    case 'S':
      return readStart(state, text, record, at);
    case '=':
      return readTask(state, text, record, at);
    case 'T':
      return readTaskLine(state, text, record, at);
    default:
      return null;
  }
}

/** `Starting evaluation: …`, and what is not begun: `Skipping task …`, `Shutdown requested, stopping …`. */
function readStart(state: EvFullEvalState, text: string, record: PlainRecord, at: number): Step | null {
  const [, total, maxSteps] = /^Starting evaluation: (\d+) tasks, max (\d+) steps each$/.exec(text) ?? [];
  if (total !== undefined) {
    const found = { maxSteps: Number(maxSteps), ...(state.model === null ? {} : { model: state.model }) };
    return andThen(withRun(initial, record, at), (now) => ({
      state: now,
      events: [
        { type: 'run_arguments', at, arguments: found },
        { type: 'run_planned', at, totalTasks: Number(total), tasks: null },
      ],
    }));
  }
  const [, skipped, reason] = /^Skipping task (\S+): (.*)$/.exec(text) ?? [];
  if (skipped !== undefined && reason !== undefined) {
    return endTask(state, skipped, { outcome: 'exception', score: null, verdict: null, message: reason }, at);
  }
  return state.runIsOn && /^Shutdown requested, stopping after \d+\/\d+ tasks$/.test(text)
    ? endRun(state, { at, state: 'interrupted', averageScore: null, message: text })
    : null;
}

/** `=== Task 3/154 [0a0faba3-558] (12.8m remaining) ===` */
function readTask(state: EvFullEvalState, text: string, record: PlainRecord, at: number): Step | null {
  const [, number, total, shortId] =
    /^=== Task (\d{1,6})\/(\d{1,6}) \[([^\]]+)\] \(.*\) ===$/.exec(text) ?? [];
  if (number === undefined || shortId === undefined) return null;
  const planned: RunEvent = {
    type: 'run_planned',
    at,
    totalTasks: Number(total),
    tasks: null,
    completedTasks: Number(number) - 1,
  };
  const lost = loseSlots(state.slots, at);
  return andThen(withRun({ ...state, slots: [], raised: null }, record, at), (now) => {
    // No task is played twice: under the same letters another one begins, as of "02F10F89-…-WOS" and "02F10F89-…-2-WOS".
    const taskId = now.begun.includes(shortId) ? `${shortId}#${number}` : shortId;
    const { slots, events } = occupySlot(now.slots, { domain: null, taskId }, at);
    const begun = [...now.begun, shortId].slice(-mostBegun);
    return { state: { ...now, slots, begun }, events: [...lost.events, planned, ...events] };
  });
}

/** `Task 0a0faba3: PASS (score=1.00, steps=9, time=411.3s)`, `Task 0a0faba3: agent signaled DONE at step 9`, `Task 0a0faba3 failed: …` */
function readTaskLine(state: EvFullEvalState, text: string, record: PlainRecord, at: number): Step | null {
  const [, shortId, word, score, steps] =
    /^Task (\S+): (PASS|FAIL) \(score=([^,\s]+), steps=(\d+), time=[\d.]+s\)$/.exec(text) ?? [];
  if (shortId !== undefined && score !== undefined) {
    const slot = slotOf(state, shortId);
    const how: SlotEnd =
      state.raised === null
        ? { outcome: 'scored', score: parseScore(score), verdict: word === 'PASS', message: null }
        : { outcome: 'exception', score: null, verdict: null, message: state.raised };
    const told = slot === undefined ? [] : stepEvents(slot, Number(steps), at);
    return andThen({ state, events: told }, (now) => endTask(now, shortId, how, at) ?? unchanged(now));
  }
  const [, steppedId, step] = /^Task (\S+): .* at step (\d{1,6})$/.exec(text) ?? [];
  if (steppedId !== undefined) {
    return { state, events: stepEvents(slotOf(state, steppedId), Number(step), at) };
  }
  const [, brokenId, reason = ''] = /^Task (\S+) failed: (.*)$/s.exec(text) ?? [];
  return record.level === 'ERROR' && brokenId !== undefined && slotOf(state, brokenId) !== undefined
    ? unchanged({ ...state, raised: reason.slice(0, maxMessageChars) })
    : null;
}

/** The summary is printed when the last task is over. */
function readPrint(state: EvFullEvalState, text: string, at: number): Step | null {
  if (text === 'EVALUATION SUMMARY') return unchanged({ ...state, summary: { at } });
  if (state.summary === null) return null;
  const average = /^ {2}Avg score: +(\S+)$/.exec(text)?.[1];
  return average === undefined
    ? null
    : endRun(state, {
        at: state.summary.at,
        state: 'finished',
        averageScore: parseScore(average),
        message: null,
      });
}

function slotOf(state: EvFullEvalState, shortId: string): Slot | undefined {
  return state.slots.find(({ taskId }) => taskId.startsWith(shortId));
}

function endTask(state: EvFullEvalState, shortId: string, how: SlotEnd, at: number): Step | null {
  const slot = slotOf(state, shortId);
  if (slot === undefined) return null;
  const { slots, events } = freeSlot(state.slots, slot, how, at);
  return { state: { ...state, slots, raised: null }, events };
}

function withRun(state: EvFullEvalState, record: PlainRecord, at: number): Step {
  if (state.runIsOn) return unchanged(state);
  const key = datedKey(record.timestampMs);
  return {
    state: { ...state, runIsOn: true },
    events: [{ type: 'run_started', at, dialect: evFullEval.name, key }],
  };
}

function endRun(state: EvFullEvalState, how: RunEnd): Step {
  const lost = how.state === 'finished' ? loseSlots(state.slots, how.at).events : [];
  return { state: initial, events: [...lost, { type: 'run_ended', ...how }] };
}
