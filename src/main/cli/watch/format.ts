import type { ChalkInstance } from 'chalk';
import { scoresText } from '../../../shared/score-text.ts';
import {
  openErrorsIn,
  type ErrorPayload,
  type ProgressPayload,
  type StatusPayload,
  type TaskCompletePayload,
  type VmsPayload,
} from '../../../shared/stream.ts';
import type { StreamMessage } from '../../engine/client/index.ts';
import { plainText } from '../../../shared/plain-text.ts';
import { formatClock, plural } from '../../../shared/wording.ts';
import { isOn, problemsOf, type WatchState } from './state.ts';

/** How much is done: "4/30 13 %", or "4 tasks" while the total is unknown. */
export function doneText(done: number, total: number): string {
  if (total === 0) return plural(done, 'task');
  return `${String(done)}/${String(total)} ${String(Math.floor(shareOf(done, total) * 100))} %`;
}

/** 0..1, and 0 while the total is unknown. */
export function shareOf(done: number, total: number): number {
  return total === 0 ? 0 : Math.min(1, done / total);
}

/** Local time of day. */
export function timeText(nowMs: number): string {
  return new Date(nowMs).toTimeString().slice(0, 8);
}

/** "02:14" today, "28 Jan 02:14" on any other day, "28 Jan 2025" in another year; local time. */
export function momentText(time: string, nowMs: number): string {
  const at = new Date(time);
  const now = new Date(nowMs);
  const clock = at.toTimeString().slice(0, 5);
  if (at.toDateString() === now.toDateString()) return clock;
  const day = `${String(at.getDate())} ${at.toLocaleString('en-GB', { month: 'short' })}`;
  return at.getFullYear() === now.getFullYear() ? `${day} ${clock}` : `${day} ${String(at.getFullYear())}`;
}

/** A VM in words: "ready", "oobe (Windows is up), probe: Not responding", "unknown: the key file /x does not exist, as of 02:14". */
export function statusText(status: StatusPayload, nowMs: number): string {
  const { connected, phase, waa_ready: ready, probe, detail, as_of: asOf } = status;
  // "ready" says it all.
  if (phase === 'ready') return phase;
  const details = plainText(detail.text);
  const isSaid = details.toLowerCase().startsWith(phase);
  const text =
    details === ''
      ? phase
      : isSaid
        ? details.replace(/^./, (first) => first.toLowerCase())
        : `${phase} (${details})`;
  if (ready) return text;
  if (connected) return `${text}, probe: ${plainText(probe.status)}`;
  return `${text}, ${typeof asOf === 'string' ? `last heard ${momentText(asOf, nowMs)}` : 'not connected'}`;
}

export function taskText(task: TaskCompletePayload, paint: ChalkInstance): string {
  const name = plainText(task.domain === null ? task.task_id : `${task.domain}/${task.task_id}`);
  const verdict = verdictWord(task);
  const mark = task.success ? paint.green('✓') : paint.red('✗');
  const details = [
    task.score === null ? null : `score ${String(task.score)}`,
    plural(task.steps, 'step'),
    task.duration_seconds === null ? null : formatClock(task.duration_seconds, true),
    task.attempt > 1 ? `attempt ${String(task.attempt)}` : null,
    task.catch_up ? 'earlier' : null,
  ].filter((detail) => detail !== null);
  return `${mark} ${name} ${verdict} (${details.join(', ')})`;
}

/** The words of the results table on the page. */
function verdictWord({ outcome, success }: TaskCompletePayload): string {
  if (outcome === 'scored') return success ? 'passed' : 'failed';
  return outcome === 'exception' ? 'error' : outcome;
}

/** The lines that a message is worth in a plain listing, given what was known before it. Repeated snapshots are worth none. */
export function messageLines(
  before: WatchState,
  message: StreamMessage,
  nowMs: number,
  paint: ChalkInstance,
): readonly string[] {
  const line = (vm: string, text: string) => `${timeText(nowMs)} ${plainText(vm)}: ${text}`;
  switch (message.event) {
    case 'connected':
      return message.data.gap === true ? [`${timeText(nowMs)} some earlier events are gone`] : [];
    case 'vms':
      return vmsLines(before, message.data, nowMs);
    case 'status': {
      const { vm } = message.data;
      const known = before.vms.get(vm)?.status;
      const text = statusText(message.data, nowMs);
      const codes = new Set(problemsOf(before, vm).map(({ code }) => code));
      // Errors from before this client connected have no event of their own.
      const news = (openErrorsIn(message.data) ?? []).filter(({ code }) => !codes.has(code));
      return [
        ...(known && statusText(known, nowMs) === text ? [] : [line(vm, text)]),
        ...news.map((problem) => line(vm, problemText(problem, paint))),
      ];
    }
    case 'progress': {
      const { data } = message;
      const known = before.vms.get(data.vm)?.progress ?? null;
      if (isRunNews(known, data)) return [line(data.vm, runText(data))];
      if (!isOn(data.state) || data.current_task === null || known?.current_task === data.current_task)
        return [];
      return [line(data.vm, `task ${plainText(data.current_task)}`)];
    }
    case 'task_complete':
      return [line(message.data.vm, taskText(message.data, paint))];
    case 'problem': {
      return [line(message.data.vm, problemText(message.data, paint))];
    }
    case 'recovered':
      return [line(message.data.vm, paint.green(`✓ ${plainText(message.data.message)}`))];
  }
}

function vmsLines(before: WatchState, { vms }: VmsPayload, nowMs: number): readonly string[] {
  const names = vms.map(({ name }) => name);
  const gone = [...before.vms.keys()].filter((name) => !names.includes(name));
  return [
    ...gone.map((name) => `${timeText(nowMs)} ${plainText(name)}: no longer watched`),
    ...(names.length === 0 && before.vmNames?.length !== 0 ? [`${timeText(nowMs)} no VM is configured`] : []),
  ];
}

/** A run started, resumed or ended. */
export function isRunNews(known: ProgressPayload | null, data: ProgressPayload): boolean {
  return known?.run_id !== data.run_id || known.state !== data.state;
}

/** "run r-1 finished, 12/12 tasks · Mean score 43.2 % (n = 11) · Pass rate 36.4 % (4 of 11)" */
function runText(run: ProgressPayload): string {
  const count = `${String(run.tasks_completed)}/${run.total_tasks === 0 ? '?' : String(run.total_tasks)}`;
  const scores = scoresText(run);
  return `run ${plainText(run.run_id)} ${run.state}, ${count} tasks${scores === null ? '' : ` · ${scores}`}`;
}

function problemText({ severity, message, hint }: ErrorPayload, paint: ChalkInstance): string {
  const colour = severity === 'critical' ? paint.red : paint.yellow;
  return colour(`! ${plainText(message)}${hint === null ? '' : ` ${plainText(hint)}`}`);
}
