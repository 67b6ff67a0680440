import { describe, expect, it } from 'vitest';
import { countsOf, progressOf, type RunState } from '../../../src/main/engine/run/index.ts';
import type { RunEvent } from '../../../src/main/engine/run/model.ts';
import { endRun } from '../../../src/main/engine/run/run-end.ts';
import { restoreRun } from '../../../src/main/engine/run/run-birth.ts';
import { reduceRun } from '../../../src/main/engine/run/run-state.ts';
import { identity } from './support.ts';

const minute = 60_000;
const startedAt = Date.UTC(2026, 0, 28);

function runOf(...events: readonly RunEvent[]): RunState {
  const begin: RunEvent = { type: 'run_started', at: startedAt, dialect: 'waa', key: 'offset-0' };
  const run = [begin, ...events].reduce<RunState | null>(
    (state, event) => reduceRun(state, event, identity).run,
    null,
  );
  if (run === null) throw new Error('no run');
  return run;
}

const planned = (totalTasks: number): RunEvent => ({
  type: 'run_planned',
  at: startedAt,
  totalTasks,
  tasks: null,
});
const started = (taskId: string, atMinutes: number, domain: string | null = 'clock'): RunEvent => ({
  type: 'task_started',
  at: startedAt + atMinutes * minute,
  worker: 'w',
  domain,
  taskId,
});
function ended(
  atMinutes: number | null,
  end: Partial<Extract<RunEvent, { type: 'task_ended' }>> = {},
): RunEvent {
  const at = atMinutes === null ? null : startedAt + atMinutes * minute;
  const usual = {
    taskId: null,
    domain: null,
    outcome: 'scored',
    score: 1,
    verdict: null,
    message: null,
  } as const;
  return { type: 'task_ended', at, worker: 'w', ...usual, ...end };
}
/** Tasks of these lengths, one after the other. */
function tasksOf(...minutes: number[]): RunEvent[] {
  let now = 0;
  return minutes.flatMap((length, index) => {
    const begin = started(String(index), now);
    now += length;
    return [begin, ended(now)];
  });
}

describe('a run', () => {
  it('begins once, however often its first line is read', () => {
    const run = runOf(planned(3));
    const again: RunEvent = { type: 'run_started', at: startedAt, dialect: 'waa', key: 'offset-0' };
    expect(reduceRun(run, again, identity)).toEqual({ run, effects: [] });
  });

  it('takes the verdict of the benchmark over its score, and the threshold where there is none', () => {
    const success = (end: Parameters<typeof ended>[1], successThreshold = 1) =>
      reduceRun(runOf(started('a', 0)), ended(1, end), { ...identity, successThreshold }).run?.tasks[0]
        ?.success;
    expect(success({ score: 0, verdict: true })).toBe(true);
    expect(success({ score: 1, verdict: false })).toBe(false);
    expect(success({ score: 0.5 })).toBe(false);
    expect(success({ score: 0.5 }, 0.5)).toBe(true);
    expect(success({ score: null })).toBe(false);
    expect(success({ outcome: 'exception', score: null })).toBe(false);
  });

  it('knows which thresholds decided its tasks, in the order of their use', () => {
    const decide = (run: RunState | null, successThreshold: number, end: Parameters<typeof ended>[1]) => {
      const begun = reduceRun(run, started(`${successThreshold} ${JSON.stringify(end)}`, 0), identity).run;
      return reduceRun(begun, ended(1, end), { ...identity, successThreshold }).run;
    };
    const byVerdict = decide(runOf(planned(9)), 0.9, { verdict: true });
    expect(byVerdict?.successThresholds).toEqual([]);
    expect(decide(byVerdict, 0.9, { outcome: 'exception', score: null })?.successThresholds).toEqual([]);
    const changed = [0.5, 0.5, 1, 0.5].reduce((run, threshold) => decide(run, threshold, {}), byVerdict);
    expect(changed?.successThresholds).toEqual([0.5, 1]);
    const corrected = { at: null, taskId: 'x', domain: null, outcome: 'scored', message: null } as const;
    const byFile = (score: number | null) =>
      reduceRun(
        runOf(planned(9)),
        { ...corrected, type: 'task_corrected', score },
        { ...identity, successThreshold: 0.25 },
      ).run?.successThresholds;
    expect([byFile(1), byFile(null)]).toEqual([[0.25], []]);
    // An older version decided the first tasks.
    const { successThresholds: _, ...old } = runOf(planned(9));
    expect(decide(restoreRun(old), 1, {})).not.toHaveProperty('successThresholds');
  });

  it('counts scored, raised and lost tasks, not interrupted ones, and a repeated task once', () => {
    const run = runOf(
      planned(6),
      started('a', 0),
      ended(1, { score: 0.1 }),
      started('b', 1),
      ended(2, { outcome: 'exception', score: null }),
      started('c', 2),
      ended(3, { outcome: 'lost', score: null }),
      started('d', 3),
      ended(4, { outcome: 'interrupted', score: null }),
      started('b', 4),
      ended(5, { score: 0.2 }),
      started('e', 5),
    );
    expect(countsOf(run)).toEqual({
      tasksCompleted: 3,
      succeeded: 0,
      scored: 2,
      scoredSucceeded: 0,
      scoreSum: 0.3,
    });
    expect(run.tasks.map((task) => task.attempt)).toEqual([1, 1, 1, 1, 2, 1]);
    const progress = progressOf(run, 'vm', startedAt, false);
    expect([progress.success_rate_evaluated, progress.success_rate_planned]).toEqual([0.15, 0.05]);
    expect(progress).toMatchObject({ tasks_scored: 2, mean_score: 0.15, pass_rate: 0 });
  });

  it('keeps attempts unique when their domain comes to light at the end', () => {
    const end = { domain: 'clock' };
    const run = runOf(started('a', 0, null), ended(1, end), started('a', 1, null), ended(2, end));
    expect(run.tasks.map((task) => [task.domain, task.attempt])).toEqual([
      ['clock', 1],
      ['clock', 2],
    ]);
  });

  it('ignores what belongs to no task and to no run', () => {
    expect(reduceRun(null, started('a', 0), identity)).toEqual({ run: null, effects: [] });
    expect(reduceRun(runOf(), ended(1), identity).effects).toEqual([]);
    expect(reduceRun(runOf(started('a', 0)), ended(1, { taskId: 'b' }), identity).effects).toEqual([]);
  });

  it('that is gone without a word ends what it was at, once', () => {
    const run = runOf(started('a', 0), ended(1), started('b', 1));
    const { run: over, effects } = endRun(run, 'crashed', startedAt + 5 * minute, 'the process is gone');
    expect(effects.map((effect) => effect.type)).toEqual(['task_ended', 'run_ended']);
    expect(over).toMatchObject({
      state: 'crashed',
      endedAt: startedAt + 5 * minute,
      endMessage: 'the process is gone',
    });
    expect(over.tasks[1]).toMatchObject({ outcome: 'interrupted', endedAt: startedAt + 5 * minute });
    expect(endRun(over, 'crashed', 0).effects).toEqual([]);
  });

  it('that was taken for dead goes on when its log does', () => {
    const { run: dead } = endRun(
      runOf(started('a', 0)),
      'crashed',
      startedAt + minute,
      'the process is gone',
    );
    const { run } = reduceRun(dead, started('b', 2), identity);
    expect(run).toMatchObject({ state: 'running', endedAt: null, endMessage: null });
    expect(run?.tasks.map((task) => task.outcome)).toEqual(['interrupted', null]);
  });

  it('ends at its last sign of life where the log tells no time', () => {
    const run = runOf(started('a', 3));
    expect(endRun(run, 'interrupted', null).run.endedAt).toBe(startedAt + 3 * minute);
  });
});

describe('the time that is left', () => {
  const eta = (nowMinutes: number, ...events: RunEvent[]) =>
    progressOf(runOf(...events), 'vm', startedAt + nowMinutes * minute, false).eta_seconds;

  it('is unknown before three tasks are done, without a plan, when nothing runs, and of a run that stalls', () => {
    expect(eta(36, planned(10), ...tasksOf(33, 3))).toBeNull();
    expect(eta(9, ...tasksOf(3, 3, 3))).toBeNull();
    expect(progressOf(runOf(planned(10), ...tasksOf(3, 3, 3)), 'vm', startedAt, true).eta_seconds).toBeNull();
    const over: RunEvent = {
      type: 'run_ended',
      at: null,
      state: 'finished',
      averageScore: null,
      message: null,
    };
    expect(eta(9, planned(10), ...tasksOf(3, 3, 3), over)).toBeNull();
  });

  it('is not ruled by a first task of 33 minutes', () => {
    expect(eta(43, planned(154), ...tasksOf(33, 3, 4, 3))).toBe(Math.round((150 * 10 * 60) / 3));
  });

  it('takes long tasks into account that are no exception', () => {
    expect(eta(18, planned(8), ...tasksOf(2, 4, 4, 8))).toBe(4 * 4.5 * 60);
  });

  it('shrinks while a task is on, and never below the tasks behind it', () => {
    const events = [planned(5), ...tasksOf(4, 4, 4), started('now', 12)];
    expect(eta(12, ...events)).toBe(8 * 60);
    expect(eta(14, ...events)).toBe(6 * 60);
    expect(eta(60, ...events)).toBe(4 * 60);
  });

  it('is unknown while the tasks are too different to tell', () => {
    expect(eta(16, planned(9), ...tasksOf(1, 1, 14))).toBeNull();
    expect(eta(31, planned(9), ...tasksOf(1, 10, 10, 10))).not.toBeNull();
  });

  it('knows what a task of each domain takes', () => {
    const plan = ['os', 'os', 'os', 'os', 'vlc', 'vlc', 'vlc', 'vlc', 'vlc'];
    const lengths = [2, 2, 2, 10, 10, 10];
    const order = ['os', 'os', 'os', 'vlc', 'vlc', 'vlc'];
    let now = 0;
    const events = lengths.flatMap((length, index) => {
      const begin = started(`t${String(index)}`, now, order[index]);
      now += length;
      return [begin, ended(now)];
    });
    const list: RunEvent = {
      type: 'run_planned',
      at: startedAt,
      totalTasks: plan.length,
      tasks: plan.map((domain, index) => ({ domain, taskId: `t${String(index)}` })),
    };
    expect(eta(36, list, ...events)).toBe((2 + 10 + 10) * 60);
  });

  it('counts what happens between two tasks, and lets several workers share what is left', () => {
    const both = (taskId: string, from: number, to: number, worker: string): RunEvent[] => [
      { ...started(taskId, from), worker } as RunEvent,
      { ...ended(to), worker } as RunEvent,
    ];
    // A container that restarts for three minutes before each task.
    const restarting = [...both('a', 0, 2, 'w'), ...both('b', 5, 7, 'w'), ...both('c', 10, 12, 'w')];
    expect(eta(12, planned(6), ...restarting)).toBe(3 * 4 * 60);
    const shared = ['a', 'b', 'c', 'd'].flatMap((id, index) =>
      both(id, index < 2 ? 0 : 4, index < 2 ? 4 : 8, `w${String(index % 2)}`),
    );
    expect(eta(8, planned(8), ...shared)).toBe(2 * 4 * 60);
  });
});

describe('progress', () => {
  it('is stalled only while the run is on', () => {
    const run = runOf(started('a', 0));
    expect(progressOf(run, 'vm', startedAt, true).state).toBe('stalled');
    expect(progressOf(endRun(run, 'crashed', startedAt).run, 'vm', startedAt, true)).toMatchObject({
      state: 'crashed',
      current_task: null,
    });
  });

  it('has no task, step or rate before the first task', () => {
    expect(progressOf(runOf(), 'vm', startedAt, false)).toMatchObject({
      tasks_completed: 0,
      total_tasks: 0,
      current_task: null,
      current_step: 0,
      success_rate_evaluated: null,
      success_rate_planned: null,
    });
  });
});
