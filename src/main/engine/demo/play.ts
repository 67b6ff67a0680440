/** The whole play: a machine that starts, and then one run after the other, for ever. Pure: the same seed gives the same play. */
import type { PlayStep } from './acts.ts';
import { playBoot } from './boot-play.ts';
import type { Random } from './random.ts';
import { chooseTasks, planRun } from './run-plan.ts';
import { playRun } from './run-play.ts';
import type { Timings } from './timings.ts';

export function* play(
  random: Random,
  options: { readonly timings: Timings; readonly tasksPerRun: number },
): Generator<PlayStep, never> {
  const { timings, tasksPerRun } = options;
  yield* playBoot(random, timings.bootMs);
  // A benchmark has the same tasks each time, so that its runs can be compared.
  const tasks = chooseTasks(random, tasksPerRun);
  for (let pauseMs = timings.beforeFirstRunMs; ; pauseMs = timings.idleMs) {
    yield* delayed(pauseMs, playRun(planRun(random, tasks, timings)));
  }
}

/** The same steps, the first of them later. */
function* delayed(byMs: number, steps: Iterable<PlayStep>): Generator<PlayStep> {
  let pauseMs = byMs;
  for (const step of steps) {
    yield { ...step, afterMs: step.afterMs + pauseMs };
    pauseMs = 0;
  }
}
