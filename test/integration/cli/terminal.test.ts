/** Texts of others on a terminal: whatever a configuration, a log or a server says, nothing of it acts there. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { builtCli } from '../../support/built.ts';
import { startChild } from '../../support/child.ts';

/** Clears the screen, sets the title, turns the direction of writing, and rewrites the line. */
const evil = 'x\u001b[2J\u001b]0;title\u0007\u009b31m\u202egnp\u2066\rOK';
const actsOnTerminal = /[[\p{Cc}\p{Bidi_Control}]--[\n\t]]/v;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'benchtray-terminal-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});
const environment = () => ({ PATH: process.env['PATH'], HOME: folder, TMPDIR: folder });

function run(...args: string[]): { readonly said: string; readonly code: number | null } {
  const { stdout, stderr, status } = spawnSync(process.execPath, [builtCli, ...args], {
    encoding: 'utf8',
    env: environment(),
  });
  return { said: stdout + stderr, code: status };
}

it('shows keys and values of a configuration, and arguments, without what they would do', () => {
  const file = join(folder, 'c.json');
  const vm = { name: evil, ssh: { host: '127.0.0.1', privateKey: evil }, [evil]: 1 };
  for (const config of [
    { [evil]: 1 },
    { vms: [vm] },
    { vms: [{ name: evil, ssh: { host: '127.0.0.1' } }] },
  ]) {
    writeFileSync(file, JSON.stringify(config));
    for (const command of ['check', 'print']) {
      const { said } = run('config', command, '--config', file);
      expect(said).not.toBe('');
      expect(said).not.toMatch(actsOnTerminal);
    }
  }
  for (const args of [
    [evil],
    ['serve', `--${evil}`],
    ['doctor', '--vm', evil],
    ['config', 'check', '--config', evil],
  ]) {
    const { said, code } = run(...args);
    expect(code).toBe(2);
    expect(said).not.toMatch(actsOnTerminal);
  }
});

it.each([
  ['as lines', []],
  ['as JSON', ['--json']],
])('watches a server that says evil things without doing them, %s', async (_, args) => {
  const server = createServer((_, response) => {
    const say = (event: string, data: object) =>
      response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    const probe = { status: evil, vnc_url: evil };
    say('connected', { timestamp: evil, interval: 1, version: evil });
    say('status', {
      vm: evil,
      phase: evil,
      connected: true,
      waa_ready: false,
      probe,
      detail: { text: evil },
    });
    say('progress', {
      ...{ vm: evil, run_id: evil, state: evil, domain: evil, current_task: evil, instruction: evil },
      ...{ tasks_completed: 1, total_tasks: 2, succeeded: 1, current_step: 1, elapsed_seconds: 1 },
    });
    say('task_complete', { vm: evil, task_id: evil, domain: evil, outcome: evil, score: 1, steps: evil });
    for (const name of ['error', 'problem'])
      say(name, { vm: evil, message: evil, hint: evil, severity: evil });
    say('recovered', { vm: evil, message: 'the last word' });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const words = [builtCli, 'watch', '--url', `http://127.0.0.1:${port}`, ...args];
  const child = startChild(process.execPath, words, { env: environment() });
  const saidSoFar = (): string => child.out() + child.err();
  try {
    await child.until(() => saidSoFar().includes('the last word'), 'everything is shown');
    const said = saidSoFar();
    expect(said).toContain('\\u001b[2J');
    expect(said).not.toMatch(actsOnTerminal);
  } finally {
    await child.stop('SIGTERM');
    server.close();
    server.closeAllConnections();
  }
});

it.each([
  ['status', []],
  ['status', ['--json']],
  ['runs', []],
  ['runs', ['--json']],
  ['tasks', ['latest']],
  ['tasks', ['latest', '--json']],
  ['tasks', [evil]],
] as const)(
  'shows the history of a server that says evil things without doing them: %s, case %#',
  async (command, args) => {
    const run = {
      ...{ run_id: evil, vm: evil, state: evil, started_at: evil, ended_at: evil, model: evil, agent: evil },
      ...{
        total_tasks: 2,
        tasks_completed: 1,
        mean_score: 1,
        pass_rate: evil,
        tasks_scored: evil,
        cost_usd: evil,
      },
    };
    const task = {
      ...{ task_id: evil, domain: evil, attempt: 2, outcome: evil, success: false, score: 1, steps: 3 },
      ...{ duration_seconds: evil, finished_at: evil, message: evil },
    };
    const vm = {
      name: evil,
      status: { phase: evil, connected: true, waa_ready: false, as_of: evil },
      progress: {
        ...run,
        state: 'running',
        as_of: null,
        eta_seconds: evil,
        current_task: evil,
        current_step: evil,
      },
      run,
      open_errors: [],
    };
    const troubled = { ...vm, open_errors: [{ code: evil, severity: evil, message: evil, began_at: evil }] };
    const server = createServer((request, response) => {
      const path = (request.url ?? '').replace(/[?].*/, '');
      const answers: Readonly<Record<string, object>> = {
        '/api/status': { as_of: evil, vms: [vm, troubled], journal: { ok: false, error: evil } },
        '/api/runs': [run],
      };
      const known = answers[path] ?? (path.endsWith('/tasks') ? [task] : null);
      const type = known === null ? 'application/problem+json' : 'application/json';
      response.writeHead(known === null ? 404 : 200, { 'Content-Type': type });
      response.end(JSON.stringify(known ?? { detail: evil, hint: evil }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const words = [builtCli, command, ...args, '--url', `http://127.0.0.1:${port}`];
    const child = spawn(process.execPath, words, { env: environment() });
    let said = '';
    for (const output of [child.stdout, child.stderr])
      output.setEncoding('utf8').on('data', (text: string) => (said += text));
    await once(child, 'close');
    server.close();
    server.closeAllConnections();
    expect(said).toMatch(/gnp/);
    expect(said).not.toMatch(actsOnTerminal);
    expect(said).not.toContain('Unexpected error');
  },
);
