/** Errors that no code caught: `serve` logs them and keeps running, as the desktop does; other commands end with a sentence. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import { cliPath, startCli, type CliProcess } from '../../support/cli-process.ts';
import { mustLive } from '../../support/must-live.ts';
import { until } from '../../support/wait.ts';

/** On SIGUSR2, throws in one turn of the event loop and rejects in another. */
const faults = `process.on('SIGUSR2', () => {
  setImmediate(() => { throw new Error('thrown\\nin two lines'); });
  Promise.reject(new Error('rejected'));
});`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'benchtray-unforeseen-'));
  writeFileSync(join(folder, 'faults.mjs'), faults);
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Starts the built command line with the faults in it. */
function start(...words: readonly string[]): CliProcess & { readonly said: () => string } {
  const started = startCli(folder, words, { nodeArgs: ['--import', join(folder, 'faults.mjs')] });
  return { ...started, said: () => started.out() + started.err() };
}

it('serve logs them, says each in one line, and keeps serving', async () => {
  const { child, exit, listening, said } = start('serve', '--port', '0');
  const url = await listening();
  child.kill('SIGUSR2');
  await until(() => said().includes('thrown') && said().includes('rejected'), 'it says so');
  expect(said()).toMatch(/^Unexpected error: thrown in two lines \(.*\)$/m);
  expect(said()).toMatch(/^Unexpected error: rejected \(.*\)$/m);
  expect(said()).not.toMatch(/^\s+at /m);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  child.kill('SIGTERM');
  expect(await exit).toBe(0);
  const log = readFileSync(join(folder, 'data', 'logs', 'benchtray.log'), 'utf8');
  expect(log.split('\n').filter((line) => line.includes('"msg":"unforeseen error"'))).toHaveLength(2);
  expect(log).toContain('"stack":"Error: rejected');
});

it('serve goes on, and ends in time, without anybody at the other end of its stderr', async () => {
  const { child, said } = start('serve', '--port', '0');
  const url = await until(() => /listening on (\S+)/.exec(said())?.[1], 'it listens');
  child.stderr?.destroy();
  child.kill('SIGUSR2');
  const log = (): string => readFileSync(join(folder, 'data', 'logs', 'benchtray.log'), 'utf8');
  const reported = (): number => log().split('"msg":"unforeseen error"').length - 1;
  await until(() => reported() >= 2, 'both errors are logged');
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(reported()).toBe(2);
});

it.skipIf(process.platform !== 'linux')('reports an answer that could not be written', async () => {
  const full = openSync('/dev/full', 'w');
  onTestFinished(() => closeSync(full));
  const child = spawn(process.execPath, [cliPath, 'config', 'schema'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder },
    stdio: ['ignore', full, 'pipe'],
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  expect((await once(child, 'close'))[0]).toBe(1);
  expect(said).toMatch(/^Cannot write to standard output: ENOSPC.*\n$/);
});

it('watch ends with a sentence and no stack', async () => {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const asked = once(server, 'request');
  const address = server.address();
  const port = typeof address === 'object' ? String(address?.port) : '';
  const { child, exit, said } = start('watch', '--url', `http://127.0.0.1:${port}`);
  await asked;
  child.kill('SIGUSR2');
  expect(await exit).toBe(1);
  expect(said()).toMatch(/^Unexpected error: (thrown|rejected)/m);
  expect(said()).not.toMatch(/^\s+at /m);
});

it('a wait fails at once, with its output, when a child dies that the test needs', async () => {
  writeFileSync(join(folder, 'dies.mjs'), 'console.log("my last words"); process.exit(3);');
  const child = spawn(process.execPath, [join(folder, 'dies.mjs')], { stdio: ['ignore', 'pipe', 'ignore'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  mustLive(child, 'The child', () => said);
  await expect(until(() => false, 'what never comes')).rejects.toThrow(/code 3.*my last words/s);
});
