/** What watching costs the VM itself: CPU time and processes, beside Docker and beside a real podman. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canRunPodman, installPodman } from '../support/real-vm/podman.ts';
import { startRealVm, type RealVm } from '../support/real-vm.ts';
import { startBenchTray } from './benchtray-process.ts';
import { openCpuAccount } from './cpu.ts';
import { longRun } from './long-run.ts';
import type { BenchSettings } from './measure.ts';
import { openBenchStream } from './stream.ts';
import { pause, waitFor, type BenchContext } from './waiting.ts';

export interface Footprint {
  readonly engine: string;
  readonly what: string;
  readonly cpuSecondsPerMinute: number;
  readonly processesPerMinute: number | null;
  /** CPU seconds a minute that are allowed. */
  readonly budget: number;
}

interface Case {
  readonly engine: 'docker' | 'podman';
  readonly isRun: boolean;
  readonly intervalSeconds: number;
  readonly budget: number;
}

const cases: readonly Case[] = [
  { engine: 'docker', isRun: false, intervalSeconds: 5, budget: 1 },
  { engine: 'docker', isRun: false, intervalSeconds: 1, budget: 1 },
  { engine: 'docker', isRun: true, intervalSeconds: 1, budget: 1 },
  { engine: 'podman', isRun: false, intervalSeconds: 5, budget: 1.5 },
  { engine: 'podman', isRun: true, intervalSeconds: 1, budget: 3 },
];

/** About the CPU time of a call of the real docker, burnt by the scripted one. */
const burn = 'i=0; while [ $i -lt 40000 ]; do i=$((i + 1)); done';
/** A line of the run's log in this time. */
const lineEveryMs = 500;

export async function measureFootprint(
  { program, periodSeconds }: BenchSettings,
  context: BenchContext,
): Promise<readonly Footprint[]> {
  const found: Footprint[] = [];
  for (const each of cases) {
    if (each.engine === 'podman' && !canRunPodman()) {
      context.say('podman cannot run here: left out');
      continue;
    }
    context.say(`${titleOf(each)} beside ${each.engine}, ${periodSeconds} s`);
    found.push(await measureCase(each, program, periodSeconds, context));
  }
  return found;
}

function titleOf({ isRun, intervalSeconds }: Case): string {
  return `${isRun ? 'a run' : 'idle'}, interval ${intervalSeconds}`;
}

async function measureCase(
  each: Case,
  program: string,
  periodSeconds: number,
  context: BenchContext,
): Promise<Footprint> {
  await using resources = new AsyncDisposableStack();
  const vm = await startRealVm(each.engine);
  resources.defer(() => vm.close());
  const cpu = openCpuAccount(vm.serverPid());
  resources.defer(() => cpu.close());
  vm.setProbe('ready');
  if (each.engine === 'podman') {
    const podman = await installPodman(vm, 'sudo');
    resources.defer(() => podman.close());
    await podman.runContainer('exec sleep 3600');
    vm.setGuest('172.30.0.2', true);
  } else {
    makeCostly(vm);
    vm.containerUp();
  }
  if (each.isRun) await vm.startRunner(each.engine === 'podman' ? { where: 'host' } : {});
  const lines = each.isRun ? writeRun(vm) : null;
  resources.defer(() => lines?.stop());
  const benchtray = await startBenchTray(program, [vm.config], each.intervalSeconds);
  resources.defer(() => benchtray.close());
  let isReady = false;
  const stream = await openBenchStream(benchtray.url, each.intervalSeconds, (event, data) => {
    if (event === 'status' && data['waa_ready'] === true) isReady = true;
  });
  resources.defer(() => stream.close());
  await waitFor(() => isReady, 'the VM is ready', context);
  // The first looks ask for everything.
  await pause(10_000, context);
  const take = () => ({ cpu: cpu.seconds(), processes: vm.startedProcesses(), atMs: performance.now() });
  const before = take();
  await pause(periodSeconds * 1000, context);
  const after = take();
  const minutes = (after.atMs - before.atMs) / 60_000;
  return {
    engine: each.engine,
    what: titleOf(each),
    cpuSecondsPerMinute: (after.cpu - before.cpu) / minutes,
    processesPerMinute:
      after.processes === null || before.processes === null
        ? null
        : (after.processes - before.processes) / minutes,
    budget: each.budget,
  };
}

function makeCostly(vm: RealVm): void {
  const docker = join(vm.dir, 'bin', 'docker');
  writeFileSync(docker, readFileSync(docker, 'utf8').replace('\n', `\n${burn}\n`));
}

function writeRun(vm: RealVm): { stop: () => void } {
  const run = longRun(20);
  const lines = run.tasks.flatMap((task) => [...task.body(), task.lastLine()]);
  vm.runSays(run.header());
  let next = 0;
  const timer = setInterval(() => vm.runSays(lines[next++] ?? ''), lineEveryMs);
  return { stop: () => clearInterval(timer) };
}

export function renderFootprint(found: readonly Footprint[]): string {
  const rows = found.map(({ engine, what, cpuSecondsPerMinute, processesPerMinute, budget }) =>
    [
      `${engine}, ${what}`.padEnd(28),
      `${cpuSecondsPerMinute.toFixed(2)} CPU s/min`.padStart(16),
      `< ${budget}`.padStart(7),
      (cpuSecondsPerMinute < budget ? 'met' : 'MISSED').padEnd(7),
      processesPerMinute === null ? '' : `${Math.round(processesPerMinute)} processes/min`,
    ].join('  '),
  );
  return `What watching costs the VM (sshd and below it), at a docker that costs about 30 ms a call and a real podman by sudo:\n${rows.join('\n')}\n`;
}
