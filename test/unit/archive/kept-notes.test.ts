/** What BenchTray says of what it does not keep, with a real journal. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createKeptNotes,
  createLogReader,
  type HistorySettings,
  type LogReader,
} from '../../../src/main/engine/archive/index.ts';
import {
  openFeed,
  type Feed,
  type KeptFile,
  type KeptTask,
  type RunRecord,
} from '../../../src/main/engine/feed/index.ts';
import { keptLogOf } from '../../support/kept-log.ts';
import { runOf, startMs, taskOf } from '../feed/fixtures.ts';

let dataDir: string;
let feed: Feed;
let settings: HistorySettings & { logs: boolean };
let isWatched: boolean;
const run = runOf('run-1', { state: 'finished', endedAt: startMs + 60_000 });
const dayMs = 86_400_000;
const removedMs = Date.parse('2026-11-12T12:00:00Z');

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'benchtray-notes-'));
  feed = openFeed({ dataDir });
  settings = { screenshots: 'failures', maxMegabytes: 2000, logs: true };
  isWatched = true;
});
afterEach(() => {
  feed.close();
  rmSync(dataDir, { recursive: true });
});

function end(count: number, changes: Partial<RunRecord> = {}): void {
  const tasks = Array.from({ length: count }, (_, index) => taskOf(`task-${index}`));
  feed.commit({
    vm: run.vm,
    at: startMs,
    runs: [{ ...run, ...changes }],
    tasks: tasks.map((record) => ({ record, tell: true })),
  });
}
const file = (name: string, kind: KeptFile['kind']): KeptFile => ({
  ...{ name, kind, hash: `${name}-${kind}`, sizeBytes: 9, storedBytes: 9, modifiedAt: startMs },
  ...{ width: null, height: null },
});
const both = [file('step_1.png', 'screen'), file('traj.jsonl', 'text')];
function put(index: number, why: string | null, changes: Partial<KeptTask> = {}): void {
  const { runId, taskId, domain, attempt } = taskOf(`task-${index}`);
  feed.putKept([
    {
      ...{ runId, taskId, domain, attempt, why, clockOffsetMs: 0 },
      ...{ state: 'done', since: removedMs, files: [file('traj.jsonl', 'text')] },
      ...changes,
    },
  ]);
}
function notes(changes: Partial<RunRecord> = {}, logs: LogReader = createLogReader(dataDir)) {
  const stored = feed.run('run-1');
  if (stored === null) throw new Error('The run is not recorded.');
  return createKeptNotes({ feed, logs, settings: () => settings, isWatched: () => isWatched })({
    ...stored,
    ...changes,
  });
}
const texts = (changes: Partial<RunRecord> = { dialect: 'harbor' }) =>
  notes(changes).missing.map(({ text, hint }) => [text, hint]);

describe('what is missing of a run', () => {
  it('is nothing if all of it is kept', () => {
    end(2);
    for (const index of [0, 1]) put(index, null, { files: both });
    keptLogOf(dataDir, run, 'a line\n');
    expect(notes()).toEqual({ withScreens: 2, withTexts: 2, logBytes: 7, missing: [] });
  });

  it('says when it was removed, why, and the way out', () => {
    end(2);
    for (const index of [0, 1]) put(index, 'room');
    expect(texts()).toEqual([
      [
        'The screenshots of this run were removed on 12 Nov 2026, to stay within "history.maxMegabytes" (now 2,000 MB).',
        'Raise "history.maxMegabytes" to keep more.',
      ],
    ]);
    put(1, 'room', { since: removedMs - 2 * dayMs });
    expect(texts()[0]?.[0]).toContain('were removed between 10 Nov 2026 and 12 Nov 2026, to stay');
    put(1, null, { files: both });
    expect(texts()[0]?.[0]).toMatch(/^The screenshots of 1 of 2 tasks were removed/);
  });

  it.for([
    ['text-room', /^The steps and screenshots of this run were removed on 12 Nov 2026/],
    ['no-room', /the run is older than all that fits into "history\.maxMegabytes" \(now 2,000 MB\)/],
    ['setting', /not copied, because of "history\.screenshots" \(now "failures"\)/],
    ['absent', /the VM had no folders of them/],
    ['rewritten', /they ran again first/],
    ['no-tar', /has no program tar/],
    ['failed', /did not send them/],
    ['unreached', /could not be reached for a week/],
    ['changed', /a mixture of old and new/],
    ['large-task', /^Only the first files of this run/],
    ['large-file', /^Files of this run were left out/],
    ['no-image', /are no PNG or JPEG/],
    ['a-word-of-a-later-version', /^Not all files of this run are kept/],
    ['constructor', /^Not all files of this run are kept/],
  ] as const)('has a sentence for the word "%s"', ([word, expected]) => {
    end(1);
    put(0, word, { state: word === 'text-room' ? 'done' : 'gone', files: [] });
    const [[text, hint] = []] = texts();
    expect(text).toMatch(expected);
    expect(`${text ?? ''}${hint ?? ''}`).not.toMatch(/[{}]|undefined/);
  });

  it('has several reasons of one task, each once', () => {
    end(1);
    put(0, 'large-task no-image');
    expect(notes({ dialect: 'harbor' }).missing.map(({ why }) => why)).toEqual(['large-task', 'no-image']);
  });

  it('does not advise what is set already', () => {
    end(1);
    put(0, 'setting');
    settings = { ...settings, screenshots: 'all' };
    expect(texts()[0]?.[1]).toBeNull();
  });

  it('tells tasks that are still to be copied from those whose VM is gone', () => {
    end(3);
    put(0, null, { files: both });
    expect(texts()).toEqual([
      [
        'The steps and screenshots of 2 of 3 tasks were not copied yet.',
        'BenchTray copies them while the VM is connected.',
      ],
    ]);
    isWatched = false;
    expect(texts()[0]?.[0]).toBe(
      'The steps and screenshots of 2 of 3 tasks were not copied before the VM "vm-a" was removed from the configuration.',
    );
  });

  it('says which folders had no screenshots', () => {
    end(1);
    put(0, null);
    expect(texts()).toEqual([['The folders of this run had no screenshots.', null]]);
  });

  it('says what became of the log', () => {
    end(1);
    put(0, null, { files: both });
    expect(texts({})).toEqual([[expect.stringContaining('"history.logs" was false') as string, null]]);
    settings = { ...settings, logs: false };
    expect(texts({})[0]?.[1]).toContain('Set "history.logs" to true');
    const removed: LogReader = { open: () => null, removedAt: () => removedMs };
    expect(notes({}, removed).missing).toMatchObject([
      {
        ...{ what: 'log', why: 'room', attempts: null, since: removedMs },
        text: 'The log of this run was removed on 12 Nov 2026, to stay within "history.maxMegabytes" (now 2,000 MB).',
      },
    ]);
    expect(texts({ state: 'running' })).toEqual([]);
  });
});
