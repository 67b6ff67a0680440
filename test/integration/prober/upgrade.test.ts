/** A run that goes on across an upgrade: the release before read half of its log, and this one reads on from its journal. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { newestVersion } from '../../../src/main/engine/feed/migrations/index.ts';
import { startTestMonitor, testConfig } from '../../support/monitor.ts';
import { endedBefore, halfReadLog, useRunningJournal } from '../../support/running-journal.ts';
import { sampleTaskIds } from '../../support/sample-run.ts';
import { openStream } from '../../support/stream-client.ts';
import { sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { readyVm } from './watched.ts';

const olderVersions = Array.from({ length: newestVersion - 1 }, (_, index) => index + 1);

interface Stored {
  readonly version: unknown;
  readonly runs: readonly unknown[];
  readonly ended: readonly unknown[];
  /** Id of the newest event. */
  readonly newestId: string;
  readonly follows: readonly Record<string, unknown>[];
}

function read(journal: string): Stored {
  const database = new DatabaseSync(journal);
  const all = (sql: string) => database.prepare(sql).all();
  const [name] = all("SELECT value FROM meta WHERE key = 'journal_id'");
  const [newest] = all('SELECT max(seq) AS seq FROM events');
  const stored = {
    version: all('PRAGMA user_version')[0]?.['user_version'],
    runs: all('SELECT run_id FROM runs').map((row) => row['run_id']),
    ended: all("SELECT data ->> '$.task_id' AS id FROM events WHERE type = 'task_complete' ORDER BY seq").map(
      (row) => row['id'],
    ),
    newestId: `${String(name?.['value'])}-${String(newest?.['seq'])}`,
    follows: all('SELECT log, state FROM follow').map(({ log, state }) => ({
      ...(JSON.parse(String(state)) as Record<string, unknown>),
      log,
    })),
  };
  database.close();
  return stored;
}

describe.skipIf(sshdPath === null).each(olderVersions)('a journal of version %i with a run on', (version) => {
  it('goes on in the middle of the log: the run keeps its id, and each task is reported once', async () => {
    const vm = await readyVm();
    const dataDir = mkdtempSync(join(tmpdir(), 'benchtray-upgrade-'));
    onTestFinished(() => rmSync(dataDir, { recursive: true }));
    const journal = join(dataDir, 'journal.sqlite');
    useRunningJournal(version, journal, vm.dir);
    const before = read(journal);
    expect(before).toMatchObject({ version, ended: sampleTaskIds.slice(0, endedBefore) });
    expect(before.runs).toHaveLength(1);
    // The release before stopped within a line, and kept the place behind the last whole one.
    const { read: half, rest } = halfReadLog();
    const [follow] = before.follows;
    expect(follow).toMatchObject({
      log: expect.stringContaining(vm.runLog) as string,
      offset: Buffer.byteLength(half.slice(0, half.lastIndexOf('\n') + 1)),
      mark: { at: Buffer.byteLength(half) },
    });

    // While nobody watched, the fifth task ended. What was read is overwritten, but for the bytes by which the log is known again: a
    // second reading would not find its tasks.
    const [current = '', ...later] = rest;
    const overwritten = Buffer.from(half);
    overwritten.fill('-', 2048, overwritten.length - 2048);
    await vm.startRunner();
    vm.runSays(overwritten);
    vm.runSays(current);
    const monitor = await startTestMonitor(testConfig([vm.config]), dataDir);
    onTestFinished(() => monitor.close());
    expect(monitor.notices).toEqual([expect.stringContaining(`journal.sqlite.version-${version}`)]);
    const client = openStream(monitor.url, { lastEventId: before.newestId });
    onTestFinished(() => client.close());
    const sinceUpgrade = (count: number) =>
      until(() => client.tasks().length >= count, `${count} tasks since the upgrade`);
    await sinceUpgrade(1);
    for (const [index, piece] of later.entries()) {
      vm.runSays(piece);
      await sinceUpgrade(Math.min(index + 2, sampleTaskIds.length - endedBefore));
    }
    const end = await until(
      () => client.progress()?.state === 'finished' && client.progress(),
      'the end of the run',
    );

    expect(end).toMatchObject({
      run_id: before.runs[0],
      tasks_completed: sampleTaskIds.length,
      total_tasks: sampleTaskIds.length,
      succeeded: 5,
      score_sum: 5.5,
    });
    expect(client.received[0]?.data).toMatchObject({ replayed: 0 });
    expect(client.received[0]?.data).not.toHaveProperty('gap');
    expect(client.tasks().map(({ task_id }) => task_id)).toEqual(sampleTaskIds.slice(endedBefore));
    expect(new Set(client.tasks().map(({ run_id }) => run_id))).toEqual(new Set(before.runs));
    expect(client.errors()).toEqual([]);
    await monitor.close();
    const after = read(journal);
    expect(after).toMatchObject({ version: newestVersion, runs: before.runs, ended: sampleTaskIds });
    expect(existsSync(`${journal}.version-${version}`)).toBe(true);
  });
});
