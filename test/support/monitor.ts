/** Starts the real monitor in this process, on a free port, with a data folder of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { defaultConfig, type Config, type VmConfig } from '../../src/main/engine/config/index.ts';
import type { Monitor, MonitorOptions } from '../../src/main/engine/monitor.ts';
import type { Tempo } from '../../src/main/engine/watch/index.ts';
import { startMonitor } from './built.ts';

export interface TestMonitor extends Monitor {
  readonly dataDir: string;
  /** Lines of the app log, parsed. */
  readonly logged: readonly Record<string, unknown>[];
}

export function testConfig(vms: readonly VmConfig[], change: Partial<Config> = {}): Config {
  return { ...defaultConfig, vms, ...change, server: { ...defaultConfig.server, port: 0 } };
}

/**
 * Asks a VM several times as often as the product does. A test of the product's own times passes `{ tempo: {} }`. No files of tasks are
 * copied before a test is over: a test of that passes a shorter time.
 */
export const quickTempo: Tempo = {
  wholeLookEveryMs: 900,
  // What these leave unasked, events and pulses tell: the tests show that they do.
  searchEveryMs: 60_000,
  logsElsewhereEveryMs: 2_000,
  engineEveryMs: 60_000,
  likelyContainerEveryMs: 15_000,
  silentEngineEveryMs: 900,
  probeIdleEveryMs: 0,
  probeBusyEveryMs: 0,
  evidenceEveryMs: 2_000,
  resultsEveryMs: 900,
  resultsToldEveryMs: 900,
  resultsIdleEveryMs: 1_000,
  noLogAfterMs: 3_000,
  runnerGoneAfterMs: 1_500,
  lastLinesMs: 1_000,
  restartsWithinMs: 3_000,
  arrivesWithinMs: 25_000,
  copyAfterMs: 3_600_000,
  copyRestMs: 0,
  copyAgainMs: 1_000,
  copyTriedForMs: 3_600_000,
  copyObstacleMs: 1_000,
  lossToldAfterMs: 1_500,
};

/** @param dataDir given: it is left alone at the end */
export async function startTestMonitor(
  config: Config,
  dataDir?: string,
  options: Partial<MonitorOptions> = {},
): Promise<TestMonitor> {
  const folder = dataDir ?? mkdtempSync(join(tmpdir(), 'benchtray-data-'));
  const logged: Record<string, unknown>[] = [];
  const log = pino(
    { level: 'debug' },
    { write: (line) => logged.push(JSON.parse(line) as Record<string, unknown>) },
  );
  const monitor = await startMonitor({
    config,
    dataDir: folder,
    log,
    version: '0.0.0',
    assetsDir: null,
    tempo: quickTempo,
    ...options,
  });
  return {
    ...monitor,
    url: monitor.url,
    dataDir: folder,
    logged,
    async close() {
      await monitor.close();
      if (dataDir === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}
