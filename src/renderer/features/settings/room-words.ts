/** Words for the room of the kept files, and for the files that a smaller bound removes. Pure. */
import type { KeptRoom, RemovalView } from '../../../shared/settings.ts';
import { plural } from '../../../shared/wording.ts';
import { bytesText, momentText, parseTime } from '../../format/format.ts';

type Kinds = KeptRoom['kinds'];

/** In the order in which they are removed. */
export const kindNames: readonly { readonly kind: keyof Kinds; readonly name: string }[] = [
  { kind: 'screenshots', name: 'Screenshots' },
  { kind: 'logs', name: 'Logs' },
  { kind: 'texts', name: 'Trajectories and other texts' },
];

export function keptBytes(kinds: Kinds): number {
  return kindNames.reduce((sum, { kind }) => sum + kinds[kind].bytes, 0);
}

/** Returns "Saving this removes about 800 MB: screenshots of 5 runs, logs of 2 runs. The newest of them started 3 Nov, 14:03 (vm-a)." */
export function removalText({ kinds, newest }: RemovalView, nowMs: number): string {
  const parts = kindNames
    .filter(({ kind }) => kinds[kind].bytes > 0)
    .map(({ kind, name }) => `${name.toLowerCase()} of ${plural(kinds[kind].runs, 'run')}`);
  if (parts.length === 0) return 'Saving this removes nothing yet: the logs of runs that are on stay.';
  const startedMs = parseTime(newest?.started_at ?? null);
  const until =
    newest === null || startedMs === null
      ? ''
      : ` The newest of them started ${momentText(startedMs, nowMs)} (${newest.vm}).`;
  return `Saving this removes about ${bytesText(keptBytes(kinds))}: ${parts.join(', ')}.${until}`;
}
