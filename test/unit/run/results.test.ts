import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countsOf,
  isContradiction,
  type ResultFile,
  type RunState,
} from '../../../src/main/engine/run/index.ts';
import { reconcile } from '../../../src/main/engine/run/results.ts';
import {
  at,
  attempts,
  begin,
  end,
  foldAll,
  fromFile,
  list,
  minute,
  over,
  raised,
  start,
  toldOf,
} from './run-events.ts';

const file = (taskId: string, text: string, minutes: number, domain = 'clock'): ResultFile => ({
  domain,
  taskId,
  path: `/client/results/pyautogui/a11y_tree/gpt-4o/0/${domain}/${taskId}/result.txt`,
  modifiedAt: at(minutes),
  text,
});
/** Folds in what the files say, a quarter of an hour later. */
function taken(run: RunState, files: readonly ResultFile[], nowMinutes = 60) {
  return foldAll(reconcile(run, files, { nowMs: at(nowMinutes) }), run);
}
const logged = (...events: Parameters<typeof foldAll>[0]) =>
  foldAll([begin('first'), list('a', 'b', 'c'), ...events]).run;

describe('a result file', () => {
  it('says the same as the log, or says it more exactly', () => {
    const run = logged(start('a', 0), end(2, { score: 0.33 }), start('b', 2), end(4));
    expect(taken(run, [file('a', '0.33\n', 2), file('b', '1.0\n', 4)]).effects).toEqual([]);
    const exact = taken(run, [file('a', '0.3333333333333333\n', 2)]);
    expect(toldOf(exact)).toEqual(['corrected a 0.33 0.3333333333333333']);
    expect(isContradiction(run.tasks[0] ?? never(), 0.3333)).toBe(false);
    expect(isContradiction(run.tasks[0] ?? never(), 0.34)).toBe(true);
  });

  it.each([
    ['True\n', 1],
    ['False', 0],
    ['1', 1],
    ['0.5', 0.5],
    ['', null],
    ['nan', null],
    ['Traceback', null],
  ])('%j is %s', (text, score) => {
    const { run } = taken(logged(start('a', 0)), [file('a', text, 3)]);
    expect(run.tasks[0]).toMatchObject({ score, outcome: score === null ? null : 'scored' });
  });

  it('wins over the log, which is told once', () => {
    const run = logged(start('a', 0), end(2, { score: 0 }));
    const corrected = taken(run, [file('a', '1.0', 2)]);
    expect(toldOf(corrected)).toEqual(['corrected a 0 1']);
    expect(countsOf(corrected.run)).toMatchObject({ succeeded: 1, scoreSum: 1, tasksCompleted: 1 });
    expect(taken(corrected.run, [file('a', '1.0', 2)]).effects).toEqual([]);
  });

  it('tells the end of a task that the log does not, once the log has had its time', () => {
    const run = logged(start('a', 0));
    expect(taken(run, [file('a', '1.0', 5)], 5.1).effects).toEqual([]);
    const ended = taken(run, [file('a', '1.0', 5)], 5.2);
    expect(toldOf(ended)).toEqual(['task a 1 scored']);
    expect(ended.run.tasks[0]).toMatchObject({ startedAt: at(0), endedAt: at(5), success: true });
    // What the log then says of it is not told again.
    expect(foldAll([end(5), start('b', 5)], ended.run).effects).toEqual([]);
  });

  it('tells of a task that the log leaves out, but only of this run and this plan', () => {
    const run = logged(start('a', 0), end(2));
    const told = taken(run, [
      file('b', '0.5', 6),
      file('c', '1', -10),
      file('x', '1', 6),
      file('b', '1', 6, 'vlc'),
    ]);
    expect(toldOf(told)).toEqual(['task b 1 scored']);
    // The log comes to it after all: that is how the attempt began, not another one.
    const late = foldAll([start('b', 4), end(6, { score: 0.5 })], told.run);
    expect(toldOf(late)).toEqual(['corrected b 0.5 0.5']);
    expect(late.run.tasks[1]).toMatchObject({ startedAt: at(4), endedAt: at(6), worker: 'w' });
    // A try after it is another.
    expect(attempts(foldAll([start('b', 9)], told.run).run).at(-1)).toEqual(['b', 2, null]);
  });

  it.each([
    ['exception', raised],
    ['lost', { outcome: 'lost', score: null }],
    ['interrupted', { outcome: 'interrupted', score: null }],
  ] as const)('from within an attempt that the log calls %s makes it a scored one', (_name, how) => {
    const run = logged(start('a', 10), end(20, how));
    expect(taken(run, [file('a', '1', 19)]).run.tasks).toMatchObject([
      { outcome: 'scored', score: 1, success: true },
    ]);
    expect(taken(run, [file('a', '1', 5)]).effects).toEqual([]);
    expect(taken(run, [file('a', '1', 30)]).effects).toEqual([]);
  });

  it('with a zero leaves a task that raised by the log an exception', () => {
    for (const message of ['list index out of range', null]) {
      const run = logged(start('a', 0), end(2, { ...raised, message }));
      expect(taken(run, [file('a', '0.0', 2)]).effects).toEqual([]);
      expect(countsOf(run)).toMatchObject({ scored: 0 });
    }
  });

  it('gets the reason of its zero later, which explains the exception once', () => {
    const zero = file('a', '0.0', 2);
    const run = logged(start('a', 0), end(2, { score: 0 }));
    const crashed = taken(run, [{ ...zero, raised: '' }]);
    expect(toldOf(crashed)).toEqual(['corrected a 0 null']);
    expect(crashed.run.tasks[0]).toMatchObject({ outcome: 'exception', message: null });
    const explained = taken(crashed.run, [{ ...zero, raised: 'Fatal error: x' }]);
    expect(explained.run.tasks[0]).toMatchObject({ outcome: 'exception', message: 'Fatal error: x' });
    expect(taken(explained.run, [{ ...zero, raised: 'Fatal error: x' }]).effects).toEqual([]);
  });

  it('of the first attempt is not that of the second', () => {
    const run = logged(start('a', 0), end(2, { score: 1 }), start('a', 30));
    expect(taken(run, [file('a', '1', 2)]).effects).toEqual([]);
  });

  it('with a reason beside a zero tells that the task raised, which is no score', () => {
    const crash = (taskId: string, text: string, minutes: number) => ({
      ...file(taskId, text, minutes),
      raised: `${taskId} has failed`,
    });
    const run = logged(start('a', 0), end(2, { score: 0 }), start('b', 2), end(4, raised), start('c', 4));
    const files = [crash('a', '0.0', 2), crash('b', '0', 4), crash('c', '0.0\n', 6)];
    const told = taken(run, files);
    expect(toldOf(told)).toEqual(['corrected a 0 null', 'corrected b null null', 'task c 1 exception']);
    const messages = told.effects.map((effect) => ('task' in effect ? effect.task.message : null));
    expect(messages).toEqual(['a has failed', 'b has failed', 'c has failed']);
    expect(countsOf(told.run)).toMatchObject({ tasksCompleted: 3, scored: 0, scoreSum: 0 });
    expect(taken(told.run, files).effects).toEqual([]);
    // What was scored in spite of it counts.
    expect(toldOf(taken(run, [crash('c', '0.5', 6)]))).toEqual(['task c 1 scored']);
  });

  it.each([
    ['eval_result.txt', '100', ['task a 1 scored'], 1],
    ['eval_result.txt', '40', ['task a 1 scored'], 0.4],
    ['eval_result.txt', 'eval_failed', ['task a 1 exception'], null],
    ['fail.flag', '', ['task a 1 exception'], null],
    ['eval_result.txt', '', [], null],
    ['eval_result.txt', '-1', [], null],
    ['eval_result.txt', '101', [], null],
    ['eval_result.txt', '999', [], null],
    ['eval_result.txt', '1000', [], null],
  ])('of macOSWorld, %s with %j, is a percentage or no score', (name, text, what, score) => {
    const result = { ...file('a', text, 3), path: `/results/clock/a/${name}` };
    const told = taken(logged(start('a', 0)), [result]);
    expect(toldOf(told)).toEqual(what);
    expect(told.run.tasks[0]?.score).toBe(score);
  });

  it('of one try of several is of the attempt that ended when it was written', () => {
    const tryOf = (sample: number, text: string, minutes: number) => ({
      ...file('a', text, minutes),
      sample,
    });
    const run = logged(
      start('a', 0),
      end(2, { score: 1 }),
      start('a', 2),
      end(4, { score: 0 }),
      start('a', 4),
    );
    expect(taken(run, [tryOf(0, '1.0', 2), tryOf(1, '0.0', 4)]).effects).toEqual([]);
    const told = taken(run, [tryOf(0, '0.5', 2), tryOf(1, '0.0', 4), tryOf(2, '1.0', 9)]);
    expect(toldOf(told)).toEqual(['corrected a 1 0.5', 'task a 3 scored']);
    expect(told.run.tasks.map(({ attempt, score }) => [attempt, score])).toEqual([
      [1, 0.5],
      [2, 0],
      [3, 1],
    ]);
  });

  it('below no folder of a domain is of the task that the log names', () => {
    const run = logged(start('a', 0), end(2, { score: 1 }), start('b', 2), end(4));
    const above = (taskId: string, text: string, minutes: number) =>
      file(taskId, text, minutes, 'result_20260708');
    expect(taken(run, [above('a', '1.0', 2), above('b', '1.0', 4)]).effects).toEqual([]);
    const told = taken(run, [above('a', '0.5', 2)]);
    expect(toldOf(told)).toEqual(['corrected a 1 0.5']);
    expect(told.run.tasks).toHaveLength(2);
  });

  it('of one try within an attempt is not the result of all', () => {
    const run = logged(start('a', 0), end(2, { score: 1 }), start('b', 8));
    const tries = [
      { ...file('a', '1.0', 2), sample: 1 },
      { ...file('a', '0.0', 8), sample: 2 },
    ];
    expect(taken(run, tries).effects).toEqual([]);
    expect(toldOf(taken(run, [...tries, file('a', '0.5', 8)]))).toEqual(['corrected a 1 0.5']);
  });

  it('does not wake a run that is over, and is not of it when it comes later', () => {
    const dead = logged(start('a', 0), over('crashed', 5));
    const told = taken(dead, [file('a', '1', 5), file('b', '1', 5), file('c', '1', 10)]);
    expect(told.run.state).toBe('crashed');
    expect(attempts(told.run)).toEqual([
      ['a', 1, 'scored'],
      ['b', 1, 'scored'],
    ]);
  });

  it('that is none is left alone: logs, summaries, the example of OSWorld', () => {
    const { run } = foldAll([begin('first')]);
    const none = [file('onboard', '1', 3), file('a', '1', 3, 'logs'), file('results', '1', 3, 'summary')];
    expect(taken(run, none).effects).toEqual([]);
    expect(toldOf(taken(run, [file('a', '1', 3)]))).toEqual(['task a 1 scored']);
  });

  it('is judged when it is known which run has begun', () => {
    const held = foldAll([
      begin('first'),
      list('a', 'b'),
      start('a', 0),
      end(2),
      over('crashed', 3),
      begin('second', 4),
    ]).run;
    expect(held.next).not.toBeNull();
    expect(taken(held, [file('b', '1', 3)]).effects).toEqual([]);
  });
});

describe('results of which no log tells', () => {
  const silentAfterMs = 15 * minute;
  const follow = (run: RunState | null, files: readonly ResultFile[], nowMinutes: number) => {
    const events = reconcile(run, files, { nowMs: at(nowMinutes), silentAfterMs });
    return run === null && events.length === 0 ? null : foldAll(events, run);
  };

  it('begin a run, are its tasks, and end it with their silence', () => {
    const files = [file('a', '1', 0), file('b', '0.5', 9)];
    const first = follow(null, files.slice(0, 1), 1) ?? never();
    expect(toldOf(first)).toEqual([expect.stringMatching(/^begins vm-results-20260128-/), 'task a 1 scored']);
    const second = follow(first.run, files, 10) ?? never();
    expect(toldOf(second)).toEqual(['task b 1 scored']);
    expect(follow(second.run, files, 20)?.effects).toEqual([]);
    const last = follow(second.run, files, 25) ?? never();
    expect(last.run).toMatchObject({ state: 'finished', endedAt: at(9), dialect: 'results' });
    expect(follow(last.run, files, 26)?.effects).toEqual([]);
  });

  it('make two runs where there was a long silence between them, and a second attempt where one is written anew', () => {
    const first = follow(null, [file('a', '1', 0)], 1)?.run ?? never();
    const again = follow(first, [file('a', '0', 5)], 6) ?? never();
    expect(toldOf(again)).toEqual(['task a 2 scored']);
    const later = follow(again.run, [file('a', '0', 5), file('b', '1', 40)], 41) ?? never();
    expect(toldOf(later)).toEqual([
      expect.stringMatching(/^ends .* finished$/),
      expect.stringMatching(/^begins /),
      'task b 1 scored',
    ]);
  });

  it('are exceptions where the reason of one lies beside a zero', () => {
    const files = [file('a', '1.0', 0), { ...file('b', '0.0', 1), raised: 'Fatal error: gone' }];
    const first = follow(null, files, 2) ?? never();
    expect(toldOf(first).slice(1)).toEqual(['task a 1 scored', 'task b 1 exception']);
    const [, , crash] = first.effects;
    expect(crash).toMatchObject({ task: { taskId: 'b', message: 'Fatal error: gone' } });
    expect(countsOf(first.run)).toMatchObject({ tasksCompleted: 2, scored: 1, scoreSum: 1 });
    expect(follow(first.run, files, 3)?.effects).toEqual([]);
  });

  it('become exceptions when the reason comes behind the zero, of each try its own', () => {
    const crash = { raised: 'Fatal error: gone' };
    const first = follow(null, [file('a', '0.0', 0), file('b', '0.0', 1)], 2) ?? never();
    const late = follow(first.run, [file('a', '0.0', 0), { ...file('b', '0.0', 1), ...crash }], 3) ?? never();
    expect(toldOf(late)).toEqual(['corrected b 0 null']);
    expect(late.run.tasks.map(({ outcome }) => outcome)).toEqual(['scored', 'exception']);
    const tries = [0, 1, 2].map((sample) => ({ ...file('a', '0.0', 3), sample }));
    const all = follow(null, tries, 4) ?? never();
    const one =
      follow(all.run, [tries[0], { ...tries[1], ...crash }, tries[2]] as ResultFile[], 5) ?? never();
    expect(one.run.tasks.map(({ outcome }) => outcome)).toEqual(['scored', 'exception', 'scored']);
    expect(
      follow(one.run, [tries[0], { ...tries[1], ...crash }, tries[2]] as ResultFile[], 6)?.effects,
    ).toEqual([]);
  });

  it('of two models that lie side by side correct none of each other', () => {
    const both = [file('a', '0.0', 0), { ...file('a', '1.0', 3), path: '/other/a/result.txt' }];
    const first = follow(null, both, 4) ?? never();
    expect(toldOf(first).slice(1)).toEqual(['task a 1 scored', 'task a 2 scored']);
    expect(follow(first.run, both, 5)?.effects).toEqual([]);
  });

  it.each([0, 2])('of two models are never corrected if they are %i s apart', (seconds) => {
    const one = file('a', '0.0', 0);
    const other = { ...file('a', '1.0', seconds / 60), path: '/other/a/result.txt' };
    const both = follow(null, [one, other], 1) ?? never();
    const singly = follow(follow(null, [one], 1)?.run ?? never(), [one, other], 2) ?? never();
    for (const { run } of [both, singly]) expect(follow(run, [one, other], 3)?.effects).toEqual([]);
    expect(follow(both.run, [one], 3)?.effects).toEqual([]);
  });

  it('of a task that is played several times are its attempts, each once', () => {
    const tries = [0, 1, 2].map((sample) => ({ ...file('a', sample === 1 ? '0.0' : '1.0', 3), sample }));
    const first = follow(null, tries.slice(0, 2), 4) ?? never();
    expect(toldOf(first).slice(1)).toEqual(['task a 1 scored', 'task a 2 scored']);
    const second = follow(first.run, tries, 5) ?? never();
    expect(toldOf(second)).toEqual(['task a 3 scored']);
    expect(second.run.tasks.map(({ score }) => score)).toEqual([1, 0, 1]);
    expect(follow(second.run, tries, 6)?.effects).toEqual([]);
  });

  it('of old are history; those that came one after the other up to now are of the run that is on', () => {
    expect(follow(null, [file('a', '1', -500), file('b', '1', -100)], 0)).toBeNull();
    const on = follow(null, [file('a', '1', -500), file('b', '1', -20), file('c', '1', -8)], 0) ?? never();
    expect(attempts(on.run).map(([id]) => id)).toEqual(['b', 'c']);
  });

  it('of a logged run that is over begin none', () => {
    const run = logged(start('a', 0), end(2), over('finished', 3));
    expect(follow(run, [file('a', '1', 2)], 4)?.effects).toEqual([]);
    expect(follow(run, [file('a', '1', 2), file('b', '1', 6)], 7)?.run.dialect).toBe('results');
  });
});

it('never tells an attempt twice, whichever of log and file comes first', () => {
  const ids = ['a', 'b', 'c'];
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('log' as const),
      id: fc.constantFrom(...ids),
      score: fc.constantFrom(0, 0.5, 1),
    }),
    fc.record({
      kind: fc.constant('file' as const),
      id: fc.constantFrom(...ids),
      score: fc.constantFrom(0, 0.5, 1),
    }),
    fc.record({ kind: fc.constant('begin' as const), id: fc.constantFrom(...ids) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const events = steps.map((one, index) => {
        if (one.kind === 'begin') return start(one.id, index);
        return one.kind === 'log'
          ? end(index, { taskId: one.id, score: one.score })
          : fromFile(one.id, one.score, index);
      });
      const { run, effects } = foldAll([begin('first'), list(...ids), ...events]);
      const told = effects.flatMap((effect) =>
        effect.type === 'task_ended' ? [`${effect.task.taskId} ${String(effect.task.attempt)}`] : [],
      );
      expect(new Set(told).size).toBe(told.length);
      const ended = run.tasks.filter((task) => task.outcome !== null);
      expect(told.toSorted()).toEqual(
        ended.map((task) => `${task.taskId} ${String(task.attempt)}`).toSorted(),
      );
    }),
  );
});

function never(): never {
  throw new Error('it is not there');
}
