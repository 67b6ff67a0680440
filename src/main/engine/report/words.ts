/** Figures, times and results as a report shows them. */
import type { RunOutcome } from '../../../shared/stream-words.ts';
import { dash, formatDuration } from '../../../shared/wording.ts';
import { html, type Markup } from './html.ts';
import type { ReportRun, ReportTask } from './input.ts';

/** The most characters that a report shows of a text. */
export const limits = { name: 160, id: 200, instruction: 400, message: 600, place: 300, hint: 120 };

const dayAndTime = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});
const shortTime = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});
const zoneName = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'long' });

/** Epoch milliseconds of an ISO 8601 time; null where there is none, or it is none. */
export function parseTime(text: string | null): number | null {
  const ms = text === null ? NaN : Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}

/** "28 Jan 2026, 22:55", in the time zone of this machine. */
export function momentText(atMs: number): string {
  return dayAndTime.format(atMs);
}

/** Returns a time with its exact form behind it: "28 Jan, 22:55". A dash if it is not known. */
export function timeMarkup(atMs: number | null): Markup {
  if (atMs === null) return html`${dash}`;
  const iso = new Date(atMs).toISOString();
  return html`<time datetime="${iso}" title="${iso}">${shortTime.format(atMs)}</time>`;
}

/** "Central European Standard Time" */
export function zoneText(atMs: number): string {
  return zoneName.formatToParts(atMs).find(({ type }) => type === 'timeZoneName')?.value ?? 'UTC';
}

/** "5 h 12 min"; so far, if the run is on. A dash if its start is not known. */
export function lengthText(run: Pick<ReportRun, 'state' | 'started_at' | 'ended_at'>, nowMs: number): string {
  const from = parseTime(run.started_at);
  const to = parseTime(run.ended_at) ?? (isOn(run) ? nowMs : null);
  return from === null || to === null ? dash : formatDuration((to - from) / 1000);
}

/** Returns whether a run goes on. One that is stalled may go on any moment. */
export const isOn = ({ state }: { readonly state: RunOutcome }): boolean =>
  state === 'running' || state === 'stalled';

const stateWords: Readonly<Record<RunOutcome, string>> = {
  running: 'Running',
  finished: 'Finished',
  crashed: 'Crashed',
  interrupted: 'Interrupted',
  stalled: 'Stalled',
};

export const stateWord = (state: RunOutcome): string => stateWords[state];

/** "navi · gpt-4o on waa-eval-vm" */
export function titleText({ agent, model, vm }: Pick<ReportRun, 'agent' | 'model' | 'vm'>): string {
  const who = [agent, model].filter((name) => name !== null).join(' · ');
  return who === '' ? `Run on ${vm}` : `${who} on ${vm}`;
}

/** Returns what a person calls a task: its instruction, else its id. */
export function taskText({ instruction, task_id: id }: Pick<ReportTask, 'instruction' | 'task_id'>): string {
  return instruction === null || instruction.trim() === '' ? id : instruction;
}

export const isFilled = <Value>(value: Value | null): value is Value => value !== null;
