/** One VM alone: its open errors with what to do about them, its run, and how the run fares in each domain. */
import type { ChalkInstance } from 'chalk';
import { perHourText } from '../../../shared/cost-text.ts';
import { maskSecrets } from '../../../shared/mask-secrets.ts';
import { plainText } from '../../../shared/plain-text.ts';
import { percentText } from '../../../shared/score-text.ts';
import type { DomainTally, ErrorPayload } from '../../../shared/stream.ts';
import { dash } from '../../../shared/wording.ts';
import { tableLines, type Column } from '../table.ts';
import { fitText, wrapText } from '../width.ts';
import { doneText, momentText } from './format.ts';
import { headLine, progressLines } from './vm-lines.ts';
import type { NamedVm } from './state.ts';

const indent = '  ';

/** Returns at most `room` lines, none wider than `columns`. */
export function vmPage(
  vm: NamedVm,
  nowMs: number,
  { columns, room }: { readonly columns: number; readonly room: number },
  paint: ChalkInstance,
): readonly string[] {
  const width = columns - indent.length;
  const lines = [
    headLine(vm, nowMs, columns, paint),
    ...placeLines(vm).map((line) => indent + fitText(line, width)),
    ...vm.problems
      .flatMap((problem) => problemLines(problem, nowMs, width, paint))
      .map((line) => indent + line),
    ...progressLines(vm, nowMs, columns, paint),
    ...domainLines(vm, width, paint).map((line) => indent + line),
  ];
  if (lines.length <= room) return lines;
  return [
    ...lines.slice(0, room - 1),
    paint.dim(fitText(`${indent}… ${String(lines.length - room + 1)} more lines`, columns)),
  ];
}

function placeLines({ status }: NamedVm): readonly string[] {
  if (status === null) return [];
  const { vnc_url: vnc } = status.probe;
  const perHour = perHourText([status]);
  return [
    ...(vnc === null ? [] : [`Screen: ${plainText(vnc)}`]),
    ...(perHour === null ? [] : [`Cost: ${perHour}`]),
  ];
}

function problemLines(
  { severity, message, hint, began_at: beganAt }: ErrorPayload,
  nowMs: number,
  width: number,
  paint: ChalkInstance,
): readonly string[] {
  const colour = severity === 'critical' ? paint.red : paint.yellow;
  const text = `! ${plainText(maskSecrets(message))} (since ${momentText(beganAt, nowMs)})`;
  const advice = hint === null ? [] : wrapText(plainText(maskSecrets(hint)), width - 2);
  return [...wrapText(text, width).map((line) => colour(line)), ...advice.map((line) => `  ${line}`)];
}

function domainLines({ progress }: NamedVm, width: number, paint: ChalkInstance): readonly string[] {
  const domains = progress?.domains ?? [];
  return domains.length < 2 ? [] : tableLines(domains, domainColumns, width, paint.dim);
}

const domainColumns: readonly Column<DomainTally>[] = [
  { title: 'Domain', text: ({ domain }) => domain ?? dash, cut: { at: 'end', least: 8 } },
  { title: 'Tasks', text: ({ tasks_completed: done, total_tasks: total }) => doneText(done, total) },
  { title: 'Mean score', text: ({ mean_score: mean }) => percentText(mean), isNumber: true },
  { title: 'Pass rate', text: ({ pass_rate: rate }) => percentText(rate), isNumber: true, leaves: 1 },
  { title: 'n', text: ({ tasks_scored: scored }) => String(scored), isNumber: true, leaves: 2 },
];
