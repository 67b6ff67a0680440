/** What every test of the prober begins with: machines, a monitor that watches them, and a client; all of it is gone when the test is over. */
import { onTestFinished } from 'vitest';
import type { VmConfig } from '../../../src/main/engine/config/index.ts';
import type { MonitorOptions } from '../../../src/main/engine/monitor.ts';
import type {
  ErrorCode,
  ErrorPayload,
  Phase,
  RecoveredPayload,
  StatusPayload,
} from '../../../src/shared/stream.ts';
import { startTestMonitor, testConfig, type TestMonitor } from '../../support/monitor.ts';
import { startRealVm, type RealVm, type RealVmOptions } from '../../support/real-vm.ts';
import { openStream, type Received, type StreamClient } from '../../support/stream-client.ts';
import { until } from '../../support/wait.ts';

/** A machine on which nothing of ours may be left when the test is over. */
export async function realVm(options?: RealVmOptions): Promise<RealVm> {
  const vm = await startRealVm('vm', options);
  onTestFinished(() => vm.close());
  return vm;
}

/** A machine whose container is up and whose Windows answers. */
export async function readyVm(options?: RealVmOptions): Promise<RealVm> {
  const vm = await realVm(options);
  vm.containerUp();
  vm.setProbe('ready');
  return vm;
}

export interface Watched {
  readonly monitor: TestMonitor;
  readonly client: StreamClient;
  readonly status: () => StatusPayload | undefined;
  /** Phases in the order in which they were told. */
  readonly phases: () => Phase[];
  readonly untilPhase: (phase: Phase, timeoutMs?: number) => Promise<void>;
  readonly untilError: (code: ErrorCode, timeoutMs?: number) => Promise<Told<ErrorPayload>>;
  readonly untilRecovered: (code: ErrorCode, timeoutMs?: number) => Promise<Told<RecoveredPayload>>;
  readonly close: () => Promise<void>;
}

/** Something that the client was sent, and when (epoch milliseconds). */
export type Told<T> = T & { readonly at: number };

export async function watch(
  config: VmConfig,
  options: Partial<MonitorOptions> & { readonly clientInterval?: string } = {},
): Promise<Watched> {
  const { clientInterval = '1', dataDir, ...monitorOptions } = options;
  const monitor = await startTestMonitor(testConfig([config]), dataDir, monitorOptions);
  const client = openStream(monitor.url, {
    interval: clientInterval,
    lastEventId: await beginning(monitor.url),
  });
  let isClosed = false;
  async function close(): Promise<void> {
    if (isClosed) return;
    isClosed = true;
    client.close();
    await monitor.close();
  }
  onTestFinished(close);

  const told = <T>(event: string, code: string, what: string, timeoutMs?: number): Promise<Told<T>> =>
    until(() => firstOf<T>(client.received, event, code), what, timeoutMs);
  const statuses = (): StatusPayload[] => client.statuses();
  return {
    monitor,
    client,
    status: () => statuses().at(-1),
    phases: () =>
      statuses().flatMap(({ phase }, index, all) => (phase === all[index - 1]?.phase ? [] : [phase])),
    async untilPhase(phase, timeoutMs) {
      await until(() => statuses().at(-1)?.phase === phase, `phase ${phase}`, timeoutMs);
    },
    untilError: (code, timeoutMs) => told('problem', code, `the error ${code}`, timeoutMs),
    untilRecovered: (code, timeoutMs) => told('recovered', code, `${code} is over`, timeoutMs),
    close,
  };
}

/** Where the journal begins: what has gone wrong before the client is there reaches it too. */
async function beginning(url: string): Promise<string> {
  const scout = openStream(url);
  const { id } = await until(() => scout.received[0], 'connected');
  scout.close();
  return id.replace(/\d+$/, '0');
}

function firstOf<T>(received: readonly Received[], event: string, code: string): Told<T> | undefined {
  const one = received.find((each) => each.event === event && each.data['code'] === code);
  return one === undefined ? undefined : { ...(one.data as T), at: one.at };
}
