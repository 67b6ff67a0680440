/** A run that several VMs share, in words and figures. Pure. */
import { worstSeverity } from '../../../shared/severity.ts';
import type { PoolPart, PoolView, RunOutcome } from '../../../shared/stream.ts';
import { plural } from '../../../shared/wording.ts';
import { isOn, type Link, type VmView } from '../../state/model.ts';
import type { MarkedWord } from '../../ui/mark.ts';
import { countOfTotal, runState } from '../run/run-words.ts';
import { staleness } from '../vm/vm-words.ts';

/** The pools that the newest runs of the VMs are parts of. */
export function poolsOf(vms: readonly VmView[]): readonly PoolView[] {
  const pools = new Map<string, PoolView>();
  // Each part tells the whole; one is as new as the other.
  for (const { progress } of vms) {
    if (progress?.pool != null) pools.set(progress.pool.pool_id, progress.pool);
  }
  return [...pools.values()];
}

const troubles: readonly RunOutcome[] = ['crashed', 'interrupted', 'stalled'];

/**
 * A pool is on while one part is: what has become of the others is said with it. "Running, 1 crashed"
 * @param isLost the link to BenchTray is lost
 */
export function poolState({ state, parts }: PoolView, isLost: boolean): MarkedWord {
  const { mark, word } = runState(state, isLost);
  const counts = troubles
    .map((trouble) => ({ trouble, count: parts.filter((part) => part.state === trouble).length }))
    .filter(({ trouble, count }) => count > 0 && trouble !== state)
    .map(({ trouble, count }) => `${String(count)} ${trouble}`);
  const isInTrouble = counts.length > 0 && mark === 'run';
  return { mark: isInTrouble ? 'warn' : mark, word: [word, ...counts].join(', ') };
}

/** A part as its line says it. */
export interface PartLine {
  readonly part: PoolPart;
  /** Whether its VM is watched still. */
  readonly isWatched: boolean;
  readonly count: string;
  readonly state: MarkedWord;
  /** What is wrong on its VM, "1 error"; null where nothing is. */
  readonly trouble: MarkedWord | null;
}

export function partLines(
  pool: PoolView,
  vms: readonly VmView[],
  link: Link,
  clockOffsetMs: number,
): readonly PartLine[] {
  return pool.parts.map((part) => {
    const vm = vms.find(({ name }) => name === part.vm);
    const isOld = vm === undefined ? link.kind !== 'open' : staleness(vm, link, clockOffsetMs) !== null;
    return {
      part,
      isWatched: vm !== undefined,
      count: countOfTotal(part.tasks_completed, part.total_tasks),
      state: runState(part.state, isOld && isOn(part)),
      trouble: vm === undefined ? null : troubleOf(vm),
    };
  });
}

function troubleOf({ problems }: VmView): MarkedWord | null {
  const worst = worstSeverity(problems);
  if (worst === null) return null;
  return { mark: worst === 'critical' ? 'bad' : 'warn', word: plural(problems.length, 'error') };
}
