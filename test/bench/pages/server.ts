/** BenchTray's server with its pages as a process, on a journal that is filled first. Nothing watches a VM. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createArchive,
  createKeptNotes,
  createLogReader,
  openFileReader,
} from '../../../src/main/engine/archive/index.ts';
import { openFeed } from '../../../src/main/engine/feed/index.ts';
import { startServer } from '../../../src/main/engine/server/index.ts';
import { assetsDir, vmName } from '../../e2e/support/bench.ts';
import { liveScreens } from '../../e2e/support/live-screens.ts';
import { serveCommands } from '../child.ts';
import { fillJournal, type FilledJournal, type JournalSize } from './journal.ts';

export interface PagesServerCommands {
  /** Before anything else, once. */
  fill(size: JournalSize): Promise<FilledJournal>;
  /** User and system, since the process began. */
  cpuMs(): number;
}

const dataDir = mkdtempSync(join(tmpdir(), 'benchtray-bench-pages-'));
const feed = openFeed({ dataDir });
feed.setVms([vmName]);
const logs = createLogReader(dataDir);
const archive = createArchive({
  ...{ dataDir, feed, wallMs: () => Date.now(), monotonicMs: () => performance.now() },
  settings: () => ({ screenshots: 'all', maxMegabytes: 10_000 }),
  mostBytes: () => 10_000_000_000,
  logs: { bytesOf: () => 0, remove: () => 0 },
});
const server = await startServer({
  feed,
  logs,
  vms: () => [{ name: vmName, address: '20.123.45.67' }],
  screens: (vm) => archive.over(vm === vmName ? liveScreens() : null),
  files: openFileReader(dataDir),
  kept: createKeptNotes({
    ...{ feed, logs },
    settings: () => ({ screenshots: 'failures', maxMegabytes: 2000, logs: true }),
    isWatched: (vm) => vm === vmName,
  }),
  backgroundTasks: () => [],
  names: [],
  allowedOrigins: [],
  maxConnections: 100,
  port: 0,
  version: '0.0.0',
  assetsDir,
  log: {
    info: () => undefined,
    warn: () => undefined,
    error: (details: object, message: string) => {
      console.error(message, details);
    },
  },
  onDemand: () => undefined,
});

const commands: PagesServerCommands = {
  fill: (size) => fillJournal(feed, archive, dataDir, size),
  cpuMs() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};
serveCommands({ url: server.url }, commands, async () => {
  await server.close();
  await archive.close();
  feed.close();
  rmSync(dataDir, { recursive: true, force: true });
});
