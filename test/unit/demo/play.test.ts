import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EndedTask, PlayStep } from '../../../src/main/engine/demo/acts.ts';
import { play } from '../../../src/main/engine/demo/play.ts';
import { createRandom } from '../../../src/main/engine/demo/random.ts';
import { maxSteps } from '../../../src/main/engine/demo/run-plan.ts';
import { defaultTimings } from '../../../src/main/engine/demo/timings.ts';

function steps(seed: number, tasksPerRun = 12): Generator<PlayStep> {
  return play(createRandom(seed), { timings: defaultTimings, tasksPerRun });
}

function firstSteps(seed: number, count: number): PlayStep[] {
  const played = steps(seed);
  return Array.from({ length: count }, () => played.next().value as PlayStep);
}

interface PlayedRun {
  readonly pauseMs: number;
  readonly durationMs: number;
  readonly tasks: readonly EndedTask[];
}

/** The first runs of a play. */
function runs(seed: number, count: number, tasksPerRun = 12): PlayedRun[] {
  const played: PlayedRun[] = [];
  let tasks: EndedTask[] = [];
  let pauseMs = 0;
  let durationMs = 0;
  for (const { afterMs, act } of steps(seed, tasksPerRun)) {
    durationMs += afterMs;
    if (act.type === 'run_started') {
      pauseMs = afterMs;
      durationMs = 0;
      tasks = [];
    }
    if (act.type === 'task_ended') tasks.push(act.task);
    if (act.type === 'run_ended' && played.push({ pauseMs, durationMs, tasks }) === count) break;
  }
  return played;
}

describe('the play', () => {
  it('is the same for the same seed, and another for another', () => {
    const first = firstSteps(7, 4000);
    expect(firstSteps(7, 4000)).toEqual(first);
    expect(firstSteps(8, 4000)).not.toEqual(first);
  });

  it('has in every run what a reader may fall for, whatever the seed', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const selections = new Set<string>();
        for (const { tasks } of runs(seed, 3)) {
          expect(tasks).toHaveLength(12);
          expect(new Set(tasks.map((task) => `${task.domain}/${task.taskId}`)).size).toBe(12);
          const raised = tasks.filter((task) => task.exception !== null);
          expect(raised.length).toBeGreaterThanOrEqual(1);
          expect(raised.length).toBeLessThanOrEqual(2);
          expect(raised.every((task) => task.score === null)).toBe(true);
          expect(tasks.filter((task) => task.score !== null && task.score % 1 !== 0)).toHaveLength(1);
          expect(tasks.filter((task) => task.steps === maxSteps)).toHaveLength(1);
          expect(tasks.some((task) => task.instruction.includes('Score:'))).toBe(true);
          selections.add(JSON.stringify(tasks.map((task) => task.taskId)));
        }
        // As with a real benchmark, so that its runs can be compared.
        expect(selections.size).toBe(1);
      }),
      { numRuns: 60 },
    );
  });

  it('takes 10 to 20 s for a task, 2 s before the first run and 30 s between runs', () => {
    const [first, second] = runs(3, 2);
    expect(first?.pauseMs).toBeCloseTo(2_000);
    expect(second?.pauseMs).toBeCloseTo(30_000);
    for (const run of [first, second]) {
      expect(run?.durationMs).toBeGreaterThan(12 * 10_000);
      expect(run?.durationMs).toBeLessThan(12 * 20_000 + 1_000);
    }
    let betweenEndsMs = 0;
    let endedTasks = 0;
    for (const { afterMs, act } of steps(3)) {
      betweenEndsMs += afterMs;
      if (act.type === 'run_started') betweenEndsMs = 0;
      if (act.type !== 'task_ended') continue;
      expect(betweenEndsMs).toBeGreaterThan(9_999);
      expect(betweenEndsMs).toBeLessThan(20_001);
      betweenEndsMs = 0;
      if (++endedTasks === 36) break;
    }
  });

  it('says WAIT and FAIL now and then, and gives code of several lines', () => {
    const text = JSON.stringify(firstSteps(1, 12_000));
    expect(text).toMatch(/Step \d+: WAIT"/);
    expect(text).toMatch(/Step \d+: FAIL"/);
    expect(text).toMatch(/Step \d+: [^"]+\\n/);
    expect(text).toContain('Observation is None');
  });

  it('plays runs of any size', () => {
    for (const size of [1, 2, 3, 30]) {
      for (const { tasks } of runs(11, 2, size)) {
        expect(tasks).toHaveLength(size);
        expect(tasks.some((task) => task.score !== null)).toBe(true);
      }
    }
  });
});
