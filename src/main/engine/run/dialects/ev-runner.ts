/**
 * The log of openadapt-evals' own runner (`benchmarks/runner.py`), which plays tasks from outside of the VM, one after
 * the other or in parallel. Its steps carry no task id: with more than one task on, they are nobody's.
 */
import type { ReadContext, RunEvent } from '../model.ts';
import type { PlainRecord } from '../record.ts';
import { andThen, datedKey, unchanged, type Dialect, type DialectStep } from './dialect.ts';
import { parseEvRunnerLine, type EvRunnerLine } from './ev-runner-lines.ts';
import { freeSlot, loseSlots, occupySlot, stepEvents, type Slot } from './slots.ts';

interface EvRunnerState {
  readonly runIsOn: boolean;
  readonly slots: readonly Slot[];
  /** Tasks of this run that are over: in parallel, another line repeats it. */
  readonly ended: readonly string[];
}

type Step = DialectStep<EvRunnerState>;

/** More than any list of tasks has. */
const mostEnded = 1000;
const initial: EvRunnerState = { runIsOn: false, slots: [], ended: [] };

export const evRunner: Dialect<EvRunnerState> = {
  name: 'ev_runner',
  kinds: ['plain'],
  initial,
  read(state, record, context) {
    if (record.kind !== 'plain') return null;
    const line = parseEvRunnerLine(record.level, record.message);
    return line === null ? null : readLine(state, line, record, context);
  },
  close: unchanged,
};

function readLine(
  state: EvRunnerState,
  line: EvRunnerLine,
  record: PlainRecord,
  context: ReadContext,
): Step | null {
  const at = record.timestampMs + context.clockOffsetMs;
  switch (line.says) {
    case 'begin':
      return andThen(withRun(initial, record, at), (now) => ({
        state: now,
        events: [{ type: 'run_planned', at, totalTasks: line.total, tasks: null }],
      }));
    case 'task':
      return andThen(withRun(state, record, at), (now) => announceTask(now, line, at));
    case 'reset': {
      const { taskId } = line;
      if (state.slots.some((slot) => slot.taskId === taskId)) return null;
      return andThen(withRun(state, record, at), (now) => startTask(now, taskId, at));
    }
    case 'step': {
      const { slots } = state;
      return slots.length === 1 ? { state, events: stepEvents(slots[0], line.step, at) } : null;
    }
    case 'ended':
      return endTask(state, line, record, at);
    case 'complete':
      return state.runIsOn ? endRun(state, at) : null;
  }
}

/** `Task 3/10: x`: what was before it is over. */
function announceTask(state: EvRunnerState, line: Extract<EvRunnerLine, { says: 'task' }>, at: number): Step {
  const { slots, events } = loseSlots(state.slots, at);
  const planned: RunEvent = {
    type: 'run_planned',
    at,
    totalTasks: line.total,
    tasks: null,
    completedTasks: line.number - 1,
  };
  return andThen({ state: { ...state, slots }, events: [...events, planned] }, (now) =>
    startTask(now, line.taskId, at),
  );
}

function startTask(state: EvRunnerState, taskId: string, at: number | null): Step {
  const { slots, events } = occupySlot(state.slots, { domain: null, taskId }, at);
  return { state: { ...state, slots, ended: state.ended.filter((id) => id !== taskId) }, events };
}

function endTask(
  state: EvRunnerState,
  line: Extract<EvRunnerLine, { says: 'ended' }>,
  record: PlainRecord,
  at: number,
): Step | null {
  const { taskId, outcome, score, verdict, message } = line;
  if (state.ended.includes(taskId)) return null;
  const isOn = state.slots.some((slot) => slot.taskId === taskId);
  // The start of the task was not to be seen: the log was cut there.
  const begun = isOn
    ? unchanged(state)
    : andThen(withRun(state, record, at), (now) => startTask(now, taskId, null));
  return andThen(begun, (now) => {
    const slot = now.slots.find((one) => one.taskId === taskId);
    if (slot === undefined) return unchanged(now);
    const { slots, events } = freeSlot(now.slots, slot, { outcome, score, verdict, message }, at);
    return { state: { ...now, slots, ended: [...now.ended, taskId].slice(-mostEnded) }, events };
  });
}

function withRun(state: EvRunnerState, record: PlainRecord, at: number): Step {
  if (state.runIsOn) return unchanged(state);
  const key = datedKey(record.timestampMs);
  return {
    state: { ...state, runIsOn: true },
    events: [{ type: 'run_started', at, dialect: evRunner.name, key }],
  };
}

function endRun(state: EvRunnerState, at: number): Step {
  const lost = loseSlots(state.slots, at);
  return {
    state: initial,
    events: [...lost.events, { type: 'run_ended', at, state: 'finished', averageScore: null, message: null }],
  };
}
