/** When a log may be moved, cut or edited without that something is lost that nobody could know. */
import { markedBy, takeEvents } from './invariants.ts';
import { vm } from './life.ts';
import type { World } from './world.ts';

/**
 * A log that BenchTray has never read is only what bears its name: it must know the one that is moved away. A rotation between the first
 * lines of a run makes it another run, unless the run before is still on; and one in the middle of a line needs a run that is on.
 */
export function mayCutHere(world: World): boolean {
  const { oracle, life, faults, benchmark } = world;
  const mark = faults.aside(() => life.feed.latestFollow(vm))?.mark;
  const known = mark === undefined ? null : markedBy(world, mark);
  if (known === null || known.base < benchmark.wholeFrom) return false;
  const { position, run } = oracle.newest;
  return run?.state === 'running'
    ? run.next === null
    : position === oracle.written && benchmark.isBetweenRuns;
}

/** Nothing of the log is lost when it is cut: its run is over, and the journal knows. */
export function isAllStored(world: World): boolean {
  const { benchmark } = world;
  if (!benchmark.isBetweenRuns || benchmark.current === null || !isAllReported(world)) return false;
  return world.faults.aside(() => world.life.feed.latestFollow(vm))?.run?.state === 'finished';
}

/** Every attempt that has ended is in the journal, and the run that is on is known. */
export function isAllReported(world: World): boolean {
  const { oracle, life, events, endedBefore, faults } = world;
  takeEvents(world);
  const told = events.filter(({ type }) => type === 'task_complete').length;
  const stored = faults.aside(() => life.feed.latestFollow(vm))?.run ?? null;
  return stored?.runId === oracle.newest.run?.runId && told === oracle.ended.length - endedBefore;
}
