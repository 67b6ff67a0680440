/** The route to the log of a run: what it answers, and what it refuses. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import { createLogStore, type LogReader } from '../../../src/main/engine/archive/index.ts';
import type { RunLogView } from '../../../src/main/engine/server/index.ts';
import { keptLogOf } from '../../support/kept-log.ts';
import { runOf, startMs } from '../../unit/feed/fixtures.ts';
import { expectDescribed } from './described.ts';
import { ask, startTestServer, type Answer, type TestServer } from './support.ts';

const text = [
  '[2026-01-28 22:55:08,318 INFO run/394-MainProcess] Starting',
  '\x1b[31mnaïve\x1b[0m --api_key sk-0123456789abcdef',
  'Score: 1.0',
  '',
].join('\n');
const run = runOf('run-1');

let dataDir: string;
let running: TestServer;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'benchtray-logs-'));
  running = await startTestServer({ logs: keptLogOf(dataDir, run, text) });
  const runs = [run, runOf('run-2'), runOf('job', { dialect: 'results' })];
  running.feed.commit({ vm: 'vm-a', at: startMs, runs });
});
afterEach(async () => {
  await running.stop();
  rmSync(dataDir, { recursive: true });
});

const get = (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
  ask(`${running.server.url}/api/runs/${path}`, { headers });
const json = async (path: string, headers?: Record<string, string>): Promise<unknown> =>
  JSON.parse((await get(path, headers)).text);

it('answers with text, and says in headers where it stands', async () => {
  const answer = await get('run-1/log');
  expect(answer).toMatchObject({
    status: 200,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'log-from': '0',
      'log-next': String(Buffer.byteLength(text)),
      'log-size': String(Buffer.byteLength(text)),
    },
  });
  expect(answer.text.split('\n').slice(1)).toEqual(['naïve --api_key ***', 'Score: 1.0', '']);
});

it('reads for a few at once, however many ask', async () => {
  let reading = 0;
  let most = 0;
  const kept = keptLogOf(dataDir, run, text);
  const logs: LogReader = {
    removedAt: () => null,
    open(of) {
      const log = kept.open(of);
      return (
        log && {
          ...log,
          async *read(from, to) {
            reading += 1;
            most = Math.max(most, reading);
            try {
              await new Promise((resolve) => setTimeout(resolve, 5));
              yield* log.read(from, to);
            } finally {
              reading -= 1;
            }
          },
        }
      );
    },
  };
  const other = await startTestServer({ logs });
  onTestFinished(() => other.stop());
  other.feed.commit({ vm: 'vm-a', at: startMs, runs: [run] });
  const ends = Array.from({ length: 40 }, () => ask(`${other.server.url}/api/runs/run-1/log`));
  expect(new Set((await Promise.all(ends)).map(({ status }) => status))).toEqual(new Set([200]));
  expect(most).toBeLessThanOrEqual(8);
});

it('goes on at the place that the slice before names', async () => {
  let all = '';
  for (let from = 0; from < Buffer.byteLength(text);) {
    const { headers, text: part } = await get(`run-1/log?from=${from}&bytes=1`);
    all += part;
    expect(Number(headers['log-next'])).toBeGreaterThan(from);
    from = Number(headers['log-next']);
  }
  expect(all).toBe((await get('run-1/log')).text);
});

it('answers with JSON to a search, and to whoever likes it better', async () => {
  const line = { from: text.indexOf('\x1b'), to: Buffer.byteLength(text) - 11, text: 'naïve --api_key ***' };
  const hits = { run_id: 'run-1', q: 'NAÏVE', size_bytes: Buffer.byteLength(text), from: 0, lines: [line] };
  expect(await json(`run-1/log?q=${encodeURIComponent('NAÏVE')}`)).toMatchObject(hits);
  expect(await json('run-1/log?from=-1', { Accept: 'application/json' })).toMatchObject({
    q: null,
    from: Buffer.byteLength(text) - 11,
    lines: [{ text: 'Score: 1.0' }],
  });
  expect((await get('run-1/log?q=score&format=text')).text).toBe('Score: 1.0\n');
  expect((await get('run-1/log?q=score', { Accept: 'text/plain' })).text).toBe('Score: 1.0\n');
});

it.each([
  ['none/log', 404, 'There is no run "none".'],
  ['run-2/log', 404, 'No log of the run "run-2" is kept'],
  ['job/log', 404, 'known by its result files'],
  ['run-1/log?from=a', 400, '"from" must be a whole number, found "a".'],
  ['run-1/log?bytes=0', 400, '"bytes" must be a whole number from 1 on, found "0".'],
  ['run-1/log?q=', 400, '"q" must not be empty'],
  [`run-1/log?q=${'x'.repeat(401)}`, 400, '"q" must have at most 400 characters'],
  ['run-1/log?format=csv', 400, '"format" must be "json", "text" or "file"'],
  ['run-1/log?level=info', 400, '"level" must be "error" or "warning"'],
])('%s: %d', async (path, status, detail) => {
  const answer = await get(path);
  expect([answer.status, answer.headers['content-type']]).toEqual([status, 'application/problem+json']);
  expect((JSON.parse(answer.text) as { detail: string }).detail).toContain(detail);
});

it('finds the lines of a level, with a text or without', async () => {
  const log = ['INFO start', 'ERROR one', 'WARNING two', 'ERROR three', ''].join('\n');
  keptLogOf(dataDir, run, log);
  const found = async (query: string): Promise<unknown> => {
    const answer = (await json(`run-1/log?${query}`)) as RunLogView;
    return { ...answer, lines: answer.lines.map((line) => line.text) };
  };
  expect(await found('level=error')).toMatchObject({
    q: null,
    level: 'error',
    lines: ['ERROR one', 'ERROR three'],
  });
  expect(await found('level=warning&q=t')).toMatchObject({
    level: 'warning',
    lines: ['WARNING two', 'ERROR three'],
  });
  expect(await found('q=one')).toMatchObject({ q: 'one', level: null, lines: ['ERROR one'] });
});

it('gives all of a log as a file, however long it is', async () => {
  const line = `[INFO] ${'é'.repeat(40)}\n`;
  const log = line.repeat(30_000);
  keptLogOf(dataDir, run, log);
  const { status, headers, text: file } = await get('run-1/log?format=file');
  expect([status, headers['content-type'], headers['content-disposition']]).toEqual([
    ...[200, 'text/plain; charset=utf-8', 'attachment; filename="run-1.log"'],
  ]);
  expect(file === log).toBe(true);
  expect((await get(`run-1/log?format=file&from=-${Buffer.byteLength(line) * 2}`)).text).toBe(line.repeat(2));
  expect((await get('run-1/log?format=file&level=error')).text).toBe('');
  expect(await get('run-2/log?format=file')).toMatchObject({ status: 404 });
  const head = await ask(`${running.server.url}/api/runs/run-1/log?format=file`, { method: 'HEAD' });
  expect([head.status, head.text]).toEqual([200, '']);
});

it('tells where the tasks are, or why that is not known', async () => {
  const record = (message: string, place = 'run/225'): string =>
    `[2026-01-28 23:05:17,318 INFO ${place}-MainProcess] ${message}\n`;
  const log = [
    record("Worker 0 is doing tasks: [('clock', 'a')]", 'run/436'),
    record('[Domain]: clock'),
    record('[Example ID]: a'),
    record('Step 1: WAIT', 'lib_run_single/56'),
    record('Exception in clock/a: no such window', 'run/259').replace('INFO', 'ERROR'),
  ];
  keptLogOf(dataDir, run, log.join(''));
  const before = (index: number): number => log.slice(0, index).join('').length;
  const answer = await get('run-1/log/tasks');
  expectDescribed('/api/runs/{id}/log/tasks', answer);
  expect(JSON.parse(answer.text)).toEqual({
    ...{ run_id: 'run-1', problem: null },
    tasks: [
      {
        ...{ task_id: 'a', domain: 'clock', attempt: 1, from: before(2), to: before(5) },
        error: { from: before(4), to: before(5) },
      },
    ],
  });
  expect(await json('run-2/log/tasks')).toMatchObject({ tasks: [], problem: 'The log is not kept.' });
  expect(await get('none/log/tasks')).toMatchObject({ status: 404 });
});

it('says that a log was removed, and when', async () => {
  const log = { error: () => undefined, warn: () => undefined };
  createLogStore({ dataDir, isOn: () => true, log }).remove(run);
  const { status, text: body } = await get('run-1/log');
  expect([status, body]).toEqual([
    404,
    expect.stringMatching(/was removed on \d{4}-.* \\"history.maxMegabytes\\"/),
  ]);
});
