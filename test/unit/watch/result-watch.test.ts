/** How the result folder is watched: how often, from where on, and what becomes of it when it cannot be written down. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeVmConfig } from '../../../src/main/engine/config/index.ts';
import { openFeed, type Feed } from '../../../src/main/engine/feed/index.ts';
import type { ResultFile, RunState } from '../../../src/main/engine/run/index.ts';
import type { ShellChannel } from '../../../src/main/engine/vm/index.ts';
import type { LogAccess } from '../../../src/main/engine/watch/log/following-options.ts';
import type { LogReading } from '../../../src/main/engine/watch/log/log-reading.ts';
import { ResultWatch } from '../../../src/main/engine/watch/results/result-watch.ts';
import type { VmStore } from '../../../src/main/engine/watch/store.ts';
import { defaultTempo } from '../../../src/main/engine/watch/tempo.ts';
import { machine, ready } from './sights.ts';
import { storeOf } from './states.ts';
import { sourceTools, startSource } from './tools.ts';
import { ResultSource } from '../../../src/main/engine/watch/results/result-source.ts';
import type { VmState } from '../../../src/main/engine/watch/state.ts';
import { until } from '../../support/wait.ts';
import { clockOf, vmClockOf } from '../../support/step-clock.ts';

const startMs = Date.UTC(2026, 0, 28, 22, 0, 0);

let nowMs: number;
let store: VmStore;
let asked: string[][];
let answers: (words: readonly string[]) => string | null;
let evaluateLogSize: number | null;
let reading: { run: RunState | null; taken: (readonly ResultFile[])[]; fails: boolean };
let failures: unknown[];
let warned: unknown[];
let feed: Feed;
let dataDir: string;
let watch: ResultWatch;

const run = (state: RunState['state']) =>
  ({
    runId: 'run-1',
    state,
    endedAt: null,
    lastEventAt: startMs,
    dialect: 'waa',
    tasks: [] as RunState['tasks'],
  }) as RunState;
const line = (taskId: string, seconds: number, text = '1.0') =>
  `result ${seconds} ${text}\t./m/0/chrome/${taskId}/result.txt\n`;

beforeEach(() => {
  nowMs = startMs;
  asked = [];
  answers = () => 'end\n';
  evaluateLogSize = null;
  failures = [];
  warned = [];
  reading = { run: run('running'), taken: [], fails: false };
  dataDir = mkdtempSync(join(tmpdir(), 'benchtray-results-'));
  feed = openFeed({ dataDir, clock: clockOf(() => nowMs) });
  store = storeOf({
    ...ready,
    results: { where: 'container', path: '/client/results', hostPath: '/srv/results', why: 'it is' },
    reading: logReading,
  });
  watch = new ResultWatch({
    config: makeVmConfig({ name: 'vm', ssh: { host: '127.0.0.1' } }),
    feed,
    clock: vmClockOf(() => nowMs),
    tempo: defaultTempo,
    store,
    report: { moment: () => undefined, failure: (error) => failures.push(error) },
    warn: (detail, message) => warned.push([message, detail]),
  });
});
afterEach(() => {
  feed.close();
  rmSync(dataDir, { recursive: true });
});

const logReading = {
  get run() {
    return reading.run;
  },
  takeResults(files: readonly ResultFile[]) {
    if (reading.fails) throw new Error('the disk is full');
    reading.taken.push(files);
  },
} as unknown as LogReading;

function shell(where: string): ShellChannel {
  return {
    ask(_limit, words) {
      if (words[0] === 'logs')
        return Promise.resolve(
          evaluateLogSize === null ? '' : `log 1 ${evaluateLogSize} 7 ${words[1] ?? ''}\n`,
        );
      asked.push([where, ...words]);
      return Promise.resolve(answers(words));
    },
    closed: false,
    isSilent: false,
    close: () => undefined,
  };
}
const access = { host: shell('host'), inside: shell('inside'), container: 'winarena' } as LogAccess;

async function look(afterMs = 10_000): Promise<void> {
  nowMs += afterMs;
  await watch.look(access);
}
const ids = () => reading.taken.at(-1)?.map(({ taskId }) => taskId);

describe('the result folder', () => {
  it('is asked for on the VM itself where it lies there, no more often than each ten seconds', async () => {
    await look();
    await look(4_000);
    await look(4_000);
    expect(asked).toEqual([['host', 'results', '/srv/results', '0', '0']]);
    await look(4_000);
    expect(asked).toHaveLength(2);
  });

  it('is asked for in the container where the VM cannot read it', async () => {
    answers = ([, folder]) => (folder === '/srv/results' ? 'absent\n' : `${line('a', 1_000_000_000)}end\n`);
    await look();
    expect(asked.map(([where]) => where)).toEqual(['host', 'inside']);
    expect(reading.taken).toEqual([
      [
        {
          domain: 'chrome',
          taskId: 'a',
          path: '/client/results/m/0/chrome/a/result.txt',
          modifiedAt: 1_000_000_000_000,
          text: '1.0',
        },
      ],
    ]);
  });

  it('is read page by page, and then from its newest file on; times are those of our clock', async () => {
    store.update({ machine: { ...machine, clockSkewMs: 60_000 } });
    answers = ([, , , skip]) =>
      skip === '0'
        ? `${line('a', 1_000_000_000)}result not readable\nmore\n`
        : `${line('b', 1_000_000_100)}end\n`;
    await look();
    expect(asked.map((words) => words.slice(3))).toEqual([
      ['0', '0'],
      ['0', '2'],
    ]);
    expect(reading.taken.at(-1)?.map(({ modifiedAt }) => modifiedAt)).toEqual([
      999_999_940_000, 1_000_000_040_000,
    ]);
    answers = () => `${line('b', 1_000_000_200, '0.5')}end\n`;
    await look();
    expect(asked.at(-1)?.slice(3)).toEqual(['1000000095', '0']);
    expect(reading.taken.at(-1)?.map(({ taskId, text }) => [taskId, text])).toEqual([
      ['a', '1.0'],
      ['b', '0.5'],
    ]);
  });

  it('is read again from where it stood when what it said could not be written', async () => {
    answers = () => `${line('a', 1_000_000_000)}end\n`;
    reading.fails = true;
    await look();
    expect(failures).toHaveLength(1);
    reading.fails = false;
    await look();
    expect(asked.at(-1)?.slice(3)).toEqual(['0', '0']);
    expect(ids()).toEqual(['a']);
  });

  it('is read anew for the next run, and an answer that was cut off counts for nothing', async () => {
    answers = () => `${line('a', 1_000_000_000)}end\n`;
    await look();
    answers = () => line('b', 1_000_000_100);
    await look();
    expect(ids()).toEqual(['a']);
    reading.run = { ...run('running'), runId: 'run-2' };
    answers = () => `${line('c', 1_000_000_200)}end\n`;
    await look();
    expect(asked.at(-1)?.slice(3)).toEqual(['0', '0']);
    expect(ids()).toEqual(['c']);
  });

  it('is looked at once more when the run is over, and then rarely', async () => {
    await look();
    reading.run = run('finished');
    await look(1_000);
    expect(asked).toHaveLength(2);
    await look(15_000);
    expect(asked).toHaveLength(2);
    await look(15_000);
    expect(asked).toHaveLength(3);
  });

  it('makes a run of its own only where no log is found for a while', async () => {
    store.update({ reading: null });
    reading.run = null;
    const seconds = startMs / 1000;
    answers = () => `${line('notepad_1', seconds)}${line('chrome_3', seconds + 5, 'False')}end\n`;
    await look();
    expect(store.get().resultRun).toBeNull();
    await look();
    await look();
    expect(store.get().resultRun).toMatchObject({ dialect: 'results', state: 'running' });
    expect(store.get().run).toMatchObject({ isRunning: true, silentForMs: 0 });
    expect(
      feed.replay(0, null, 10).map(({ type, data }) => [type, (data as { score?: number }).score]),
    ).toEqual([
      ['task_complete', 1],
      ['task_complete', 0],
    ]);
    // A log is found after all, and a run is on in it.
    store.update({ reading: logReading });
    reading.run = run('running');
    await look();
    expect(store.get().resultRun).toBeNull();
    expect(ids()).toEqual(['notepad_1', 'chrome_3']);
  });

  it('does not take the results of a logged run for those of another', async () => {
    reading.run = { ...run('finished'), endedAt: startMs };
    const seconds = startMs / 1000;
    answers = () => `${line('its-own', seconds + 20)}end\n`;
    for (let index = 0; index < 6; index++) await look(30_000);
    expect(store.get().resultRun).toBeNull();
    answers = () => `${line('its-own', seconds + 20)}${line('later', seconds + 200)}end\n`;
    await look(30_000);
    expect(store.get().resultRun?.tasks.map(({ taskId }) => taskId)).toEqual(['later']);
  });
});

describe('an agent from elsewhere', () => {
  it('is seen by the growth of the log of the evaluate server, as long as it grows', async () => {
    evaluateLogSize = 100;
    await look();
    expect(store.get().outsideAgentAtMs).toBeNull();
    evaluateLogSize = 200;
    await look();
    expect(store.get().outsideAgentAtMs).toBe(nowMs);
    await look(299_000);
    expect(store.get().outsideAgentAtMs).not.toBeNull();
    await look(10_000);
    expect(store.get().outsideAgentAtMs).toBeNull();
  });
});

it('the folder is looked at after each look at the log, as long as there is a connection', async () => {
  const tools = sourceTools();
  const contact = { host: shell('host') } as unknown as VmState['contact'];
  const { store } = startSource(new ResultSource(tools), {
    ...ready,
    ...{ contact, shells: { docker: 'docker', inside: shell('inside') } },
    results: { where: 'host', path: '/srv/results', hostPath: null, why: 'it is' },
    reading: logReading,
  });
  store.update({ looked: { count: 1, depth: 'whole' } });
  expect(asked).toEqual([]);
  store.update({ logLooks: 1 });
  await until(() => reading.taken.length >= 1, 'the log has its results');
  expect(asked).toEqual([['host', 'results', '/srv/results', '0', '0']]);
  store.update({ contact: null, logLooks: 2 });
  expect(asked).toHaveLength(1);
});
