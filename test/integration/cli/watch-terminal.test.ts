/** `watch` on a real terminal of 80 by 24, with ten VMs. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { conditionOf, errorOf, progressOf, startMs, statusOf } from '../../unit/feed/fixtures.ts';
import { builtCli } from '../../support/built.ts';
import { spawnOnTerminal } from '../../support/on-terminal.ts';
import { createScreen, type ScreenEmulator } from '../../support/screen-emulator.ts';
import { until } from '../../support/wait.ts';
import { startTestServer, type TestServer } from '../server/support.ts';

const names = Array.from({ length: 10 }, (_, index) => `waa-eval-vm-${String(index)}`);
const [rows, columns] = [24, 80];

let running: TestServer;
let child: ChildProcess;
let screen: ScreenEmulator;
let written = '';

beforeEach(async () => {
  running = await startTestServer({ vms: () => names.map((name) => ({ name, address: null })) });
  for (const vm of names) {
    const changes = { phase: 'ready', connected: true, waa_ready: true } as const;
    running.feed.setStatus(vm, statusOf(vm, changes));
    running.feed.setProgress(vm, progressOf(vm, { run_id: `run-${vm}`, eta_seconds: 600 }), true);
  }
  const error = errorOf(names[8] ?? '', {
    code: 'disk_full',
    severity: 'critical',
    message: 'The disk is full.',
    hint: 'Remove old results.',
  });
  running.feed.commit({
    vm: error.vm,
    at: startMs,
    began: [{ ...conditionOf(error.vm, 'disk_full'), error }],
  });
  screen = createScreen(rows);
  written = '';
  child = spawnOnTerminal([process.execPath, builtCli, 'watch', '--url', running.server.url], {
    rows,
    columns,
  });
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    written += text;
    screen.write(text);
  });
});
afterEach(async () => {
  if (child.exitCode === null) {
    child.kill('SIGKILL');
    await once(child, 'close');
  }
  await running.stop();
});

const shown = (): string => screen.lines().join('\n');
const sees = (pattern: RegExp) => until(() => pattern.test(shown()), `${String(pattern)} on the terminal`);

describe('watch with ten VMs on 80 by 24', () => {
  it('shows each VM, the one with an error that began earlier first, and the end of a run as a line', async () => {
    await sees(/waa-eval-vm-9/);
    const lines = screen.lines();
    expect(names.filter((name) => !shown().includes(name))).toEqual([]);
    expect(lines.find((line) => line.includes('waa-eval-vm'))).toBe(
      '✗ waa-eval-vm-8  running  4/30 13 %  The disk is full.',
    );
    const vm = names[3] ?? '';
    running.feed.setProgress(vm, progressOf(vm, { run_id: `run-${vm}`, state: 'finished' }), true);
    await sees(/waa-eval-vm-3: run run-waa-eval-vm-3 finished, 4\/30 tasks · Mean score/);
    await sees(/● waa-eval-vm-3 +finished/);
    // The view stands whole below it.
    expect(names.filter((name) => !shown().includes(name))).toEqual([]);
  });

  it('says that the connection is lost, and calls nothing ready any more', async () => {
    await sees(/waa-eval-vm-9/);
    await running.server.close();
    await sees(/Connection lost at \d\d:\d\d:\d\d: (?:the|no) /);
    await sees(/As of \d\d:\d\d:\d\d\. Trying to reconnect\./);
    expect(
      screen
        .lines()
        .filter((line) => line.includes('waa-eval-vm'))
        .map((line) => line[0]),
    ).toEqual(names.map(() => '?'));
  });

  it('is steered by keys', async () => {
    const press = (keys: string) => child.stdin?.write(keys);
    await sees(/waa-eval-vm-9[^]*\nq quit · ↑↓ choose · enter details · \? keys$/m);
    press('\u001b[B');
    await sees(/^✗›waa-eval-vm-8 +running/m);
    press('\u001b[B\u001b[B');
    await sees(/^●›waa-eval-vm-1 +running/m);
    press('\u001b[A\u001b[A\r');
    await sees(/! The disk is full\. \(since .*\n {4}Remove old results/);
    expect(shown()).not.toContain('waa-eval-vm-1');
    press('?');
    await sees(/^enter {2}show all about it, or all VMs again$/m);
    press('?');
    await sees(/waa-eval-vm-9/);
    press('q');
    expect(((await once(child, 'close')) as unknown[])[0]).toBe(0);
  });

  it('ends at Ctrl-C, although the terminal sends no signal', async () => {
    await sees(/^q quit/m);
    child.stdin?.write('\u0003');
    expect(((await once(child, 'close')) as unknown[])[0]).toBe(0);
  });

  it('writes nothing while nothing changes but the clock, except the lines with a clock', async () => {
    await sees(/waa-eval-vm-9/);
    const before = written.length;
    await until(() => written.length > before, 'another second on the clock');
    expect(written.slice(before)).not.toContain('The disk is full');
  });
});
