import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  filmTitle,
  frameText,
  indexOfStep,
  neighboursOf,
  stepName,
  screenText,
  stepNotes,
  stepText,
} from '../../../src/renderer/features/film/film-steps.ts';
import { stripCells } from '../../../src/shared/strip-cells.ts';
import type { Step, TaskSteps } from '../../../src/renderer/state/steps-api.ts';
import { attemptOf, attemptsOf, runOfTasks } from './runs-fixtures.ts';

const stepOf = (step: number, changes: Partial<Step> = {}): Step => ({
  step,
  ...{ at: null, elapsed_seconds: null, thought: null, action: null, reward: null, done: null },
  ...{ screenshot: null, log: null },
  ...changes,
});
const steps = [0, 1, 1, 2, 5].map((step) => stepOf(step));

describe('the name of a step', () => {
  it('leads back to the step, also if a step has several actions', () => {
    expect(steps.map((_, index) => stepName(steps, index))).toEqual(['0', '1', '1.2', '2', '5']);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 40 }), (numbers) => {
        const any = numbers.map((step) => ({ step }));
        for (const index of any.keys()) expect(indexOfStep(any, stepName(any, index))).toBe(index);
      }),
    );
  });

  it('that no step has leads to the one before', () => {
    expect(indexOfStep(steps, null)).toBe(0);
    expect(indexOfStep(steps, '4')).toBe(3);
    expect(indexOfStep(steps, '99')).toBe(4);
    expect(indexOfStep(steps, '1.7')).toBe(1);
    expect(indexOfStep([], '3')).toBe(0);
  });
});

it('a step in words says its number, its action of several, and what the agent did', () => {
  expect(steps.map((_, index) => stepText(steps, index))).toEqual([
    'Before the first step',
    'Step 1 of 5, action 1',
    'Step 1 of 5, action 2',
    'Step 2 of 5',
    'Step 5 of 5',
  ]);
  expect(frameText([stepOf(1, { action: 'click(1)\n  wait()', thought: 'So.' })], 0)).toBe(
    'Step 1 of 1: click(1) wait()',
  );
  expect(frameText([stepOf(1, { thought: 'x'.repeat(4000) })], 0)).toHaveLength('Step 1 of 1: '.length + 200);
  expect(frameText([stepOf(1)], 0)).toBe('Step 1 of 1');
});

it('a screenshot says whether it was taken before or after the action, where that is known', () => {
  const taken = (step: number, moment?: 'before' | 'after' | null) =>
    screenText(stepOf(step, { screenshot: { url: '/a.png', ...(moment === undefined ? {} : { moment }) } }));
  expect(taken(1, 'before')).toBe('The screen before this action');
  expect(taken(1, 'after')).toBe('The screen after this action');
  expect([taken(0, 'after'), taken(1, null), taken(1), screenText(stepOf(1)), screenText(undefined)]).toEqual(
    [null, null, null, null, null],
  );
});

it('the title is what was to be done, in one line', () => {
  expect(filmTitle('Open\nit.', 'id')).toEqual({ text: 'Open it.', isCut: true });
  expect(filmTitle('Open it.', 'id')).toEqual({ text: 'Open it.', isCut: false });
  expect(filmTitle(null, 'id')).toEqual({ text: 'id', isCut: false });
  expect(filmTitle('x'.repeat(5000), 'id')).toEqual({ text: `${'x'.repeat(139)}…`, isCut: true });
});

it('notes say what is left out', () => {
  const read: TaskSteps = {
    ...{ instruction: null, result: null, error: null, steps, source: 'traj.jsonl', skipped_lines: 0 },
    ...{ other_attempt_lines: 0, truncated: false, other_attempts: [], same_task_in_other_runs: [] },
  };
  expect(stepNotes(read)).toEqual([]);
  expect(stepNotes({ ...read, skipped_lines: 3, other_attempt_lines: 1, truncated: true })).toEqual([
    'BenchTray left out 3 lines of traj.jsonl: their form is not known.',
    'BenchTray left out 1 line of other attempts.',
    'Not everything is shown: the task has more steps or longer texts.',
  ]);
  expect(stepNotes({ ...read, source: null })).toHaveLength(1);
});

describe('the tasks around', () => {
  const { cells } = stripCells(runOfTasks(attemptsOf(3), { total_tasks: 5 }), null);
  const at = (index: number) => {
    const { task_id: taskId, domain } = attemptOf(index);
    return neighboursOf(cells, { taskId, domain });
  };

  it('are those of the strip, of which the task is known', () => {
    expect(at(1)).toMatchObject({
      ...{ position: 2, count: 3 },
      previous: { taskId: attemptOf(0).task_id },
      next: { taskId: attemptOf(2).task_id },
    });
    expect(at(0).previous).toBeNull();
    expect(at(2).next).toBeNull();
  });

  it('are none for a task that the run does not have', () => {
    expect(neighboursOf(cells, { taskId: 'x', domain: null })).toMatchObject({
      ...{ position: null, previous: null, next: null },
    });
  });
});
