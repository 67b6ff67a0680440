import type { ChalkInstance } from 'chalk';
import type { PoolView, RunOutcome } from '../../../shared/stream.ts';
import { plainText } from '../../../shared/plain-text.ts';
import { scoresText } from '../../../shared/score-text.ts';
import { doneText } from './format.ts';
import { isOn, type WatchState } from './state.ts';
import { fitText } from '../width.ts';

const troubles: readonly RunOutcome[] = ['crashed', 'interrupted', 'stalled'];

/** A line for each run that several VMs share: the whole, and what has gone wrong with its parts. */
export function poolLines(
  { vms }: WatchState,
  columns: number,
  most: number,
  paint: ChalkInstance,
): readonly string[] {
  const pools = new Map<string, PoolView>();
  for (const { progress } of vms.values()) {
    if (progress?.pool != null) pools.set(progress.pool.pool_id, progress.pool);
  }
  const lines = [...pools.values()].map((pool) => {
    const wrong = troubles
      .map((state) => ({ state, count: pool.parts.filter((part) => part.state === state).length }))
      .filter(({ count }) => count > 0)
      .map(({ state, count }) => `${String(count)} ${state}`);
    const facts = [
      doneText(pool.tasks_completed, pool.total_tasks),
      scoresText(pool),
      pool.state === 'running' ? null : plainText(pool.state),
      wrong.length === 0 ? null : `of its parts ${wrong.join(', ')}`,
    ].filter((fact) => fact !== null);
    const colour = wrong.length === 0 ? paint.green : isOn(pool.state) ? paint.yellow : paint.red;
    const text = `pool of ${String(pool.workers)}  ${facts.join(' · ')}`;
    return `${colour('●')} ${fitText(text, columns - 2)}`;
  });
  if (lines.length <= most) return lines;
  return [
    ...lines.slice(0, most - 1),
    fitText(`… and ${String(lines.length - most + 1)} more pools`, columns),
  ];
}
