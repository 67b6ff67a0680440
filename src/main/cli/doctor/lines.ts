/** What the doctor says of one check, as lines of text. Marks come with words: colours and signs are not for everybody. */
import type { ChalkInstance } from 'chalk';
import type { DoctorCheck, DoctorSummary } from '../../../shared/doctor.ts';

const marks = {
  passed: '✓ passed ',
  warned: '! warned ',
  failed: '✗ FAILED ',
  skipped: '– skipped',
} as const;
const indent = '            ';
const leastColumns = 60;

/** @param columns of the terminal; null: lines are as long as they are */
export function checkLines(check: DoctorCheck, columns: number | null, paint: ChalkInstance): string[] {
  const { state, title, found, why, advice, command } = check;
  if (state === 'waiting' || state === 'running') return [];
  const colour = { passed: paint.green, warned: paint.yellow, failed: paint.red, skipped: paint.dim }[state];
  const [first = '', ...rest] = wrapped(`${title}: ${found ?? ''}`, columns);
  const isBad = state === 'failed' || state === 'warned';
  return [
    `${colour(marks[state])}   ${first}`,
    ...rest.map((line) => indent + line),
    ...(isBad ? wrapped(`Why it matters: ${why}`, columns).map((line) => indent + paint.dim(line)) : []),
    ...(advice === null ? [] : wrapped(advice, columns).map((line) => indent + line)),
    // As a whole, to be copied.
    ...(command === null ? [] : [`${indent}  ${paint.bold(command)}`]),
  ];
}

/** Returns the outcome of all checks in one line. Warnings alone are no failure, but something to look at. */
export function summaryLine(
  { passed, warned, failed, skipped }: DoctorSummary,
  paint: ChalkInstance,
): string {
  const counts = `${passed} passed, ${warned} warned, ${failed} failed, ${skipped} skipped`;
  if (failed > 0) return `${paint.red('Something is wrong')}: ${counts}.`;
  return warned > 0
    ? `${paint.yellow('Nothing failed, but there are warnings')}: ${counts}.`
    : `${paint.green('Nothing is wrong')}: ${counts}.`;
}

/** What is looked at now, in one line. */
export function runningLine(checks: readonly DoctorCheck[], paint: ChalkInstance): string {
  const now = checks
    .filter(({ state }) => state === 'running')
    .map(({ title, vm }) => (vm === null ? title : `${title} of ${vm}`));
  return now.length === 0 ? '' : paint.dim(`… looking at: ${now.join(', ')}`);
}

function wrapped(text: string, columns: number | null): string[] {
  if (columns === null) return [text];
  const room = Math.max(leastColumns, columns) - indent.length;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
