/** The route to the steps of a task: what it answers, and what it refuses. */
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Result } from '../../../src/shared/result.ts';
import type { Screen, Screens, ScreensProblem, ScreenTask, TaskTexts } from '../../../src/shared/screens.ts';
import { keptLogOf } from '../../support/kept-log.ts';
import { until } from '../../support/wait.ts';
import { progressOf, runOf, startMs, taskOf } from '../../unit/feed/fixtures.ts';
import { entryOf, fileOf, linesOf } from '../../unit/run/steps/support.ts';
import { ask, startTestServer, type TestServer } from './support.ts';

const screenOf = (name: string, step: number | null, takenAt = startMs + 1_000): Screen => ({
  ...{ name, step, takenAt, sizeBytes: 7 },
});
const told = (changes: Partial<TaskTexts> = {}): Result<TaskTexts, ScreensProblem> => ({
  ok: true,
  value: { texts: [], screens: [], clockOffsetMs: 0, ...changes },
});
const trajectory = (...entries: readonly object[]) =>
  fileOf('traj.jsonl', linesOf(...entries), { modifiedAt: startMs + 12_000 });

let running: TestServer;
let asked: { task: ScreenTask; signal: AbortSignal }[];
let answer: Result<TaskTexts, ScreensProblem> | Promise<Result<TaskTexts, ScreensProblem>>;
/** Before each answer. */
let pause: () => Promise<void>;
const notAsked = () => Promise.reject(new Error('The route asks for texts only.'));
const screens: Screens = {
  list: notAsked,
  read: notAsked,
  async texts(task, signal) {
    asked.push({ task, signal });
    await pause();
    return answer;
  },
};

beforeEach(async () => {
  asked = [];
  answer = told();
  pause = () => Promise.resolve();
  running = await startTestServer({ screens: (vm) => (vm === 'vm-a' ? screens : null) });
  const hour = 3_600_000;
  const again = { startedAt: startMs + hour, endedAt: startMs + hour + 9_000 };
  const tasks = [
    taskOf('one', { domain: 'chrome', instruction: 'Log in with password: hunter22\u0007', steps: 2 }),
    taskOf('twice', { domain: 'chrome' }),
    taskOf('twice', {
      domain: 'chrome',
      attempt: 2,
      ...again,
      outcome: 'exception',
      score: null,
      success: false,
    }),
    taskOf('twice', { domain: 'vlc' }),
    taskOf('one', { domain: 'chrome', runId: 'run-b', vm: 'vm-b', score: 0, success: false }),
  ];
  running.feed.commit({
    vm: 'vm-a',
    at: startMs,
    runs: [runOf('run-1'), runOf('run-b', { vm: 'vm-b', startedAt: startMs - hour })],
    tasks: tasks.map((record) => ({ record, tell: false })),
  });
});
afterEach(() => running.stop());

const get = (path: string) => ask(`${running.server.url}/api/runs/${path}`);

interface StepsAnswer extends Record<string, unknown> {
  readonly steps: readonly Record<string, unknown>[];
}

async function stepsOf(path: string): Promise<StepsAnswer> {
  const { status, text } = await get(path);
  expect([status, text.slice(0, 300)]).toEqual([200, text.slice(0, 300)]);
  return JSON.parse(text) as StepsAnswer;
}

async function detailOf(path: string, status: number): Promise<string> {
  const refused = await get(path);
  expect([refused.status, refused.headers['content-type']]).toEqual([status, 'application/problem+json']);
  return (JSON.parse(refused.text) as { detail: string }).detail;
}

describe('the steps of a task', () => {
  it('are not read for those who hung up, which is no fault', async () => {
    const gate = Promise.withResolvers<undefined>();
    pause = () => gate.promise;
    const path = 'run-1/tasks/one/steps?domain=chrome';
    const first = Array.from({ length: 4 }, () => get(path));
    await until(() => asked.length >= 4, 'all places are taken');
    const waiting = request(`${running.server.url}/api/runs/${path}`);
    const closed = new Promise((resolve) => waiting.once('close', resolve));
    waiting.on('error', () => undefined).end();
    await until(() => waiting.writableFinished, 'the request is sent');
    // An answer that came later shows that the server has read it.
    await get('run-1');
    waiting.destroy();
    await closed;
    await get('run-1');
    gate.resolve(undefined);
    await Promise.all(first);
    expect((await get(path)).status).toBe(200);
    expect([asked.length, running.logged]).toEqual([5, []]);
  });

  it('do not take the memory of all who ask at once', async () => {
    let reading = 0;
    let most = 0;
    answer = told({ texts: [trajectory(entryOf(1))] });
    pause = async () => {
      reading += 1;
      most = Math.max(most, reading);
      await new Promise((resolve) => setTimeout(resolve, 5));
      reading -= 1;
    };
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => get('run-1/tasks/one/steps?domain=chrome')),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(most).toBeLessThanOrEqual(4);
  });

  it('have thought, action, time and screenshot, with the result and the other attempts at the task', async () => {
    const error = { Error: 'Exception in chrome/one', Exception: 'It is over.' };
    const [entry, next] = [entryOf(1), entryOf(2, { done: true, screenshot_file: 'gone.png' })];
    answer = told({
      texts: [trajectory(entry, next, { unknown: 1 }, error)],
      screens: [screenOf('step_0.png', 0), screenOf('step_1_20260128@225511.png', 1)],
    });
    const url = (name: string) =>
      `/api/runs/run-1/tasks/one/screens/${encodeURIComponent(name)}?domain=chrome&attempt=1`;
    const shot = { moment: 'after', width: null, height: null, size_bytes: 7, kept: false };
    expect(await stepsOf('run-1/tasks/one/steps')).toEqual({
      ...{ run_id: 'run-1', task_id: 'one', domain: 'chrome', attempt: 1 },
      instruction: 'Log in with password: ***',
      result: {
        ...{ attempt: 1, outcome: 'scored', success: true, score: 1, steps: 2, message: null },
        ...{
          started_at: '2026-01-28T22:55:08.000Z',
          finished_at: '2026-01-28T22:55:20.500Z',
          duration_seconds: 12.5,
        },
      },
      error: 'It is over.',
      steps: [
        {
          ...{ step: 0, at: '2026-01-28T22:55:09.000Z', elapsed_seconds: 1, thought: null, action: null },
          ...{ reward: null, done: null, screenshot: { url: url('step_0.png'), ...shot }, log: null },
        },
        {
          ...{
            step: 1,
            at: '2026-01-28T22:55:11.000Z',
            elapsed_seconds: 3,
            thought: 'I click 1.',
            reward: 0,
          },
          ...{ action: 'pyautogui.click(1, 1)', done: false, log: null },
          screenshot: { url: url('step_1_20260128@225511.png'), ...shot },
        },
        {
          ...{
            step: 2,
            at: '2026-01-28T22:55:12.000Z',
            elapsed_seconds: 4,
            thought: 'I click 2.',
            reward: 0,
          },
          ...{ action: 'pyautogui.click(2, 1)', done: true, log: null, screenshot: null },
        },
      ],
      ...{ source: 'traj.jsonl', skipped_lines: 1, other_attempt_lines: 0, truncated: false, missing: null },
      other_attempts: [],
      same_task_in_other_runs: [
        {
          ...{ run_id: 'run-b', vm: 'vm-b', agent: 'navi', model: 'gpt-4o', attempt: 1, outcome: 'scored' },
          ...{ success: false, score: 0, steps: 7 },
          ...{ started_at: '2026-01-28T22:55:08.000Z', finished_at: '2026-01-28T22:55:20.500Z' },
        },
      ],
    });
  });

  it('need not be there for the attempts at the task: the journal has those, also without the VM', async () => {
    const attempts = await stepsOf('run-b/tasks/one/attempts');
    expect(attempts).toMatchObject({
      ...{
        run_id: 'run-b',
        task_id: 'one',
        domain: 'chrome',
        attempt: 1,
        result: { outcome: 'scored', score: 0 },
      },
      ...{
        other_attempts: [],
        same_task_in_other_runs: [{ run_id: 'run-1', vm: 'vm-a', attempt: 1, score: 1 }],
      },
    });
    expect(await stepsOf('run-1/tasks/twice/attempts?domain=chrome&attempt=1')).toMatchObject({
      ...{ attempt: 1, other_attempts: [{ attempt: 2, outcome: 'exception' }], same_task_in_other_runs: [] },
    });
    const progress = { current_task: 'one', domain: 'chrome', instruction: 'Play it.' };
    running.feed.setProgress('vm-a', progressOf('vm-a', progress), true);
    expect(await stepsOf('run-1/tasks/one/attempts')).toMatchObject({
      ...{ attempt: 0, result: null, other_attempts: [{ attempt: 1 }] },
      same_task_in_other_runs: [{ run_id: 'run-b' }],
    });
    expect(await detailOf('run-1/tasks/none/attempts', 404)).toBe('The run "run-1" has no task "none".');
    expect(asked).toEqual([]);
  });

  it('say where they are in the kept log of the run', async () => {
    const record = (message: string, place: string): string =>
      `[2026-01-28 22:55:08,318 INFO ${place}-MainProcess] ${message}\n`;
    const begin = record('[Domain]: chrome', 'run/224') + record('[Example ID]: one', 'run/225');
    const first = record('Step 1: click()', 'lib_run_single/56') + record('Done: False', 'lib_run_single/61');
    const rest = record('Step 2: DONE', 'lib_run_single/56') + record('Finished chrome/one', 'run/280');
    const dataDir = mkdtempSync(join(tmpdir(), 'benchtray-steps-'));
    onTestFinished(() => rmSync(dataDir, { recursive: true }));
    await running.stop();
    const logs = keptLogOf(dataDir, runOf('run-1'), begin + first + rest);
    running = await startTestServer({ screens: () => screens, logs });
    const records = [taskOf('one', { domain: 'chrome', steps: 2 }), taskOf('other', { domain: 'chrome' })];
    const tasks = records.map((task) => ({ record: task, tell: false }));
    running.feed.commit({ vm: 'vm-a', at: startMs, runs: [runOf('run-1')], tasks });
    answer = told({ texts: [trajectory(entryOf(1), entryOf(1), entryOf(2))] });
    const places = async (task: string): Promise<unknown> =>
      (await stepsOf(`run-1/tasks/${task}/steps`)).steps.map(({ log }) => log);
    const [from, to, end] = [begin.length, begin.length + first.length, (begin + first + rest).length];
    const expected = [
      { from, to },
      { from, to },
      { from: to, to: end },
    ];
    expect(await places('one')).toEqual(expected);
    expect(await places('other')).toEqual([null, null, null]);
    expect(await places('one')).toEqual(expected);
  });

  it('are those of the attempt that is named, else of the newest', async () => {
    answer = told({ screens: [screenOf('step_1.png', 1)] });
    const first = await stepsOf('run-1/tasks/twice/steps?domain=chrome&attempt=1');
    expect(first).toMatchObject({ attempt: 1, other_attempts: [{ attempt: 2, outcome: 'exception' }] });
    expect(await stepsOf('run-1/tasks/twice/steps?domain=chrome')).toMatchObject({
      ...{ attempt: 2, result: { outcome: 'exception', score: null }, other_attempts: [{ attempt: 1 }] },
    });
    expect(asked.map(({ task }) => [task.domain, task.attempt])).toEqual([
      ['chrome', 1],
      ['chrome', 2],
    ]);
  });

  it('are there for the task that is on, whose result is still to come', async () => {
    const progress = { current_task: 'now', domain: 'vlc', instruction: 'Play it.' };
    running.feed.setProgress('vm-a', progressOf('vm-a', progress), true);
    answer = told({ texts: [trajectory(entryOf(1), entryOf(2))] });
    expect(await stepsOf('run-1/tasks/now/steps')).toMatchObject({
      ...{ attempt: 0, instruction: 'Play it.', result: null, other_attempts: [] },
      steps: [{ elapsed_seconds: 0 }, { elapsed_seconds: 1 }],
    });
  });

  it('are shown by screenshots alone where no text is there, or none is known', async () => {
    answer = told({
      texts: [fileOf('traj.jsonl', 'nothing known\n', { modifiedAt: startMs })],
      screens: [screenOf('step_1.png', 1), screenOf('final.png', null)],
    });
    const shown = await stepsOf('run-1/tasks/one/steps');
    expect(shown).toMatchObject({
      source: null,
      skipped_lines: 1,
      steps: [{ step: 1, elapsed_seconds: 1, action: null }],
    });
    expect(shown.steps).toHaveLength(1);
  });

  it('find their screenshots by number where the text names none, or another time than the file', async () => {
    const shots = ['step_1_a.png', 'step_1_b.png', 'step_2_c.png'].map((name) =>
      screenOf(name, Number(name[5])),
    );
    answer = told({
      texts: [
        fileOf('runtime.log', "Model Output: \nx\nParsed pyautogui Action: ['a', 'b', 'c']\nRESPONSE: y", {
          modifiedAt: startMs,
        }),
      ],
      screens: shots,
    });
    const names = ({ steps }: StepsAnswer) =>
      steps.map(
        ({ screenshot }) => /screens\/(.*)\?/.exec((screenshot as { url: string } | null)?.url ?? '')?.[1],
      );
    expect(names(await stepsOf('run-1/tasks/one/steps'))).toEqual([
      ...['step_1_a.png', 'step_1_b.png', 'step_1_b.png', 'step_2_c.png'],
    ]);
    answer = told({ texts: [trajectory(entryOf(1), entryOf(2))], screens: shots });
    expect(names(await stepsOf('run-1/tasks/one/steps'))).toEqual([undefined, 'step_2_c.png']);
  });

  it('of an attempt that a later one has overwritten are refused', async () => {
    const later = entryOf(1, { action_timestamp: '20260128@235512' });
    answer = told({ texts: [fileOf('traj.jsonl', linesOf(later), { modifiedAt: startMs + 3_600_000 })] });
    expect(await detailOf('run-1/tasks/twice/steps?domain=chrome&attempt=1', 404)).toContain(
      'ran again later',
    );
  });

  it('are refused with the reason: unknown run, task, attempt, VM', async () => {
    expect(await detailOf('none/tasks/one/steps', 404)).toBe('There is no run "none".');
    expect(await detailOf('run-1/tasks/none/steps', 404)).toBe('The run "run-1" has no task "none".');
    expect(await detailOf('run-1/tasks/one/steps?attempt=0', 400)).toContain('"attempt"');
    expect(await detailOf('run-b/tasks/one/steps', 404)).toContain('"vm-b" is not watched');
    expect(asked).toEqual([]);
  });

  it.each([
    ['disconnected', 503],
    ['absent', 404],
    ['late', 504],
    ['busy', 503],
    ['broken', 502],
    ['too-big', 413],
  ] as const)('that cannot be had (%s) are refused as %i', async (kind, status) => {
    answer = { ok: false, problem: { kind, detail: 'It is so.' } };
    expect(await detailOf('run-1/tasks/one/steps', status)).toBe('It is so.');
  });

  it('are no longer read once the client has left', async () => {
    answer = new Promise(() => undefined);
    const waiting = request(`${running.server.url}/api/runs/run-1/tasks/one/steps`, { agent: false }).end();
    waiting.on('error', () => undefined);
    await until(() => asked.length >= 1, 'the VM is asked');
    waiting.destroy();
    await until(() => asked[0]?.signal.aborted, 'the VM is told');
  });
});
