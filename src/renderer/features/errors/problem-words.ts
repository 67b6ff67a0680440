/** Errors in words and in order. Pure. */
import { severityAmong } from '../../../shared/severity.ts';
import { ageText, parseTime, timeText } from '../../format/format.ts';
import { isMoment } from '../../state/apply.ts';
import type { ShownError } from '../../state/model.ts';
import type { MarkedWord } from '../../ui/mark.ts';

export function severityInWords(severity: ShownError['severity']): MarkedWord {
  return severity === 'critical' ? { mark: 'bad', word: 'Critical' } : { mark: 'warn', word: 'Warning' };
}

/** The worst first, and then the newest. */
export function worstFirst(problems: readonly ShownError[]): readonly ShownError[] {
  return problems.toSorted(
    (a, b) =>
      Number(severityAmong(b, problems) === 'critical') - Number(severityAmong(a, problems) === 'critical') ||
      b.began_at.localeCompare(a.began_at),
  );
}

/** "since 14:03:22, for 5 min", or of a thing that happened once "at 14:03:22, 5 min ago". */
export function sinceText(problem: ShownError, serverNowMs: number): string {
  const beganAtMs = parseTime(problem.began_at);
  if (beganAtMs === null) return 'since an unknown time';
  const time = timeText(beganAtMs, serverNowMs);
  const age = ageText(serverNowMs - beganAtMs);
  return isMoment(problem) ? `at ${time}, ${age} ago` : `since ${time}, for ${age}`;
}
