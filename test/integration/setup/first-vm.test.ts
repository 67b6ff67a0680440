/** From no file at all to a live picture, by what the page asks for: the whole of `serve`, and a VM that plays. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../../../src/main/cli/program.ts';
import type { CliIo } from '../../../src/main/cli/io.ts';
import { startSimulatedVm } from '../../../src/main/engine/demo/index.ts';
import { diagnose } from '../../../src/main/engine/diagnose.ts';
import { startMonitor } from '../../../src/main/engine/monitor.ts';
import { openFeed } from '../../../src/main/engine/feed/index.ts';
import { demoVmName } from '../../../src/main/engine/setup/index.ts';
import type { VmDraft } from '../../../src/shared/setup.ts';
import type { StatusAnswer } from '../../../src/main/engine/server/routes/answer-schemas.ts';
import { until } from '../../support/wait.ts';
import { conditionOf, runOf, taskOf } from '../../unit/feed/fixtures.ts';

let folder: string;
let out: string;
let err: string;
let stop: AbortController;
let ended: Promise<number>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'benchtray-first-'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>page</title>');
  stop = new AbortController();
  [out, err] = ['', ''];
});
afterEach(async () => {
  stop.abort();
  await ended;
  rmSync(folder, { recursive: true });
});

/** Starts it. @returns where it is, and the code that it prints */
async function serve(changes: Partial<CliIo> = {}, env: CliIo['env'] = {}) {
  const io: CliIo = {
    env,
    platformDirs: { config: join(folder, 'config'), data: join(folder, 'data'), home: folder },
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    version: '1.2.3',
    assetsDir: folder,
    stop: stop.signal,
    startMonitor: (options) => startMonitor({ ...options, demoSpeed: 50 }),
    startSimulatedVm,
    diagnose,
    askPassphrase: () => Promise.resolve(null),
    ...changes,
  };
  ended = runCli(['serve', '--port', '0'], io);
  const url = await until(() => /^listening on (\S+)$/m.exec(out)?.[1], 'it listens');
  const code = /^ {2}To set up in the browser: http:\/\/localhost:\d+\/ with the code (\S+)$/m;
  return { url, code: () => code.exec(err)?.[1] ?? '' };
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
  it('a VM is set up by the code that stands on the terminal, and its picture comes', async () => {
    const vm = await startSimulatedVm({ seed: 1, speed: 50 });
    try {
      const { url, code } = await serve();
      expect(code()).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
      const { host, port, username, privateKey } = vm.vmConfig.ssh;
      const draft: VmDraft = { name: 'first', host, port, username, private_key: privateKey, azure: null };
      const answer = await post(`${url}/api/setup/vms`, code(), draft);
      expect([answer.status, await answer.json()]).toEqual([
        200,
        { vm: 'first', config_path: join(folder, 'config', 'config.json') },
      ]);
      await until(async () => {
        const { vms } = await statusOf(url);
        return vms[0]?.name === 'first' && vms[0].status.connected;
      }, 'the picture of the VM');
      const log = join(folder, 'data', 'logs');
      for (const file of readdirSync(log))
        expect(readFileSync(join(log, file), 'utf8')).not.toContain(code());
      expect(out).not.toContain(code());
    } finally {
      await vm.close();
    }
  });

  it('the demo comes and goes, and nothing of it stays', async () => {
    const { url, code } = await serve();
    const demo = (on: boolean) => post(`${url}/api/setup/demo`, code(), { on });
    // Twice the same is once.
    expect((await Promise.all([demo(true), demo(true)])).map(({ status }) => status)).toEqual([200, 200]);
    const runs = async () => (await (await fetch(`${url}/api/runs`)).json()) as readonly unknown[];
    await until(async () => (await runs()).length > 0, 'a run of the demo');
    const { vms } = await statusOf(url);
    expect(vms.map(({ name }) => name)).toEqual(['Demo VM']);
    const state = await (await fetch(`${url}/api/setup`)).json();
    expect(state).toMatchObject({ is_demo: true });
    expect((await demo(false)).status).toBe(200);
    expect((await statusOf(url)).vms).toEqual([]);
    expect(await runs()).toEqual([]);
    expect(existsSync(join(folder, 'config'))).toBe(false);
  });

  it('what a demo left that was killed is gone at the next start, and nothing else is', async () => {
    const dataDir = join(folder, 'data');
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
    const { url } = await serve();
    const runs = (await (await fetch(`${url}/api/runs`)).json()) as readonly { readonly vm: string }[];
    expect(runs.map(({ vm }) => vm)).toEqual(['demo-vm']);
    stop.abort();
    await ended;
    const after = openFeed({ dataDir });
    expect(after.openConditions().map(({ vm }) => vm)).toEqual(['demo-vm']);
    expect(after.replay(0, null, 100).map(({ vm }) => vm)).toEqual(['demo-vm', 'demo-vm']);
    expect(after.hasPrunedAfter(0, null)).toBe(true);
    after.close();
  });
});

it('no code stands on the terminal of one that has its VMs, unless somebody sits there', async () => {
  await serve({}, { WAA_VM_IP: '127.0.0.1' });
  expect(err).not.toContain('with the code');
  stop.abort();
  await ended;
  stop = new AbortController();
  out = '';
  await serve({ stderr: { write: (text) => (err += text), isTTY: true } }, { WAA_VM_IP: '127.0.0.1' });
  await until(() => /^To add a VM in the browser: \S+ with the code \S+$/m.test(err), 'the code');
});
