import type { ChalkInstance } from 'chalk';
import { countText, durationText, shareOf, statusText } from './format.ts';
import { plainText, cutText } from '../../../shared/plain-text.ts';
import { poolLines } from './pool-lines.ts';
import { isOn, type WatchedVm, type WatchState } from './state.ts';

const widestBar = 30;

/** The live part of the terminal: a line per pool, two to four lines per VM, none longer than `width` characters. */
export function renderView(state: WatchState, nowMs: number, width: number, paint: ChalkInstance): string {
  const lines: string[] = [];
  const { connection } = state;
  if (connection.kind === 'lost')
    lines.push(paint.yellow(cutText(`Not connected: ${plainText(connection.reason)}`, width)));
  if (connection.kind === 'connecting') lines.push(cutText('Connecting…', width));
  if (connection.kind === 'open' && state.vms.size === 0)
    lines.push(cutText('Connected. No VM has been seen yet.', width));
  lines.push(...poolLines(state, width, paint));
  for (const [name, vm] of state.vms) lines.push(...vmLines(name, vm, nowMs, width, paint));
  return lines.join('\n');
}

function vmLines(
  name: string,
  vm: WatchedVm,
  nowMs: number,
  width: number,
  paint: ChalkInstance,
): readonly string[] {
  const { status } = vm;
  const text = cutText(
    `${plainText(name)}  ${status === null ? 'nothing known yet' : statusText(status)}`,
    width - 2,
  );
  const colour =
    status?.waa_ready === true ? paint.green : status?.connected === true ? paint.yellow : paint.red;
  return [`${colour('●')} ${text}`, ...progressLines(vm, nowMs, width, paint)];
}

function progressLines(
  { progress, progressAtMs }: WatchedVm,
  nowMs: number,
  width: number,
  paint: ChalkInstance,
): readonly string[] {
  if (progress === null) return [];
  const on = isOn(progress.state);
  const sinceSeconds = on ? Math.max(0, (nowMs - progressAtMs) / 1000) : 0;
  const { tasks_completed: done, total_tasks: total, eta_seconds: eta } = progress;
  const share = shareOf(done, total);
  const facts = [
    countText(done, total),
    `${String(progress.succeeded)} passed`,
    durationText(progress.elapsed_seconds + sinceSeconds),
    on && eta !== null ? `${durationText(eta - sinceSeconds)} left` : null,
    progress.state === 'running' ? null : progress.state,
  ].filter((fact) => fact !== null);
  const barWidth = Math.min(widestBar, Math.max(0, width - 40));
  const filled = Math.round(share * barWidth);
  const bar =
    barWidth === 0 ? '' : `${paint.green('█'.repeat(filled))}${paint.dim('░'.repeat(barWidth - filled))} `;
  const factsWidth = width - 2 - (barWidth === 0 ? 0 : barWidth + 1);
  const lines = [`  ${bar}${cutText(facts.join(' · '), factsWidth)}`];
  if (on && progress.current_task !== null) lines.push(cutText(`  ${taskLine(progress)}`, width));
  return lines;
}

function taskLine({
  domain,
  current_task: task,
  current_step: step,
  max_steps: maxSteps,
  instruction,
}: NonNullable<WatchedVm['progress']>): string {
  const name = plainText(domain === null ? task : `${domain}/${String(task)}`);
  const steps = `step ${String(step)}${maxSteps === null ? '' : `/${String(maxSteps)}`}`;
  return `${name}, ${steps}${instruction === null ? '' : `: ${plainText(instruction)}`}`;
}
