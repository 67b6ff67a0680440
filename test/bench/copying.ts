/** What it costs to copy the files of ended tasks: on the VM, here, and for the log that is read meanwhile. */
import { randomFillSync } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stepPicture } from '../../src/main/engine/demo/picture.ts';
import { defaultConfig } from '../../src/main/engine/config/index.ts';
import { startBenchTray } from './benchtray-process.ts';
import { startBenchVm, type BenchVm } from './bench-vm.ts';
import { memoryMib, ownCpuSeconds } from './cpu.ts';
import { createLatencyMeter, quantile, type Latencies } from './latency.ts';
import type { LongTask } from './long-run.ts';
import type { BenchSettings } from './measure.ts';
import { startRun, type RunOnVm } from './run-on-vm.ts';
import { openBenchStream } from './stream.ts';
import { usageSince, type Usage } from './usage.ts';
import { heardOrGivenUp, pause, waitFor, type BenchContext } from './waiting.ts';

export interface Copying {
  readonly tasks: number;
  readonly screenshots: number;
  readonly megabytes: number;
  readonly seconds: number;
  /** With the pauses between tasks. */
  readonly kilobytesPerSecond: number;
  /** What the configuration allows. */
  readonly mostKilobytesPerSecond: number;
  /** In the same run before anything is copied, and while files are copied. */
  readonly before: Usage;
  readonly during: Usage;
  readonly latencyBefore: Latencies;
  readonly latencyDuring: Latencies;
  /** Highest so far, MiB. */
  readonly memoryMib: number;
}

/** A run of WAA: as many steps as it allows, and what a screenshot of 1440 × 900 takes. */
const wholeRun = { tasks: 154, steps: 15, screenshotBytes: 400_000 };
const { steps, screenshotBytes } = wholeRun;
const { copyKilobytesPerSecond } = defaultConfig.history;
/** CPU seconds a minute on the VM that are allowed. */
const budget = 1;
/** A task that ends now shows how late its line is read. It is copied, too, so it must not come too often. */
const latencyEverySeconds = { whole: 60, part: 15 };
/** Each task is followed by a pause, so a copy needs up to twice the time of its bytes. */
const mostWholeMs = 3_600_000;

export async function measureCopying(
  { program, periodSeconds, isWhole }: BenchSettings,
  context: BenchContext,
): Promise<Copying> {
  const { say } = context;
  await using resources = new AsyncDisposableStack();
  const started = <T extends { close(): Promise<void> }>(resource: T): T => {
    resources.defer(() => resource.close());
    context.signal.throwIfAborted();
    return resource;
  };
  const tasks = isWhole
    ? wholeRun.tasks
    : Math.ceil((periodSeconds * copyKilobytesPerSecond * 1000) / (steps * screenshotBytes)) + 2;
  const vm = started(await startBenchVm('copied'));
  await vm.startRunner();
  const benchtray = started(await startBenchTray(program, [vm.config], 5));
  const everySeconds = isWhole ? latencyEverySeconds.whole : latencyEverySeconds.part;
  const latencyTasks = Math.ceil(((isWhole ? mostWholeMs / 1000 : 0) + 4 * periodSeconds) / everySeconds);
  const run = await startRun(
    vm,
    benchtray,
    { clients: 1, intervalSeconds: 5, taskCount: tasks + latencyTasks },
    context,
  );
  resources.defer(() => run.end());
  const copied = run.tasks.slice(0, tasks);
  const others = run.tasks.slice(tasks);

  say(`writing ${tasks} tasks of ${steps} screenshots`);
  for (const task of copied) await writeFiles(vm, task, steps, context);
  for (const task of others) await writeFiles(vm, task, 0, context);
  const part = { everySeconds, url: benchtray.url, context };
  const end = (task: LongTask): void => endTask(vm, run, task);
  const hereCpu = (): number => ownCpuSeconds(benchtray.pid);
  say(`the run before anything is copied, ${periodSeconds} s`);
  const before = await measurePart(
    others,
    end,
    usageSince(vm, hereCpu),
    async () => {
      await pause(periodSeconds * 1000, context);
    },
    part,
  );

  for (const task of copied) end(task);
  const stored = (): Stored => storedIn(join(benchtray.dataDir, 'archive', 'screens'));
  await waitFor(() => stored().files > 0, 'the first screenshot is kept', context);
  say(`copying ${isWhole ? 'all of it' : `for ${periodSeconds} s`}`);
  const [first, sinceMs] = [stored(), performance.now()];
  const during = await measurePart(
    others,
    end,
    usageSince(vm, hereCpu),
    async () => {
      while (performance.now() - sinceMs < (isWhole ? mostWholeMs : periodSeconds * 1000)) {
        if (stored().files >= tasks * steps) break;
        await pause(500, context);
      }
    },
    part,
  );
  const seconds = (performance.now() - sinceMs) / 1000;
  const last = stored();
  const bytes = last.bytes - first.bytes;
  return {
    tasks,
    screenshots: last.files,
    megabytes: bytes / 1e6,
    seconds,
    kilobytesPerSecond: bytes / 1000 / seconds,
    mostKilobytesPerSecond: copyKilobytesPerSecond,
    before: before.usage,
    during: during.usage,
    latencyBefore: before.latency,
    latencyDuring: during.latency,
    memoryMib: memoryMib(benchtray.pid).peak,
  };
}

interface Part {
  /** A task ends so often. */
  readonly everySeconds: number;
  readonly url: string;
  readonly context: BenchContext;
}

/** Lets a task end now and then until the work is over, and takes the time until each is heard of. */
async function measurePart(
  others: LongTask[],
  end: (task: LongTask) => void,
  usage: () => Usage,
  work: () => Promise<void>,
  { everySeconds, url, context }: Part,
): Promise<{ readonly usage: Usage; readonly latency: Latencies }> {
  const meter = createLatencyMeter(1);
  const stream = await openBenchStream(url, 5, (event, data, atMs) => {
    if (event === 'task_complete') meter.heard(String(data['task_id']), atMs);
  });
  const timer = setInterval(() => {
    const task = others.shift();
    if (task === undefined) return;
    meter.written(task.id);
    end(task);
  }, everySeconds * 1000);
  try {
    await work();
    const used = usage();
    clearInterval(timer);
    await heardOrGivenUp(meter, context);
    return { usage: used, latency: meter.result() };
  } finally {
    clearInterval(timer);
    stream.close();
  }
}

const fileOf = (vm: BenchVm, task: LongTask, name: string): string =>
  join(vm.dir, 'client/results/pyautogui/a11y_tree/gpt-4o/0/settings', task.id, name);
const names = Array.from({ length: steps }, (_, index) => `step_${index + 1}.png`);

/** Noise behind the beginning of a PNG: no two are equal, and nothing makes them smaller. */
async function writeFiles(vm: BenchVm, task: LongTask, count: number, context: BenchContext): Promise<void> {
  mkdirSync(dirname(fileOf(vm, task, 'x')), { recursive: true });
  const begin = stepPicture(1, 120).subarray(0, 33);
  for (const name of names.slice(0, count))
    writeFileSync(
      fileOf(vm, task, name),
      Buffer.concat([begin, randomFillSync(Buffer.alloc(screenshotBytes - 33))]),
    );
  writeFileSync(fileOf(vm, task, 'traj.jsonl'), '{"step_num": 0, "action": null}\n');
  await pause(0, context);
}

/** The files of a task belong to it by their times. */
function endTask(vm: BenchVm, run: RunOnVm, task: LongTask): void {
  const now = new Date();
  for (const name of [...names, 'traj.jsonl'])
    if (existsSync(fileOf(vm, task, name))) utimesSync(fileOf(vm, task, name), now, now);
  run.log.append(task.body().join('') + task.lastLine());
}

interface Stored {
  readonly files: number;
  readonly bytes: number;
}

function storedIn(folder: string): Stored {
  let [files, bytes] = [0, 0];
  if (!existsSync(folder)) return { files, bytes };
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    files += 1;
    bytes += statSync(join(entry.parentPath, entry.name)).size;
  }
  return { files, bytes };
}

export function renderCopying(copying: Copying): string {
  const { before, during, latencyBefore, latencyDuring } = copying;
  const row = (what: string, from: string, to: string, note = ''): string =>
    [what.padEnd(36), from.padStart(9), to.padStart(9), note].join('  ').trimEnd();
  const two = (value: number): string => value.toFixed(2);
  const ms = ({ ms: all }: Latencies, part: number): string => quantile(all, part).toFixed(0);
  return [
    `Copying ${copying.megabytes.toFixed(0)} MB of ${copying.tasks} ended tasks (${steps} screenshots of ${screenshotBytes / 1000} kB each) while the run goes on:`,
    row('', 'before', 'copying'),
    row(
      'CPU on the VM, s/min',
      two(before.vmCpuSeconds),
      two(during.vmCpuSeconds),
      `${two(during.vmCpuSeconds - before.vmCpuSeconds)} for the copies, < ${budget} ${during.vmCpuSeconds - before.vmCpuSeconds < budget ? 'met' : 'MISSED'}`,
    ),
    row('CPU here, s/min', two(before.hereCpuSeconds), two(during.hereCpuSeconds)),
    row('line written → event, median, ms', ms(latencyBefore, 0.5), ms(latencyDuring, 0.5)),
    row('the same, longest', ms(latencyBefore, 1), ms(latencyDuring, 1)),
    row('tasks never heard of', String(latencyBefore.missing), String(latencyDuring.missing)),
    row(
      'kB/s, pauses included',
      '',
      copying.kilobytesPerSecond.toFixed(0),
      `of ${copying.mostKilobytesPerSecond} that "history" allows; ${copying.seconds.toFixed(0)} s`,
    ),
    row('memory, highest, MiB', '', copying.memoryMib.toFixed(0)),
    '',
  ].join('\n');
}
