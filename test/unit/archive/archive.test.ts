/** What is kept of tasks, with a real journal and real files. */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Screens, ScreenTask } from '../../../src/shared/screens.ts';
import { createArchive, type Archive, type HistorySettings } from '../../../src/main/engine/archive/index.ts';
import { stepPicture } from '../../../src/main/engine/demo/picture.ts';
import { openFeed, type AttemptKey, type Feed } from '../../../src/main/engine/feed/index.ts';
import { runOf, startMs, taskOf } from '../feed/fixtures.ts';

let dataDir: string;
let feed: Feed;
let settings: HistorySettings;
let nowMs: number;
let archive: Archive;
/** What counts of `history.maxMegabytes` now; null: the value itself. */
let boundMegabytes: number | null;
/** Of the kept logs, by run. */
let logBytes: Map<string, number>;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'benchtray-archive-'));
  settings = { screenshots: 'all', maxMegabytes: 100 };
  boundMegabytes = null;
  logBytes = new Map();
  nowMs = startMs;
  open();
});
afterEach(async () => {
  await archive.close();
  feed.close();
  rmSync(dataDir, { recursive: true });
});

function open(): void {
  feed = openFeed({ dataDir });
  archive = createArchive(options());
}

const options = (): Parameters<typeof createArchive>[0] => ({
  ...{ dataDir, feed, settings: () => settings, wallMs: () => nowMs, monotonicMs: () => 0 },
  mostBytes: () => (boundMegabytes ?? settings.maxMegabytes) * 1_000_000,
  logs: {
    bytesOf: ({ runId }) => logBytes.get(runId) ?? 0,
    remove({ runId }) {
      logBytes.delete(runId);
      return 0;
    },
  },
});

const { signal } = new AbortController();
const keyOf = (taskId: string, changes: Partial<AttemptKey> = {}): AttemptKey => ({
  ...{ runId: 'run-1', domain: 'notepad', taskId, attempt: 1 },
  ...changes,
});
const asked = (key: AttemptKey): ScreenTask => ({
  ...key,
  ...{ vm: 'vm-a', log: 'host:/tmp/waa_benchmark.log', resultDir: null },
  ...{ startedAt: startMs, endedAt: startMs + 12_500, notBefore: null, notFrom: null },
});
/** Ends an attempt in the journal. */
function end(key: AttemptKey, run = runOf(key.runId)): void {
  feed.commit({
    vm: run.vm,
    at: startMs,
    runs: [run],
    tasks: [{ record: taskOf(key.taskId, { ...key, vm: run.vm }), tell: true }],
  });
}
async function keep(key: AttemptKey, files: Readonly<Record<string, Uint8Array>>): Promise<boolean> {
  using keeping = archive.begin(key);
  for (const [name, bytes] of Object.entries(files)) {
    const kind = /\.(png|jpg)$/.test(name) ? 'screen' : 'text';
    await keeping.add({ name, kind, bytes, modifiedAt: startMs + 1000 });
  }
  return keeping.finish({ clockOffsetMs: 3_600_000, why: [] });
}
const namesOf = async (key: AttemptKey, onVm: Screens | null = null): Promise<unknown> => {
  const listed = await archive.over(onVm).list(asked(key), signal);
  return listed.ok ? listed.value.map(({ name }) => name) : listed.problem.detail;
};
const storedFiles = (): string[] =>
  ['screens', 'texts'].flatMap((folder) =>
    existsSync(join(dataDir, 'archive', folder))
      ? readdirSync(join(dataDir, 'archive', folder), { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name))
      : [],
  );
const [one, two] = [stepPicture(1, 10), stepPicture(2, 20)];
const trajectory = Buffer.from('{"step_num": 1}\n');
/** Noise, so that it takes as much room as it has bytes. */
const large = (megabytes: number, seed: number): Buffer => {
  const bytes = Buffer.alloc(megabytes * 1_000_000, seed);
  stepPicture(1, seed).copy(bytes);
  return bytes;
};
const vmThatSays = (detail: string): Screens => {
  const answer = () => Promise.resolve({ ok: false, problem: { kind: 'disconnected', detail } } as const);
  return { list: answer, read: answer, texts: answer };
};

describe('the archive', () => {
  it('answers from the kept copy, whether or not the VM is there', async () => {
    const key = keyOf('task-1');
    end(key);
    expect(feed.wantedTasks('vm-a', 10)).toEqual([{ ...key, since: startMs }]);
    expect(await keep(key, { 'step_2.png': two, 'step_1.png': one, 'traj.jsonl': trajectory })).toBe(true);
    expect(feed.wantedTasks('vm-a', 10)).toEqual([]);
    const screens = archive.over(null);
    expect(await screens.list(asked(key), signal)).toMatchObject({
      value: [
        {
          name: 'step_1.png',
          step: 1,
          takenAt: startMs + 1000,
          sizeBytes: one.length,
          size: { width: 320, height: 200 },
          isKept: true,
        },
        { name: 'step_2.png', step: 2 },
      ],
    });
    const read = await screens.read(asked(key), 'step_2.png', signal);
    expect(read.ok && Buffer.from(read.value).equals(two)).toBe(true);
    expect(await screens.read(asked(key), 'traj.jsonl', signal)).toMatchObject({
      problem: { kind: 'absent' },
    });
    expect(await screens.texts(asked(key), signal)).toMatchObject({
      value: { texts: [{ name: 'traj.jsonl', isCut: false }], screens: [{}, {}], clockOffsetMs: 3_600_000 },
    });
    // Also in the next life.
    await archive.close();
    feed.close();
    open();
    await archive.sweep();
    expect(await namesOf(key)).toEqual(['step_1.png', 'step_2.png']);
  });

  it('keeps what another journal names: one that is damaged is set aside, and a person may go back to a copy', async () => {
    const key = keyOf('task-1');
    end(key);
    await keep(key, { 'step_1.png': one });
    await archive.sweep();
    await archive.close();
    feed.close();
    for (const suffix of ['', '-wal', '-shm'])
      rmSync(join(dataDir, `journal.sqlite${suffix}`), { force: true });

    nowMs = Date.now() + 60_000;
    open();
    await archive.sweep();
    expect(storedFiles()).toHaveLength(1);
    // Since then, the archive is that of the new journal.
    expect(archive.sinceMs()).toBe(nowMs);
    nowMs += 60_000;
    expect(archive.sinceMs()).toBe(nowMs - 60_000);
  });

  it('believes nothing of a copy that was not finished, and wants it again', async () => {
    const key = keyOf('task-1');
    end(key);
    {
      using keeping = archive.begin(key);
      await keeping.add({ name: 'step_1.png', kind: 'screen', bytes: one, modifiedAt: startMs });
    }
    expect(await namesOf(key)).toBe(
      'The VM "vm-a" is not watched any more. BenchTray has not copied this task yet.',
    );
    expect(feed.wantedTasks('vm-a', 10)).toHaveLength(1);
    await archive.sweep();
    expect(storedFiles()).toEqual([]);
  });

  it('leaves out what is no PNG or JPEG, and what claims to be larger than a screen', async () => {
    const key = keyOf('task-1');
    end(key);
    const huge = Buffer.from(one);
    huge.writeUInt32BE(100_000, 16);
    huge.writeUInt32BE(100_000, 20);
    await keep(key, { 'step_1.png': one, 'step_2.png': Buffer.from('<script>'), 'step_3.png': huge });
    expect(await namesOf(key)).toEqual(['step_1.png']);
    expect(await archive.over(null).texts(asked(key), signal)).toMatchObject({
      value: { missing: expect.stringContaining('no PNG or JPEG') as string },
    });
  });

  it('says why there is nothing, beside what the VM says', async () => {
    const key = keyOf('task-1');
    end(key);
    archive.giveUp(key, 'rewritten');
    expect(await namesOf(key)).toContain('it ran again first');
    expect(await namesOf(key, vmThatSays('There is no connection.'))).toBe(
      'There is no connection. BenchTray did not copy this task: it ran again first, and that replaced its files.',
    );
    // An attempt of an earlier version has no row.
    expect(await namesOf(keyOf('other'), vmThatSays('There is no connection.'))).toBe(
      'There is no connection.',
    );
    expect(await namesOf(keyOf('other'))).toContain('kept nothing of this task');
  });

  it('asks the VM for a file whose kept copy is damaged', async () => {
    const key = keyOf('task-1');
    end(key);
    await keep(key, { 'step_1.png': one });
    for (const file of storedFiles()) writeFileSync(file, 'damaged');
    expect(await archive.over(null).read(asked(key), 'step_1.png', signal)).toMatchObject({
      problem: { kind: 'absent', detail: expect.stringContaining('missing or damaged') as string },
    });
    const onVm: Screens = { ...vmThatSays(''), read: () => Promise.resolve({ ok: true, value: one }) };
    expect(await archive.over(onVm).read(asked(key), 'step_1.png', signal)).toMatchObject({ ok: true });
  });

  describe('within its limit', () => {
    beforeEach(async () => {
      for (const [index, runId] of ['old', 'new'].entries()) {
        const run = runOf(runId, { startedAt: startMs + index * 3_600_000 });
        for (const taskId of ['a', 'b']) {
          const key = keyOf(taskId, { runId });
          end(key, run);
          await keep(key, {
            'step_1.png': large(2, index * 10 + taskId.charCodeAt(0)),
            'traj.jsonl': trajectory,
          });
        }
      }
    });
    const old = (taskId: string): AttemptKey => keyOf(taskId, { runId: 'old' });
    const newer = (taskId: string): AttemptKey => keyOf(taskId, { runId: 'new' });

    it('removes the screenshots of the oldest run first, and says so', async () => {
      settings = { ...settings, maxMegabytes: 6.5 };
      await archive.makeRoom();
      expect(await namesOf(old('a'))).toContain('removed the kept screenshots of this task, to stay within');
      expect(await namesOf(old('b'))).toEqual(['step_1.png']);
      expect(await namesOf(newer('a'))).toEqual(['step_1.png']);
      expect(await archive.over(null).texts(asked(old('a')), signal)).toMatchObject({
        value: { texts: [{ name: 'traj.jsonl' }] },
      });
      expect(storedFiles()).toHaveLength(3 + 1);
      // What was removed is not copied again.
      expect(feed.wantedTasks('vm-a', 10)).toEqual([]);
    });

    it('removes texts when there are no screenshots left, and scores never', async () => {
      settings = { ...settings, maxMegabytes: 0.00001 };
      await archive.makeRoom();
      expect(storedFiles()).toEqual([]);
      expect(await namesOf(newer('b'))).toContain('removed the kept files of this task');
      expect(feed.tasksOf('new').map(({ score }) => score)).toEqual([1, 1]);
    });

    it('removes the logs of runs that are over when there are no screenshots left, the oldest first', async () => {
      for (const runId of ['old', 'new', 'on']) logBytes.set(runId, 1_000_000);
      const ended = { state: 'finished', endedAt: startMs } as const;
      for (const [runId, change] of [
        ['old', ended],
        ['new', { ...ended, startedAt: startMs + 3_600_000 }],
        ['on', {}],
      ] as const)
        feed.commit({ vm: 'vm-a', at: startMs, runs: [runOf(runId, change)] });
      settings = { ...settings, maxMegabytes: 2.5 };
      await archive.makeRoom();
      expect([...logBytes.keys()]).toEqual(['new', 'on']);
      expect(await archive.over(null).texts(asked(old('a')), signal)).toMatchObject({
        value: { texts: [{ name: 'traj.jsonl' }] },
      });
    });

    it('does not copy a run that would be removed at once', () => {
      expect(archive.isTooOld('old')).toBe(false);
      settings = { ...settings, maxMegabytes: 8 };
      expect(archive.isTooOld('new')).toBe(false);
      end(keyOf('c', { runId: 'oldest' }), runOf('oldest', { startedAt: startMs - 3_600_000 }));
      expect(archive.isTooOld('oldest')).toBe(true);
    });

    it('keeps a screenshot that several tasks have until the last of them goes', async () => {
      end(newer('c'));
      await keep(newer('c'), { 'step_9.png': large(2, 'a'.charCodeAt(0)) });
      settings = { ...settings, maxMegabytes: 6.5 };
      await archive.makeRoom();
      // The first one of the old run made no room, because the newest task has the same.
      expect(await namesOf(old('a'))).toContain('removed');
      expect(await namesOf(old('b'))).toContain('removed');
      expect(await namesOf(newer('c'))).toEqual(['step_9.png']);
      const read = await archive.over(null).read(asked(newer('c')), 'step_9.png', signal);
      expect(read.ok).toBe(true);
    });

    it('removes nothing by a bound that somebody is still typing', async () => {
      boundMegabytes = 2000;
      settings = { ...settings, maxMegabytes: 2 };
      await archive.makeRoom();
      expect(await namesOf(old('a'))).toEqual(['step_1.png']);
      expect(archive.isTooOld('old')).toBe(false);
    });

    it('forgets the files of an erased VM', async () => {
      feed.eraseVm('vm-a');
      await archive.sweep();
      expect(storedFiles()).toEqual([]);
      expect(feed.keptTask(old('a'))).toBeNull();
    });
  });

  it('stores nothing while the disk has little room', async () => {
    expect(await archive.obstacle()).toBeNull();
    const picky = createArchive({ ...options(), keptFreeBytes: Number.MAX_SAFE_INTEGER });
    expect(await picky.obstacle()).toEqual({
      kind: 'full',
      detail: expect.stringMatching(/has only \d+ MB free/) as string,
    });
  });
});
