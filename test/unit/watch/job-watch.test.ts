/** Which files of jobs are asked for, and what becomes of an answer that does not come. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFeed, type Feed } from '../../../src/main/engine/feed/index.ts';
import type { Runner, ShellChannel } from '../../../src/main/engine/vm/index.ts';
import { JobWatch, type JobPlace } from '../../../src/main/engine/watch/results/job-watch.ts';
import { firstSight, type Sight } from '../../../src/main/engine/watch/sight.ts';
import { defaultTempo } from '../../../src/main/engine/watch/tempo.ts';
import { allAnswered, machine } from './sights.ts';
import {
  jobFiles,
  trialConfigFile,
  trialResultFile,
  type MadeFile,
  type MadeTrial,
} from '../../support/job-files.ts';
import { clockOf, vmClockOf } from '../../support/step-clock.ts';

const startMs = Date.UTC(2026, 2, 9, 8, 0, 0);
const after = (minutes: number): number => startMs + minutes * 60_000;
const trial = (task: string, minute: number): MadeTrial => ({
  ...{ task, mark: 'aB3dE5f', startMs: after(minute), minutes: 3, reward: 1 },
});

let nowMs: number;
let dataDir: string;
let feed: Feed;
let watch: JobWatch;
let files: Map<string, MadeFile>;
let asked: string[];
let isSilent: boolean;

const newWatch = () =>
  new JobWatch({
    ...{ vm: 'vm', successThreshold: 1, feed, tempo: defaultTempo },
    clock: vmClockOf(() => nowMs),
  });

beforeEach(() => {
  nowMs = startMs;
  dataDir = mkdtempSync(join(tmpdir(), 'benchtray-jobs-'));
  feed = openFeed({ dataDir, clock: clockOf(() => nowMs) });
  files = new Map();
  asked = [];
  isSilent = false;
  watch = newWatch();
});
afterEach(() => {
  feed.close();
  rmSync(dataDir, { recursive: true });
});

const shell: ShellChannel = {
  ask(_limit, [name, , mark = '', ...words]) {
    expect(name).toBe('job_files');
    if (isSilent) return Promise.resolve(null);
    const paths = words.filter((_word, index) => index % 2 === 1);
    asked.push(...paths);
    const pieces = paths.map((path) => `${mark} ${path}\n${files.get(path)?.text ?? ''}\n`);
    return Promise.resolve(`${pieces.join('')}${mark}\nend\n`);
  },
  closed: false,
  isSilent: false,
  close: () => undefined,
};
const place: JobPlace = {
  shell,
  place: { where: 'host', path: '/srv/jobs' },
  container: null,
  zoneOffsetMinutes: 0,
  skewMs: 0,
};

/** A look at the VM that found these processes. */
const sightOf = (...runners: readonly Partial<Runner>[]): Sight => ({
  ...firstSight,
  answered: allAnswered,
  docker: { kind: 'missing', detail: '' },
  machine: { ...machine, bootedAtMs: startMs - 60_000 },
  host: {
    runners: runners.map((facts) => ({
      ...{ pid: 7, startTicks: '6000', script: 'harbor', cwd: null, results: null, arguments: {} },
      ...facts,
    })),
    logs: [],
    unnamedLogs: 0,
  },
});

/** Looks after these files were written; returns which were asked for. */
async function look(
  written: readonly MadeFile[],
  where = place,
  sight: Sight = sightOf(),
): Promise<string[]> {
  asked = [];
  for (const file of written) files.set(file.path, file);
  const lines = [...files.values()].map(({ path, text, modifiedAtMs }) => ({
    path,
    modifiedAt: Math.floor(modifiedAtMs / 1000),
    sizeBytes: Buffer.byteLength(text),
  }));
  await watch.look(where, lines, sight);
  return asked;
}
const open = (name: string, minute = 0) =>
  jobFiles({ name, startMs: after(minute), endMs: null, trialCount: 3, activeMs: after(minute) });
const tellings = () =>
  feed.replay(0, null, 20).map(({ type, data }) => [type, (data as { task_id?: string }).task_id]);

describe('the files of jobs', () => {
  it('are asked for once, and again when they have changed; of a trial only the one that counts', async () => {
    const brew = trialConfigFile('j', trial('brew', 1));
    expect(await look([...open('j'), brew])).toEqual([
      './j/result.json',
      './j/config.json',
      './j/brew__aB3dE5f/config.json',
    ]);
    expect(await look([])).toEqual([]);
    expect(watch.shown?.run.tasks).toMatchObject([{ taskId: 'brew', outcome: null }]);
    expect(await look([trialResultFile('j', trial('brew', 1))])).toEqual(['./j/brew__aB3dE5f/result.json']);
    expect(tellings()).toEqual([['task_complete', 'brew']]);
    expect(await look([])).toEqual([]);
  });

  it('of jobs before the newest are not read, unless they are written to', async () => {
    const old = [...open('old', -600), trialResultFile('old', trial('brew', -590))];
    const older = [...open('older', -900), trialResultFile('older', trial('brew', -890))];
    const read = await look([...older, ...old]);
    expect(read.every((path) => path.startsWith('./old/'))).toBe(true);
    expect(feed.runs({ limit: 9 })).toHaveLength(1);
    nowMs = after(2);
    const resumed = await look([trialResultFile('older', trial('pour', -1))]);
    expect(resumed.every((path) => path.startsWith('./older/'))).toBe(true);
    expect(watch.shown?.run.tasks.map(({ taskId }) => taskId)).toEqual(['brew', 'pour']);
  });

  it('are read by the next look if the VM does not answer, and by another process where this one stopped', async () => {
    isSilent = true;
    await look([...open('j'), trialResultFile('j', trial('brew', 1))]);
    expect(watch.shown).toBeNull();
    isSilent = false;
    await look([]);
    expect(tellings()).toEqual([['task_complete', 'brew']]);
    watch = newWatch();
    await look([trialResultFile('j', trial('pour', 5))]);
    expect(tellings()).toEqual([
      ['task_complete', 'brew'],
      ['task_complete', 'pour'],
    ]);
    expect(feed.runs({ limit: 9 })).toHaveLength(1);
  });

  it('of two jobs that go on side by side make a run each, and the one that was active last is shown', async () => {
    await look([...open('a'), ...open('b', 1), trialResultFile('a', trial('brew', 2))]);
    expect(watch.shown?.run.runId).toContain('a-');
    await look([trialResultFile('b', trial('pour', 4))]);
    expect(watch.shown?.run.runId).toContain('b-');
    expect(feed.runs({ limit: 9 }).map(({ state, tasksCompleted }) => [state, tasksCompleted])).toEqual([
      ['running', 1],
      ['running', 1],
    ]);
    await look(jobFiles({ name: 'b', startMs: after(1), endMs: after(9), trialCount: 3 }));
    expect(watch.shown?.run).toMatchObject({ state: 'running' });
    expect(watch.shown?.run.runId).toContain('a-');
  });

  it('of another folder are those of other runs', async () => {
    await look([...open('j'), trialResultFile('j', trial('brew', 1))]);
    files.clear();
    await look([], { ...place, place: { where: 'host', path: '/srv/other' } });
    expect(watch.shown).toBeNull();
  });
});

describe('the process of a job', () => {
  const minute = 60_000;
  const events = () =>
    feed.replay(0, null, 50).map(({ type, data }) => {
      const { task_id, code, detail } = data as { task_id?: string; code?: string; detail?: string };
      return type === 'task_complete' ? task_id : `${code ?? ''}: ${detail ?? ''}`;
    });
  async function looks(count: number, sight: () => Sight, written: readonly MadeFile[] = []): Promise<void> {
    for (let each = 0; each < count; each += 1) {
      nowMs += 4_000;
      await look(each === 0 ? written : [], place, sight());
    }
  }

  it('ends the run when it was seen and is gone, after what it wrote last was read', async () => {
    await look([...open('j'), trialConfigFile('j', trial('brew', 0))], place, sightOf({}));
    nowMs = after(30);
    await looks(1, () => sightOf());
    const missing = sightOf();
    await looks(1, () => missing);
    expect(watch.isLookUrgent(missing)).toBe(false);
    expect(watch.isLookUrgent(sightOf())).toBe(true);
    expect(watch.shown?.run.state).toBe('running');
    await looks(1, () => sightOf(), [trialResultFile('j', trial('pour', 1))]);
    expect(watch.shown?.run).toMatchObject({
      state: 'crashed',
      endMessage: 'The benchmark process is gone.',
    });
    expect(events()).toEqual(['pour', 'brew', 'run_crashed: The benchmark process is gone.']);
    expect(watch.isLookUrgent(sightOf())).toBe(false);
    await looks(5, () => sightOf());
    expect(events()).toHaveLength(3);
    // The job is resumed.
    nowMs = after(60);
    await look([trialResultFile('j', trial('boil', 57))], place, sightOf({ startTicks: '366000' }));
    expect(watch.shown?.run).toMatchObject({ state: 'running', endMessage: null });
    await looks(5, () => sightOf({ startTicks: '366000' }));
    expect(watch.shown?.run.state).toBe('running');
  });

  it('crashes the resumed run again if it goes before any trial ends', async () => {
    await look([...open('j'), trialConfigFile('j', trial('brew', 0))], place, sightOf({}));
    nowMs = after(30);
    await looks(3, () => sightOf());
    nowMs = after(60);
    await look([trialConfigFile('j', trial('brew', 60))], place, sightOf({ startTicks: '366000' }));
    expect(watch.shown?.run.state).toBe('running');
    nowMs = after(90);
    await looks(3, () => sightOf());
    expect(watch.shown?.run.tasks.map(({ outcome }) => outcome)).toEqual(['interrupted', 'interrupted']);
    expect(watch.shown?.run).toMatchObject({
      state: 'crashed',
      endMessage: 'The benchmark process is gone.',
    });
  });

  it('ends none while it is there, was never seen, or cannot be seen', async () => {
    const sights: Record<string, readonly [before: Sight, then: () => Sight]> = {
      there: [sightOf({}), () => sightOf({})],
      'never seen': [sightOf(), () => sightOf()],
      'of another benchmark': [sightOf({ script: 'run.py' }), () => sightOf()],
      unanswered: [sightOf({}), () => ({ ...sightOf(), answered: { ...allAnswered, host: false } })],
      'not looked for again': [
        sightOf({}),
        (
          (sight) => () =>
            sight
        )(sightOf()),
      ],
    };
    for (const [name, [before, then]] of Object.entries(sights)) {
      await look(open(name, 0), place, before);
      nowMs = after(30);
      await looks(5, then);
      expect([name, watch.shown?.run.state]).toEqual([name, 'running']);
      files.clear();
      nowMs = startMs;
      watch = newWatch();
    }
  });

  it('is not one that began after the job was written to last: that plays another job', async () => {
    await look(open('a'), place, sightOf({}));
    nowMs = after(30);
    await looks(4, () => sightOf({ startTicks: String(6000 + 30 * 6000) }), open('b', 30));
    expect(feed.runs({ limit: 9 }).map(({ runId, state }) => [runId.slice(0, 5), state])).toEqual([
      ['vm-b-', 'running'],
      ['vm-a-', 'crashed'],
    ]);
  });

  it('is known after a restart of BenchTray, though it was gone by then', async () => {
    await look(open('j'), place, sightOf({}));
    nowMs = after(30);
    watch = newWatch();
    await looks(3, () => sightOf());
    expect(watch.shown?.run.state).toBe('crashed');
  });

  it('interrupts the run of a cancelled job, and finishes one that has played all tasks', async () => {
    const cancelled = { ...trial('brew', 1), reward: null, raised: ['CancelledError', ''] as const };
    await look(open('j'), place, sightOf({}));
    nowMs = after(5);
    await looks(3, () => sightOf(), [trialResultFile('j', cancelled)]);
    expect(watch.shown?.run).toMatchObject({ state: 'interrupted', endMessage: 'The job was cancelled.' });
    nowMs = after(10);
    await look(open('k', 10), place, sightOf({ startTicks: '66000' }));
    nowMs += 10 * minute;
    await looks(3, () => sightOf(), [
      ...['brew', 'pour', 'boil'].map((task) => trialResultFile('k', trial(task, 11))),
    ]);
    expect(watch.shown?.run).toMatchObject({ state: 'finished' });
  });
});
