/** What tooltip and menu have in common: a VM in words. */
import { cutText, plainText } from '../../../shared/plain-text.ts';
import { perHourText } from '../../../shared/cost-text.ts';
import { meanScoreText } from '../../../shared/score-text.ts';
import { isPaused } from '../notify/index.ts';
import type { ProgressPayload, StatusPayload } from '../../../shared/stream.ts';
import { isRunOn, isStale, isTooOld, type VmSight } from './health.ts';
import type { TrayPicture } from './model.ts';

const longestVmName = 30;

/** "5/12 · Mean score 80.0 % (n = 5)" */
export function countsText(run: ProgressPayload): string {
  const { tasks_completed: completed, total_tasks: total } = run;
  return [total === 0 ? `${completed} done` : `${completed}/${total}`, meanScoreText(run)]
    .filter((part) => part !== null)
    .join(' · ');
}

/** @param describePhase what to call the machine's state when there is no run to tell of */
export function vmText(
  { name, status, run, health }: VmSight,
  nowMs: number,
  describePhase: (status: NonNullable<VmSight['status']>) => string,
): string {
  const counts = run === undefined ? null : countsText(run);
  const told = `${cutText(plainText(name), longestVmName)}: `;
  if (status === undefined) return `${told}${counts ?? 'nothing known yet'}`;
  if (!status.connected) {
    const asOf = run?.as_of ?? status.as_of;
    const when = asOf === null ? 'when last seen' : `as of ${timeOfDayText(Date.parse(asOf))}`;
    return `${told}${describePhase(status)}${counts === null ? '' : ` (${counts}, ${when})`}`;
  }
  if (isStale(status, nowMs) && status.checked_at !== null)
    return `${told}not looked at since ${timeOfDayText(Date.parse(status.checked_at))}`;
  if (run === undefined || counts === null || (!isRunOn(run) && health === 'booting'))
    return `${told}${describePhase(status)}`;
  return `${told}${run.state === 'running' ? '' : `run ${run.state}, `}${counts}`;
}

/** The phase in one word, with the reason where nothing else is known: "Unknown: the key file /x does not exist". */
export function phaseText({ phase, detail }: StatusPayload): string {
  return phase === 'unknown' && detail.text.startsWith('Unknown: ') ? plainText(detail.text) : phase;
}

/** "All VMs: $1.13 per hour + 1 VM unknown (was $0.23)"; null where no price is known. */
export function costText(sights: readonly VmSight[]): string | null {
  const text = perHourText(sights.flatMap(({ status }) => (status === undefined ? [] : [status])));
  if (text === null) return null;
  return sights.length === 1 ? `Cost: ${text}` : `All VMs: ${text}`;
}

/** Null while all is well between us and the stream. */
export function linkText({ link }: TrayPicture): string | null {
  switch (link.kind) {
    case 'connecting':
      return 'Connecting…';
    case 'lost':
      return `No news since ${timeOfDayText(link.sinceMs)}, reconnecting`;
    case 'up':
      return null;
  }
}

/** Returns what to show in place of VMs, most important first; nothing while the stream is not up. */
export function noVmTexts(picture: TrayPicture, nowMs: number): readonly string[] {
  const { link, vmNames, server } = picture;
  if (link.kind !== 'up') return [];
  if (isTooOld(picture, nowMs)) {
    return [
      `The attached BenchTray is too old (version ${plainText(server?.version ?? 'unknown')})`,
      'Update it, or stop it and restart this app',
    ];
  }
  return [vmNames?.length === 0 ? 'No VM configured' : 'No VM seen yet'];
}

export function pauseText({ pause }: TrayPicture, nowMs: number): string | null {
  if (!isPaused(pause, nowMs)) return null;
  const until = pause.kind === 'until' ? ` until ${timeOfDayText(pause.untilMs)}` : '';
  return `Notifications paused${until}`;
}

/** Local time of day, "14:05". */
function timeOfDayText(epochMs: number): string {
  const time = new Date(epochMs);
  return [time.getHours(), time.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':');
}
