/** `status`, `runs` and `tasks` as processes: with a BenchTray that runs, with the data folder of a killed one, and with neither. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TaskView, RunView, StatusAnswer } from '../../../src/main/engine/server/index.ts';
import { builtCli } from '../../support/built.ts';
import { asChild, startChild, type Child } from '../../support/child.ts';
import { livingIn } from '../../support/cli-process.ts';
import { freePort } from '../../support/free-port.ts';
import { spawnOnTerminal } from '../../support/on-terminal.ts';
import { until } from '../../support/wait.ts';
import {
  conditionOf,
  errorOf,
  progressOf,
  runOf,
  startMs,
  statusOf,
  taskOf,
} from '../../unit/feed/fixtures.ts';
import { runViewOf } from '../../unit/cli/history-fixtures.ts';
import { startTestServer, type TestServer } from '../server/support.ts';

let folder: string;
let started: Child[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'benchtray-history-'));
  started = [];
});
afterEach(async () => {
  for (const child of started) await child.stop();
  rmSync(folder, { recursive: true });
});

function start(...args: readonly string[]): Child {
  const child = startChild(process.execPath, [builtCli, ...args], livingIn(folder));
  started.push(child);
  return child;
}

/** Runs a command to its end. */
async function run(...args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = start(...args);
  const code = await child.exit;
  return { code, out: child.out(), err: child.err() };
}

function writeConfig(content: object): string {
  const path = join(folder, 'c.json');
  writeFileSync(path, JSON.stringify(content));
  return path;
}

describe('with a BenchTray that runs', () => {
  let running: TestServer;
  beforeEach(async () => {
    running = await startTestServer();
    const { feed } = running;
    feed.setStatus('vm-a', statusOf('vm-a', { phase: 'ready', connected: true, waa_ready: true }));
    feed.setProgress(
      'vm-a',
      progressOf('vm-a', { run_id: 'vm-a-20260128-225508000', eta_seconds: 600 }),
      true,
    );
    for (const [index, id] of ['vm-a-20260128-225508000', 'vm-a-20260129-101500000'].entries())
      feed.commit({
        vm: 'vm-a',
        at: startMs + index,
        runs: [runOf(id, { startedAt: startMs + index, tasksCompleted: 2 })],
        tasks: [
          { record: taskOf('task-1', { runId: id }), tell: true },
          {
            record: taskOf('task-2', {
              runId: id,
              outcome: 'exception',
              score: null,
              success: false,
              message: 'TimeoutError: \u001b[2Jno screenshot',
            }),
            tell: true,
          },
        ],
      });
  });
  afterEach(async () => {
    await running.stop();
  });
  const api = async (path: string): Promise<unknown> => (await fetch(running.server.url + path)).json();

  it('answers with --json what the API answers', async () => {
    const { url } = running.server;
    for (const [args, path] of [
      [['status'], '/api/status'],
      [['runs'], '/api/runs?limit=20'],
      [['runs', '--limit', '1', '--vm', 'vm-a'], '/api/runs?vm=vm-a&limit=1'],
      [
        [
          'runs',
          '--state',
          'crashed,running',
          '--agent',
          'NAVI',
          '--model',
          'gpt-4o',
          '--search',
          '0129 VM-A',
        ],
        '/api/runs?state=crashed,running&q=vm-a-20260129',
      ],
      [['tasks', 'latest~1'], '/api/runs/vm-a-20260128-225508000/tasks'],
    ] as const) {
      const { code, out, err } = await run(...args, '--json', '--url', url);
      expect(JSON.parse(out)).toEqual(await api(path));
      expect(err).toBe('');
      expect(code).toBe(0);
    }
    const failed = await run('tasks', 'latest', '--failed', '--json', '--url', `${url}/api/benchmark-sse`);
    expect((JSON.parse(failed.out) as TaskView[]).map(({ task_id: id }) => id)).toEqual(['task-2']);
    expect(failed.out).not.toContain('\u001b');
  });

  it('exits with 1 while an error is open, with 2 if it cannot say', async () => {
    const { url } = running.server;
    const fine = await run('status', '--url', url);
    expect(fine.out).toMatch(/^● vm-a +running +4\/30 13 % +0:\d\d:\d\d left.*\n· vm-b +offline\n$/);
    expect(fine.code).toBe(0);
    const error = errorOf('vm-b', { code: 'disk_full', severity: 'critical', message: 'The disk is full.' });
    running.feed.commit({ vm: 'vm-b', at: startMs, began: [{ ...conditionOf('vm-b', 'disk_full'), error }] });
    const open = await run('status', '--url', url);
    expect(open.out).toMatch(/\n✗ vm-b +offline +The disk is full\. \(since .*\)\n$/);
    expect(open.code).toBe(1);
    await running.server.close();
    const gone = await run('status', '--url', url);
    expect(gone).toMatchObject({ code: 2, out: '' });
    expect(gone.err).toBe(`Nothing answers at ${url}: no BenchTray is running there.\n`);
  });

  it('names the runs that may be meant', async () => {
    const { url } = running.server;
    const prefix = await run('tasks', 'vm-a-20260129', '--url', url);
    expect(prefix.err).toMatch(/^vm-a-20260129-101500000 on vm-a\nrunning, 2\/30 6 %, started .*\n$/);
    expect(prefix.out).toMatch(
      /^Domain +Task +Result +.*\nnotepad +task-1 +Passed .*\nnotepad +task-2 +Error .*no screenshot\n$/,
    );
    expect(prefix.out).not.toContain('\u001b');
    const several = await run('tasks', 'vm-a', '--url', url);
    expect(several).toMatchObject({ code: 2, out: '' });
    expect(several.err).toContain('  vm-a-20260128-225508000 (');
    expect((await run('tasks', 'nope', '--url', url)).code).toBe(2);
    expect((await run('runs', '--vm', 'nope', '--url', url)).err).toMatch(/no VM named "nope".*vm-a, vm-b/);
  });

  it('fits a terminal of 80 columns, in colours, and is plain in a pipe', async () => {
    const onTerminal = async (...args: readonly string[]) => {
      const { cwd, env } = livingIn(folder);
      const words = [process.execPath, builtCli, ...args, '--url', running.server.url];
      const child = asChild(spawnOnTerminal(words, { cwd, env: { ...env, TERM: 'xterm-256color' } }));
      started.push(child);
      await child.exit;
      return child.out().replaceAll('\r\n', '\n');
    };
    for (const args of [['status'], ['runs'], ['tasks', 'latest']]) {
      const shown = await onTerminal(...args);
      for (const line of stripVTControlCharacters(shown).split('\n'))
        expect(line.length).toBeLessThanOrEqual(80);
      expect(shown).toContain('\u001b[');
      expect((await run(...args, '--url', running.server.url)).out).not.toContain('\u001b');
    }
    expect(stripVTControlCharacters(await onTerminal('runs'))).toMatch(
      /^Run +Started +.*State +Tasks +Mean score/m,
    );
  });

  it('is quiet about a reader that has seen enough', async () => {
    const { url } = running.server;
    const command = `"${process.execPath}" "${builtCli}" runs --url ${url} --json | head -n 1`;
    const child = startChild('/bin/sh', ['-c', command], livingIn(folder));
    started.push(child);
    expect(await child.exit).toBe(0);
    expect(child.out()).toBe('[\n');
    expect(child.err()).toBe('');
  });
});

it('waits for a reader that takes its time', async () => {
  const run = { ...runViewOf('run-1'), padding: 'x'.repeat(2000) };
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(Array.from({ length: 1000 }, () => run)));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const args = ['runs', '--json', '--limit', '1000', '--url', `http://127.0.0.1:${port}`];
  const child = spawn(process.execPath, [builtCli, ...args], livingIn(folder));
  let out = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    out += String(chunk);
    await pause(20);
  }
  expect(JSON.parse(out)).toHaveLength(1000);
  server.closeAllConnections();
  server.close();
});

describe('without --url', () => {
  it('finds the BenchTray of the data folder, whatever port it has', async () => {
    const config = writeConfig({ server: { port: await freePort() } });
    const none = await run('status', '--config', config);
    expect(none).toMatchObject({ code: 2, out: '' });
    expect(none.err).toMatch(
      /^BenchTray is not running, and there is no journal in .*\nStart it by "benchtray serve"/,
    );
    const server = start('serve', '--config', config, '--port', '0');
    await server.listening();
    expect(await run('status', '--config', config)).toEqual({
      code: 0,
      out: '',
      err: 'No VM is configured.\n',
    });
    expect(await run('runs', '--config', config, '--json')).toEqual({ code: 0, out: '[]\n', err: '' });
  });

  it('reads the data folder where the server of somebody else has the port', async () => {
    const server = createServer((_request, response) => response.end('<h1>Welcome</h1>')).listen(
      0,
      '127.0.0.1',
    );
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const config = writeConfig({ server: { port } });
    mkdirSync(join(folder, 'data'));
    const { code, err } = await run('runs', '--config', config);
    expect(code).toBe(2);
    expect(err).toContain(`no journal in ${join(folder, 'data')}`);
    const named = await run('runs', '--url', `http://127.0.0.1:${port}`);
    expect(named.code).toBe(2);
    expect(named.err).toContain('is not a BenchTray of this version: its answer is not JSON');
    server.closeAllConnections();
    server.close();
  });

  it('refuses a configuration with errors', async () => {
    const { code, err } = await run('status', '--config', writeConfig({ server: { port: 'x' } }));
    expect(code).toBe(2);
    expect(err).toMatch(/server\.port: found "x".*\nCorrect it, or name a running BenchTray by --url\.\n$/);
  });

  it('reads what a killed BenchTray left, and changes nothing there', async () => {
    const port = await freePort();
    const demo = start('demo', '--port', String(port), '--speed', '40');
    const url = await demo.listening();
    const api = async <T>(path: string): Promise<T> => (await (await fetch(url + path)).json()) as T;
    const ended = async () => {
      const [run] = await api<RunView[]>('/api/runs');
      return run !== undefined && run.tasks_completed >= 2 ? run : null;
    };
    const { run_id: id, vm } = await until(ended, 'two tasks to end');
    const known = await api<TaskView[]>(`/api/runs/${id}/tasks`);
    await demo.stop('SIGKILL');

    // The simulated VM has a folder with such a name, too.
    const data = readdirSync(folder).find((name) => existsSync(join(folder, name, 'journal.sqlite'))) ?? '';
    const config = writeConfig({ server: { port }, dataDir: join(folder, data) });
    const journal = ['journal.sqlite', 'journal.sqlite-wal'].map((name) => join(folder, data, name));
    const content = () => journal.map((name) => readFileSync(name).toString('base64'));
    const before = content();
    expect(before[1]).not.toBe('');

    const tasks = await run('tasks', id, '--json', '--config', config);
    expect(tasks.code).toBe(0);
    expect((JSON.parse(tasks.out) as TaskView[]).slice(0, known.length)).toEqual(known);
    expect(tasks.err).toBe(
      `BenchTray is not running. This is what it last recorded in ${join(folder, data)}.\n`,
    );

    const runs = await run('runs', '--config', config);
    expect(runs.code).toBe(0);
    expect(runs.out).toContain(id);

    const unknown = await run('runs', '--vm', 'nope', '--config', config);
    expect([unknown.code, unknown.out]).toEqual([2, '']);
    expect(unknown.err).toContain(`There is no VM named "nope"; there are: ${vm}.\n`);
    const all = ['--vm', '*', '--agent', '', '--model', ''];
    expect((await run('runs', ...all, '--config', config)).out).toBe(runs.out);

    const status = await run('status', '--json', '--config', config);
    const answer = JSON.parse(status.out) as StatusAnswer;
    expect(status.code).toBe(answer.vms[0]?.open_errors.length === 0 ? 0 : 1);
    expect(answer.vms).toMatchObject([{ name: vm, status: { connected: false, phase: 'unknown' } }]);
    expect(answer.vms[0]?.run?.run_id).toBe(id);
    expect((await run('status', '--config', config)).out).toMatch(
      new RegExp(`${vm} +unknown .*last heard \\d\\d:\\d\\d`),
    );
    expect(content()).toEqual(before);
  });
});
