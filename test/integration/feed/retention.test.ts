/** What the configuration says of how long events are kept, from its keys to what a client is told. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Config } from '../../../src/main/engine/config/index.ts';
import { openFeed } from '../../../src/main/engine/feed/index.ts';
import { startTestMonitor, testConfig } from '../../support/monitor.ts';
import { errorOf } from '../../unit/feed/fixtures.ts';
import { until } from '../../support/wait.ts';
import { openLineClient } from '../server/support.ts';

const hourMs = 3_600_000;
const count = 40;
let dataDir: string;
let firstId: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'benchtray-retention-'));
  const feed = openFeed({ dataDir });
  firstId = feed.idOf(0);
  // Half of them two hours old; 4 MB in all.
  for (let number = 0; number < count; number += 1) {
    const at = Date.now() - (number < count / 2 ? 2 * hourMs : 0);
    feed.commit({ vm: 'vm-a', at, moments: [errorOf('vm-a', { detail: 'x'.repeat(100_000) })] });
  }
  feed.close();
});
afterEach(() => {
  rmSync(dataDir, { recursive: true });
});

/** What a client is told that has been away since before the first of them, once at most so many are left. */
async function comeBack(
  journal: Config['journal'],
  most = count,
): Promise<{ readonly replayed: number; readonly gap: unknown }> {
  const monitor = await startTestMonitor(testConfig([], { journal }), dataDir);
  try {
    return await until(async () => {
      const client = await openLineClient(`${monitor.url}/api/benchmark-sse?lastEventId=${firstId}`);
      const [connected] = await client.expect(1, 'connected');
      const replayed = Number(connected?.data['replayed']);
      // Of events that go now, the stream ends.
      if (replayed <= most) await client.expect(replayed, 'error');
      client.close();
      return replayed <= most && { replayed, gap: connected?.data['gap'] };
    }, `at most ${most} events are left`);
  } finally {
    await monitor.close();
  }
}

it('keeps all within the usual bounds', async () => {
  expect(await comeBack({ keepDays: 30, maxMegabytes: 200 })).toEqual({ replayed: count, gap: undefined });
});

it('drops what is older than `keepDays`, and says so', async () => {
  expect(await comeBack({ keepDays: 1 / 24, maxMegabytes: 200 }, count / 2)).toEqual({
    replayed: count / 2,
    gap: true,
  });
});

it('drops the oldest beyond `maxMegabytes`, and says so', async () => {
  const { replayed, gap } = await comeBack({ keepDays: 30, maxMegabytes: 2 }, 19);
  expect(gap).toBe(true);
  // Two megabytes hold 19 of them; the last step may take a few more than it has to.
  expect(replayed).toBeGreaterThanOrEqual(9);
  expect(replayed).toBeLessThan(20);
});

it('is no reason to end where it fails', async () => {
  const database = new DatabaseSync(join(dataDir, 'journal.sqlite'));
  database.exec("CREATE TRIGGER kept BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'kept'); END");
  database.close();
  expect(await comeBack({ keepDays: 1 / 24, maxMegabytes: 200 })).toEqual({
    replayed: count,
    gap: undefined,
  });
});
