/** Errors in words and in order. Pure. */
import { severityAmong } from '../../../shared/severity.ts';
import { ageText, parseTime, timeText } from '../../format/format.ts';
import { isMoment } from '../../state/apply.ts';
import { timelineHash } from '../../state/hash.ts';
import { isOn, type ShownError, type VmView } from '../../state/model.ts';
import type { MarkedWord } from '../../ui/mark.ts';

export function severityInWords(severity: ShownError['severity']): MarkedWord {
  return severity === 'critical' ? { mark: 'bad', word: 'Critical' } : { mark: 'warn', word: 'Warning' };
}

/** Returns how bad a problem is beside the others of its VM. @param problems of any VMs */
export function severityOf(problem: ShownError, problems: readonly ShownError[]): ShownError['severity'] {
  return severityAmong(
    problem,
    problems.filter(({ vm }) => vm === problem.vm),
  );
}

/** The worst first, and then the newest. @param problems of any VMs */
export function worstFirst(problems: readonly ShownError[]): readonly ShownError[] {
  const isCritical = (problem: ShownError): number => Number(severityOf(problem, problems) === 'critical');
  return problems.toSorted((a, b) => isCritical(b) - isCritical(a) || b.began_at.localeCompare(a.began_at));
}

/** "since 14:03:22, for 5 min", or of a thing that happened once "at 14:03:22, 5 min ago". */
export function sinceText(problem: ShownError, serverNowMs: number): string {
  const beganAtMs = parseTime(problem.began_at);
  if (beganAtMs === null) return 'since an unknown time';
  const time = timeText(beganAtMs, serverNowMs);
  const age = ageText(serverNowMs - beganAtMs);
  return isMoment(problem) ? `at ${time}, ${age} ago` : `since ${time}, for ${age}`;
}

/** Returns where the timeline of the run shows a problem; null: no run is on that it came into. */
export function timelineOf({ vm, began_at }: ShownError, vms: readonly VmView[]): string | null {
  const progress = vms.find(({ name }) => name === vm)?.progress ?? null;
  return progress !== null && isOn(progress) ? timelineHash(progress.run_id, began_at) : null;
}
