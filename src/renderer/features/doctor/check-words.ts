/** Checks in words. Pure. */
import type { CheckState, DoctorCheck, DoctorSummary } from '../../../shared/doctor.ts';
import { plural } from '../../../shared/wording.ts';
import type { MarkedWord } from '../../ui/mark.ts';

const states: Readonly<Record<CheckState, MarkedWord>> = {
  waiting: { mark: 'pause', word: 'Waiting' },
  running: { mark: 'busy', word: 'Checking' },
  passed: { mark: 'ok', word: 'Fine' },
  warned: { mark: 'warn', word: 'Look at this' },
  failed: { mark: 'bad', word: 'Failed' },
  skipped: { mark: 'off', word: 'Skipped' },
};

/** A newer server may have states that this page does not know. */
export function stateInWords({ state }: DoctorCheck): MarkedWord {
  return (states as Readonly<Record<string, MarkedWord>>)[state] ?? { mark: 'unknown', word: state };
}

/** Whether there is something for the person in it. */
export const isNotable = ({ state }: DoctorCheck): boolean => state === 'failed' || state === 'warned';

/** "All is well: 18 checks passed.", "2 checks failed, 1 has something to look at, 15 passed." */
export function summaryText({ ok, passed, warned, failed, skipped }: DoctorSummary): string {
  if (ok && warned === 0 && skipped === 0) return `All is well: ${plural(passed, 'check')} passed.`;
  const parts = [
    ...(failed === 0 ? [] : [`${plural(failed, 'check')} failed`]),
    ...(warned === 0 ? [] : [`${String(warned)} to look at`]),
    ...(skipped === 0 ? [] : [`${String(skipped)} skipped`]),
    `${String(passed)} passed`,
  ];
  return `${ok ? 'Nothing stands in the way: ' : ''}${parts.join(', ')}.`;
}

/** 850 → "850 ms", 3200 → "3.2 s" */
export function tookText(ms: number | null): string | null {
  if (ms === null) return null;
  return ms < 1000 ? `${String(Math.round(ms))} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** The whole as plain text, for a message to somebody who may help. */
export function reportText(
  checks: readonly DoctorCheck[],
  summary: DoctorSummary | null,
  version: string | null,
): string {
  const lines = checks.map((check) => {
    const { title, vm, found, advice, command } = check;
    return [
      `[${stateInWords(check).word}] ${title}${vm === null ? '' : ` (${vm})`}${found === null ? '' : `: ${found}`}`,
      ...(isNotable(check) && advice !== null ? [`    ${advice}`] : []),
      ...(isNotable(check) && command !== null ? [`    $ ${command}`] : []),
    ].join('\n');
  });
  return [
    `BenchTray ${version ?? ''} doctor`.replace('  ', ' '),
    ...lines,
    ...(summary === null ? [] : [summaryText(summary)]),
    '',
  ].join('\n');
}
