/** The measuring itself: BenchTray and the poller side by side, each on a VM of its own, first idle, then with a run; then BenchTray's latencies. */
import { startBenchTray, type BenchTrayProcess } from './benchtray-process.ts';
import { startBenchVm } from './bench-vm.ts';
import { memoryMib, ownCpuSeconds, type CpuAccount } from './cpu.ts';
import { createLatencyMeter, type Latencies } from './latency.ts';
import { measureReading, type Reading } from './reading.ts';
import { playBriefly, playDensely, playSlowly } from './play.ts';
import { startPoller } from './poller-process.ts';
import { startRun } from './run-on-vm.ts';
import { openBenchStream } from './stream.ts';
import { usageSince, type Usage } from './usage.ts';
import { heardOrGivenUp, pause, waitFor, type BenchContext } from './waiting.ts';

export interface BenchSettings {
  /** The launcher of the built program. */
  readonly program: string;
  /** How long CPU time is counted for, for an idle VM and for a run. */
  readonly periodSeconds: number;
  /** Copy all files of a run of 154 tasks, which takes about half an hour. */
  readonly isWhole: boolean;
  /** How many tasks end in each measurement of BenchTray's latency. */
  readonly taskCount: number;
}

export interface Measured {
  readonly idle: { readonly benchtray: Usage; readonly poller: Usage };
  readonly run: { readonly benchtray: Usage; readonly poller: Usage };
  readonly latency: { readonly one: Latencies; readonly many: Latencies; readonly poller: Latencies };
  /** BenchTray's logins a minute from its first one to the end, that one not counted. */
  readonly laterLogins: number;
  readonly memoryMib: { readonly idle: number; readonly atEnd: number; readonly peak: number };
  readonly cpuMethod: CpuAccount['method'];
  readonly reading: Reading;
}

export const manyClients = 20;
/** As many as WAA has: more than end in any of the periods. */
const waaTasks = 154;

export async function measure(settings: BenchSettings, context: BenchContext): Promise<Measured> {
  const { say } = context;
  await using resources = new AsyncDisposableStack();
  const started = <T extends { close(): Promise<void> }>(resource: T): T => {
    resources.defer(() => resource.close());
    context.signal.throwIfAborted();
    return resource;
  };
  const periodMs = settings.periodSeconds * 1000;

  say('starting two VMs, BenchTray and the poller');
  const ours = started(await startBenchVm('ours'));
  const theirs = started(await startBenchVm('theirs'));
  const benchtray = started(await startBenchTray(settings.program, [ours.config], 5));
  const theirLog = theirs.newLog();
  const theirTasks = createLatencyMeter(1);
  theirLog.append('');

  const idleWatch = await watchUntilReady(benchtray, context);
  const readyAtMs = performance.now();
  const poller = started(
    await startPoller(theirs, theirLog.path, (taskId, atMs) => {
      theirTasks.heard(taskId, atMs);
    }),
  );
  const usages = () => ({
    benchtray: usageSince(ours, () => ownCpuSeconds(benchtray.pid)),
    poller: usageSince(theirs, () => poller.cpuSeconds()),
  });

  say(`an idle VM at interval 5, ${settings.periodSeconds} s`);
  const idleUsage = usages();
  await pause(periodMs, context);
  const idle = { benchtray: idleUsage.benchtray(), poller: idleUsage.poller() };
  const idleMemoryMib = memoryMib(benchtray.pid).now;
  idleWatch.close();

  say(`a run at interval 1, ${settings.periodSeconds} s`);
  // One only: the scripted containers do not hide a process of one VM from the other, and the poller does not look for it.
  await ours.startRunner();
  const slow = await startRun(
    ours,
    benchtray,
    { clients: 1, intervalSeconds: 1, taskCount: waaTasks },
    context,
  );
  const runUsage = usages();
  const endAtMs = performance.now() + periodMs;
  const [run] = await Promise.all([
    pause(periodMs, context).then(() => ({ benchtray: runUsage.benchtray(), poller: runUsage.poller() })),
    playSlowly(slow.log, slow.tasks, endAtMs, context),
    playBriefly(theirLog, theirTasks, waaTasks, endAtMs, context),
  ]);
  slow.end();
  await heardOrGivenUp(theirTasks, context);
  await poller.close();

  const latencyOf = async (clients: number): Promise<Latencies> => {
    say(
      `${settings.taskCount} tasks end at interval 60, ${clients === 1 ? '1 client' : `${clients} clients`}`,
    );
    const fast = await startRun(
      ours,
      benchtray,
      { clients, intervalSeconds: 60, taskCount: settings.taskCount },
      context,
    );
    await playDensely(fast.log, fast.meter, fast.tasks, context);
    await heardOrGivenUp(fast.meter, context);
    fast.end();
    return fast.meter.result();
  };
  const one = await latencyOf(1);
  const many = await latencyOf(manyClients);

  const memory = memoryMib(benchtray.pid);
  const laterLogins = (ours.logins() - 1) / ((performance.now() - readyAtMs) / 60_000);
  // Alone on the machine.
  await benchtray.close();
  await ours.stopRunner();
  const reading = await measureReading(settings, context);
  return {
    idle,
    run,
    latency: { one, many, poller: theirTasks.result() },
    laterLogins,
    memoryMib: { idle: idleMemoryMib, atEnd: memory.now, peak: memory.peak },
    cpuMethod: ours.cpu.method,
    reading,
  };
}

/** A stream at interval 5, given back when the VM is known to be ready and the first looks, which ask for more, are over. */
async function watchUntilReady(benchtray: BenchTrayProcess, context: BenchContext) {
  let readyStatuses = 0;
  const stream = await openBenchStream(benchtray.url, 5, (event, data) => {
    if (event === 'status' && data['waa_ready'] === true) readyStatuses += 1;
  });
  await waitFor(() => readyStatuses >= 3, 'the VM is ready', context);
  return stream;
}
