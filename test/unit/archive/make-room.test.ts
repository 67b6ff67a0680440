/** Making room removes the same files as counting everything again before each removal would, and counts once. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createFileShelf } from '../../../src/main/engine/archive/file-shelf.ts';
import { makeRoom, type Shelf } from '../../../src/main/engine/archive/room.ts';
import { openFeed, type AttemptKey, type Feed, type KeptFile } from '../../../src/main/engine/feed/index.ts';
import { runOf, startMs, taskOf } from '../feed/fixtures.ts';

type Kind = KeptFile['kind'];
interface Kept {
  /** The runs start in the order of their numbers. */
  readonly run: number;
  readonly files: readonly { readonly kind: Kind; readonly hash: number; readonly bytes: number }[];
}

let dataDir: string;
let feed: Feed;
/** Of this round: each has runs of its own. */
let round = 0;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'benchtray-room-'));
  feed = openFeed({ dataDir });
});
afterEach(() => {
  feed.close();
  rmSync(dataDir, { recursive: true });
});

const nameOf = (run: number): string => `round-${round}-run-${run}`;
const keyAt = (kept: readonly Kept[], index: number): AttemptKey => ({
  ...{ runId: nameOf(kept[index]?.run ?? 0), domain: 'notepad', taskId: `task-${index}`, attempt: 1 },
});

function put(kept: readonly Kept[]): void {
  round += 1;
  feed.commit({
    ...{ vm: 'vm-a', at: startMs },
    runs: [0, 1, 2].map((run) => runOf(nameOf(run), { startedAt: startMs + run * 60_000 })),
    tasks: kept.map((_, index) => {
      const key = keyAt(kept, index);
      return { record: taskOf(key.taskId, { ...key, vm: 'vm-a' }), tell: true };
    }),
  });
  feed.wantedTasks('vm-a', 1);
  feed.putKept(
    kept.map(({ files }, index) => ({
      ...keyAt(kept, index),
      ...{ state: 'done', since: startMs, why: null, clockOffsetMs: 0 },
      files: files.map(({ kind, hash, bytes }, number) => ({
        ...{ name: `${String(number)}.${kind}`, kind, hash: `${kind}-${hash}`, modifiedAt: startMs },
        ...{ sizeBytes: bytes, storedBytes: bytes, width: null, height: null },
      })),
    })),
  );
}

const namesLeft = (kept: readonly Kept[]): unknown =>
  kept.map((_, index) => {
    const task = feed.keptTask(keyAt(kept, index));
    return [task?.why, task?.files.map(({ name }) => name)];
  });

const shelves = (): Shelf[] =>
  (['screen', 'text'] as const).map((kind) =>
    createFileShelf({
      ...{ feed, kind, why: kind === 'screen' ? 'room' : 'text-room' },
      ...{ store: { remove: () => Promise.resolve() }, wallMs: () => startMs, isClosed: () => false },
    }),
  );

/** Counts everything again before each removal. */
function makeRoomSlowly(mostBytes: number): void {
  for (const [kind, why] of [
    ['screen', 'room'],
    ['text', 'text-room'],
  ] as const) {
    while (feed.keptBytes('screen') + feed.keptBytes('text') > mostBytes) {
      const [key] = feed.oldestKept(kind, 1);
      const oldest = key === undefined ? null : feed.keptTask(key);
      if (oldest === null) break;
      feed.putKept([
        { ...oldest, since: startMs, files: oldest.files.filter((file) => file.kind !== kind), why },
      ]);
    }
  }
}

const keptTasks: fc.Arbitrary<readonly Kept[]> = fc.array(
  fc.record({
    run: fc.integer({ min: 0, max: 2 }),
    files: fc.array(
      fc.record({
        kind: fc.constantFrom<Kind>('screen', 'text'),
        hash: fc.integer({ min: 0, max: 8 }),
        bytes: fc.integer({ min: 1, max: 100 }),
      }),
      { maxLength: 4 },
    ),
  }),
  { maxLength: 14 },
);

it('removes the same as counting again before each removal', async () => {
  await fc.assert(
    fc.asyncProperty(keptTasks, fc.double({ min: 0, max: 1.2, noNaN: true }), async (kept, share) => {
      put(kept);
      const mostBytes = share * (feed.keptBytes('screen') + feed.keptBytes('text'));
      makeRoomSlowly(mostBytes);
      const expected = namesLeft(kept);
      feed.eraseVm('vm-a');
      put(kept);
      await makeRoom(shelves(), mostBytes);
      expect(namesLeft(kept)).toEqual(expected);
      feed.eraseVm('vm-a');
    }),
    { numRuns: 60 },
  );
});

it('counts all files once, and asks for the oldest of them rarely', async () => {
  put(
    Array.from({ length: 300 }, (_, hash) => ({
      run: hash % 3,
      files: [{ kind: 'screen', hash, bytes: 10 }],
    })),
  );
  const counts = vi.spyOn(feed, 'keptBytes');
  const questions = vi.spyOn(feed, 'oldestKept');
  await makeRoom(shelves(), 0);
  expect(counts).toHaveBeenCalledTimes(2);
  expect(questions.mock.calls.length).toBeLessThan(15);
  expect(feed.keptBytes('screen')).toBe(0);
});
