/** When a log may be moved, cut or edited without that something is lost that nobody could know. */
import { positionOf } from './benchmark.ts';
import { markedBy, takeEvents } from './invariants.ts';
import { vm } from './life.ts';
import type { World } from './world.ts';

/**
 * Returns whether the log may be rotated now. BenchTray must know it: a log that was never read is only what bears its name. Behind a run
 * that is over, BenchTray takes a new file for another log and reads its first line by itself. A rotation must not come there between the
 * first lines of the next run (they are written within milliseconds) or in the middle of a line.
 */
export function mayCutHere(world: World): boolean {
  const { oracle, life, faults, benchmark } = world;
  const mark = faults.aside(() => life.feed.latestFollow(vm))?.mark;
  const known = mark === undefined ? null : markedBy(world, mark);
  if (known === null || known.base < benchmark.wholeFrom) return false;
  const { position, run } = oracle.newest;
  if (run === null || run.state === 'running') return true;
  return position === oracle.written && benchmark.isBetweenRuns;
}

/** Nothing of the log is lost when it is cut: its run is over, and the journal knows. */
export function isAllStored(world: World): boolean {
  const { benchmark } = world;
  if (!benchmark.isBetweenRuns || benchmark.current === null || !isAllReported(world)) return false;
  return world.faults.aside(() => world.life.feed.latestFollow(vm))?.run?.state === 'finished';
}

/** The journal stands at the end of the log. An edit repeats lines: a result that was not read yet would end its task twice. */
export function isAllRead(world: World): boolean {
  const stored = world.faults.aside(() => world.life.feed.latestFollow(vm));
  const generation = stored?.mark === undefined ? null : markedBy(world, stored.mark);
  if (stored === null || generation === null) return false;
  return positionOf(generation, stored.offset) === world.oracle.written;
}

/** Every attempt that has ended is in the journal, and the run that is on is known. */
export function isAllReported(world: World): boolean {
  const { oracle, life, events, endedBefore, faults } = world;
  takeEvents(world);
  const told = events.filter(({ type }) => type === 'task_complete').length;
  const stored = faults.aside(() => life.feed.latestFollow(vm))?.run ?? null;
  return stored?.runId === oracle.newest.run?.runId && told === oracle.ended.length - endedBefore;
}
