import { defaultConfig } from './config/index.ts';
import type { SimulatedVm, SimulatedVmOptions } from './demo/index.ts';
import type { Monitor, MonitorOptions } from './monitor.ts';

export interface DemoMonitorOptions
  extends Omit<MonitorOptions, 'config'>, Pick<SimulatedVmOptions, 'seed' | 'speed'> {
  /** Default: the usual one. */
  readonly port: number | undefined;
}

export interface DemoParts {
  readonly startMonitor: (options: MonitorOptions) => Promise<Monitor>;
  readonly startSimulatedVm: (
    options: Pick<SimulatedVmOptions, 'seed' | 'speed' | 'log'>,
  ) => Promise<Pick<SimulatedVm, 'vmConfig' | 'close'>>;
}

/** A simulated VM, and a monitor that watches it; closing the one closes the other. Throws as `startMonitor` does. */
export async function startDemoMonitor(
  { seed, speed, port, ...options }: DemoMonitorOptions,
  { startMonitor, startSimulatedVm }: DemoParts,
): Promise<Monitor> {
  await using opened = new AsyncDisposableStack();
  const simulated = await startSimulatedVm({ seed, speed, log: options.log });
  opened.defer(simulated.close);
  const server = { ...defaultConfig.server, port: port ?? defaultConfig.server.port };
  const config = { ...defaultConfig, server, vms: [simulated.vmConfig] };
  const monitor = await startMonitor({ ...options, config });
  opened.defer(() => monitor.close());
  const running = opened.move();
  return { ...monitor, close: () => running.disposeAsync() };
}
