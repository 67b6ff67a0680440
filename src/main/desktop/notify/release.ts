/** What has waited long enough is shown: finished tasks that share a banner, and what a silence held back. */
import { summaryBanner, tasksBanner, troubleBanner, type Banner } from './banners.ts';
import { holding, settleMs, showing, silently, type Reaction } from './hearing.ts';
import type { Held, NotificationSettings, PolicyState, TaskTally, Trouble } from './model.ts';
import { isOnScreen, silenceOf } from './silence.ts';
import { addTallies } from './task-tally.ts';
import { withTroubles } from './troubles.ts';

/** At most two banners: one summary, one for the tasks. */
export function release(state: PolicyState, settings: NotificationSettings, nowMs: number): Reaction {
  const silence = silenceOf(state, settings, nowMs);
  if (silence !== null) {
    if (state.batch === null) return silently(state);
    const { tasks: waiting } = state.batch;
    const hold = { reason: silence.reason, settledAtMs: state.held?.settledAtMs ?? 0 };
    const held = holding(state, hold, ({ tasks }) => ({ tasks: addTallies(tasks, waiting) }));
    return silently({ ...held, batch: null });
  }
  const summary = releaseHeld(state, settings, nowMs);
  const tasks = releaseBatch(summary.state, settings, nowMs);
  return { state: tasks.state, actions: [...summary.actions, ...tasks.actions] };
}

/** When `release` has to be called again, epoch milliseconds; null: not before something else happens. */
export function nextReleaseMs(
  state: PolicyState,
  settings: NotificationSettings,
  nowMs: number,
): number | null {
  const silence = silenceOf(state, settings, nowMs);
  if (silence !== null) return silence.untilMs;
  const times = [state.held?.settledAtMs, state.batch?.dueAtMs].filter((time) => time !== undefined);
  return times.length === 0 ? null : Math.min(...times);
}

function releaseHeld(state: PolicyState, settings: NotificationSettings, nowMs: number): Reaction {
  const { held } = state;
  if (held === null || isAhead(held.settledAtMs, nowMs, settleMs)) return silently(state);

  const isWorthTelling = ({ vm }: Pick<Trouble, 'vm'>) =>
    settings.errors && !isOnScreen(state.view, vm, null);
  const open = [...state.troubles.values()].filter(
    (trouble) => trouble.told.kind === 'held' && isWorthTelling(trouble),
  );
  const told: Held = {
    ...held,
    tasks: settings.taskComplete === 'none' ? null : unseen(state, held.tasks),
    moments: held.moments.filter(isWorthTelling),
    ...(settings.errors ? {} : { unnamedMomentCount: 0, overCount: 0, cameAndWentCount: 0 }),
  };
  const released = { ...state, held: null };
  const banner = releaseBanner(told, open, state.finishedRuns);
  const shown = banner && showing(released, 'summary', banner);
  // A banner that says more than what is wrong now is not withdrawn when that is over.
  const isWithdrawable = shown !== null && told.moments.length === 0 && !isAboutMore(told);
  const after = withTroubles(shown?.state ?? released, (trouble) => {
    if (trouble.told.kind !== 'held') return trouble;
    if (!isWorthTelling(trouble)) return { ...trouble, told: { kind: 'passed-over' } };
    return { ...trouble, told: isWithdrawable ? { kind: 'banner', key: shown.key } : { kind: 'known' } };
  });
  return { state: after, actions: shown?.actions ?? [] };
}

/** One trouble alone has the words that it would have had at once. */
function releaseBanner(
  told: Held,
  open: readonly Trouble[],
  finishedRuns: PolicyState['finishedRuns'],
): Banner | null {
  const troubles = [...open, ...told.moments];
  const [only] = troubles;
  return only !== undefined && troubles.length === 1 && !isAboutMore(told)
    ? troubleBanner(only)
    : summaryBanner(told, open, finishedRuns);
}

/** Whether there is anything else to tell than which troubles there are. */
function isAboutMore({ tasks, unnamedMomentCount, overCount, cameAndWentCount }: Held): boolean {
  return tasks !== null || unnamedMomentCount + overCount + cameAndWentCount > 0;
}

function releaseBatch(state: PolicyState, settings: NotificationSettings, nowMs: number): Reaction {
  const { batch } = state;
  if (batch === null || isAhead(batch.dueAtMs, nowMs, settings.batchSeconds * 1000)) return silently(state);
  const released = { ...state, batch: null };
  const tasks = settings.taskComplete === 'none' ? null : unseen(state, batch.tasks);
  return tasks === null
    ? silently(released)
    : showing(released, 'tasks', tasksBanner(tasks, state.finishedRuns));
}

/** A time that lies further ahead than it can have been set comes from a clock that was set back: it is due. */
function isAhead(timeMs: number, nowMs: number, mostMs: number): boolean {
  return nowMs < timeMs && timeMs - nowMs <= mostMs;
}

function unseen(state: PolicyState, tasks: TaskTally | null): TaskTally | null {
  if (tasks === null) return null;
  const taskId = tasks.finished === 1 ? tasks.newest.taskId : null;
  return isOnScreen(state.view, tasks.vm, taskId) ? null : tasks;
}
