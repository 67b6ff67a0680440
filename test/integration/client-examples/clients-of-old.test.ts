/**
 * Clients that were written for the server whose place BenchTray takes. They are in clients/ as people have them, and must do what they
 * did, unchanged: only the port is another here.
 */
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeVmConfig } from '../../../src/main/engine/config/index.ts';
import type { SimulatedVm } from '../../../src/main/engine/demo/index.ts';
import { startSimulatedVm } from '../../support/built.ts';
import { startTestMonitor, testConfig, type TestMonitor } from '../../support/monitor.ts';
import { chromiumLaunch, chromiumPath, findPython } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { startProgram, withPort, type Program } from './program.ts';

/** Nothing after the first run. */
const timings = {
  bootMs: 1000,
  beforeFirstRunMs: 1000,
  shortestTaskMs: 1500,
  longestTaskMs: 2000,
  idleMs: 600_000,
};

let vm: SimulatedVm | null = null;
let monitor: TestMonitor;
let program: Program | null = null;
/** Nobody is there yet: a client that takes its time to come misses nothing. */
async function startServer(): Promise<void> {
  const absent = makeVmConfig({ name: 'demo-vm', ssh: { host: '127.0.0.1', port: 1 } });
  monitor = await startTestMonitor(testConfig([absent], { interval: 1 }));
}
async function bringVm(): Promise<SimulatedVm> {
  vm = await startSimulatedVm({ seed: 11, speed: 1, tasksPerRun: 3, timings });
  monitor.reconfigure(testConfig([vm.vmConfig], { interval: 1 }));
  return vm;
}
afterEach(async () => {
  program?.stop();
  program = null;
  await monitor.close();
  await vm?.close();
  vm = null;
});

function client(name: string): string {
  const text = readFileSync(new URL(`clients/${name}`, import.meta.url), 'utf8');
  return withPort(text, Number(new URL(monitor.url).port));
}

const pythonPath = findPython();
if (pythonPath === null)
  console.warn('SKIPPED: the Python clients of old, since this machine has no python3 with requests.');

describe.skipIf(pythonPath === null)('in Python (needs python3 with requests)', () => {
  beforeEach(startServer);

  it('the one that prints', async () => {
    const printing = (program = startProgram(pythonPath ?? '', ['-'], client('printing_client.py')));
    await printing.expect(/^\[[\d:]+\] VM Status: Starting \(\w+\)$/m);
    const vm = await bringVm();
    await printing.expect(/^\[[\d:]+\] VM Status: Ready$/m);
    await printing.expect(/^\[[\d:]+\] Progress: [012]\/3 tasks \| Current: \S+ \(step \d+\)$/m);
    await printing.expect(/^\[[\d:]+\] Progress: 3\/3 tasks/m);
    await vm.stopListening();
    vm.disconnectAll();
    await printing.expect(/^\[[\d:]+\] ERROR: SSH connection failed$/m);
    const told = [
      ...printing.said().matchAll(/Task Complete: (\S+) \| Success: (True|False) \| Score: (\S+)$/gm),
    ];
    expect(told.map(([, id]) => id)).toEqual(vm.truth().map(({ taskId }) => taskId));
    expect(told).toHaveLength(3);
    expect(printing.exitCode()).toBe(null);
  });

  it('the one with callbacks', async () => {
    const calling = (program = startProgram(pythonPath ?? '', ['-'], client('callback_client.py')));
    await calling.expect(/^VM is starting$/m);
    const vm = await bringVm();
    await calling.expect(/^VM is ready$/m);
    await calling.expect(/^Progress: 3\/3$/m);
    await calling.expect(/^(Task \S+ completed: (True|False)\s+[^]*){3}/m);
    await vm.stopListening();
    vm.disconnectAll();
    await calling.expect(/^Error: SSH connection failed$/m);
    expect(calling.exitCode()).toBe(null);
  });
});

it.skipIf(chromiumPath === null)('the page (needs Chromium)', async () => {
  const browser = await chromium.launch(chromiumLaunch);
  try {
    await startServer();
    const page = await browser.newPage();
    const thrown: Error[] = [];
    page.on('pageerror', (error) => thrown.push(error));
    const address = `http://localhost:${new URL(monitor.url).port}/monitor.html`;
    await page.route(address, (route) =>
      route.fulfill({ contentType: 'text/html; charset=utf-8', body: client('monitor_page.html') }),
    );
    await page.goto(address);
    const text = (selector: string) => page.locator(selector).textContent();
    await until(async () => (await text('#vm-status')) === 'Offline', 'the first picture');
    const vm = await bringVm();
    await until(async () => (await text('#vm-status')) === 'Ready', 'the VM is ready');
    expect(await page.locator('#vnc-link').getAttribute('href')).toBe(
      `http://127.0.0.1:${String(vm.vmConfig.vnc.port)}`,
    );
    await until(async () => (await text('#task-counter')) === '3 / 3 tasks', 'the run is through');
    const rows = page.locator('#results-table tbody tr');
    await until(async () => (await rows.count()) === 3, 'the results are there');
    const ids = await rows.locator('td:first-child').allTextContents();
    expect(ids).toEqual(vm.truth().map(({ taskId }) => taskId));
    expect(await rows.first().locator('td').nth(1).textContent()).toMatch(/^[✓✗]$/);
    expect(thrown).toEqual([]);
  } finally {
    await browser.close();
  }
});
