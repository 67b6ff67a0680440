/** The live part of the terminal, never higher or wider than the terminal itself. */
import type { ChalkInstance } from 'chalk';
import { badnessOf } from '../../../shared/badness.ts';
import { perHourText } from '../../../shared/cost-text.ts';
import { plainText } from '../../../shared/plain-text.ts';
import { plural } from '../../../shared/wording.ts';
import { compactLines, compactWord } from './compact-lines.ts';
import { timeText } from './format.ts';
import { poolLines } from './pool-lines.ts';
import type { WatchedVm, WatchState } from './state.ts';
import { vmLines } from './vm-lines.ts';
import { fitText } from '../width.ts';

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export interface NamedVm extends WatchedVm {
  readonly name: string;
  /** The connection to BenchTray is lost, so everything here may be old. */
  readonly isLost: boolean;
}

const mostPools = 3;

/** Draws each VM in full where all of them fit, else one line for each, the worst first, and says how many more there are. */
export function renderView(
  state: WatchState,
  nowMs: number,
  { columns, rows }: TerminalSize,
  paint: ChalkInstance,
): string {
  const isLost = state.connection.kind === 'lost';
  const vms = Array.from(state.vms, ([name, vm]): NamedVm => ({ name: plainText(name), ...vm, isLost }));
  const head = [
    ...connectionLines(state).map((line) => paint.yellow(fitText(line, columns))),
    ...poolLines(state, columns, mostPools, paint),
    ...costLines(vms).map((line) => fitText(line, columns)),
  ];
  // The cursor takes one line below.
  const room = Math.max(1, rows - 1 - head.length);
  const full = vms.flatMap((vm) => vmLines(vm, nowMs, columns, paint));
  const lines = full.length <= room ? full : someLines(vms, room, nowMs, columns, paint);
  return [...head, ...lines].join('\n');
}

function someLines(
  vms: readonly NamedVm[],
  room: number,
  nowMs: number,
  columns: number,
  paint: ChalkInstance,
): readonly string[] {
  const sorted = vms.toSorted((a, b) => badnessOf(b) - badnessOf(a));
  const shown = sorted.length <= room ? sorted : sorted.slice(0, room - 1);
  const hidden = sorted.slice(shown.length);
  const lines = compactLines(shown, nowMs, columns, paint);
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
