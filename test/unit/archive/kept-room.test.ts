/** How much room is kept, and what a smaller bound removes: the estimate beside what the archive really does. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createArchive,
  createKeptCount,
  keptRoom,
  plannedRemoval,
} from '../../../src/main/engine/archive/index.ts';
import { countKept, type KeptShares } from '../../../src/main/engine/archive/kept-room.ts';
import { stepPicture } from '../../../src/main/engine/demo/picture.ts';
import { openFeed, type Feed } from '../../../src/main/engine/feed/index.ts';
import { runOf, startMs, taskOf } from '../feed/fixtures.ts';

const megabyte = 1_000_000;
let dataDir: string;
let feed: Feed;
let logBytes: Map<string, number>;
let maxMegabytes: number;
let archive: ReturnType<typeof createArchive>;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'benchtray-room-'));
  feed = openFeed({ dataDir });
  maxMegabytes = 1000;
  logBytes = new Map([
    ['old', megabyte],
    ['new', 2 * megabyte],
  ]);
  archive = createArchive({
    ...{ dataDir, feed, logs },
    settings: () => ({ screenshots: 'all', maxMegabytes }),
    mostBytes: () => maxMegabytes * megabyte,
    wallMs: () => startMs,
    monotonicMs: () => 0,
  });
});
afterEach(async () => {
  await archive.close();
  feed.close();
  rmSync(dataDir, { recursive: true });
});

const logs = {
  bytesOf: ({ runId }: { readonly runId: string }) => logBytes.get(runId) ?? 0,
  remove({ runId }: { readonly runId: string }) {
    logBytes.delete(runId);
    return 0;
  },
};

const picture = (megabytes: number, seed: number): Buffer => {
  const bytes = Buffer.alloc(megabytes * megabyte, seed);
  stepPicture(1, seed).copy(bytes);
  return bytes;
};

async function keep(runId: string, days: number, pictures: readonly Buffer[]): Promise<void> {
  const startedAt = startMs + days * 86_400_000;
  const key = { runId, domain: 'notepad', taskId: 't1', attempt: 1 };
  const run = runOf(runId, { startedAt, state: runId === 'new' ? 'running' : 'finished' });
  feed.commit({ vm: 'vm-a', at: startedAt, runs: [run], tasks: [{ record: taskOf('t1', key), tell: true }] });
  using keeping = archive.begin(key);
  for (const [index, bytes] of pictures.entries())
    await keeping.add({ name: `step_${index}.png`, kind: 'screen', bytes, modifiedAt: startedAt });
  await keeping.add({ name: 'traj.jsonl', kind: 'text', bytes: Buffer.from('{}\n'), modifiedAt: startedAt });
  keeping.finish({ clockOffsetMs: 0, why: [] });
}

function count(): KeptShares {
  const pieces = countKept({ feed, logs });
  for (;;) {
    const { done, value } = pieces.next();
    if (done === true) return value;
  }
}

describe('the room of kept files', () => {
  beforeEach(async () => {
    const shared = picture(1, 7);
    await keep('old', 0, [picture(1, 1), picture(1, 2), shared]);
    await keep('new', 3, [picture(1, 3), shared]);
  });

  it('counts equal files once, and names the oldest run', () => {
    expect(keptRoom(count())).toMatchObject({
      kinds: {
        screenshots: { bytes: 4 * megabyte, runs: 2 },
        logs: { bytes: 3 * megabyte, runs: 2 },
        texts: { runs: 1 },
      },
      oldest: { run_id: 'old', vm: 'vm-a', started_at: new Date(startMs).toISOString() },
    });
  });

  it('says what a smaller bound removes: screenshots of the oldest run first, and never the log of a run that is on', () => {
    const none = plannedRemoval(count(), 100 * megabyte);
    expect([none.newest, none.kinds.screenshots]).toEqual([null, { bytes: 0, runs: 0 }]);
    const some = plannedRemoval(count(), 5.5 * megabyte);
    expect(some.newest?.run_id).toBe('old');
    expect(some.kinds).toMatchObject({ screenshots: { runs: 1 }, logs: { bytes: 0, runs: 0 } });
    const all = plannedRemoval(count(), 0);
    expect(all.kinds).toMatchObject({
      screenshots: { bytes: 4 * megabyte, runs: 2 },
      logs: { bytes: megabyte, runs: 1 },
      texts: { runs: 1 },
    });
    expect(all.newest?.run_id).toBe('new');
  });

  it('is what the archive then removes', async () => {
    maxMegabytes = 2.5;
    const planned = plannedRemoval(count(), maxMegabytes * megabyte);
    const before = keptRoom(count()).kinds;
    await archive.makeRoom();
    const after = keptRoom(count()).kinds;
    expect(before.screenshots.bytes - after.screenshots.bytes).toBe(planned.kinds.screenshots.bytes);
    expect(before.logs.bytes - after.logs.bytes).toBe(planned.kinds.logs.bytes);
    expect(planned.kinds.logs.runs).toBe(1);
  });

  it('is empty before anything is kept', () => {
    feed.eraseVm('vm-a');
    logBytes.clear();
    expect(keptRoom(count())).toMatchObject({
      kinds: { screenshots: { bytes: 0, runs: 0 } },
      oldest: null,
    });
  });
});

describe('the count for all who ask', () => {
  beforeEach(() => keep('old', 0, [picture(1, 1)]));

  function watched() {
    let removals = 0;
    const keptShares = vi.spyOn(feed, 'keptShares');
    const countAll = createKeptCount({
      ...{ feed, monotonicMs: () => performance.now() },
      logs: { ...logs, removals: () => removals },
    });
    return {
      bytes: async () => keptRoom(await countAll()).kinds,
      removeLog: (runId: string): void => {
        logBytes.delete(runId);
        removals += 1;
      },
      /** Each count asks for two kinds. */
      counts: () => keptShares.mock.calls.length / 2,
    };
  }

  it('is one, as long as nothing changes', async () => {
    const { bytes, counts } = watched();
    await Promise.all(Array.from({ length: 20 }, bytes));
    for (let asked = 0; asked < 20; asked += 1) await bytes();
    expect(counts()).toBe(1);
  });

  it('is true after files or a log were removed', async () => {
    const { bytes, counts, removeLog } = watched();
    expect((await bytes()).screenshots.bytes).toBe(megabyte);
    maxMegabytes = 1.5;
    await archive.makeRoom();
    expect((await bytes()).screenshots.bytes).toBe(0);
    expect((await bytes()).logs.bytes).toBe(megabyte);
    removeLog('old');
    expect((await bytes()).logs.bytes).toBe(0);
    feed.eraseVm('vm-a');
    expect((await bytes()).texts.bytes).toBe(0);
    expect(counts()).toBe(4);
  });

  it('is the next one for who asks after a change during a count', async () => {
    const { bytes } = watched();
    const first = bytes();
    const shared = bytes();
    await first;
    feed.eraseVm('vm-a');
    const after = bytes();
    expect([(await shared).screenshots.bytes, (await after).screenshots.bytes]).toEqual([megabyte, 0]);
  });
});
