/** One VM in full: its state, its open errors and its run. */
import type { ChalkInstance } from 'chalk';
import { plainText } from '../../../shared/plain-text.ts';
import { scoresText } from '../../../shared/score-text.ts';
import type { ProgressPayload } from '../../../shared/stream.ts';
import { doneText, momentText, shareOf, statusText } from './format.ts';
import { markOf } from './marks.ts';
import { isOn, type NamedVm } from './state.ts';
import { fitText } from '../width.ts';
import { formatClock } from '../../../shared/wording.ts';

const widestBar = 30;
const mostProblems = 2;

/** Returns two to seven lines, none wider than `columns`. */
export function vmLines(
  vm: NamedVm,
  nowMs: number,
  columns: number,
  paint: ChalkInstance,
): readonly string[] {
  return [
    headLine(vm, nowMs, columns, paint),
    ...problemLines(vm, columns, paint),
    ...progressLines(vm, nowMs, columns, paint),
  ];
}

/** "● waa  ready" */
export function headLine(vm: NamedVm, nowMs: number, columns: number, paint: ChalkInstance): string {
  const { name, status, isLost } = vm;
  const known = status === null ? 'nothing known yet' : statusText(status, nowMs);
  const head = `${name}  ${isLost && status !== null ? `last known: ${known}` : known}`;
  return `${markOf(vm, paint)} ${fitText(head, columns - 2)}`;
}

function problemLines({ problems }: NamedVm, columns: number, paint: ChalkInstance): readonly string[] {
  const shown = problems.slice(0, mostProblems).map(({ severity, message }) => {
    const colour = severity === 'critical' ? paint.red : paint.yellow;
    return colour(fitText(`  ! ${plainText(message)}`, columns));
  });
  const more = problems.length - shown.length;
  return more === 0 ? shown : [...shown, `  ! and ${String(more)} more`];
}

/** The run: how far it is, its scores, its task. Empty without a run. */
export function progressLines(
  vm: NamedVm,
  nowMs: number,
  columns: number,
  paint: ChalkInstance,
): readonly string[] {
  const { progress } = vm;
  if (progress === null) return [];
  const { tasks_completed: done, total_tasks: total, current_task: task } = progress;
  const facts = [doneText(done, total), ...timeFacts(vm, progress, nowMs)];
  if (progress.state !== 'running') facts.push(progress.state);
  const barWidth = Math.min(widestBar, Math.max(0, columns - 44));
  const filled = Math.round(shareOf(done, total) * barWidth);
  const bar =
    barWidth === 0 ? '' : `${paint.green('█'.repeat(filled))}${paint.dim('░'.repeat(barWidth - filled))} `;
  const factsWidth = columns - 2 - (barWidth === 0 ? 0 : barWidth + 1);
  const scores = scoresText(progress);
  return [
    `  ${bar}${fitText(facts.join(' · '), factsWidth)}`,
    ...(scores === null ? [] : [fitText(`  ${scores}`, columns)]),
    ...(isOn(progress.state) && task !== null ? [fitText(`  ${taskLine(progress, task)}`, columns)] : []),
  ];
}

/** Elapsed time and time left. They stand still, and say so, while nothing is heard. */
export function timeFacts(
  { isLost, progressAtMs }: Pick<NamedVm, 'isLost' | 'progressAtMs'>,
  progress: ProgressPayload,
  nowMs: number,
): string[] {
  const { as_of: asOf, eta_seconds: eta, elapsed_seconds: elapsed } = progress;
  const isLive = isOn(progress.state) && !isLost && typeof asOf !== 'string';
  if (!isLive) {
    const time = formatClock(elapsed, true);
    return typeof asOf === 'string' ? [time, `as of ${momentText(asOf, nowMs)}`] : [time];
  }
  const sinceSeconds = Math.max(0, (nowMs - progressAtMs) / 1000);
  return [
    formatClock(elapsed + sinceSeconds, true),
    ...(eta === null ? [] : [`${formatClock(eta - sinceSeconds, true)} left`]),
  ];
}

function taskLine(
  { domain, current_step: step, max_steps: maxSteps, instruction }: ProgressPayload,
  task: string,
): string {
  const name = plainText(domain === null ? task : `${domain}/${task}`);
  const steps = `step ${String(step)}${maxSteps === null ? '' : `/${String(maxSteps)}`}`;
  return `${name}, ${steps}${instruction === null ? '' : `: ${plainText(instruction)}`}`;
}
