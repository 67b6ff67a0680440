/**
 * The output of openadapt-evals' `scripts/run_dc_eval.py`: prints without a time, which call the runner of
 * openadapt-evals for one task after the other, each without a demonstration (ZS), with one (DC), or both. Its `OK`
 * means no more than that the runner came to an end; what the task came to is in the runner's lines between.
 */
import type { ReadContext, RunEvent } from '../model.ts';
import { isFreeText, type PlainRecord } from '../record.ts';
import { andThen, offsetKey, type Dialect, type DialectStep } from './dialect.ts';
import { parseEvRunnerLine } from './ev-runner-lines.ts';
import { freeSlot, loseSlots, occupySlot, stepEvents, type Slot, type SlotEnd } from './slots.ts';

interface EvDcEvalState {
  readonly runIsOn: boolean;
  /** The task that is on: one at a time. Its domain is the condition. */
  readonly slots: readonly Slot[];
  /** What the runner said of the task that is on. */
  readonly told: SlotEnd | null;
}

type Step = DialectStep<EvDcEvalState>;
type RunEnd = Omit<Extract<RunEvent, { type: 'run_ended' }>, 'type'>;

/** Where and when a line stands; prints behind a record of the runner happened not long after it. */
interface Place {
  readonly offset: number;
  readonly at: number | null;
}

const initial: EvDcEvalState = { runIsOn: false, slots: [], told: null };

export const evDcEval: Dialect<EvDcEvalState> = {
  name: 'ev_dc_eval',
  kinds: ['plain', 'continuation', 'bare'],
  initial,
  read(state, record, context) {
    if (record.kind === 'plain') return state.runIsOn ? readRunner(state, record, context) : null;
    if (record.kind === 'bare') return readPrint(state, record.text, { offset: record.offset, at: null });
    if (record.kind !== 'continuation' || record.of.kind !== 'plain' || isFreeText(record.of)) return null;
    const at = record.of.timestampMs + context.clockOffsetMs;
    return readPrint(state, record.text, { offset: record.offset, at });
  },
  // The runner says of each single task that an evaluation begins, and that it is complete.
  claims: (state, record) => state.runIsOn && record.kind === 'plain',
  close: (state) => (state.told === null ? { state, events: [] } : endTask(state, state.told, null)),
};

function readPrint(state: EvDcEvalState, text: string, place: Place): Step | null {
  switch (text[0]) {
    case 'E':
      return readHead(state, text, place);
    case '[':
      return readTask(state, text, place);
    case ' ':
      return state.runIsOn ? readOutcome(state, text, place) : null;
    default:
      return null;
  }
}

/** `Eval: 12 runs (6 tasks) with api-claude-cu`, `EVAL SUMMARY (api-claude-cu)`, `ERROR: Cannot reach WAA server …` */
function readHead(state: EvDcEvalState, text: string, place: Place): Step | null {
  const [, total, agent] = /^Eval: (\d{1,6}) runs \(\d+ tasks\) with (\S+)$/.exec(text) ?? [];
  if (total !== undefined && agent !== undefined) {
    return andThen(withRun(initial, place), (now) => ({
      state: now,
      events: [
        { type: 'run_arguments', at: place.at, arguments: { agent } },
        { type: 'run_planned', at: place.at, totalTasks: Number(total), tasks: null },
      ],
    }));
  }
  if (!state.runIsOn) return null;
  if (/^EVAL SUMMARY \(.*\)$/.test(text)) {
    return endRun(state, { at: place.at, state: 'finished', averageScore: null, message: null });
  }
  return text.startsWith('ERROR: Cannot reach WAA server')
    ? endRun(state, { at: place.at, state: 'crashed', averageScore: null, message: text })
    : null;
}

/** `[3/12] ZS: 0e763496-…`; `[1/12] Skipping val_zs_04d9aeaf` where an earlier run has come that far. */
function readTask(state: EvDcEvalState, text: string, place: Place): Step | null {
  const [, number, total, condition, taskId] =
    /^\[(\d{1,6})\/(\d{1,6})\] (?:(ZS|DC): (\S+)|Skipping \S+)$/.exec(text) ?? [];
  if (number === undefined || total === undefined) return null;
  const closed = closeTask(state, place.at);
  const completedTasks = taskId === undefined ? Number(number) : Number(number) - 1;
  const planned: RunEvent = {
    type: 'run_planned',
    at: place.at,
    totalTasks: Number(total),
    tasks: null,
    completedTasks,
  };
  const known = andThen(
    andThen(closed, (now) => withRun(now, place)),
    (now) => ({ state: now, events: [planned] }),
  );
  return taskId === undefined || condition === undefined
    ? known
    : andThen(known, (now) => startTask(now, condition, taskId, place.at));
}

/** `  -> OK (412s)`, `  -> FAIL (rc=1) (300s)`, `  Skipping val_dc_0e763496 - WAA unreachable after recovery` */
function readOutcome(state: EvDcEvalState, text: string, { at }: Place): Step | null {
  const [, ok, reason] = /^ {2}-> (?:(OK)|(FAIL \(rc=-?\d+\))) \(\d+s\)$/.exec(text) ?? [];
  if (ok !== undefined || reason !== undefined) {
    const untold: SlotEnd =
      ok === undefined
        ? { outcome: 'exception', score: null, verdict: null, message: reason ?? null }
        : { outcome: 'scored', score: null, verdict: null, message: null };
    return endTask(state, state.told ?? untold, at);
  }
  const [, condition, shortId, why] = /^ {2}Skipping val_(zs|dc)_(\S+) - (.*)$/.exec(text) ?? [];
  if (condition === undefined || shortId === undefined) return null;
  const message = why ?? null;
  return andThen(
    andThen(closeTask(state, at), (now) => startTask(now, condition.toUpperCase(), shortId, at)),
    (now) => endTask(now, { outcome: 'exception', score: null, verdict: null, message }, at),
  );
}

/** Its steps and its result belong to the task that is on. */
function readRunner(state: EvDcEvalState, record: PlainRecord, context: ReadContext): Step | null {
  const line = parseEvRunnerLine(record.level, record.message);
  const [slot] = state.slots;
  if (line === null || slot === undefined) return null;
  if (line.says === 'step') {
    return { state, events: stepEvents(slot, line.step, record.timestampMs + context.clockOffsetMs) };
  }
  if (line.says !== 'ended' || line.taskId !== slot.taskId) return null;
  const { outcome, score, verdict, message } = line;
  return { state: { ...state, told: { outcome, score, verdict, message } }, events: [] };
}

function startTask(state: EvDcEvalState, condition: string, taskId: string, at: number | null): Step {
  const { slots, events } = occupySlot(state.slots, { domain: condition, taskId }, at);
  return { state: { ...state, slots, told: null }, events };
}

function endTask(state: EvDcEvalState, how: SlotEnd, at: number | null): Step {
  const [slot] = state.slots;
  if (slot === undefined) return { state: { ...state, told: null }, events: [] };
  const { slots, events } = freeSlot(state.slots, slot, how, at);
  return { state: { ...state, slots, told: null }, events };
}

/** The task before is over, whatever the log holds of its end. */
function closeTask(state: EvDcEvalState, at: number | null): Step {
  if (state.told !== null) return endTask(state, state.told, at);
  const { slots, events } = loseSlots(state.slots, at);
  return { state: { ...state, slots }, events };
}

function withRun(state: EvDcEvalState, { offset, at }: Place): Step {
  if (state.runIsOn) return { state, events: [] };
  return {
    state: { ...state, runIsOn: true },
    events: [{ type: 'run_started', at, dialect: evDcEval.name, key: offsetKey(offset) }],
  };
}

function endRun(state: EvDcEvalState, how: RunEnd): Step {
  const closed = closeTask(state, how.at);
  return { state: initial, events: [...closed.events, { type: 'run_ended', ...how }] };
}
