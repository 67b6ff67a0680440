/** `benchtray log` as a process: with a BenchTray that runs, and with the data folder of one that does not. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogStore, type LogStore } from '../../../src/main/engine/archive/index.ts';
import { builtCli, openFeed } from '../../support/built.ts';
import { asChild, startChild, type Child } from '../../support/child.ts';
import { livingIn } from '../../support/cli-process.ts';
import { freePort } from '../../support/free-port.ts';
import { spawnOnTerminal } from '../../support/on-terminal.ts';
import { until } from '../../support/wait.ts';
import { runOf, startMs } from '../../unit/feed/fixtures.ts';
import { startTestServer, type TestServer } from '../server/support.ts';

const text = [
  '[2026-01-28 22:55:08,318 INFO run/394-MainProcess] Starting',
  '\u001b[2Jcleared --api_key sk-0123456789abcdef\u0007',
  '\tScore: 1.0',
  '',
].join('\n');
const shown =
  '[2026-01-28 22:55:08,318 INFO run/394-MainProcess] Starting\ncleared --api_key ***\n\tScore: 1.0\n';
const runId = 'vm-a-20260128-225508318';

let folder: string;
let dataDir: string;
let store: LogStore;
let started: Child[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'benchtray-log-'));
  dataDir = join(folder, 'data');
  mkdirSync(dataDir);
  const log = { error: () => undefined, warn: () => undefined };
  store = createLogStore({ dataDir, isOn: () => true, log });
  started = [];
  write(0, text);
});
afterEach(async () => {
  for (const child of started) await child.stop();
  await store.close();
  rmSync(folder, { recursive: true });
});

function write(position: number, bytes: string): void {
  const writer = store.writer('vm-a', runId, runOf(runId).log);
  writer.write(position, Buffer.from(bytes));
  writer.flush();
}

function start(...args: readonly string[]): Child {
  const child = startChild(process.execPath, [builtCli, 'log', ...args], livingIn(folder));
  started.push(child);
  return child;
}

async function run(...args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = start(...args);
  const code = await child.exit;
  return { code, out: child.out(), err: child.err() };
}

describe('with a BenchTray that runs', () => {
  let running: TestServer;
  let at: readonly string[];
  beforeEach(async () => {
    running = await startTestServer({ logs: store });
    running.feed.commit({ vm: 'vm-a', at: startMs, runs: [runOf(runId), runOf('vm-b-1', { vm: 'vm-b' })] });
    at = ['--url', running.server.url];
  });
  afterEach(() => running.stop());

  it('prints the log, without colours, control characters and secrets', async () => {
    expect(await run('vm-a', ...at)).toEqual({ code: 0, out: shown, err: '' });
  });

  it('prints the lines with a text, and exits with 1 if there is none', async () => {
    expect(await run(runId, '--grep', 'SCORE', ...at)).toEqual({ code: 0, out: '\tScore: 1.0\n', err: '' });
    expect(await run(runId, '--grep', 'nothing', ...at)).toEqual({ code: 1, out: '', err: '' });
  });

  it('prints the places of lines with --json', async () => {
    const { out } = await run(runId, '--grep', 'score', '--json', ...at);
    const size = Buffer.byteLength(text);
    expect(JSON.parse(out)).toEqual({ from: size - 12, to: size, text: '\tScore: 1.0' });
  });

  it('marks the text on a terminal', async () => {
    const { cwd, env } = livingIn(folder);
    const words = [process.execPath, builtCli, 'log', runId, '--grep', 'core', ...at];
    const child = asChild(spawnOnTerminal(words, { cwd, env: { ...env, TERM: 'xterm-256color' } }));
    started.push(child);
    await child.exit;
    expect(child.out()).toContain('S\u001b[');
    expect(stripVTControlCharacters(child.out())).toContain('Score: 1.0');
  });

  it('is quiet about a reader that has seen enough', async () => {
    write(Buffer.byteLength(text), 'line\n'.repeat(500_000));
    const command = `"${process.execPath}" "${builtCli}" log ${runId} --url ${running.server.url} | head -n 1`;
    const child = startChild('/bin/sh', ['-c', command], livingIn(folder));
    started.push(child);
    expect(await child.exit).toBe(0);
    expect(child.out()).toBe(shown.slice(0, shown.indexOf('\n') + 1));
    expect(child.err()).toBe('');
  });

  it('says why there is none, and what is missing in one', async () => {
    expect(await run('vm-b-1', ...at)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(/^No log of the run "vm-b-1" is kept/) as string,
    });
    const size = Buffer.byteLength(text);
    write(size + 1_000, 'after\n');
    expect(await run(runId, ...at)).toEqual({
      code: 0,
      out: `${shown}after\n`,
      err: `BenchTray did not keep 1,000 bytes of the log, from ${size} on.\n`,
    });
  });

  it('follows a run to its end', async () => {
    const child = start(runId, '--follow', ...at);
    await until(() => child.out().length >= shown.length, 'the log so far');
    write(Buffer.byteLength(text), 'later\n');
    await until(() => child.out().includes('later'), 'the new line');
    write(Buffer.byteLength(text) + 6, 'last\n');
    running.feed.commit({ vm: 'vm-a', at: startMs, runs: [runOf(runId, { state: 'finished' })] });
    expect(await child.exit).toBe(0);
    expect(child.out()).toBe(`${shown}later\nlast\n`);
  });
});

it('prints what is in the data folder when no BenchTray runs', async () => {
  const feed = openFeed({ dataDir });
  feed.commit({ vm: 'vm-a', at: startMs, runs: [runOf(runId)] });
  feed.close();
  const config = join(folder, 'c.json');
  writeFileSync(config, JSON.stringify({ server: { port: await freePort() }, dataDir }));
  const notice = `BenchTray is not running. This is what it last recorded in ${dataDir}.\n`;
  for (const args of [[], ['--follow']])
    expect(await run('latest', ...args, '--config', config)).toEqual({ code: 0, out: shown, err: notice });
});
