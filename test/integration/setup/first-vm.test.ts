/** From no file at all to a VM that is watched, by the requests of the page: the built `serve` as a process, and a simulated VM. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { runCli } from '../../../src/main/cli/program.ts';
import { diagnose } from '../../../src/main/engine/diagnose.ts';
import { demoVmName } from '../../../src/main/engine/setup/index.ts';
import type { StatusAnswer } from '../../../src/main/engine/server/routes/answer-schemas.ts';
import type { VmDraft } from '../../../src/shared/setup.ts';
import { openFeed, startMonitor, startSimulatedVm } from '../../support/built.ts';
import { asChild } from '../../support/child.ts';
import { cliPath, livingIn, startCli } from '../../support/cli-process.ts';
import { spawnOnTerminal } from '../../support/on-terminal.ts';
import { until } from '../../support/wait.ts';
import { conditionOf, runOf, taskOf } from '../../unit/feed/fixtures.ts';

const setupLine = /^ {2}To set up in the browser: http:\/\/localhost:\d+\/ with the code (\S+)$/m;

let folder: string;
const at = (...names: readonly string[]): string => join(folder, ...names);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'benchtray-first-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Starts the built `serve`. */
async function serve(env: NodeJS.ProcessEnv = {}) {
  const started = startCli(folder, ['serve', '--port', '0'], {
    env: { XDG_CONFIG_HOME: at('config'), ...env },
  });
  return {
    ...started,
    url: await started.listening(),
    code: () => until(() => setupLine.exec(started.err())?.[1], 'the set-up code'),
    async stop() {
      started.child.kill('SIGTERM');
      expect(await started.exit).toBe(0);
    },
  };
}

const post = (url: string, code: string, value: unknown) =>
  fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-BenchTray-Setup': code },
    body: JSON.stringify(value),
  });
const statusOf = async (url: string): Promise<StatusAnswer> =>
  (await (await fetch(`${url}/api/status`)).json()) as StatusAnswer;

describe('without a file', () => {
  it('a VM is set up by the code from the terminal, and BenchTray connects to it', async () => {
    const vm = await startSimulatedVm({ seed: 1, speed: 50 });
    onTestFinished(() => vm.close());
    const server = await serve();
    const code = await server.code();
    expect(code).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    const { host, port, username, privateKey } = vm.vmConfig.ssh;
    const draft: VmDraft = { name: 'first', host, port, username, private_key: privateKey, azure: null };
    const answer = await post(`${server.url}/api/setup/vms`, code, draft);
    const { vm: name, config_path: path } = (await answer.json()) as Record<'vm' | 'config_path', string>;
    expect([answer.status, name]).toEqual([200, 'first']);
    expect(path.startsWith(folder)).toBe(true);
    expect(readFileSync(path, 'utf8')).toContain('"first"');
    await until(async () => {
      const { vms } = await statusOf(server.url);
      return vms[0]?.name === 'first' && vms[0].status.connected;
    }, 'the status of the VM');
    for (const file of readdirSync(at('data', 'logs')))
      expect(readFileSync(at('data', 'logs', file), 'utf8')).not.toContain(code);
    expect(server.out()).not.toContain(code);
    await server.stop();
  });

  it('the demo starts once however often it is asked for, and leaves nothing when it is switched off', async () => {
    const server = await serve();
    const code = await server.code();
    const demo = (on: boolean) => post(`${server.url}/api/setup/demo`, code, { on });
    expect((await Promise.all([demo(true), demo(true)])).map(({ status }) => status)).toEqual([200, 200]);
    await until(async () => {
      const { vms } = await statusOf(server.url);
      return vms.some(({ name, status }) => name === demoVmName && status.connected);
    }, 'the status of the demo');
    expect((await statusOf(server.url)).vms.map(({ name }) => name)).toEqual([demoVmName]);
    expect((await demo(false)).status).toBe(200);
    expect((await statusOf(server.url)).vms).toEqual([]);
    expect(existsSync(at('config'))).toBe(false);
    await server.stop();
  });

  // The command line has no way to play the demo faster than life, so this one wires the built monitor itself.
  it('the runs of the demo go with it', async () => {
    const stop = new AbortController();
    let out = '';
    let err = '';
    const ended = runCli(['serve', '--port', '0'], {
      env: {},
      platformDirs: { config: at('config'), data: at('data'), home: folder },
      stdout: { write: (text) => (out += text) },
      stderr: { write: (text) => (err += text) },
      version: '1.2.3',
      assetsDir: folder,
      stop: stop.signal,
      startMonitor: (options) => startMonitor({ ...options, demoSpeed: 50 }),
      startSimulatedVm,
      diagnose,
      keys: null,
      askPassphrase: () => Promise.resolve(null),
    });
    onTestFinished(async () => {
      stop.abort();
      expect(await ended).toBe(0);
    });
    const url = await until(() => /^listening on (\S+)$/m.exec(out)?.[1], 'it listens');
    const code = await until(() => setupLine.exec(err)?.[1], 'the set-up code');
    expect((await post(`${url}/api/setup/demo`, code, { on: true })).status).toBe(200);
    const runs = async () => (await (await fetch(`${url}/api/runs`)).json()) as readonly unknown[];
    await until(async () => (await runs()).length > 0, 'a run of the demo');
    const state = await (await fetch(`${url}/api/setup`)).json();
    expect(state).toMatchObject({ is_demo: true });
    expect((await post(`${url}/api/setup/demo`, code, { on: false })).status).toBe(200);
    expect((await statusOf(url)).vms).toEqual([]);
    expect(await runs()).toEqual([]);
  });

  it('the next start removes what a killed demo left, and nothing else', async () => {
    const dataDir = at('data');
    mkdirSync(dataDir);
    const feed = openFeed({ dataDir });
    for (const vm of [demoVmName, 'demo-vm'])
      feed.commit({
        vm,
        at: Date.now(),
        runs: [runOf(`run of ${vm}`, { vm })],
        tasks: [{ record: taskOf('t1', { vm, runId: `run of ${vm}` }), tell: true }],
        began: [conditionOf(vm, 'probe_down')],
      });
    feed.close();
    const server = await serve();
    const answer = await fetch(`${server.url}/api/runs`);
    const runs = (await answer.json()) as readonly { readonly vm: string }[];
    expect(runs.map(({ vm }) => vm)).toEqual(['demo-vm']);
    await server.stop();
    const after = openFeed({ dataDir });
    expect(after.openConditions().map(({ vm }) => vm)).toEqual(['demo-vm']);
    expect(after.replay(0, null, 100).map(({ vm }) => vm)).toEqual(['demo-vm', 'demo-vm']);
    expect(after.hasPrunedAfter(0, null)).toBe(true);
    after.close();
  });
});

it('prints no code when it has a VM, unless it runs on a terminal', async () => {
  const env = { WAA_VM_IP: '127.0.0.1' };
  const server = await serve(env);
  await server.stop();
  expect(server.err()).not.toContain('with the code');
  const own = livingIn(folder);
  const terminal = asChild(
    spawnOnTerminal([process.execPath, cliPath, 'serve', '--port', '0'], {
      ...own,
      columns: 200,
      env: { ...own.env, ...env },
    }),
  );
  onTestFinished(async () => {
    await terminal.stop();
  });
  await terminal.prints(/^To add a VM in the browser: \S+ with the code \S+\r?$/m);
  expect(await terminal.stop('SIGTERM')).toBe(0);
});
