/** `/api/runs/{id}/report`: the report of a run, with the screenshots that are kept. */
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFileReader } from '../../../src/main/engine/archive/index.ts';
import { stepPicture } from '../../../src/main/engine/demo/picture.ts';
import type { TaskRecord } from '../../../src/main/engine/feed/index.ts';
import { keepScreens } from '../../support/kept-screens.ts';
import { until } from '../../support/wait.ts';
import { runOf, startMs, taskOf } from '../../unit/feed/fixtures.ts';
import { ask, startTestServer, type TestServer } from './support.ts';

const runId = 'run <1> "a"';
const path = `/api/runs/${encodeURIComponent(runId)}/report`;

let dataDir: string;
let running: TestServer;
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'benchtray-report-'));
  running = await startTestServer({
    files: openFileReader(dataDir),
    thresholdOf: (vm) => (vm === 'vm-a' ? 0.75 : null),
  });
  commit();
});
afterEach(async () => {
  await running.stop();
  rmSync(dataDir, { recursive: true });
});

function commit(count = 3): readonly TaskRecord[] {
  const tasks = Array.from({ length: count }, (_, index) =>
    taskOf(`task-${index + 1}`, {
      ...{ runId, vm: 'vm-a', score: index === 0 ? 1 : 0, success: index === 0 },
      ...{ startedAt: startMs + index * 1000, endedAt: startMs + index * 1000 + 900 },
    }),
  );
  running.feed.commit({
    ...{ vm: 'vm-a', at: startMs },
    runs: [runOf(runId, { state: 'finished', endedAt: startMs + 60_000 })],
    tasks: tasks.map((record) => ({ record, tell: true })),
  });
  return tasks;
}

const keep = (taskId: string, pictures: readonly Uint8Array[]): Promise<void> =>
  keepScreens(dataDir, running.feed, { runId, domain: 'notepad', taskId, attempt: 1 }, pictures);

const get = (at: string, options: Parameters<typeof ask>[1] = {}) => ask(running.server.url + at, options);

describe('a report', () => {
  it('is one file with a name, and with thumbnails of the tasks that did not pass', async () => {
    await keep('task-1', [stepPicture(1, 0)]);
    await keep('task-2', [stepPicture(1, 0), stepPicture(2, 0), stepPicture(3, 0)]);
    const answer = await get(path);
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-disposition': 'attachment; filename="run-1-a-.html"',
      'cache-control': 'no-store',
    });
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
    expect(answer.text).toMatch(/<\/html>\s*$/);
    const images = [...answer.text.matchAll(/src="data:image\/jpeg;base64,([^"]+)"/g)];
    expect(images).toHaveLength(2);
    for (const [, data] of images)
      expect(
        Buffer.from(data ?? '', 'base64')
          .subarray(0, 3)
          .toString('hex'),
      ).toBe('ffd8ff');
    expect(answer.text).toContain('run &lt;1&gt; &quot;a&quot;');
    expect(answer.text).toContain('it is 0.75 now');
    expect(answer.text).toContain('BenchTray has not copied the screenshots of this task yet.');
  });

  it('has the headers alone for HEAD, and there is none of an unknown run', async () => {
    const head = await get(path, { method: 'HEAD' });
    expect([head.status, head.text]).toEqual([200, '']);
    expect(head.headers['content-disposition']).toContain('run-1-a-.html');
    const none = await get('/api/runs/none/report');
    expect(none.status).toBe(404);
    expect(JSON.parse(none.text)).toMatchObject({ detail: 'There is no run "none".' });
  });

  it('is made for the next client when one hangs up', async () => {
    const tasks = commit(40);
    for (const { taskId } of tasks.slice(1, 20))
      await keep(taskId, [stepPicture(1, Number(taskId.slice(5))), stepPicture(2, Number(taskId.slice(5)))]);
    const gone = new AbortController();
    const started = await fetch(new URL(path, running.server.url), { signal: gone.signal });
    gone.abort();
    expect(started.status).toBe(200);
    const answer = await get(path);
    expect(answer.text.match(/<img\s/g)).toHaveLength(38);
    expect(running.logged).toEqual([]);
  });

  it('is refused while many are being made, and can be had when one of their clients has gone', async () => {
    const [, ...failed] = commit(10);
    for (const { taskId } of failed)
      await keep(taskId, [stepPicture(1, Number(taskId.slice(5))), stepPicture(2, Number(taskId.slice(5)))]);
    const answers = await Promise.all(Array.from({ length: 20 }, () => get(path)));
    const refused = answers.filter(({ status }) => status === 503);
    expect(answers.filter(({ status }) => status === 200).length).toBe(20 - refused.length);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.headers).toMatchObject({ 'retry-after': '10' });
    expect(refused[0]?.headers).not.toHaveProperty('content-disposition');
    expect(JSON.parse(refused[0]?.text ?? '')).toMatchObject({
      detail: expect.stringContaining('one report at a time') as string,
    });
    const waiting = Array.from({ length: 8 }, () =>
      request(running.server.url + path, { agent: false }).end(),
    );
    for (const one of waiting) {
      one.on('error', () => undefined);
      await until(() => one.writableFinished, 'the request is sent');
    }
    for (const one of waiting) one.destroy();
    await until(async () => (await get(path)).status === 200, 'there is room again');
    expect(running.logged).toEqual([]);
  });
});
