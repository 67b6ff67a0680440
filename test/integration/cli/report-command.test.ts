/** `benchtray report` as a process: with a BenchTray that runs, and with the data folder of one that does not. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stepPicture } from '../../../src/main/engine/demo/picture.ts';
import type { Feed } from '../../../src/main/engine/feed/index.ts';
import { builtCli, openFeed } from '../../support/built.ts';
import { startChild, type Child } from '../../support/child.ts';
import { livingIn } from '../../support/cli-process.ts';
import { freePort } from '../../support/free-port.ts';
import { keepScreens } from '../../support/kept-screens.ts';
import { runOf, startMs, taskOf } from '../../unit/feed/fixtures.ts';
import { startTestServer } from '../server/support.ts';

const runId = 'vm-a-20260128-225508318';

let folder: string;
let dataDir: string;
let started: Child[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'benchtray-report-'));
  dataDir = join(folder, 'data');
  mkdirSync(dataDir);
  started = [];
});
afterEach(async () => {
  for (const child of started) await child.stop();
  rmSync(folder, { recursive: true });
});

async function run(...args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = startChild(process.execPath, [builtCli, 'report', ...args], livingIn(folder));
  started.push(child);
  const code = await child.exit;
  return { code, out: child.out(), err: child.err() };
}

function record(feed: Feed): void {
  feed.commit({
    ...{ vm: 'vm-a', at: startMs },
    runs: [runOf(runId, { state: 'finished', endedAt: startMs + 60_000 })],
    tasks: [{ record: taskOf('task-1', { runId, vm: 'vm-a', score: 0, success: false }), tell: true }],
  });
}

const reports = (): string[] => readdirSync(folder).filter((name) => name.includes('.html'));
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

describe('with a BenchTray that runs', () => {
  it('writes a file named after the run, and replaces none without --force', async () => {
    const running = await startTestServer();
    record(running.feed);
    const at = ['--url', running.server.url];
    const file = join(folder, `${runId}.html`);
    expect(await run('latest', ...at)).toEqual({
      ...{ code: 0, err: '' },
      out: expect.stringMatching(/^\/.*\/vm-a-20260128-225508318\.html \(\d+ kB\)\n$/) as unknown,
    });
    expect(read(`${runId}.html`)).toMatch(/^<!doctype html>.*<\/html>\s*$/s);
    writeFileSync(file, 'mine');
    expect(await run('latest', ...at)).toEqual({
      ...{ code: 2, out: '' },
      err: `The file ${file} exists.\nUse --force to replace it, or name another one by -o.\n`,
    });
    expect(read(`${runId}.html`)).toBe('mine');
    expect((await run('latest', '--force', ...at)).code).toBe(0);
    expect(read(`${runId}.html`)).toMatch(/^<!doctype/);
    const { out } = await run('latest', '-o', 'a.html', '--json', ...at);
    expect(JSON.parse(out)).toEqual({
      ...{ run_id: runId, file: join(folder, 'a.html') },
      size_bytes: Buffer.byteLength(read('a.html')),
    });
    // Both say when they were made, and a minute may have passed.
    const timeless = (html: string): string => html.replace(/\d+ \w+ \d{4}, \d\d:\d\d/g, 'then');
    expect(timeless((await run('latest', '-o', '-', ...at)).out)).toBe(timeless(read('a.html')));
    expect(reports().sort()).toEqual(['a.html', `${runId}.html`]);
    await running.stop();
  });

  it('leaves nothing behind when the answer breaks off', async () => {
    const server: Server = createServer((request, response) => {
      if (request.url?.endsWith('/report') !== true) {
        response.setHeader('content-type', 'application/json');
        response.end(
          JSON.stringify({
            ...runOf(runId),
            run_id: runId,
            started_at: null,
            ended_at: null,
            total_tasks: 0,
            tasks_completed: 0,
          }),
        );
        return;
      }
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.write('<!doctype html>', () => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { code, err } = await run(runId, '-o', 'a.html', '--url', `http://127.0.0.1:${port}`);
    expect(code).toBe(2);
    expect(err).toContain(`The answer of http://127.0.0.1:${port} broke off`);
    expect(reports()).toEqual([]);
    server.close();
  });
});

describe('with the data folder', () => {
  beforeEach(async () => {
    const feed = openFeed({ dataDir });
    record(feed);
    const key = { runId, domain: 'notepad', taskId: 'task-1', attempt: 1 };
    await keepScreens(dataDir, feed, key, [stepPicture(1, 0)]);
    feed.close();
    const config = join(folder, 'config.json');
    writeFileSync(config, JSON.stringify({ dataDir, server: { port: await freePort() } }));
  });

  it('makes the report with the kept screenshots', async () => {
    const { code, err } = await run(runId, '-o', 'a.html', '--config', join(folder, 'config.json'));
    expect(err).toContain('BenchTray is not running.');
    expect(code).toBe(0);
    expect(read('a.html')).toMatch(/src="data:image\/jpeg;base64,/);
  });

  it.for([
    ['a folder that is missing', 'none/a.html', /-o: there is no folder .*none\./],
    ['a folder', 'data', /-o: .*data is a folder, expected a file\./],
    ['a device', '/dev/null', /-o: \/dev\/null is not a regular file\.\nFor standard output, use "-o -"\./],
  ] as const)('refuses %s before it works', async ([, output, expected]) => {
    const { code, err } = await run(runId, '-o', output, '--config', join(folder, 'config.json'));
    expect(code).toBe(2);
    expect(err).toMatch(expected);
    expect(existsSync(join(folder, 'a.html'))).toBe(false);
  });
});
