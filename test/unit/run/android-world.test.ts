import { describe, expect, it } from 'vitest';
import { countsOf, recogniseLog } from '../../../src/main/engine/run/index.ts';
import { endedTasks, readText, told } from './support.ts';

const lines = (...all: string[]) => readText(all.map((line) => `${line}\n`).join(''));
const begin = 'Starting eval with agent t3a_gpt4 and writing to /data/aw/run_1';
const finish = 'Finished running agent t3a_gpt4 on android_world family. Wrote to /data/aw/run_1.';
const header = (name: string) => [`Running task: ${name}`, '='.repeat(`Running task: ${name}`.length)];
const start = (name: string, goal = 'Do it.') => [
  ...header(name),
  `Running task ${name} with goal "${goal}"`,
];
const table = (average: string) => [
  '                   task_num  num_complete_trials  mean_success_rate  mean_episode_length  num_fail_trials',
  'task',
  'SystemWifiTurnOn          0                 1.00                1.0                 2.00             0.00',
  `========= Average =========       0                 0.97                ${average}                10.37             0.03`,
];

describe('a run of AndroidWorld', () => {
  it('tells of each task by its prints: success, failure, exception, and what was done before', () => {
    const reading = lines(
      'Initializing agent...',
      begin,
      ...start('SystemWifiTurnOn', 'Turn wifi on.'),
      '----------step 1',
      'Completed step 1.',
      'Completed step 2.',
      'Agent indicates task is done.',
      'Task Successful ✅;  Turn wifi on.',
      ...table('1.0'),
      ...header('RecipeAdd'),
      '~'.repeat(80),
      'SKIPPING RecipeAdd.',
      'Traceback (most recent call last):',
      'RuntimeError: device offline',
      ...header('NotesMerge'),
      'Skipping already processed task NotesMerge_0',
      ...start('FilesMove', 'Move the file.'),
      'Completed step 1.',
      '\x1b[31mAgent did not indicate task is done. Reached max number of steps.\x1b[0m',
      'Task Failed ❌;  Move the file.',
      ...table('0.33'),
      finish,
    );
    expect(told(reading)).toEqual([
      'run_started vm-01234567-22',
      'task SystemWifiTurnOn scored 1',
      'task RecipeAdd exception null',
      'task FilesMove scored 0',
      'run_ended finished',
    ]);
    const { run } = reading;
    expect(run).toMatchObject({
      dialect: 'android_world',
      averageScore: 0.33,
      arguments: { agent: 't3a_gpt4' },
      tasks: [{ steps: 2, success: true, domain: null }, { steps: 0 }, { steps: 1, success: false }],
    });
    expect(run === null ? null : countsOf(run)).toMatchObject({ tasksCompleted: 4, scored: 2, succeeded: 1 });
  });

  it('is on while its task is, of which it shows the goal and the steps', () => {
    const { run } = lines(
      begin,
      ...start('NotesMerge', 'Merge "a" and "b".'),
      'Completed step 1.',
      'Step 1: click',
    );
    expect(run).toMatchObject({
      state: 'running',
      tasks: [{ taskId: 'NotesMerge', instruction: 'Merge "a" and "b".', steps: 1, outcome: null }],
    });
  });

  it('plays a task several times, each an attempt', () => {
    const once = (sign: string) => ['Running task FilesMove with goal "Do it."', `Task ${sign}; Do it.`];
    const reading = lines(begin, ...header('FilesMove'), ...once('Failed ?'), ...once('Successful'));
    expect(endedTasks(reading)).toEqual([
      ['FilesMove', 'scored', 0, false, 1],
      ['FilesMove', 'scored', 1, true, 2],
    ]);
  });

  it('begins with the head of a task where its start was not seen, and is no run of openadapt', () => {
    const reading = lines(
      'Completed step 7.',
      ...start('FilesMove'),
      'Completed step 1.',
      'Task Failed ❌; Do it.',
    );
    expect(told(reading).slice(1)).toEqual(['task FilesMove scored 0']);
    expect(reading.run?.dialect).toBe('android_world');
    expect(reading.events.filter(({ type }) => type === 'run_started')).toHaveLength(1);
  });

  it('has the name of its first task from the table behind it, where its beginning was not seen', () => {
    const reading = lines('Completed step 7.', 'Task Successful ✅; Turn it on.', ...table('0.5'), finish);
    expect(told(reading).slice(1)).toEqual(['task SystemWifiTurnOn scored 1', 'run_ended finished']);
    expect(reading.run).toMatchObject({ averageScore: 0.5, tasks: [{ steps: 7 }] });
  });

  it('loses a task that nothing ends', () => {
    expect(endedTasks(lines(begin, ...start('A1'), ...start('B2'), finish))).toEqual([
      ['A1', 'lost', null, false, 1],
      ['B2', 'lost', null, false, 1],
    ]);
  });

  it('is not ended by what the text of a goal or an agent says', () => {
    const reading = lines(
      begin,
      ...start('NotesMerge', 'Write these lines:'),
      'Task Failed ❌; x',
      'SKIPPING NotesMerge.',
      'Completed step 99.',
      'Running task Other with goal "x"',
      'Finished running agent other on android_world family. Wrote to x.',
      'Task 1/30',
      'Result: PASS',
    );
    expect(told(reading)).toEqual(['run_started vm-01234567-0']);
    expect(reading.run?.tasks).toMatchObject([{ taskId: 'NotesMerge', outcome: null, steps: 0 }]);
  });

  it('is not in a table of results alone', () => {
    expect(recogniseLog([...table('0.5'), ''].join('\n')).dialect).toBeNull();
  });
});

describe('a script of openadapt that names a task in the same words', () => {
  it('is read as such from the next line on', () => {
    const reading = lines('Running task: a', 'Step 2', 'Score: 0.5', 'Result: FAIL', 'Running task: b');
    expect(reading.run?.dialect).toBe('openadapt');
    expect(endedTasks(reading)).toEqual([['a', 'scored', 0.5, false, 1]]);
  });
});
