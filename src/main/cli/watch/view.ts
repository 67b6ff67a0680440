/** The live part of the terminal, never higher or wider than the terminal itself. */
import type { ChalkInstance } from 'chalk';
import { badnessOf } from '../../../shared/badness.ts';
import { perHourText } from '../../../shared/cost-text.ts';
import { plainText } from '../../../shared/plain-text.ts';
import { plural } from '../../../shared/wording.ts';
import { compactLines, compactWord } from './compact-lines.ts';
import { timeText } from './format.ts';
import { chosenIn, keyHelp, noChoice, type Choice } from './choice.ts';
import { poolLines } from './pool-lines.ts';
import type { NamedVm, WatchState } from './state.ts';
import { vmLines } from './vm-lines.ts';
import { vmPage } from './vm-page.ts';
import { fitText, padText } from '../width.ts';

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

const mostPools = 3;

const footer = 'q quit · ↑↓ choose · enter details · ? keys';

/** Returns the VMs, the worst first. */
export function namedVms({ vms, connection }: WatchState): readonly NamedVm[] {
  const isLost = connection.kind === 'lost';
  return Array.from(vms, ([name, vm]): NamedVm => ({ name: plainText(name), ...vm, isLost })).toSorted(
    (a, b) => badnessOf(b) - badnessOf(a),
  );
}

/**
 * Draws each VM in full where all of them fit, else one line for each, the worst first, and says how many more there are.
 * @param choice what a person chose by keys; null: there are no keys
 */
export function renderView(
  state: WatchState,
  nowMs: number,
  { columns, rows }: TerminalSize,
  paint: ChalkInstance,
  choice: Choice | null = null,
): string {
  const vms = namedVms(state);
  const head = [
    ...connectionLines(state).map((line) => paint.yellow(fitText(line, columns))),
    ...poolLines(state, columns, mostPools, paint),
    ...costLines(vms).map((line) => fitText(line, columns)),
  ];
  const foot = choice === null ? [] : [paint.dim(fitText(footer, columns))];
  // The cursor takes one line below.
  const room = Math.max(1, rows - 1 - head.length - foot.length);
  return [...head, ...bodyLines(vms, choice ?? noChoice, nowMs, { columns, room }, paint), ...foot].join(
    '\n',
  );
}

interface Room {
  readonly columns: number;
  readonly room: number;
}

function bodyLines(
  vms: readonly NamedVm[],
  choice: Choice,
  nowMs: number,
  { columns, room }: Room,
  paint: ChalkInstance,
): readonly string[] {
  if (choice.page === 'keys') return keyLines(columns).slice(0, room);
  const names = vms.map(({ name }) => name);
  const chosen = chosenIn(choice, names);
  const vm = vms.find(({ name }) => name === chosen);
  if (vm !== undefined && choice.page === 'vm') return vmPage(vm, nowMs, { columns, room }, paint);
  const full = vms.flatMap((one) => vmLines(one, nowMs, columns, paint));
  if (full.length <= room && chosen === null) return full;
  return someLines(vms, chosen, nowMs, { columns, room }, paint);
}

function keyLines(columns: number): readonly string[] {
  return keyHelp.map(([keys, what]) => fitText(`${padText(keys, 5)}  ${what}`, columns));
}

/** Where not all VMs fit, the one that the cursor is on is among those that are shown. */
function someLines(
  vms: readonly NamedVm[],
  chosen: string | null,
  nowMs: number,
  { columns, room }: Room,
  paint: ChalkInstance,
): readonly string[] {
  const most = vms.length <= room ? vms.length : room - 1;
  const cursor = vms.findIndex(({ name }) => name === chosen);
  const first = Math.max(0, Math.min(vms.length - most, cursor - most + 1));
  const shown = vms.slice(first, first + most);
  const hidden = vms.filter((vm) => !shown.includes(vm));
  const lines = compactLines(shown, nowMs, columns, paint, chosen);
  return hidden.length === 0 ? lines : [...lines, fitText(moreText(hidden), columns)];
}

/** "… and 4 more VMs: 3 running, 1 ready" */
function moreText(hidden: readonly NamedVm[]): string {
  const counts = new Map<string, number>();
  for (const vm of hidden) counts.set(compactWord(vm), (counts.get(compactWord(vm)) ?? 0) + 1);
  const words = Array.from(counts, ([word, count]) => `${String(count)} ${word}`);
  return `… and ${plural(hidden.length, 'more VM')}: ${words.join(', ')}`;
}

function connectionLines({ connection, heardAtMs, vmNames, vms }: WatchState): readonly string[] {
  switch (connection.kind) {
    case 'connecting':
      return ['Connecting…'];
    case 'open':
      if (vmNames?.length === 0) return ['Connected. No VM is configured.'];
      return vms.size === 0 ? ['Connected. No VM has been seen yet.'] : [];
    case 'lost': {
      const reason = plainText(connection.reason);
      if (heardAtMs === null) return [`Not connected: ${reason}`];
      return [
        // The times come first: a narrow terminal cuts the end.
        `As of ${timeText(heardAtMs)}. Trying to reconnect.`,
        `Connection lost at ${timeText(connection.sinceMs)}: ${reason}`,
      ];
    }
  }
}

function costLines(vms: readonly NamedVm[]): readonly string[] {
  const text = perHourText(vms.flatMap(({ status }) => (status === null ? [] : [status])));
  if (text === null) return [];
  return [vms.length === 1 ? `Cost: ${text}` : `All VMs: ${text}`];
}
