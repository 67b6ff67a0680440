/** How much room is kept, and what a smaller bound removes: the estimate beside what the archive really does. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createArchive, keptRoom, plannedRemoval } from '../../../src/main/engine/archive/index.ts';
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

const sources = () => ({ feed, logs });

describe('the room of kept files', () => {
  beforeEach(async () => {
    const shared = picture(1, 7);
    await keep('old', 0, [picture(1, 1), picture(1, 2), shared]);
    await keep('new', 3, [picture(1, 3), shared]);
  });

  it('counts equal files once, and names the oldest run', () => {
    expect(keptRoom(sources())).toMatchObject({
      kinds: {
        screenshots: { bytes: 4 * megabyte, runs: 2 },
        logs: { bytes: 3 * megabyte, runs: 2 },
        texts: { runs: 1 },
      },
      oldest: { run_id: 'old', vm: 'vm-a', started_at: new Date(startMs).toISOString() },
    });
  });

  it('says what a smaller bound removes: screenshots of the oldest run first, and never the log of a run that is on', () => {
    const none = plannedRemoval(sources(), 100 * megabyte);
    expect([none.newest, none.kinds.screenshots]).toEqual([null, { bytes: 0, runs: 0 }]);
    const some = plannedRemoval(sources(), 5.5 * megabyte);
    expect(some.newest?.run_id).toBe('old');
    expect(some.kinds).toMatchObject({ screenshots: { runs: 1 }, logs: { bytes: 0, runs: 0 } });
    const all = plannedRemoval(sources(), 0);
    expect(all.kinds).toMatchObject({
      screenshots: { bytes: 4 * megabyte, runs: 2 },
      logs: { bytes: megabyte, runs: 1 },
      texts: { runs: 1 },
    });
    expect(all.newest?.run_id).toBe('new');
  });

  it('is what the archive then removes', async () => {
    maxMegabytes = 2.5;
    const planned = plannedRemoval(sources(), maxMegabytes * megabyte);
    const before = keptRoom(sources()).kinds;
    await archive.makeRoom();
    const after = keptRoom(sources()).kinds;
    expect(before.screenshots.bytes - after.screenshots.bytes).toBe(planned.kinds.screenshots.bytes);
    expect(before.logs.bytes - after.logs.bytes).toBe(planned.kinds.logs.bytes);
    expect(planned.kinds.logs.runs).toBe(1);
  });

  it('is empty before anything is kept', () => {
    feed.eraseVm('vm-a');
    logBytes.clear();
    expect(keptRoom(sources())).toMatchObject({
      kinds: { screenshots: { bytes: 0, runs: 0 } },
      oldest: null,
    });
  });
});
