/** What banners say: title, body, urgency, and what a click opens. */
import type { RecoveredPayload } from '../../../shared/stream.ts';
import type { BannerTarget, Held, HoldReason, PolicyState, TaskTally, Trouble, Urgency } from './model.ts';
import { cutText, plainText } from '../../../shared/plain-text.ts';
import { failuresText, tallyText } from './task-tally.ts';
import { scoresText } from '../../../shared/score-text.ts';
import { formatDuration, plural, sentence } from '../../../shared/wording.ts';

export interface Banner {
  readonly title: string;
  readonly body: string;
  readonly urgency: Urgency;
  readonly target: BannerTarget;
}

/** Code points. macOS shows about 256 bytes of a body, other systems two or three lines. */
const longestTitle = 90;
const longestBody = 220;
/** So many problems are named in a summary. */
const mostNamedTroubles = 2;

const summaryTitles: Readonly<Record<HoldReason, string>> = {
  away: 'While you were away',
  quiet: 'During your quiet hours',
  paused: 'While notifications were paused',
};

/** The detail of an error stays out: it may hold addresses and keys, and a banner is seen by whoever passes by. */
export function troubleBanner({ vm, code, severity, message, hint }: Trouble): Banner {
  return banner({
    title: `${vm}: ${message}`,
    body: hint ?? '',
    urgency: urgencyOf([severity]),
    target: { kind: 'error', vm, code },
  });
}

export function recoveredBanner({ vm, code, message, lasted_seconds: seconds }: RecoveredPayload): Banner {
  return banner({
    title: `${vm}: ${message}`,
    body: `The problem lasted ${formatDuration(seconds)}.`,
    urgency: 'normal',
    target: { kind: 'error', vm, code },
  });
}

export function tasksBanner(tasks: TaskTally, finishedRuns: PolicyState['finishedRuns']): Banner {
  const runEnd = runEndText(tasks, finishedRuns);
  if (tasks.finished === 1) {
    const { title, body } = tasks.newest;
    return banner({
      title,
      body: join([sentence(body), runEnd]),
      urgency: 'normal',
      target: tasksTarget(tasks),
    });
  }
  return banner({
    title: tallyText(tasks, tasks.vm),
    body: join([failuresText(tasks), runEnd]),
    urgency: 'normal',
    target: tasksTarget(tasks),
  });
}

/** All that a silence held back. @returns null where there is nothing to say */
export function summaryBanner(
  held: Held,
  open: readonly Trouble[],
  finishedRuns: PolicyState['finishedRuns'],
): Banner | null {
  const { tasks, moments, unnamedMomentCount, overCount, cameAndWentCount } = held;
  const troubles = [...open, ...moments];
  const parts = [
    troublesText(troubles, unnamedMomentCount),
    tasks === null ? null : tasksText(tasks),
    tasks === null ? null : runEndText(tasks, finishedRuns),
    overCount === 0 ? null : `${plural(overCount, 'problem')} ${overCount === 1 ? 'is' : 'are'} over.`,
    cameAndWentCount === 0 ? null : `${plural(cameAndWentCount, 'problem')} came and went.`,
  ];
  const body = join(parts);
  if (body === '') return null;
  const vms = new Set([...troubles.map(({ vm }) => vm), ...(tasks === null ? [] : [tasks.vm])]);
  const [vm = null] = vms;
  const isOneTask = parts.filter((part) => part !== null).length === 1 && tasks !== null;
  return banner({
    title: summaryTitles[held.reason],
    body,
    urgency: urgencyOf(troubles.map(({ severity }) => severity)),
    target: isOneTask ? tasksTarget(tasks) : { kind: 'list', vm: vms.size === 1 ? vm : null },
  });
}

function banner({ title, body, urgency, target }: Banner): Banner {
  return {
    title: cutText(plainText(title), longestTitle),
    body: cutText(plainText(body), longestBody),
    urgency,
    target,
  };
}

function urgencyOf(severities: readonly Trouble['severity'][]): Urgency {
  return severities.includes('critical') ? 'critical' : 'normal';
}

function tasksTarget({ finished, vm, newest }: TaskTally): BannerTarget {
  if (finished > 1) return { kind: 'list', vm };
  return { kind: 'task', vm: newest.vm, runId: newest.runId, taskId: newest.taskId };
}

function tasksText(tasks: TaskTally): string {
  if (tasks.finished === 1) return `${tasks.newest.title}: ${sentence(tasks.newest.body)}`;
  return join([sentence(tallyText(tasks, null)), failuresText(tasks)]);
}

/** Where all tasks are of one run, and that has finished. */
function runEndText({ vm, runId }: TaskTally, finishedRuns: PolicyState['finishedRuns']): string | null {
  const run = vm === null ? undefined : finishedRuns.get(vm);
  if (run?.runId !== runId) return null;
  return `The run is finished. ${scoresText(run.scores) ?? 'No task was scored'}.`;
}

function troublesText(troubles: readonly Trouble[], unnamedCount: number): string | null {
  if (troubles.length === 0) return null;
  const named = troubles.slice(0, mostNamedTroubles).map(({ vm, message }) => sentence(`${vm}: ${message}`));
  const more = troubles.length - named.length + unnamedCount;
  return join([...named, more === 0 ? null : `And ${plural(more, 'more problem')}.`]);
}

function join(parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== '').join(' ');
}
