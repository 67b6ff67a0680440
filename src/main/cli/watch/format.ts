import type { ChalkInstance } from 'chalk';
import type { StatusPayload, TaskCompletePayload } from '../../../shared/stream.ts';
import type { StreamMessage } from '../../client/index.ts';
import { plainText } from '../../../shared/plain-text.ts';
import { isOn, type WatchState } from './state.ts';

/** 3725 → "1:02:05" */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  return `${String(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

/** How much is done: "4/30 13%", or "4 tasks" while the total is unknown. */
export function countText(done: number, total: number): string {
  if (total === 0) return `${String(done)} tasks`;
  return `${String(done)}/${String(total)} ${String(Math.floor(shareOf(done, total) * 100))}%`;
}

/** 0..1, and 0 while the total is unknown. */
export function shareOf(done: number, total: number): number {
  return total === 0 ? 0 : Math.min(1, done / total);
}

/** Local time of day. */
export function timeText(nowMs: number): string {
  return new Date(nowMs).toTimeString().slice(0, 8);
}

export function statusText({ connected, phase, waa_ready: ready, probe, detail }: StatusPayload): string {
  // "ready" says it all.
  if (phase === 'ready') return phase;
  const details = plainText(detail.text);
  const text = `${phase}${details === '' ? '' : ` (${details})`}`;
  if (ready) return text;
  return connected ? `${text}, probe: ${plainText(probe.status)}` : `${text}, not connected`;
}

export function taskText(task: TaskCompletePayload, paint: ChalkInstance): string {
  const name = plainText(task.domain === null ? task.task_id : `${task.domain}/${task.task_id}`);
  const verdict = task.outcome === 'scored' ? (task.success ? 'passed' : 'failed') : task.outcome;
  const mark = task.success ? paint.green('✓') : paint.red('✗');
  const details = [
    task.score === null ? null : `score ${String(task.score)}`,
    `${String(task.steps)} steps`,
    task.duration_seconds === null ? null : durationText(task.duration_seconds),
    task.attempt > 1 ? `attempt ${String(task.attempt)}` : null,
    task.catch_up ? 'before' : null,
  ].filter((detail) => detail !== null);
  return `${mark} ${name} ${verdict} (${details.join(', ')})`;
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
    case 'status': {
      const known = before.vms.get(message.data.vm)?.status;
      const text = statusText(message.data);
      return known && statusText(known) === text ? [] : [line(message.data.vm, text)];
    }
    case 'progress': {
      const { data } = message;
      const known = before.vms.get(data.vm)?.progress;
      if (known?.run_id !== data.run_id || known.state !== data.state) {
        const count = `${String(data.tasks_completed)}/${data.total_tasks === 0 ? '?' : String(data.total_tasks)}`;
        return [
          line(
            data.vm,
            `run ${plainText(data.run_id)} ${data.state}, ${count} tasks, ${String(data.succeeded)} passed`,
          ),
        ];
      }
      if (!isOn(data.state) || data.current_task === null || known.current_task === data.current_task)
        return [];
      return [line(data.vm, `task ${plainText(data.current_task)}`)];
    }
    case 'task_complete':
      return [line(message.data.vm, taskText(message.data, paint))];
    case 'problem': {
      const { vm, severity, message: text, hint } = message.data;
      const colour = severity === 'critical' ? paint.red : paint.yellow;
      return [line(vm, colour(`! ${plainText(text)}${hint === null ? '' : ` ${plainText(hint)}`}`))];
    }
    case 'recovered':
      return [line(message.data.vm, paint.green(`✓ ${plainText(message.data.message)}`))];
  }
}
