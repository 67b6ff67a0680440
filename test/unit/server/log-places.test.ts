/** Where tasks are in kept logs: how often a log is read for that. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { KeptLog, LogReader } from '../../../src/main/engine/archive/index.ts';
import type { StoredRun } from '../../../src/main/engine/feed/index.ts';
import { createPlacesInLogs, type PlacesInLogs } from '../../../src/main/engine/server/routes/log-places.ts';
import { runOf } from '../feed/fixtures.ts';

const line = (message: string, place: string): string =>
  `[2026-01-28 22:55:08,318 INFO ${place}-MainProcess] ${message}\n`;
const taskIn = (taskId: string): string =>
  [
    line('[Domain]: chrome', 'run/224'),
    line(`[Example ID]: ${taskId}`, 'run/225'),
    line('Step 1: DONE', 'lib_run_single/56'),
    line(`Finished chrome/${taskId}`, 'run/280'),
  ].join('');

interface Log {
  text: string;
  generation: string;
}

let logs: Map<string, Log>;
/** Bytes that were read, by run. */
let read: Map<string, number>;
/** Before each piece. */
let pause: () => Promise<void>;
let places: PlacesInLogs;

function open(runId: string): KeptLog | null {
  const log = logs.get(runId);
  if (log === undefined) return null;
  const { text, generation } = log;
  return {
    ...{ size: text.length, parts: [{ from: 0, to: text.length }], generation },
    async *read(from, to) {
      await pause();
      const bytes = Buffer.from(text).subarray(from, to);
      read.set(runId, (read.get(runId) ?? 0) + bytes.length);
      yield { from, bytes };
    },
  };
}

beforeEach(() => {
  logs = new Map();
  read = new Map();
  pause = () => Promise.resolve();
  const reader: LogReader = { open: ({ runId }) => open(runId), removedAt: () => null };
  places = createPlacesInLogs(reader);
});

const keep = (runId: string, text: string, generation = 'first'): void =>
  void logs.set(runId, { text, generation });

async function tasksOf(runId: string): Promise<readonly string[]> {
  const found = await places.attempts(runOf(runId) as unknown as StoredRun);
  return found.ok ? found.value.map(({ taskId }) => taskId) : [found.problem];
}

describe('the log of a run', () => {
  it('is read once, also if two runs are asked for in turn', async () => {
    keep('a', taskIn('one'));
    keep('b', taskIn('two'));
    for (let round = 0; round < 3; round += 1)
      expect([await tasksOf('a'), await tasksOf('b')]).toEqual([['one'], ['two']]);
    expect([read.get('a'), read.get('b')]).toEqual([taskIn('one').length, taskIn('two').length]);
  });

  it('is read once for all who ask at a time, and what has come since behind that', async () => {
    const gate = Promise.withResolvers<undefined>();
    pause = () => gate.promise;
    keep('a', taskIn('one'));
    const first = [tasksOf('a'), tasksOf('a')];
    keep('a', taskIn('one') + taskIn('two'));
    const second = [tasksOf('a'), tasksOf('a')];
    gate.resolve(undefined);
    await Promise.all(first);
    expect(await Promise.all(second)).toEqual([
      ['one', 'two'],
      ['one', 'two'],
    ]);
    expect(read.get('a')).toBe((taskIn('one') + taskIn('two')).length);
  });

  it('is read anew if it is another one', async () => {
    keep('a', taskIn('one') + taskIn('two'));
    await tasksOf('a');
    keep('a', taskIn('two') + taskIn('one'), 'second');
    expect(await tasksOf('a')).toEqual(['two', 'one']);
    keep('a', taskIn('one'), 'second');
    expect(await tasksOf('a')).toEqual(['one']);
  });

  it('is remembered for the last runs, and no others', async () => {
    for (const runId of ['a', 'b', 'c', 'd', 'e']) {
      keep(runId, taskIn('one'));
      await tasksOf(runId);
    }
    for (const runId of ['b', 'c', 'd', 'e', 'a']) await tasksOf(runId);
    const size = taskIn('one').length;
    expect(['a', 'b', 'e'].map((runId) => read.get(runId))).toEqual([2 * size, size, size]);
  });

  it('is read at the next request if reading it failed', async () => {
    keep('a', taskIn('one'));
    pause = () => Promise.reject(new Error('The disk failed.'));
    await expect(tasksOf('a')).rejects.toThrow('The disk failed.');
    pause = () => Promise.resolve();
    expect(await tasksOf('a')).toEqual(['one']);
  });
});
