import type { ChalkInstance } from 'chalk';
import type { PoolView, RunOutcome } from '../../../shared/stream.ts';
import { cutText, plainText } from '../../../shared/plain-text.ts';
import { countText } from './format.ts';
import { isOn, type WatchState } from './state.ts';

const troubles: readonly RunOutcome[] = ['crashed', 'interrupted', 'stalled'];

/** A line for each run that several VMs share: the whole, and what has gone wrong with its parts. */
export function poolLines({ vms }: WatchState, width: number, paint: ChalkInstance): readonly string[] {
  const pools = new Map<string, PoolView>();
  for (const { progress } of vms.values()) {
    if (progress?.pool != null) pools.set(progress.pool.pool_id, progress.pool);
  }
  return [...pools.values()].map((pool) => {
    const wrong = troubles
      .map((state) => ({ state, count: pool.parts.filter((part) => part.state === state).length }))
      .filter(({ count }) => count > 0)
      .map(({ state, count }) => `${String(count)} ${state}`);
    const facts = [
      countText(pool.tasks_completed, pool.total_tasks),
      `${String(pool.succeeded)} passed`,
      pool.state === 'running' ? null : plainText(pool.state),
      wrong.length === 0 ? null : `of its parts ${wrong.join(', ')}`,
    ].filter((fact) => fact !== null);
    const colour = wrong.length === 0 ? paint.green : isOn(pool.state) ? paint.yellow : paint.red;
    const text = `pool of ${String(pool.workers)}  ${facts.join(' · ')}`;
    return `${colour('●')} ${cutText(text, width - 2)}`;
  });
}
