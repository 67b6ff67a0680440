import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countsOf, progressOf } from '../../../src/main/engine/run/index.ts';
import type { RunEvent } from '../../../src/main/engine/run/model.ts';
import { endRun } from '../../../src/main/engine/run/run-end.ts';
import {
  attempts,
  begin,
  count,
  end,
  foldAll,
  list,
  over,
  raised,
  start,
  toldOf,
  type Folded,
} from './run-events.ts';

/** A run of a to d: a is scored, b raised an exception, c was on. */
const stopped = [
  begin('first'),
  list('a', 'b', 'c', 'd'),
  start('a', 0),
  end(2),
  start('b', 2),
  end(3, raised),
  start('c', 3),
];
const runIds = ({ effects }: Folded) =>
  effects.flatMap((effect) => (effect.type === 'run_started' ? [effect.run.runId] : []));

describe('a start behind a run that did not finish', () => {
  it('is that run going on, when it plans what has no result yet', () => {
    const folded = foldAll([
      ...stopped,
      begin('second', 60),
      list('b', 'c', 'd'),
      start('b', 61),
      end(62),
      start('c', 62),
    ]);
    expect(toldOf(folded)).toEqual([
      'begins vm-first',
      'task a 1 scored',
      'task b 1 exception',
      'task c 1 interrupted',
      'task b 2 scored',
    ]);
    expect(folded.run).toMatchObject({ runId: 'vm-first', state: 'running', totalTasks: 4, next: null });
    expect(attempts(folded.run).slice(2)).toEqual([
      ['c', 1, 'interrupted'],
      ['b', 2, 'scored'],
      ['c', 2, null],
    ]);
    // The night between the two starts is no silence of this run.
    expect(Math.max(...folded.run.pauses)).toBeLessThan(5 * 60_000);
  });

  it.each([
    ['was cancelled', over('interrupted', 4)],
    ['crashed', over('crashed', 4)],
  ])('goes on with a run that %s', (_how, ended) => {
    const { run } = foldAll([...stopped, ended, begin('second', 60), list('b', 'c', 'd')]);
    expect(run).toMatchObject({ runId: 'vm-first', state: 'running', endedAt: null, endMessage: null });
  });

  it('may plan a part of what is left, and only that', () => {
    const behind = (...ids: string[]) => runIds(foldAll([...stopped, begin('second', 60), list(...ids)]));
    expect(behind('d')).toEqual(['vm-first']);
    expect(behind('d', 'e')).toEqual(['vm-first', 'vm-second']);
    expect(behind('a', 'b', 'c', 'd')).toEqual(['vm-first', 'vm-second']);
  });

  it('is another run behind one that finished, has no result, or is of another kind', () => {
    const behind = (before: readonly RunEvent[], dialect = 'waa') =>
      runIds(foldAll([...before, begin('second', 60, dialect), list('b', 'c')]));
    expect(behind([...stopped, over('finished', 5)])).toEqual(['vm-first', 'vm-second']);
    expect(behind([begin('first'), list('b', 'c'), start('b', 0), end(1, raised)])).toEqual([
      'vm-first',
      'vm-second',
    ]);
    expect(behind(stopped, 'osworld')).toEqual(['vm-first', 'vm-second']);
  });

  it('ends the former when it is another run, and what that was at', () => {
    expect(toldOf(foldAll([...stopped, begin('second', 60), list('x', 'y')])).slice(3)).toEqual([
      'task c 1 interrupted',
      'ends vm-first interrupted',
      'begins vm-second',
    ]);
  });

  it('is decided by a number where there is no list, and by the first task where there is nothing', () => {
    const behind = (...events: RunEvent[]) => runIds(foldAll([...stopped, begin('second', 60), ...events]));
    expect(behind(count(3))).toEqual(['vm-first']);
    expect(behind(count(4))).toEqual(['vm-first', 'vm-second']);
    expect(behind(start('b', 61))).toEqual(['vm-first', 'vm-second']);
    const byDomain: RunEvent = {
      type: 'run_planned',
      at: null,
      totalTasks: 3,
      tasks: null,
      domains: [{ domain: 'clock', tasks: 3 }],
    };
    expect(behind(byDomain)).toEqual(['vm-first']);
    expect(behind(byDomain, start('b', 61))).toEqual(['vm-first']);
    expect(behind(byDomain, list('b', 'x', 'y'))).toEqual(['vm-first', 'vm-second']);
    expect(behind()).toEqual(['vm-first']);
  });

  it('that never came to a plan gives way to the next one', () => {
    const folded = foldAll([...stopped, begin('second', 60), begin('third', 61), list('b', 'c', 'd')]);
    expect(runIds(folded)).toEqual(['vm-first']);
    expect(folded.run.parts.map(({ runId }) => runId)).toEqual(['vm-first', 'vm-third']);
  });

  it('that dies before it shows a plan is a run that crashed', () => {
    const { run } = foldAll([...stopped, begin('second', 60)]);
    const { run: dead, effects } = endRun(run, 'crashed', null);
    expect(dead).toMatchObject({ runId: 'vm-second', state: 'crashed', tasks: [] });
    expect(effects.map(({ type }) => type)).toEqual(['task_ended', 'run_ended', 'run_started', 'run_ended']);
  });

  it('counts a plan of what is left as a part of the whole', () => {
    const { run } = foldAll([
      begin('first', 0, 'openadapt'),
      count(30),
      ...['a', 'b', 'c'].flatMap((id) => [start(id), end()]),
      begin('second', null, 'openadapt'),
      count(27),
      { ...count(27), completedTasks: 2 } as RunEvent,
    ]);
    expect(run.totalTasks).toBe(30);
    expect(countsOf(run).tasksCompleted).toBe(5);
  });
});

describe('a beginning that is read again', () => {
  it('brings the run back to where it was then, in a second copy of the log', () => {
    const whole = [...stopped, begin('second', 60), list('b', 'c', 'd'), start('b', 61), end(62)];
    const once = foldAll(whole);
    for (const from of [
      0,
      whole.findIndex((event) => event.type === 'run_started' && event.key === 'second'),
    ]) {
      const again = foldAll(whole.slice(from), once.run);
      expect(attempts(again.run)).toEqual(attempts(once.run));
      expect(countsOf(again.run)).toEqual(countsOf(once.run));
      expect(again.effects.filter(({ type }) => type !== 'task_ended')).toEqual([]);
    }
  });
});

describe('a process that is gone', () => {
  it('has finished its run when all that was planned is over, whatever its log says', () => {
    const whole = foldAll([
      begin('first'),
      list('a', 'b'),
      start('a', 0),
      end(1),
      start('b', 1),
      end(2, raised),
    ]).run;
    expect(endRun(whole, 'crashed', null).run).toMatchObject({ state: 'finished', endMessage: null });
    const half = foldAll([begin('first'), list('a', 'b'), start('a', 0), end(1)]).run;
    expect(endRun(half, 'crashed', null).run.state).toBe('crashed');
    const unplanned = foldAll([begin('first'), start('a', 0), end(1)]).run;
    expect(endRun(unplanned, 'crashed', null).run.state).toBe('crashed');
  });
});

const outcome = fc.constantFrom<'scored' | 'exception'>('scored', 'exception');

it('comes to the same record wherever it is stopped and goes on', () => {
  const tasks = fc.array(fc.tuple(outcome, fc.constantFrom(0, 0.5, 1)), { minLength: 2, maxLength: 12 });
  fc.assert(
    fc.property(tasks, fc.nat(), fc.boolean(), fc.boolean(), (plan, cut, isMidTask, says) => {
      const named = plan.map(([result, score], index) => ({ id: `t${String(index)}`, result, score }));
      const play = ({ id, result, score }: (typeof named)[number]): RunEvent[] => [
        start(id),
        end(null, result === 'scored' ? { score } : raised),
      ];
      const ids = named.map(({ id }) => id);
      const stopAt = cut % named.length;
      const before = named.slice(0, stopAt);
      // What has no result is planned again; what raised then ends as it did before.
      const left = named.filter(({ result }, index) => index >= stopAt || result === 'exception');
      const straight = foldAll([begin('first'), list(...ids), ...named.flatMap(play), over('finished')]).run;
      const broken = foldAll([
        begin('first'),
        list(...ids),
        ...before.flatMap(play),
        ...(isMidTask ? [start(ids[stopAt] ?? '')] : []),
        ...(says ? [over('interrupted')] : []),
        begin('second'),
        list(...left.map(({ id }) => id)),
        ...left.flatMap(play),
        over('finished'),
      ]).run;
      // Without a result, it is the benchmark itself that begins anew.
      if (!before.some(({ result }) => result === 'scored')) expect(broken.runId).toBe('vm-second');
      else expect(broken.runId).toBe('vm-first');
      expect(countsOf(broken)).toEqual(countsOf(straight));
      const told = (run: typeof straight) => ({ ...progressOf(run, 'vm', 0, false), run_id: '' });
      expect(told(broken)).toEqual(told(straight));
    }),
  );
});
