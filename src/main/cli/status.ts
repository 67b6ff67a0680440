/** `benchtray status`: one line for each VM and its run. */
import type { ChalkInstance } from 'chalk';
import { maskSecrets } from '../../shared/mask-secrets.ts';
import { scoresText } from '../../shared/score-text.ts';
import { severityAmong } from '../../shared/severity.ts';
import type { StatusAnswer } from '../engine/server/index.ts';
import { withHistory, type HistoryOptions } from './history/source.ts';
import { paintFor, say, sayJson, type CliIo } from './io.ts';
import { printLines, tableLines, terminalColumns, type Column } from './table.ts';
import { doneText, momentText } from './watch/format.ts';
import { markOf } from './watch/marks.ts';
import { isOn, type NamedVm } from './watch/state.ts';
import { compactWord } from './watch/compact-lines.ts';
import { timeFacts } from './watch/vm-lines.ts';

type VmPicture = StatusAnswer['vms'][number];

/** A VM as it is shown, and its newest run. */
interface StatusRow {
  readonly vm: NamedVm;
  readonly run: VmPicture['run'];
}

/** Shows every VM. Gives the exit code: 0 where nothing is open, 1 where an error is, or the journal cannot be written. */
export async function runStatus(options: HistoryOptions, io: CliIo): Promise<number> {
  return withHistory(options, io, async (source) => {
    const answer = await source.status();
    if (options.json === true) sayJson(io, answer);
    else {
      const paint = paintFor(io.env, io.stdout);
      printLines(io, statusLines(answer, Date.now(), terminalColumns(io.stdout), paint));
      for (const line of statusNotes(answer)) say(io.stderr, line);
    }
    return isOpen(answer) ? 1 : 0;
  });
}

/** Whether a person is needed: an error has not recovered, or the journal cannot be written. */
export function isOpen({ vms, journal }: StatusAnswer): boolean {
  return !journal.ok || vms.some(({ open_errors: errors }) => errors.length > 0);
}

/** Returns notes to print below the VMs. */
function statusNotes({ vms, journal }: StatusAnswer): readonly string[] {
  return [
    ...(vms.length === 0 ? ['No VM is configured.'] : []),
    ...(journal.ok ? [] : [`The journal cannot be written: ${journal.error ?? 'no reason is known'}.`]),
  ];
}

/** Returns a line for each VM, in the order of the configuration. */
export function statusLines(
  answer: StatusAnswer,
  nowMs: number,
  columns: number | null,
  paint: ChalkInstance,
): readonly string[] {
  const rows = answer.vms.map((vm) => rowOf(vm, answer));
  return tableLines(rows, statusColumns(nowMs, paint), columns);
}

function rowOf(
  { name, status, progress, run, open_errors: problems }: VmPicture,
  answer: StatusAnswer,
): StatusRow {
  const asOfMs = Date.parse(answer.as_of);
  return { vm: { name, status, progress, problems, progressAtMs: asOfMs, isLost: false }, run };
}

function statusColumns(nowMs: number, paint: ChalkInstance): readonly Column<StatusRow>[] {
  return [
    {
      title: '',
      // The mark replaces the first character, which is as wide.
      text: ({ vm }) => `# ${vm.name}`,
      paint: (text, { vm }) => markOf(vm, paint) + text.slice(1),
      cut: { at: 'middle', least: 14 },
    },
    { title: '', text: ({ vm }) => compactWord(vm) },
    { title: '', text: countText, leaves: 1 },
    { title: '', text: (row) => restText(row, nowMs), cut: { at: 'end', least: 24 } },
  ];
}

function countText({ vm: { progress }, run }: StatusRow): string {
  const counts = progress ?? run;
  return counts === null ? '' : doneText(counts.tasks_completed, counts.total_tasks);
}

/** Returns the worst open error of the VM. Without one: what the run is at, and its score. */
function restText(row: StatusRow, nowMs: number): string {
  return problemText(row, nowMs) ?? runFacts(row, nowMs).join(' · ');
}

function problemText({ vm: { problems } }: StatusRow, nowMs: number): string | null {
  const worst = problems.find((problem) => severityAmong(problem, problems) === 'critical') ?? problems[0];
  if (worst === undefined) return null;
  const more = problems.length - 1;
  const since = `since ${momentText(worst.began_at, nowMs)}${more === 0 ? '' : `, and ${String(more)} more`}`;
  return `${maskSecrets(worst.message)} (${since})`;
}

function runFacts({ vm, run }: StatusRow, nowMs: number): readonly string[] {
  const { status, progress } = vm;
  const heardAt = status?.as_of ?? null;
  const heard = heardAt === null ? [] : [`last heard ${momentText(heardAt, nowMs)}`];
  const figures = progress ?? run;
  if (figures === null) return heard;
  const scores = scoresText(figures);
  const facts = scores === null ? [] : [scores];
  if (progress !== null && isOn(progress.state)) return [...heard, ...onFacts(vm, progress, nowMs), ...facts];
  const endedAt = run?.ended_at ?? null;
  return [...heard, ...(endedAt === null ? [] : [`ended ${momentText(endedAt, nowMs)}`]), ...facts];
}

/** The task that is on, and the time that is left. */
function onFacts(vm: NamedVm, progress: NonNullable<NamedVm['progress']>, nowMs: number): readonly string[] {
  const { current_task: task, current_step: step, max_steps: maxSteps, domain } = progress;
  const left = progress.as_of === null ? timeFacts(vm, progress, nowMs).slice(1) : [];
  if (task === null) return left;
  const name = domain === null ? task : `${domain}/${task}`;
  return [...left, `${name}, step ${String(step)}${maxSteps === null ? '' : `/${String(maxSteps)}`}`];
}
