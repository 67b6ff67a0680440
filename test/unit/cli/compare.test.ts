import { Chalk } from 'chalk';
import { describe, expect, it } from 'vitest';
import { comparisonLines } from '../../../src/main/cli/compare.ts';
import { widthOf } from '../../../src/main/cli/width.ts';
import type { RunRecord, TaskRecord } from '../../../src/main/engine/feed/index.ts';
import { runFigures } from '../../../src/main/engine/run/score-figures.ts';
import { compareView, type RunWithTasks } from '../../../src/main/engine/server/routes/compare-view.ts';
import { runOf, startMs, taskOf } from '../feed/fixtures.ts';

function runWith(
  runId: string,
  tasks: readonly TaskRecord[],
  changes: Partial<RunRecord> = {},
): RunWithTasks {
  const run = runOf(runId, {
    state: 'finished',
    totalTasks: tasks.length,
    tasksCompleted: tasks.length,
    ...changes,
  });
  return { run: { ...run, figures: runFigures(run, run.totalTasks), benchmark: 'waa' }, tasks };
}

const task = (taskId: string, score: number | null, changes: Partial<TaskRecord> = {}) =>
  taskOf(taskId, {
    ...{ score, success: score === 1, outcome: score === null ? 'exception' : 'scored' },
    ...changes,
  });

const uuid = '02F10F89-7171-4D37-8550-A00BA8930CDF';
const instruction = 'Set an alarm for eight o’clock in the morning, and name it after the day of the week.';
const a = runWith('waa-eval-vm-20260121-220114007', [
  task(`${uuid}-WOS`, 0, { instruction }),
  task(`${uuid}-2-WOS`, 1, { domain: 'libreoffice_calc' }),
  task('lost', 1),
  task('same', 1),
  task('gone', 1),
]);
const b = runWith('waa-eval-vm-20260128-225508318', [
  task(`${uuid}-WOS`, 1, { instruction }),
  task(`${uuid}-2-WOS`, 0.4, { domain: 'libreoffice_calc' }),
  task('lost', null),
  task('same', 1),
]);
const linesOf = (left: RunWithTasks, right: RunWithTasks, columns: number | null) =>
  comparisonLines(compareView(left, right, 'first'), {
    columns,
    paint: new Chalk({ level: 0 }),
    nowMs: startMs,
  });

describe('a comparison on the terminal', () => {
  it('has the sentence, the figures, the domains and the tasks that changed', () => {
    const time = '\\d\\d:\\d\\d';
    expect(linesOf(a, b, null)).toEqual([
      expect.stringMatching(
        `^A  ${a.run.runId} on vm-a: finished, 5/5 100 % · navi · gpt-4o · started ${time}$`,
      ),
      expect.stringMatching(
        `^B  ${b.run.runId} on vm-a: finished, 4/4 100 % · navi · gpt-4o · started ${time}$`,
      ),
      '',
      'B is better by 13.3 points over 3 common tasks; the difference is not decisive, p = 1.',
      '',
      '                 A  95 %            B  95 %       B − A  95 %             n',
      'Mean score  66.7 %  20.8–93.9  80.0 %  28.8–97.5  +13.3  −60.0 to +100.0  3',
      'Pass rate   66.7 %  20.8–93.9  66.7 %  20.8–93.9    0.0                   3',
      '',
      'Domain            n        A        B  B − A  Improved  Regressed  Not valid',
      'libreoffice_calc  1  100.0 %   40.0 %  −60.0                    1',
      'notepad           2   50.0 %  100.0 %  +50.0         1                     1',
      '',
      'Improved',
      'Domain   Task                                      A         B         Instruction',
      `notepad  ${uuid}-WOS  Failed 0  Passed 1  ${instruction}`,
      '',
      'Regressed',
      'Domain            Task                                        A         B',
      `libreoffice_calc  ${uuid}-2-WOS  Passed 1  Failed 0.4`,
      '',
      'Not valid',
      'Domain   Task  A         B',
      'notepad  lost  Passed 1  Error',
      '',
      '1 task the same, 1 only in A.',
    ]);
  });

  it.each([40, 80, 120])('fits %d columns', (columns) => {
    for (const line of linesOf(a, b, columns).slice(6)) expect(widthOf(line)).toBeLessThanOrEqual(columns);
  });

  it('is short for runs without a common task, and shows nothing of the texts as it is', () => {
    const odd = runWith('x\u001b[2J', [task('t\u001b[31m', 1)]);
    const lines = linesOf(odd, runWith('other', []), null);
    expect(lines.join('\n')).not.toContain('\u001b');
    expect(lines).toContain('A and B have no task in common, so they cannot be compared.');
    expect(lines.at(-1)).toBe('1 only in A.');
  });

  it('shows no figures where nothing is compared, and no domain without a common task', () => {
    const other = runWith('other', [task('elsewhere', 1, { domain: 'vlc' })]);
    const nothing = linesOf(a, other, null).join('\n');
    expect(nothing).toContain('no task in common');
    expect(nothing).not.toMatch(/Mean score|Domain/);
    const one = linesOf(a, runWith('b', [...b.tasks, task('elsewhere', 1, { domain: 'vlc' })]), null).join(
      '\n',
    );
    expect(one).toMatch(/^libreoffice_calc +1 /m);
    expect(one).not.toContain('vlc');
  });
});
