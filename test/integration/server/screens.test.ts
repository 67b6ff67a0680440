/** The routes to the pictures of a task: what they answer, and what they refuse. */
import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Result } from '../../../src/shared/result.ts';
import {
  stepOf,
  type Screen,
  type Screens,
  type ScreensProblem,
  type ScreenTask,
  type TaskTexts,
} from '../../../src/shared/screens.ts';
import { stepPicture } from '../../../src/main/engine/demo/picture.ts';
import { until } from '../../support/wait.ts';
import { progressOf, runOf, startMs, taskOf } from '../../unit/feed/fixtures.ts';
import { entryOf, fileOf, linesOf } from '../../unit/run/steps/support.ts';
import { expectDescribed } from './described.ts';
import { ask, startTestServer, type TestServer } from './support.ts';

const png = stepPicture(3, 200);
const jpeg = Buffer.from('ffd8ffe000104a464946ffd9', 'hex');
/** A picture whose header states this size. */
function pngOf(width: number, height: number): Buffer {
  const claimed = Buffer.from(png);
  claimed.writeUInt32BE(width, 16);
  claimed.writeUInt32BE(height, 20);
  return claimed;
}
function jpegOf(width: number, height: number): Buffer {
  const size = [height >> 8, height & 255, width >> 8, width & 255];
  const start = 'ffd8' + 'ffe000104a46494600010100000100010000' + 'ffdb0004ffc0' + 'ffff';
  return Buffer.concat([
    Buffer.from(start, 'hex'),
    Buffer.from([0xff, 0xc2, 0, 11, 8, ...size, 1, 1, 0x11, 0]),
    Buffer.from('ffd9', 'hex'),
  ]);
}
/** A chunk of a PNG that nobody knows, with bytes in it that say 1 × 1. */
const smallChunk = Buffer.concat([
  Buffer.from('\0\0\0\x08abCd\0\0\0\x01\0\0\0\x01', 'latin1'),
  Buffer.alloc(4),
]);
const screen: Screen = {
  name: 'step_3_20260128@225520.png',
  step: 3,
  takenAt: startMs + 3_000,
  sizeBytes: png.length,
};

let running: TestServer;
let asked: { task: ScreenTask; name?: string; signal: AbortSignal }[];
let listed: Result<readonly Screen[], ScreensProblem>;
/** What the folder of the task says of its steps. */
let texts: Result<TaskTexts, ScreensProblem>;
let textReads: number;
let read: Result<Buffer, ScreensProblem> | Promise<Result<Buffer, ScreensProblem>>;
const screens: Screens = {
  list: (task, signal) => {
    asked.push({ task, signal });
    return Promise.resolve(listed);
  },
  read: (task, name, signal) => {
    asked.push({ task, name, signal });
    return Promise.resolve(read);
  },
  texts: () => {
    textReads += 1;
    return Promise.resolve(texts);
  },
};
const problem = (kind: ScreensProblem['kind']): { ok: false; problem: ScreensProblem } => ({
  ok: false,
  problem: { kind, detail: 'It is so.' },
});

beforeEach(async () => {
  asked = [];
  listed = { ok: true, value: [screen] };
  texts = problem('absent');
  textReads = 0;
  read = { ok: true, value: png };
  running = await startTestServer({ screens: (vm) => (vm === 'vm-a' ? screens : null) });
  const tasks = [
    taskOf('a task/1', { domain: 'chrome' }),
    taskOf('twice', { domain: 'chrome', attempt: 1 }),
    taskOf('twice', { domain: 'chrome', attempt: 2, startedAt: startMs + 50_000, endedAt: startMs + 60_000 }),
    taskOf('twice', { domain: 'vlc', attempt: 1, startedAt: null }),
  ];
  running.feed.commit({
    vm: 'vm-a',
    at: startMs,
    runs: [runOf('run-1'), runOf('run-b', { vm: 'vm-b' })],
    tasks: [...tasks, taskOf('x', { runId: 'run-b', vm: 'vm-b' })].map((record) => ({ record, tell: false })),
  });
});
afterEach(() => running.stop());

const get = (path: string, headers: Record<string, string> = {}) =>
  ask(`${running.server.url}/api/runs/${path}`, { headers });

async function detailOf(path: string, status: number): Promise<string> {
  const answer = await get(path);
  expect([answer.status, answer.headers['content-type']]).toEqual([status, 'application/problem+json']);
  return (JSON.parse(answer.text) as { detail: string }).detail;
}

describe("the list of a task's pictures", () => {
  it('has each with its step, its time and where it is to be had', async () => {
    const answer = await get('run-1/tasks/a%20task%2F1/screens');
    expect([answer.status, answer.headers['content-type'], answer.headers['cache-control']]).toEqual([
      200,
      'application/json',
      'no-store',
    ]);
    const url =
      '/api/runs/run-1/tasks/a%20task%2F1/screens/step_3_20260128%40225520.png?domain=chrome&attempt=1';
    expect(JSON.parse(answer.text)).toEqual({
      run_id: 'run-1',
      task_id: 'a task/1',
      domain: 'chrome',
      attempt: 1,
      screens: [
        {
          ...{
            step: 3,
            moment: null,
            name: screen.name,
            taken_at: '2026-01-28T22:55:11.000Z',
            size_bytes: png.length,
          },
          ...{ width: null, height: null, kept: false, url },
        },
      ],
      missing: null,
    });
    expect((await ask(running.server.url + url)).status).toBe(200);
    expect(asked.map(({ task, name }) => [task.taskId, task.domain, task.attempt, name])).toEqual([
      ['a task/1', 'chrome', 1, undefined],
      ['a task/1', 'chrome', 1, screen.name],
    ]);
  });

  it('is that of the newest attempt, or of the one that is named', async () => {
    await get('run-1/tasks/twice/screens?domain=chrome');
    await get('run-1/tasks/twice/screens?domain=chrome&attempt=1');
    await get('run-1/tasks/twice/screens');
    expect(asked.map(({ task }) => [task.domain, task.attempt, task.startedAt, task.endedAt])).toEqual([
      ['chrome', 2, startMs + 50_000, startMs + 60_000],
      ['chrome', 1, startMs, startMs + 12_500],
      ['vlc', 1, startMs, startMs + 12_500],
    ]);
  });

  it('is there for the task that is on, which no attempt is recorded of yet', async () => {
    running.feed.setProgress('vm-a', progressOf('vm-a', { current_task: 'now', domain: 'vlc' }), true);
    expect((await get('run-1/tasks/now/screens')).status).toBe(200);
    expect(asked[0]?.task).toMatchObject({ taskId: 'now', domain: 'vlc', startedAt: startMs, endedAt: null });
    expect(await detailOf('run-1/tasks/now/screens?domain=chrome', 404)).toContain('of the domain "chrome"');
  });

  it('costs the VM no texts while the task is on', async () => {
    running.feed.setProgress('vm-a', progressOf('vm-a', { current_task: 'now', domain: 'vlc' }), true);
    await get('run-1/tasks/now/screens');
    expect(textReads).toBe(0);
    await get('run-1/tasks/twice/screens');
    expect(textReads).toBe(1);
  });

  it('is that of the run that is named, though the task ran again and runs now', async () => {
    const minute = 60_000;
    const at = (runId: string, minutes: number, changes: object = {}) =>
      taskOf('again', {
        ...{ runId, domain: 'chrome' },
        startedAt: startMs + minutes * minute,
        endedAt: startMs + (minutes + 1) * minute,
        ...changes,
      });
    running.feed.commit({
      vm: 'vm-a',
      at: startMs,
      runs: [
        runOf('old', { state: 'crashed', endedAt: startMs + 5 * minute }),
        runOf('new', { startedAt: startMs + 10 * minute }),
        runOf('other', { vm: 'vm-b' }),
      ],
      tasks: [
        // Its result alone told of it: nobody knows when it was over.
        at('old', 0, { startedAt: null, endedAt: null }),
        at('new', 11),
        at('other', 3, { vm: 'vm-b' }),
        at('new', 12, { domain: 'vlc' }),
      ].map((record) => ({ record, tell: false })),
    });
    await get('old/tasks/again/screens?domain=chrome');
    await get('new/tasks/again/screens?domain=chrome');
    const progress = { run_id: 'new', current_task: 'again', domain: 'chrome', state: 'running' } as const;
    running.feed.setProgress('vm-a', progressOf('vm-a', progress), true);
    await get('new/tasks/again/screens?domain=chrome&attempt=1');
    await get('new/tasks/again/screens?domain=chrome');
    const times = (...minutes: (number | null)[]) =>
      minutes.map((value) => (value === null ? null : startMs + value * minute));
    const slack = 2000 / minute;
    expect(asked.map(({ task }) => [task.startedAt, task.endedAt, task.notBefore, task.notFrom])).toEqual([
      times(0, 5, null, 11 - slack),
      times(11, 12, 11 - slack, null),
      times(11, 12, 11 - slack, 12 + slack),
      times(10, null, 12 + slack, null),
    ]);
  });

  it('is refused if no time separates the screenshots of two attempts', async () => {
    running.feed.commit({
      vm: 'vm-a',
      at: startMs,
      tasks: [1, 2].map((attempt) => ({
        record: taskOf('blurred', { attempt, startedAt: null, endedAt: null }),
        tell: false,
      })),
    });
    expect(await detailOf('run-1/tasks/blurred/screens?attempt=1', 404)).toContain('nothing tells when');
    expect(await detailOf('run-1/tasks/blurred/screens', 404)).toContain('nothing tells when');
    expect(asked).toEqual([]);
  });

  const named = (name: string, step: number | null): Screen => ({ ...screen, name, step });
  const markdown = (step: number): string =>
    `### Step ${step}\n#### 2026-01-28 22:55:1${step}\n#### Observation\n![Screenshot](screenshot/screenshot-step_${step - 1}_x.png)\n` +
    `#### Plan\nI click.\n#### Action\n\`\`\`\nclick(${step})\n\`\`\`\n`;
  const waaLine = (step: number, name: string): object =>
    entryOf(step, { screenshot_file: undefined, screenshot: name });

  it.each([
    [
      'Windows Agent Arena, behind the state before',
      fileOf(
        'traj.jsonl',
        linesOf(waaLine(0, 'screenshot-step_reset_x.png'), waaLine(1, 'screenshot-step_0_x.png')),
      ),
      ['screenshot-step_reset_x.png', 'screenshot-step_0_x.png', 'screenshot-step_1_x.png'],
      [0, 1, 2],
    ],
    [
      'Windows Agent Arena V2',
      fileOf('traj.md', `### Open it.\n${markdown(1)}${markdown(2)}`),
      ['screenshot-step_0_x.png', 'screenshot-step_1_x.png', 'screenshot-step_2_x.png'],
      // The last one shows the screen after step 2, before a step that never came.
      [1, 2, 2],
    ],
    [
      'openadapt-evals',
      fileOf(
        'execution.json',
        JSON.stringify({
          steps: [0, 1].map((index) => ({
            ...{
              step_idx: index,
              action: { type: 'click' },
              screenshot_path: `screenshots/step_00${index}.png`,
            },
          })),
        }),
        { modifiedAt: startMs + 12_000 },
      ),
      ['step_000.png', 'step_001.png'],
      [1, 2],
    ],
    [
      'OSWorld',
      fileOf('traj.jsonl', linesOf(entryOf(1), entryOf(2))),
      ['step_1_20260128@225511.png', 'step_2_20260128@225512.png', 'other.png'],
      [1, 2, null],
    ],
  ])('has the numbers of the steps, however the names count: %s', async (_what, text, names, steps) => {
    const found = names.map((name) => named(name, stepOf(name)));
    texts = { ok: true, value: { texts: [text], screens: found, clockOffsetMs: 0 } };
    const at = 'run-1/tasks/a%20task%2F1';
    const listing = JSON.parse((await get(`${at}/screens`)).text) as {
      readonly screens: readonly {
        readonly name: string;
        readonly step: number | null;
        readonly url: string;
      }[];
    };
    expect(listing.screens.map(({ name, step }) => [name, step])).toEqual(
      names.map((name, index) => [name, steps[index]]),
    );
    // A screenshot of a step is listed with the number of that step.
    const told = JSON.parse((await get(`${at}/steps`)).text) as {
      readonly steps: readonly {
        readonly step: number;
        readonly screenshot: { readonly url: string } | null;
      }[];
    };
    expect(told.steps.length).toBeGreaterThanOrEqual(2);
    for (const { step, screenshot } of told.steps)
      expect(listing.screens.find(({ url }) => url === screenshot?.url)?.step).toBe(step);
  });

  it('says what the kept copy lacks', async () => {
    texts = {
      ok: true,
      value: { texts: [], screens: [screen], clockOffsetMs: 0, missing: 'Some are too large.' },
    };
    for (const what of ['screens', 'steps']) {
      const answer = await get(`run-1/tasks/a%20task%2F1/${what}`);
      expectDescribed(`/api/runs/{id}/tasks/{task}/${what}`, answer);
      expect(JSON.parse(answer.text)).toMatchObject({ missing: 'Some are too large.' });
    }
  });

  it('is refused with the reason: unknown run, task, domain, attempt, VM', async () => {
    expect(await detailOf('none/tasks/twice/screens', 404)).toBe('There is no run "none".');
    expect(await detailOf('run-1/tasks/none/screens', 404)).toBe('The run "run-1" has no task "none".');
    expect(await detailOf('run-1/tasks/twice/screens?attempt=3', 404)).toContain('with an attempt 3');
    expect(await detailOf('run-1/tasks/twice/screens?attempt=x', 400)).toContain('"attempt"');
    expect(await detailOf('run-b/tasks/x/screens', 404)).toContain('"vm-b" is not watched');
    expect(await detailOf('run-1/tasks/%2e%2e%2f/screens', 404)).toContain('no task "../"');
    expect(asked).toEqual([]);
  });

  it.each([
    ['disconnected', 503],
    ['absent', 404],
    ['late', 504],
    ['busy', 503],
  ] as const)('that cannot be had (%s) is refused as %i', async (kind, status) => {
    listed = problem(kind);
    expect(await detailOf('run-1/tasks/twice/screens', status)).toBe('It is so.');
    const { headers } = await get('run-1/tasks/twice/screens');
    expect(headers['retry-after'] !== undefined).toBe(status === 503);
  });
});

describe('a picture', () => {
  const path = `run-1/tasks/twice/screens/${screen.name}`;

  it('is what its first bytes say, to be shown, kept, and taken for nothing else', async () => {
    const answer = await fetch(`${running.server.url}/api/runs/${path}`);
    expect(Buffer.from(await answer.arrayBuffer()).equals(png)).toBe(true);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/png',
      'cache-control': 'private, max-age=86400, immutable',
      'content-disposition': 'inline',
      'x-content-type-options': 'nosniff',
      'content-length': String(png.length),
    });
    read = { ok: true, value: jpeg };
    expect((await get(path)).headers['content-type']).toBe('image/jpeg');
  });

  it.each([
    ['HTML', Buffer.from('<script>alert(1)</script>')],
    ['nothing', Buffer.alloc(0)],
    ['a GIF', Buffer.from('GIF89a\x01\0\x01\0\0\0\0;')],
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['a WebP', Buffer.from('RIFF\x1a\0\0\0WEBPVP8L')],
    ['a signature alone', png.subarray(0, 8)],
    ['HTML in front of a PNG', Buffer.concat([Buffer.from('<b>'), png])],
    // A decoder that passes over the first chunk would take the size from the second.
    [
      'a PNG that hides its size',
      Buffer.concat([png.subarray(0, 8), smallChunk, pngOf(30_000, 30_000).subarray(8)]),
    ],
  ])('is not served if it is %s', async (_what, bytes) => {
    read = { ok: true, value: bytes };
    expect(await detailOf(path, 502)).toContain('neither a PNG nor a JPEG');
  });

  it.each([
    ['a PNG', pngOf(30_000, 30_000)],
    ['a JPEG', jpegOf(60_000, 2000)],
  ])('that claims to be far larger than a screen is refused: %s', async (_what, bytes) => {
    read = { ok: true, value: bytes };
    expect(await detailOf('run-1/tasks/twice/screens/step_1.png', 413)).toContain('64 million pixels');
  });

  it.each([
    ['a PNG', pngOf(7680, 4320)],
    ['a JPEG', jpegOf(7680, 4320)],
  ])('of the largest screens is sent: %s', async (_what, bytes) => {
    read = { ok: true, value: bytes };
    expect((await get('run-1/tasks/twice/screens/step_1.png')).status).toBe(200);
  });

  it('that was being written is not kept', async () => {
    read = { ok: true, value: png.subarray(0, -20) };
    const { status, headers } = await get(path);
    expect([status, headers['cache-control']]).toEqual([200, 'no-store']);
  });

  it.each([
    ['absent', 404],
    ['too-big', 413],
    ['late', 504],
    ['broken', 502],
    ['disconnected', 503],
  ] as const)('that cannot be had (%s) is refused as %i', async (kind, status) => {
    read = problem(kind);
    expect(await detailOf(path, status)).toBe('It is so.');
  });

  it('is not for strangers', async () => {
    expect((await get(path, { Host: 'evil.example' })).status).toBe(421);
    expect((await get(path, { Origin: 'https://evil.example' })).status).toBe(403);
    expect((await ask(`${running.server.url}/api/runs/${path}`, { method: 'DELETE' })).status).toBe(405);
    expect(asked).toEqual([]);
  });

  it('is asked for by the name as it was sent, whatever it says', async () => {
    read = problem('absent');
    expect((await get('run-1/tasks/twice/screens/%2e%2e%2f%2e%2e%2fetc%2fpasswd')).status).toBe(404);
    expect(asked[0]?.name).toBe('../../etc/passwd');
  });

  it('that nobody waits for any more is not fetched to its end', async () => {
    read = new Promise(() => undefined);
    const waiting = request(`${running.server.url}/api/runs/${path}`, { agent: false }).end();
    waiting.on('error', () => undefined);
    await until(() => asked.length >= 1, 'the VM is asked');
    expect(asked[0]?.signal.aborted).toBe(false);
    waiting.destroy();
    await until(() => asked[0]?.signal.aborted, 'the VM is told');
  });
});
