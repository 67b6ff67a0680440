import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { progressOf, runOf, startMs, statusOf, taskOf } from '../../unit/feed/fixtures.ts';
import type { BackgroundTask } from '../../../src/shared/background-task.ts';
import { ask, startTestServer, twoVms, type TestServer } from './support.ts';

const backgroundTask: BackgroundTask = {
  task_id: 'vm-a:vm',
  task_type: 'vm_provision',
  status: 'running',
  phase: 'booting',
  title: 'vm-a',
  description: 'Booting',
  progress_percent: 45.3,
  elapsed_seconds: 12,
  metadata: { vm: 'vm-a' },
};

let running: TestServer;
let assetsDir: string;
let isVmListBroken = false;
beforeAll(async () => {
  assetsDir = mkdtempSync(join(tmpdir(), 'benchtray-assets-'));
  mkdirSync(join(assetsDir, 'page', 'assets'), { recursive: true });
  writeFileSync(join(assetsDir, 'secret.txt'), 'secret');
  writeFileSync(join(assetsDir, 'page', 'index.html'), '<!doctype html>');
  writeFileSync(join(assetsDir, 'page', 'assets', 'index-a1.js'), 'void 0;');
  running = await startTestServer({
    assetsDir: join(assetsDir, 'page'),
    names: ['bench.lan'],
    allowedOrigins: ['https://grafana.example/'],
    backgroundTasks: () => [backgroundTask],
    vms: () => {
      if (isVmListBroken) throw new Error('a secret inside');
      return twoVms;
    },
  });
});
afterAll(async () => {
  await running.stop();
  rmSync(assetsDir, { recursive: true });
});

const get = (path: string, headers: Record<string, string | string[]> = {}) =>
  ask(`${running.server.url}${path}`, { headers });
const json = async (path: string): Promise<unknown> => JSON.parse((await get(path)).text);
function expectProblem(answer: Awaited<ReturnType<typeof get>>, status: number): void {
  expect([answer.status, answer.headers['content-type']]).toEqual([status, 'application/problem+json']);
  const problem = JSON.parse(answer.text) as Record<string, unknown>;
  expect(problem).toEqual({
    title: expect.any(String) as string,
    status,
    detail: expect.any(String) as string,
  });
  expect(answer.text).not.toMatch(/\bat .*:\d+/);
}

/** Speaks to the server in bytes, and gives what comes back until it closes. */
async function speak(text: string): Promise<string> {
  const socket = connect(running.server.port, '127.0.0.1');
  let heard = '';
  socket.setEncoding('utf8').on('data', (part: string) => (heard += part));
  socket.write(text);
  await once(socket, 'close');
  return heard;
}

describe('who may ask', () => {
  const allowed = [
    'localhost',
    'LOCALHOST:1',
    '127.0.0.1:99',
    '[::1]:8765',
    '[::1]',
    'bench.lan',
    'Bench.Lan:8765',
  ];
  it.each(allowed)('by the name %s', async (host) => {
    expect((await get('/healthz', { Host: host })).status).toBe(200);
  });

  it.each([
    'evil.example',
    'evil.example:8765',
    'localhost.evil.example',
    '127.0.0.1.nip.io',
    '0.0.0.0',
    'x@localhost',
  ])('not by the name %j', async (host) => {
    for (const path of ['/', '/api/status', '/api/benchmark-sse', '/nowhere']) {
      expectProblem(await get(path, { Host: host }), 421);
    }
  });

  it('not by two names, by none, by an empty one, or by one in the address that is not ours', async () => {
    expect(
      await speak('GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\nConnection: close\r\n\r\n'),
    ).toMatch(/^HTTP\/1.1 400 /);
    expect(await speak('GET / HTTP/1.1\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
    expect(await speak('GET / HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1.1 421 /);
    const absolute = (host: string) =>
      speak(`GET http://${host}/healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    expect(await absolute('evil.example')).toMatch(/^HTTP\/1.1 421 /);
    expect(await absolute('localhost:8765')).toMatch(/^HTTP\/1.1 200 /);
  });

  it('from our own pages and those that were allowed', async () => {
    const { port } = running.server;
    for (const origin of [
      `http://localhost:${port}`,
      `http://127.0.0.1:${port}`,
      `http://[::1]:${port}`,
      `http://bench.lan:${port}`,
      'benchtray://app',
      'https://grafana.example',
    ]) {
      const answer = await get('/api/status', { Origin: origin });
      expect([answer.status, answer.headers['access-control-allow-origin'], answer.headers.vary]).toEqual([
        200,
        origin,
        'Origin',
      ]);
    }
    expect((await get('/api/status')).headers).toMatchObject({ vary: 'Origin' });
  });

  it('from no other page', async () => {
    const { port } = running.server;
    for (const origin of [
      'null',
      'http://evil.example',
      `http://localhost:${port}.evil`,
      'http://localhost:1',
      `https://localhost:${port}`,
      '*',
    ]) {
      for (const method of ['GET', 'OPTIONS']) {
        const answer = await ask(`${running.server.url}/api/benchmark-sse`, {
          method,
          headers: { Origin: origin },
        });
        expectProblem(answer, 403);
        expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
        expect(answer.headers.vary).toBe('Origin');
      }
    }
  });

  it('also after a preflight', async () => {
    const answer = await ask(`${running.server.url}/api/benchmark-sse`, {
      method: 'OPTIONS',
      headers: {
        Origin: 'benchtray://app',
        'Access-Control-Request-Method': 'GET',
        'Access-Control-Request-Headers': 'last-event-id',
      },
    });
    expect(answer).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-origin': 'benchtray://app',
        'access-control-allow-methods': expect.stringContaining('GET') as string,
        'access-control-allow-headers': expect.stringContaining('Last-Event-ID') as string,
      },
    });
  });
});

describe('methods and paths', () => {
  const paths = [
    '/',
    '/healthz',
    '/api/status',
    '/api/tasks',
    '/api/runs',
    '/api/openapi.json',
    '/metrics',
    '/api/benchmark-sse',
    '/assets/index-a1.js',
  ];
  it.each(paths)('%s knows GET, HEAD and OPTIONS, and says so', async (path) => {
    const head = await ask(`${running.server.url}${path}`, { method: 'HEAD' });
    expect([head.status, head.text]).toEqual([200, '']);
    const options = await ask(`${running.server.url}${path}`, { method: 'OPTIONS' });
    expect([options.status, options.headers.allow]).toEqual([204, 'GET, HEAD, OPTIONS']);
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      const refused = await ask(`${running.server.url}${path}`, { method });
      expectProblem(refused, 405);
      expect(refused.headers.allow).toBe('GET, HEAD, OPTIONS');
    }
  });

  it.each([
    '/nowhere',
    '/api',
    '/api/',
    '/api/runs/',
    '//api/status',
    '/API/STATUS',
    '/api/runs/none',
    '/api/runs/none/tasks',
    '/metrics/',
  ])('there is nothing at %s', async (path) => {
    expectProblem(await get(path), 404);
  });

  it.each([
    '/%zz',
    '/api/runs/%ff',
    '/api/benchmark-sse?interval=soon',
    '/api/runs?limit=0',
    '/api/runs?limit=0&limit=5',
    '/api/benchmark-sse?error_event=A',
  ])('%s cannot be read, which is no error of ours', async (path) => {
    const loggedBefore = running.logged.length;
    expectProblem(await get(path), 400);
    expect(running.logged).toHaveLength(loggedBefore);
  });

  it('decodes an id once', async () => {
    expect((await get('/api/runs/100%2525%2Fa%20b')).text).toContain('There is no run \\"100%25/a b\\".');
  });

  it('what is no request is answered in the same way', async () => {
    expect(await speak('What is this?\r\n\r\n')).toMatch(
      /^HTTP\/1.1 400 Bad Request\r\n[^]*application\/problem\+json[^]*"status":400/,
    );
    expect(await speak(`GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 431 [^]*"status":431/,
    );
  });

  it.each([...paths, '/nowhere', '/%zz', '/api/runs?limit=0'])(
    'forbids pages of other origins to load %s',
    async (path) => {
      for (const method of ['GET', 'HEAD', 'OPTIONS', 'POST']) {
        if (method === 'GET' && path === '/api/benchmark-sse') continue;
        const { headers } = await ask(`${running.server.url}${path}`, { method });
        expect([method, headers['cross-origin-resource-policy']]).toEqual([method, 'same-origin']);
      }
    },
  );

  it('forbids them to load refusals and answers to malformed requests', async () => {
    const refused = await get('/', { Origin: 'https://evil.example' });
    expect([refused.status, refused.headers['cross-origin-resource-policy']]).toEqual([403, 'same-origin']);
    for (const request of [
      'What is this?\r\n\r\n',
      `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    ])
      expect(await speak(request)).toContain('Cross-Origin-Resource-Policy: same-origin\r\n');
    const allowed = await get('/api/status', { Origin: 'https://grafana.example' });
    expect(allowed.headers['cross-origin-resource-policy']).toBe('cross-origin');
  });

  it('a failure within is told without its details, which are logged', async () => {
    isVmListBroken = true;
    const answer = await get('/api/status');
    isVmListBroken = false;
    expectProblem(answer, 500);
    expect(answer.text).not.toContain('secret');
    expect(running.logged.at(-1)?.err).toEqual(new Error('a secret inside'));
  });
});

describe('the dashboard', () => {
  it('is served with a strict policy', async () => {
    const page = await get('/');
    expect([page.status, page.text]).toEqual([200, '<!doctype html>']);
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
      'content-security-policy':
        "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; " +
        'trusted-types svelte-trusted-html benchtray-worker',
    });
    const script = await get('/assets/index-a1.js');
    expect(script.text).toBe('void 0;');
    expect(script.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    });
  });

  it.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/../../secret.txt',
    '/assets',
    '/index.html%00',
  ])('does not reach %s', async (path) => {
    expect(await speak(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 404 /,
    );
  });
});

it('says where the stream is when there is no dashboard', async () => {
  const bare = await startTestServer();
  const answer = await ask(bare.server.url);
  await bare.stop();
  expectProblem(answer, 404);
  expect(answer.text).toContain('/api/benchmark-sse');
});

it('gives the background tasks as the clients of old know them', async () => {
  expect(await json('/api/tasks')).toEqual([backgroundTask]);
});

describe('the state', () => {
  it('keeps its tag and its bytes while only clocks move', async () => {
    const { feed } = running;
    feed.setStatus('vm-a', statusOf('vm-a', { phase: 'ready', checked_at: '2026-01-28T22:00:00Z' }));
    feed.setProgress('vm-a', progressOf('vm-a'), true);
    const first = await get('/api/status');
    const tag = first.headers.etag ?? '';
    feed.setStatus('vm-a', statusOf('vm-a', { phase: 'ready', checked_at: '2026-01-28T22:00:05Z' }));
    feed.setProgress('vm-a', progressOf('vm-a', { elapsed_seconds: 15 }), false);
    const second = await get('/api/status');
    expect([second.headers.etag, second.text]).toEqual([tag, first.text]);
    for (const match of [tag, `W/${tag}`, `"x", ${tag}`, '*']) {
      const unchanged = await get('/api/status', { 'If-None-Match': match });
      expect([unchanged.status, unchanged.text, unchanged.headers.etag]).toEqual([304, '', tag]);
    }
    expect((await get('/api/status', { 'If-None-Match': '"x"' })).status).toBe(200);

    feed.setProgress('vm-a', progressOf('vm-a', { current_step: 9 }), true);
    const changed = await get('/api/status', { 'If-None-Match': tag });
    expect(changed.status).toBe(200);
    expect(JSON.parse(changed.text)).toMatchObject({
      version: '1.2.3',
      state_version: expect.any(Number) as number,
      as_of: expect.any(String) as string,
      vms: [
        {
          name: 'vm-a',
          status: { phase: 'ready', checked_at: '2026-01-28T22:00:05Z' },
          progress: { current_step: 9 },
          run: null,
        },
        { name: 'vm-b', status: { phase: 'offline' }, progress: null, run: null },
      ],
    });
  });
});

describe('the history', () => {
  beforeAll(() => {
    const run = runOf('vm-a/1', {
      scored: 2,
      scoredSucceeded: 1,
      scoreSum: 1.5,
      totalTasks: 3,
      tasksCompleted: 3,
      succeeded: 1,
      endedAt: startMs + 60_000,
      state: 'finished',
    });
    const tasks = [
      taskOf('t1'),
      taskOf('t2', { score: 0.5, success: false, message: '=cmd' }),
      taskOf('t3', { outcome: 'exception', score: null, success: false, startedAt: null }),
    ];
    running.feed.commit({
      vm: 'vm-a',
      at: startMs,
      runs: [run],
      tasks: tasks.map((task) => ({ record: { ...task, runId: 'vm-a/1' }, tell: false })),
    });
    running.feed.commit({
      vm: 'vm-b',
      at: startMs,
      runs: [runOf('second', { vm: 'vm-b', startedAt: startMs + 1 })],
    });
  });
  const shown = {
    run_id: 'vm-a/1',
    vm: 'vm-a',
    state: 'finished',
    started_at: '2026-01-28T22:55:08.000Z',
    ended_at: '2026-01-28T22:56:08.000Z',
    total_tasks: 3,
    tasks_completed: 3,
    succeeded: 1,
    score_sum: 1.5,
    tasks_scored: 2,
    mean_score: 0.75,
    pass_rate: 0.5,
    success_rate_evaluated: 0.75,
    success_rate_planned: 0.5,
    faults: null,
    valid_tasks: null,
    score_valid: null,
    model: 'gpt-4o',
    agent: 'navi',
    benchmark: 'waa',
    cost_usd: null,
    machine: null,
    success_threshold: null,
    max_steps: 15,
    dialect: 'waa',
    log: 'host:/tmp/waa_benchmark.log',
    average_score: null,
    pool_id: null,
    worker_id: null,
    workers: null,
  };

  it('lists the runs, newest first', async () => {
    expect(await json('/api/runs')).toMatchObject([{ run_id: 'second' }, shown]);
    expect(await json('/api/runs?vm=vm-a')).toEqual([shown]);
    expect(await json('/api/runs?limit=1')).toMatchObject([{ run_id: 'second' }]);
    expect(await json('/api/runs?before=second')).toEqual([shown]);
    expect(await json('/api/runs?agent=NAVI&model=gpt-4o&q=vm-a%2F1&state=')).toEqual([shown]);
    expect(await json('/api/runs?state=crashed,interrupted')).toEqual([]);
    expect(await json('/api/runs?q=%25')).toEqual([]);
    expectProblem(await get('/api/runs?vm=none'), 404);
  });

  it('shows one run with its tasks, as JSON and as a table', async () => {
    const task = {
      run_id: 'vm-a/1',
      vm: 'vm-a',
      task_id: 't1',
      domain: 'notepad',
      attempt: 1,
      outcome: 'scored',
      success: true,
      score: 1,
      steps: 7,
      started_at: '2026-01-28T22:55:08.000Z',
      finished_at: '2026-01-28T22:55:20.500Z',
      duration_seconds: 12.5,
      instruction: null,
      message: null,
      worker: 'MainProcess',
      catch_up: false,
      fault: null,
      fault_evidence: null,
    };
    expect(await json('/api/runs/vm-a%2F1')).toMatchObject({
      ...shown,
      tasks: [task, { task_id: 't2' }, { task_id: 't3' }],
    });
    expect(await json('/api/runs/vm-a%2F1/tasks')).toMatchObject([
      task,
      { score: 0.5 },
      { score: null, duration_seconds: null },
    ]);

    const table = await get('/api/runs/vm-a%2F1/tasks', { Accept: 'text/csv' });
    expect(table.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': 'attachment; filename="vm-a-1.csv"',
      vary: 'Origin, Accept',
    });
    const rows = table.text.split('\r\n');
    expect(rows[0]).toBe(Object.keys(task).join(','));
    expect(rows[2]).toContain(",'=cmd,");
    expect(rows).toHaveLength(5);
    expect((await get('/api/runs/vm-a%2F1/tasks?format=csv')).text).toBe(table.text);
  });
});
