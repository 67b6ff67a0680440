/** Comparing two runs of the history over HTTP. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ComparisonView } from '../../../src/shared/comparison.ts';
import { runOf, startMs, taskOf } from '../../unit/feed/fixtures.ts';
import { expectDescribed } from './described.ts';
import { ask, startTestServer, type TestServer } from './support.ts';

let running: TestServer;
beforeAll(async () => {
  running = await startTestServer();
  const { feed } = running;
  const addRun = (runId: string, day: number, scores: readonly number[], changes = {}) =>
    feed.commit({
      vm: 'vm-a',
      at: startMs,
      runs: [runOf(runId, { startedAt: startMs + day * 86_400_000, state: 'finished', ...changes })],
      tasks: scores.map((score, index) => ({
        record: taskOf(`t${index}`, {
          ...{ runId, score, success: score === 1 },
          domain: index < 2 ? 'clock' : 'vlc',
          instruction: index === 0 ? 'Set an alarm.' : null,
        }),
        tell: false,
      })),
    });
  addRun('tuesday', 1, [0, 1, 1, 0]);
  addRun('wednesday', 2, [1, 1, 0.5, 1, 1]);
  addRun('lone', 3, [1], { dialect: 'osworld' });
  addRun('on', 4, [1, 1, 1], { state: 'running', tasksCompleted: 3 });
});
afterAll(() => running.stop());

const get = (query: string) => ask(`${running.server.url}/api/compare${query}`);
const compared = async (query: string) => JSON.parse((await get(query)).text) as ComparisonView;

describe('GET /api/compare', () => {
  it('compares two runs task by task, in the form that is described', async () => {
    const answer = await get('?a=tuesday&b=wednesday');
    expectDescribed('/api/compare', answer);
    const comparison = JSON.parse(answer.text) as ComparisonView;
    expect(comparison).toMatchObject({
      a: { run_id: 'tuesday', vm: 'vm-a', benchmark: 'waa', state: 'finished' },
      b: { run_id: 'wednesday' },
      sentence: 'B is better by 37.5 points over 4 common tasks; the difference is not decisive, p = 1.',
      decisive: false,
      notes: [],
      attempt: 'first',
      counts: { improved: 2, regressed: 1, same: 1, invalid: 0, only_a: 0, only_b: 1 },
      common: 4,
      compared: 4,
      mean_score: { a: { count: 4, value: 0.5 }, b: { count: 4, value: 0.875 }, delta: 0.375 },
      pass_rate: { a: { value: 0.5 }, b: { value: 0.75 }, delta: 0.25 },
      mcnemar: { p: 1, passed_only_a: 1, passed_only_b: 2 },
    });
    expect(comparison.mean_score_delta_interval?.low).toBeLessThan(0.375);
    expect(comparison.domains.map(({ domain, counts }) => [domain, counts.improved])).toEqual([
      ['clock', 1],
      ['vlc', 1],
    ]);
    expect(comparison.improved[0]).toEqual({
      task_id: 't0',
      domain: 'clock',
      instruction: 'Set an alarm.',
      change: 'improved',
      a: {
        ...{ task_id: 't0', domain: 'clock', attempt: 1, attempts: 1, outcome: 'scored' },
        ...{ score: 0, success: false, steps: 7, duration_seconds: 12.5 },
      },
      b: {
        ...{ task_id: 't0', domain: 'clock', attempt: 1, attempts: 1, outcome: 'scored' },
        ...{ score: 1, success: true, steps: 7, duration_seconds: 12.5 },
      },
    });
    expect(comparison.only_b).toMatchObject([{ task_id: 't4', a: null, b: { score: 1 } }]);
  });

  it('says that a run is still on, and that both are the same', async () => {
    expect((await compared('?a=wednesday&b=on')).notes).toEqual([
      'B is still running: 3 of 30 tasks have ended, so the result may change.',
    ]);
    expect(await compared('?a=on&b=on')).toMatchObject({
      sentence: 'A and B are the same run, so nothing differs.',
      counts: { same: 3 },
      mcnemar: { p: 1 },
    });
  });

  it('finds the comparable run before by itself', async () => {
    expect((await compared('?b=wednesday')).a.run_id).toBe('tuesday');
    expect((await compared('?a=&b=on')).a.run_id).toBe('wednesday');
  });

  it.each([
    ['', 400, '"b" must be the id of a run'],
    ['?a=tuesday', 400, '"b" must be the id of a run'],
    ['?b=', 400, '"b" must be the id of a run, found ""'],
    ['?a=tuesday&b=wednesday&attempt=last', 400, '"attempt" must be "first" or "best", found "last"'],
    ['?a=none&b=wednesday', 404, 'There is no run "none".'],
    ['?a=tuesday&b=none', 404, 'There is no run "none".'],
    ['?b=lone', 404, 'No run before "lone" compares to it'],
  ])('refuses %j with %d', async (query, status, detail) => {
    const answer = await get(query);
    expect([answer.status, (JSON.parse(answer.text) as { detail: string }).detail]).toEqual([
      status,
      expect.stringContaining(detail),
    ]);
  });
});

describe('GET /api/runs?compare=before', () => {
  const listed = async (query: string) => {
    const answer = await ask(`${running.server.url}/api/runs?${query}`);
    expectDescribed('/api/runs', answer);
    return JSON.parse(answer.text) as readonly {
      readonly run_id: string;
      readonly compared_with?: unknown;
    }[];
  };

  it('says of each run how it differs from the comparable one before', async () => {
    const runs = await listed('state=finished&limit=3&compare=before');
    expect(runs.map(({ run_id, compared_with }) => [run_id, compared_with])).toEqual([
      ['lone', null],
      ['wednesday', { run_id: 'tuesday', improved: 2, regressed: 1, score_delta: 0.375, decisive: false }],
      ['tuesday', null],
    ]);
    expect((await listed('limit=3')).every((run) => !('compared_with' in run))).toBe(true);
  });
});
