/** How quickly a long log is caught up with, and what it costs to watch many VMs, idle and with a log that never rests. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBenchTray, type BenchTrayProcess } from './benchtray-process.ts';
import { startBenchVm, type BenchVm } from './bench-vm.ts';
import { writeBigLog } from './big-log.ts';
import { memoryMib, ownCpuSeconds } from './cpu.ts';
import { longRun } from './long-run.ts';
import type { BenchSettings } from './measure.ts';
import { openBenchStream } from './stream.ts';
import { pause, waitUntil, type BenchContext } from './waiting.ts';

export interface Reading {
  readonly megabytes: number;
  /** From the moment at which BenchTray listens: login, looks and all. */
  readonly megabytesPerSecond: number;
  /** How long BenchTray's event loop was held up meanwhile. */
  readonly loopP99Ms: number;
  readonly loopMaxMs: number;
  readonly peakMib: number;
  readonly fleets: readonly FleetUsage[];
}

/** Of BenchTray's own process. */
export interface FleetUsage {
  readonly vms: number;
  readonly idleCpuSecondsPerMinute: number;
  readonly chattyCpuSecondsPerMinute: number;
}

export const chattyLinesPerSecond = 1_000;
const fleetSizes = [1, 10, 25];
const taskCount = 154;

export async function measureReading(settings: BenchSettings, context: BenchContext): Promise<Reading> {
  const vm = await startBenchVm('big');
  try {
    await vm.startRunner();
    const megabytes = settings.periodSeconds < 60 ? 50 : 200;
    context.say(`catching up with a log of ${megabytes} MB`);
    const caughtUp = await catchUp(settings, vm, megabytes, context);
    const fleets: FleetUsage[] = [];
    for (const vms of fleetSizes) fleets.push(await measureFleet(settings, vm, vms, context));
    return { ...caughtUp, fleets };
  } finally {
    await vm.close();
  }
}

async function catchUp(
  { program }: BenchSettings,
  vm: BenchVm,
  megabytes: number,
  context: BenchContext,
): Promise<Omit<Reading, 'fleets'>> {
  const log = vm.newLog();
  const bytes = writeBigLog(log.path, taskCount, megabytes);
  const folder = mkdtempSync(join(tmpdir(), 'benchtray-loop-'));
  const loopFile = join(folder, 'delays.json');
  const benchtray = await startBenchTray(program, [vm.config], 5, loopFile);
  try {
    process.kill(benchtray.pid, 'SIGUSR2');
    const sinceMs = performance.now();
    await waitUntil(() => hasFinishedRun(benchtray), 'the log is read', context, 120_000);
    const seconds = (performance.now() - sinceMs) / 1000;
    rmSync(loopFile, { force: true });
    process.kill(benchtray.pid, 'SIGUSR2');
    const delays = await waitUntil(() => readDelays(loopFile), 'the delays are told', context);
    return {
      megabytes: bytes / 1e6,
      megabytesPerSecond: bytes / 1e6 / seconds,
      loopP99Ms: delays.p99Ms,
      loopMaxMs: delays.maxMs,
      peakMib: memoryMib(benchtray.pid).peak,
    };
  } finally {
    await benchtray.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function hasFinishedRun({ url }: BenchTrayProcess): Promise<boolean> {
  const runs = (await (await fetch(`${url}/api/runs`)).json()) as { state: string }[];
  return runs.some(({ state }) => state === 'finished');
}

export function readDelays(file: string): { p99Ms: number; maxMs: number } {
  return JSON.parse(readFileSync(file, 'utf8')) as { p99Ms: number; maxMs: number };
}

/** All of these VMs are one machine, with one log, to which each has a connection of its own: to BenchTray they are as many. */
async function measureFleet(
  { program, periodSeconds }: BenchSettings,
  vm: BenchVm,
  vms: number,
  context: BenchContext,
): Promise<FleetUsage> {
  context.say(`${vms} VMs, idle and with ${chattyLinesPerSecond} lines a second`);
  const configs = Array.from({ length: vms }, (_, index) => ({ ...vm.config, name: `vm-${index + 1}` }));
  const benchtray = await startBenchTray(program, configs, 5);
  try {
    await waitUntil(() => areReady(benchtray, vms), 'all VMs are ready', context, 60_000);
    const stream = await openBenchStream(benchtray.url, 5, () => undefined, '*');
    const cpuPerMinute = async (during: () => Promise<void>): Promise<number> => {
      const before = { seconds: ownCpuSeconds(benchtray.pid), atMs: performance.now() };
      await during();
      const minutes = (performance.now() - before.atMs) / 60_000;
      return (ownCpuSeconds(benchtray.pid) - before.seconds) / minutes;
    };
    const periodMs = Math.min(20, periodSeconds) * 1000;
    // The first looks ask for more than those that follow.
    await pause(5_000, context);
    const idleCpuSecondsPerMinute = await cpuPerMinute(() => pause(periodMs, context));

    const log = vm.newLog();
    const run = longRun(2);
    const [task] = run.tasks;
    log.append(run.header() + (task?.body().slice(0, 8).join('') ?? ''));
    const line = (task?.body() ?? []).find((text) => text.includes('Agent: Thinking')) ?? '';
    await pause(6_000, context);
    const chattyCpuSecondsPerMinute = await cpuPerMinute(async () => {
      const endAtMs = performance.now() + periodMs;
      while (performance.now() < endAtMs) {
        log.append(line.repeat(chattyLinesPerSecond / 20));
        await pause(50, context);
      }
    });
    stream.close();
    return { vms, idleCpuSecondsPerMinute, chattyCpuSecondsPerMinute };
  } finally {
    await benchtray.close();
  }
}

async function areReady({ url }: BenchTrayProcess, count: number): Promise<boolean> {
  const { vms } = (await (await fetch(`${url}/api/status`)).json()) as {
    vms: { status: { waa_ready: boolean } | null }[];
  };
  return vms.filter(({ status }) => status?.waa_ready === true).length === count;
}
