import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { cellText, stripCells, tallyCells } from '../../../src/shared/strip-cells.ts';
import { attemptOf, attemptsOf, runOfTasks } from './runs-fixtures.ts';

const kindsOf = (...parameters: Parameters<typeof stripCells>) =>
  stripCells(...parameters).cells.map(({ kind }) => kind);
const current = { taskId: 'now', domain: 'clock', instruction: 'Set an alarm.' };

describe('stripCells', () => {
  it('has a cell for each planned task: those that ended, the running one, the rest', () => {
    const tasks = [
      attemptOf(0),
      attemptOf(1),
      attemptOf(5),
      attemptOf(6, { outcome: 'lost', success: false, score: null }),
    ];
    const run = runOfTasks(tasks, { state: 'running', total_tasks: 7 });
    expect(kindsOf(run, current)).toEqual([
      ...['passed', 'failed', 'error', 'lost'],
      ...['running', 'planned', 'planned'],
    ]);
  });

  it('shows no task as running once the run is over', () => {
    const run = runOfTasks([attemptOf(0)], { state: 'crashed', total_tasks: 2 });
    expect(kindsOf(run, current)).toEqual(['passed', 'planned']);
  });

  it('counts the newest attempt that came to an end, at the place of the first', () => {
    const { task_id, domain } = attemptOf(0);
    const again = attemptOf(2, { task_id, domain, attempt: 2, success: false, score: 0, instruction: null });
    const broken = attemptOf(3, { task_id, domain, attempt: 3, outcome: 'interrupted', success: false });
    const { cells } = stripCells(
      runOfTasks([attemptOf(0), attemptOf(1), again, broken], { total_tasks: 2, tasks_completed: 2 }),
      null,
    );
    expect(cells.map(({ kind, attempt }) => [kind, attempt?.attempt])).toEqual([
      ['failed', 2],
      ['failed', 1],
    ]);
    expect(cells[0]?.instruction).toBe(attemptOf(0).instruction);
  });

  it('shows an interrupted task that goes on as running, in its place', () => {
    const { task_id, domain } = attemptOf(0);
    const broken = attemptOf(0, { outcome: 'interrupted', success: false, score: null });
    const run = runOfTasks([broken, attemptOf(1)], { state: 'running', total_tasks: 3, tasks_completed: 1 });
    expect(kindsOf(run, null)).toEqual(['interrupted', 'failed', 'planned']);
    expect(kindsOf(run, { ...current, taskId: task_id, domain })).toEqual(['running', 'failed', 'planned']);
  });

  it('puts the tasks that ended before the log begins first', () => {
    const run = runOfTasks([attemptOf(0)], { total_tasks: 4, tasks_completed: 3 });
    expect(kindsOf(run, null)).toEqual(['unseen', 'unseen', 'passed', 'planned']);
  });

  it('draws a bounded number of cells, and says how many are missing', () => {
    const strip = stripCells(runOfTasks(attemptsOf(3), { total_tasks: 1_000_000 }), null);
    expect(strip.cells).toHaveLength(2000);
    expect(strip.hidden).toBe(998_000);
  });

  it('has as many cells as the plan, whatever has ended, and each key once', () => {
    const attempts = fc.array(
      fc.record({
        index: fc.nat(20),
        outcome: fc.constantFrom('scored', 'exception', 'lost', 'interrupted'),
      } as const),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(attempts, fc.nat(40), fc.nat(40), (list, total_tasks, tasks_completed) => {
        const tasks = list.map(({ index, outcome }) => attemptOf(index, { outcome }));
        const { cells } = stripCells(runOfTasks(tasks, { total_tasks, tasks_completed }), null);
        expect(cells.length).toBeGreaterThanOrEqual(total_tasks);
        expect(new Set(cells.map(({ key }) => key)).size).toBe(cells.length);
        const ended = cells.filter(({ kind }) => kind !== 'planned' && kind !== 'interrupted').length;
        expect(ended).toBeGreaterThanOrEqual(tasks_completed);
        expect(tallyCells(cells).reduce((sum, { count }) => sum + count, 0)).toBe(cells.length);
      }),
    );
  });
});

it('says a cell in words', () => {
  const { cells } = stripCells(
    runOfTasks([attemptOf(1, { attempt: 2 }), attemptOf(0, { instruction: null })], { total_tasks: 3 }),
    null,
  );
  expect(cells.map((cell, index) => cellText(cell, index, 3))).toEqual([
    'Task 1 of 3: Failed, libreoffice_calc, attempt 2. Sort the table of sales by its second column and fill in the missing totals.',
    `Task 2 of 3: Passed, notepad. ${attemptOf(0).task_id}`,
    'Task 3 of 3: Not begun',
  ]);
});
