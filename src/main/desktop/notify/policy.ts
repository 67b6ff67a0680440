/** What is worth a notification. Pure: the time is passed in, and what to do is handed back. */
import type { StreamEvent, TaskCompletePayload } from '../../../shared/stream.ts';
import { hearingOf, holding, silently, type Hearing, type Reaction } from './hearing.ts';
import type { NotificationSettings, PolicyInput, PolicyState, PolicyStep } from './model.ts';
import { nextReleaseMs, release } from './release.ts';
import { afterLink, afterTime, afterWake, isOnScreen } from './silence.ts';
import { addTallies, isWanted, tallyOf } from './task-tally.ts';
import { afterBannerGone, afterError, afterGap, afterRecovered } from './troubles.ts';

export const initialPolicyState: PolicyState = {
  nextKey: 1,
  replaysLeft: 0,
  newestId: null,
  linkUp: false,
  view: null,
  pause: { kind: 'off' },
  power: { kind: 'awake' },
  troubles: new Map(),
  finishedRuns: new Map(),
  batch: null,
  held: null,
};

/**
 * What follows from one input. An error is shown at once, and once until it has recovered; its banner is withdrawn then.
 * Tasks that finish within `batchSeconds` share a banner. What was missed, replayed, or held back by quiet hours, a pause or
 * a sleep is told in one banner afterwards.
 */
export function policyStep(
  state: PolicyState,
  input: PolicyInput,
  settings: NotificationSettings,
  nowMs: number,
): PolicyStep {
  const heard = afterInput(afterTime(state, nowMs), input, settings, nowMs);
  const released = release(heard.state, settings, nowMs);
  return {
    state: released.state,
    actions: [...heard.actions, ...released.actions],
    wakeAtMs: nextReleaseMs(released.state, settings, nowMs),
  };
}

function afterInput(
  state: PolicyState,
  input: PolicyInput,
  settings: NotificationSettings,
  nowMs: number,
): Reaction {
  switch (input.kind) {
    case 'stream':
      return afterEvent(state, input.event, input.id, settings, nowMs);
    case 'tick':
      return silently(state);
    case 'focus':
      return silently({ ...state, view: input.view });
    case 'pause':
      return silently(afterTime({ ...state, pause: input.pause }, nowMs));
    case 'sleep':
      return silently({ ...state, power: { kind: 'asleep' } });
    case 'wake':
      return silently(afterWake(state, nowMs));
    case 'link':
      return silently(afterLink(state, input.up, nowMs));
    case 'clicked':
    case 'closed':
      return silently(afterBannerGone(state, input.key, { kind: 'known' }));
    case 'failed':
      return silently(afterBannerGone(state, input.key, { kind: 'passed-over' }));
  }
}

function afterEvent(
  state: PolicyState,
  event: StreamEvent,
  id: string | null,
  settings: NotificationSettings,
  nowMs: number,
): Reaction {
  switch (event.type) {
    case 'connected': {
      const up = afterLink({ ...state, replaysLeft: event.data.replayed }, true, nowMs);
      return silently(event.data.gap === true ? afterGap(up) : up);
    }
    case 'vms':
    case 'status':
      return silently(state);
    case 'progress': {
      const { vm, run_id: runId, state: outcome } = event.data;
      const finishedRuns = new Map(state.finishedRuns);
      if (outcome === 'finished') finishedRuns.set(vm, { runId, scores: event.data });
      else finishedRuns.delete(vm);
      return silently({ ...state, finishedRuns });
    }
    case 'task_complete':
    case 'error':
    case 'recovered': {
      const counted = { ...state, replaysLeft: Math.max(0, state.replaysLeft - 1) };
      if (id !== null && isOld(id, state.newestId)) return silently(counted);
      const heard = { ...counted, newestId: id ?? state.newestId };
      const isPast = state.replaysLeft > 0 || (event.type === 'task_complete' && event.data.catch_up);
      const hearing = hearingOf(heard, settings, nowMs, isPast);
      if (event.type === 'task_complete') return silently(afterTask(heard, event.data, hearing));
      return event.type === 'error'
        ? afterError(heard, event.data, hearing)
        : afterRecovered(heard, event.data, hearing);
    }
  }
}

function afterTask(
  state: PolicyState,
  task: TaskCompletePayload,
  { settings, nowMs, hold }: Hearing,
): PolicyState {
  if (!isWanted(task, settings.taskComplete) || isOnScreen(state.view, task.vm, task.task_id)) return state;
  const tally = tallyOf(task);
  if (hold !== null) return holding(state, hold, ({ tasks }) => ({ tasks: addTallies(tasks, tally) }));
  return {
    ...state,
    batch: {
      tasks: addTallies(state.batch?.tasks ?? null, tally),
      dueAtMs: state.batch?.dueAtMs ?? nowMs + settings.batchSeconds * 1000,
    },
  };
}

/** Ids are `<journal>-<number>`, and the numbers of one journal only grow: what is not newer has been heard. */
function isOld(id: string, newestId: string | null): boolean {
  if (newestId === null) return false;
  const [journal, number] = splitId(id);
  const [newestJournal, newestNumber] = splitId(newestId);
  return journal === newestJournal && number <= newestNumber;
}

function splitId(id: string): readonly [journal: string, number: number] {
  const dash = id.lastIndexOf('-');
  return [id.slice(0, dash), Number(id.slice(dash + 1))];
}
