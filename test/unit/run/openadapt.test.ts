import { describe, expect, it } from 'vitest';
import { countsOf } from '../../../src/main/engine/run/index.ts';
import { closed, endedTasks, foldEvents, readChunks, readText, told, waaLog } from './support.ts';
import { over } from './run-events.ts';

const lines = (...all: string[]) => readText(all.map((line) => `${line}\n`).join(''));

describe('the lines of a script', () => {
  it('begin a run with the first task, which is on and not yet done', () => {
    const { run } = lines('Task 1/30', 'Running task: a');
    expect(run).toMatchObject({
      runId: 'vm-01234567-0',
      totalTasks: 30,
      tasks: [{ taskId: 'a', outcome: null }],
    });
  });

  it('count what a log that was cut does not show', () => {
    const { run } = lines('Step 3', 'Task 5/30', 'Processing task: e');
    expect(run === null ? null : countsOf(run).tasksCompleted).toBe(4);
  });

  it('count a task whose start was cut away, once', () => {
    const reading = lines(
      'Step 9',
      'Score: 0.85',
      'Result: PASS',
      'Task d completed successfully',
      'Task 5/30',
      'Running task: e',
    );
    expect(endedTasks(reading)).toEqual([['d', 'scored', 0.85, true, 1]]);
    expect(reading.run === null ? null : countsOf(reading.run).tasksCompleted).toBe(4);
  });

  it('end nothing with a score alone', () => {
    expect(endedTasks(lines('Task 1/2', 'Running task: a', 'Score: 0.85'))).toEqual([]);
    expect(endedTasks(lines('Task 1/2', 'Running task: a', 'Score: 0.85', 'Task 2/2'))).toEqual([
      ['a', 'scored', 0.85, false, 1],
    ]);
  });

  it('end a task by the verdict, and not again by the line that repeats it', () => {
    const reading = lines(
      'Task 1/2',
      'Running task: a',
      'Score: 0.10',
      'Result: PASS',
      'Task a completed successfully',
    );
    expect(endedTasks(reading)).toEqual([['a', 'scored', 0.1, true, 1]]);
  });

  it('end a task by its own line where no verdict stands', () => {
    const reading = lines(
      'Task 1/3',
      'Running task: a',
      'Score: 1.0',
      'Task a failed',
      'Task 2/3',
      'Running task: b',
      'Task b completed successfully',
    );
    expect(endedTasks(reading)).toEqual([
      ['a', 'scored', 1, false, 1],
      ['b', 'scored', null, true, 1],
    ]);
  });

  it('name a task by its number where they tell no id', () => {
    expect(endedTasks(lines('Task 1/2', 'Step 1', 'Result: FAIL', 'Task 2/2', 'Result: PASS'))).toEqual([
      ['task_1', 'scored', null, false, 1],
      ['task_2', 'scored', null, true, 1],
    ]);
  });

  it('may name the task at once', () => {
    expect(lines('Task 3/10: notepad_1', 'Step 2').run?.tasks).toMatchObject([
      { taskId: 'notepad_1', steps: 2 },
    ]);
  });

  it('end a task without a word as lost when the next one begins', () => {
    expect(endedTasks(lines('Task 1/3', 'Running task: a', 'Step 4', 'Task 2/3'))).toEqual([
      ['a', 'lost', null, false, 1],
    ]);
  });

  it('end the run with the last task', () => {
    expect(
      told(lines('Task 1/1', 'Running task: a', 'Result: PASS', 'Task a completed successfully')).slice(1),
    ).toEqual(['task a scored null', 'run_ended finished']);
  });

  it.each([
    ['the first task', ['Task 1/3', 'Running task: a']],
    ['a lower number', ['Task 2/3', 'Running task: b']],
    ['a header', ['=== Running WAA Benchmark ===', '  Tasks: 3', 'Task 3/3', 'Running task: c']],
  ])('begin another run with %s', (_, next) => {
    const reading = lines('Task 3/3', 'Running task: c', ...next);
    expect(told(reading)).toEqual([
      'run_started vm-01234567-0',
      'task c interrupted null',
      'run_ended interrupted',
      'run_started vm-01234567-25',
    ]);
  });

  describe('that go on where a run was cut', () => {
    const played = (number: number, verdict: string) => [
      `Task ${String(number)}/6`,
      `Running task: t${String(number)}`,
      `Result: ${verdict}`,
    ];
    const header = ['=== Running WAA Benchmark ===', '', '  Tasks: 6'];
    const cut = [...header, ...played(1, 'PASS'), ...played(2, 'FAIL'), ...played(3, 'PASS')];
    const rest = [...played(4, 'PASS'), ...played(5, 'FAIL'), ...played(6, 'PASS')];
    const within = [...cut, 'Task 4/6', 'Running task: t4'];

    it.each([
      ['between two tasks', cut, rest, 4],
      ['between two tasks, with another header', cut, [...header, ...rest], 4],
      ['within a task, which is played again', within, [...header, ...rest], 4],
      ['within a task, which is left out', within, [...header, ...rest.slice(3)], 3],
    ])('%s, are of the same run', (_where, before, after, succeeded) => {
      const reading = lines(...before, ...after);
      expect(told(reading).filter((line) => line.startsWith('run_'))).toEqual([
        'run_started vm-01234567-0',
        'run_ended finished',
      ]);
      const { run } = reading;
      expect(run).toMatchObject({ runId: 'vm-01234567-0', totalTasks: 6, state: 'finished' });
      expect(run === null ? null : countsOf(run)).toMatchObject({ tasksCompleted: 6, succeeded });
    });

    it('behind a process that is gone, too', () => {
      const before = lines(...cut);
      const dead = { ...before, ...foldEvents(before, [over('crashed')]) };
      const text = [...header, ...rest].map((line) => `${line}\n`).join('');
      const { run } = readChunks(dead, [new TextEncoder().encode(text)], 200);
      expect(run).toMatchObject({ runId: 'vm-01234567-0', state: 'finished' });
      expect(run === null ? null : countsOf(run)).toMatchObject({ tasksCompleted: 6, succeeded: 4 });
    });

    it('but with another number of tasks, or behind a gap, are of another run', () => {
      const runsOf = (...after: string[]) =>
        told(lines(...cut, ...header, ...after)).filter((line) => line.startsWith('run_started')).length;
      expect(runsOf('Task 4/7', 'Running task: t4')).toBe(2);
      expect(runsOf('Task 6/6', 'Running task: t6')).toBe(2);
      expect(runsOf('Task 1/6', 'Running task: t1')).toBe(2);
    });
  });

  it('with a header alone begin no run: the log of run.py itself may follow it', () => {
    const header = '=== Running WAA Benchmark ===\n  Tasks: 30\nmodel=gpt-4o\n';
    expect(told(readText(header + waaLog().begin('a').task('a').text()))).toEqual([
      'run_started vm-20260128-220001000',
    ]);
  });

  it('are read behind the records of another dialect when they carry their time', () => {
    const reading = readText(
      `${waaLog().begin('a').task('a').result('1.00').finished('a').average('1.0').text()}[06:12:34] Task 1/2\n[06:12:34] Running task: b\n`,
    );
    expect(reading.run).toMatchObject({ dialect: 'openadapt', tasks: [{ taskId: 'b' }] });
  });

  it('hold a verdict-less score for a process that is gone', () => {
    const reading = lines('Task 1/2', 'Running task: a', 'Score: 1.0');
    expect(endedTasks(closed(reading))).toEqual([['a', 'scored', 1, true, 1]]);
  });

  it('of a report written by hand number its tasks, and count its actions as steps', () => {
    const { run } = lines(
      '[06:17:48] Task: Open the View menu',
      '[06:17:50] Action: CLICK View menu',
      '[06:17:52] Action: CLICK Details',
      '[06:18:00] Result: PASS - Details view activated',
      '[06:18:01] Task: Save it',
      '[06:18:02] Planning step returned None',
      '[06:18:03] Result: FAIL - Agent error',
    );
    expect(
      run?.tasks.map(({ taskId, instruction, steps, success }) => [taskId, instruction, steps, success]),
    ).toEqual([
      ['task_1', 'Open the View menu', 2, true],
      ['task_2', 'Save it', 0, false],
    ]);
  });

  it('are read in the forms that others planned to print', () => {
    const reading = lines(
      'Task 1/2',
      'Starting task: notepad_1',
      'Step 3/10: click(100, 200)',
      'Task notepad_1: PASS',
      'Task 2/2: notepad_2',
      'Task notepad_2: FAIL',
    );
    expect(told(reading).slice(1)).toEqual([
      'task notepad_1 scored null',
      'task notepad_2 scored null',
      'run_ended finished',
    ]);
    expect(reading.run?.tasks.map(({ steps, success }) => [steps, success])).toEqual([
      [3, true],
      [0, false],
    ]);
  });
});
