/**
 * Keeps the journal of a BenchTray that ended while it was reading the log of a run. `test/samples/journals` has one for each earlier
 * version. Before a release that changes the version, keep one of the version before it:
 * `npx node test/support/running-journal.ts test/samples/journals/v1-running.sqlite`.
 */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { silentLog } from '../../src/main/engine/common/app-log.ts';
import { defaultConfig } from '../../src/main/engine/config/index.ts';
import { startMonitor } from '../../src/main/engine/monitor.ts';
import { startRealVm } from './real-vm.ts';
import { sampleRunByTask, sampleTaskIds } from './sample-run.ts';
import { openStream } from './stream-client.ts';
import { until } from './wait.ts';

/** The folder of the stand-in VM in the kept journals. */
const keptDir = '/tmp/benchtray-vm-kept';
const startMs = Date.UTC(2026, 0, 28, 22, 55, 8, 318);

/** How many tasks have ended in the part of the log that was read. */
export const endedBefore = 4;

/** Returns the log as far as it was read, which is to the middle of a line of the fifth task, and the rest task by task. */
export function halfReadLog(): { readonly read: string; readonly rest: readonly string[] } {
  const pieces = sampleRunByTask(startMs);
  const current = pieces[endedBefore] ?? '';
  const cut = current.indexOf('Step 2') + 'Step'.length;
  return {
    read: pieces.slice(0, endedBefore).join('') + current.slice(0, cut),
    rest: [current.slice(cut), ...pieces.slice(endedBefore + 1)],
  };
}

/** Changes the folder of the VM in a journal, which is in the names of its logs. */
function moveVm(journal: string, from: string, to: string): void {
  const database = new DatabaseSync(journal);
  database
    .prepare('UPDATE follow SET log = replace(log, :from, :to), state = replace(state, :from, :to)')
    .run({ from, to });
  database.prepare('UPDATE runs SET record = replace(record, :from, :to)').run({ from, to });
  database.close();
}

/** Copies a kept journal to `target`, for a stand-in VM in this folder. */
export function useRunningJournal(version: number, target: string, vmDir: string): void {
  copyFileSync(new URL(`../samples/journals/v${version}-running.sqlite`, import.meta.url), target);
  moveVm(target, keptDir, vmDir);
}

if (import.meta.main) {
  const target = resolve(process.argv[2] ?? 'journal.sqlite');
  const dataDir = mkdtempSync(join(tmpdir(), 'benchtray-running-'));
  const vm = await startRealVm();
  vm.containerUp();
  vm.setProbe('ready');
  await vm.startRunner();
  vm.runSays(halfReadLog().read);
  const server = { ...defaultConfig.server, port: 0 };
  const config = { ...defaultConfig, server, vms: [vm.config] };
  const options = { config, dataDir, log: silentLog(), version: '0.0.0', assetsDir: null };
  const monitor = await startMonitor(options);
  const client = openStream(monitor.url);
  await until(
    () =>
      client.tasks().length >= endedBefore && client.progress()?.current_task === sampleTaskIds[endedBefore],
    'half of the log is read',
  );
  client.close();
  await monitor.close();
  await vm.close();
  const journal = join(dataDir, 'journal.sqlite');
  moveVm(journal, vm.dir, keptDir);
  copyFileSync(journal, target);
  rmSync(dataDir, { recursive: true });
}
