import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFeed } from '../../../src/main/engine/feed/index.ts';
import { until } from '../../support/wait.ts';
import { expectDescribed } from '../server/described.ts';
import { ask, openLineClient } from '../server/support.ts';
import type { Order, Report } from './full-disk-feed.ts';

/** Whether the size of what another process writes can be limited here: to it, that is as good as a full disk. */
const canLimit = (() => {
  try {
    execFileSync('prlimit', ['--version']);
    return true;
  } catch {
    console.warn('There is no prlimit (util-linux) here: what happens on a full disk is left out.');
    return false;
  }
})();

let dataDir: string;
let child: ChildProcess;
/** Of a server on that feed. */
let url: string;
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'benchtray-full-'));
  child = fork(join(import.meta.dirname, 'full-disk-feed.ts'), [dataDir], { execArgv: [] });
  [url] = (await once(child, 'message')) as [string];
});
afterEach(() => {
  child.kill('SIGKILL');
  rmSync(dataDir, { recursive: true });
});

async function order(what: Order): Promise<Report> {
  child.send(what);
  const [report] = (await once(child, 'message')) as [Report];
  return report;
}

function limitFiles(bytes: number | 'unlimited'): void {
  execFileSync('prlimit', ['--pid', String(child.pid), `--fsize=${bytes}:unlimited`]);
}

const walBytes = () => statSync(join(dataDir, 'journal.sqlite-wal')).size;
const numbers = (ids: readonly string[]) => ids.map((id) => Number(id.split('-')[1]));

describe.runIf(canLimit)('on a full disk', () => {
  it('goes on telling, says so once, and writes all of it when there is room', async () => {
    await order({ kind: 'tell', number: 1 });
    await order({ kind: 'begin' });
    limitFiles(walBytes());
    for (let number = 2; number <= 300; number += 1) {
      const { threw, told, replayed } = await order({ kind: 'tell', number });
      expect([threw, told.at(-2)?.detail]).toEqual([null, `task ${number}`]);
      // Who comes back meanwhile misses nothing either.
      expect(replayed).toEqual(told.map(({ id }) => id));
    }
    await order({ kind: 'end' });
    const inNeed = await order({ kind: 'tell', number: 300 });
    expect(inNeed.notices).toEqual([expect.stringContaining('cannot write its journal') as string]);
    expect(inNeed.told.slice(3, 5)).toMatchObject([
      { type: 'error', detail: expect.stringMatching(/full|I\/O error/) as string },
      { type: 'task_complete', detail: 'task 2' },
    ]);
    expect(inNeed.told.at(-2)?.type).toBe('recovered');
    expect(numbers(inNeed.replayed)).toEqual(inNeed.replayed.map((_, index) => index + 1));

    limitFiles('unlimited');
    const settled = await until(async () => {
      const report = await order({ kind: 'look' });
      return report.notices.length > 1 ? report : null;
    }, 'the journal is written again');
    expect(settled.notices[1]).toContain('written again');
    await order({ kind: 'tell', number: 301 });
    const last = await order({ kind: 'look' });
    child.kill('SIGKILL');
    await once(child, 'close');
    const feed = openFeed({ dataDir });
    expect(feed.replay(0, null, 100_000).map(({ id }) => id)).toEqual(last.told.map(({ id }) => id));
    expect([feed.latestFollow('vm-a')?.offset, feed.tasksOf('run-1').length]).toEqual([301, 301]);
    expect(feed.openConditions()).toEqual([]);
    feed.close();
  });

  it('says so in the state and the figures for as long as it lasts, and the stream goes on', async () => {
    const state = async (): Promise<{ readonly tag: string; readonly journal: unknown }> => {
      const answer = await ask(`${url}/api/status`);
      expectDescribed('/api/status', answer);
      const { journal } = JSON.parse(answer.text) as { readonly journal: unknown };
      return { tag: answer.headers.etag ?? '', journal };
    };
    const figures = async (): Promise<readonly string[]> =>
      (await ask(`${url}/metrics`)).text.match(/(?<=^benchtray_journal_(?:ok|unwritten) )\d+$/gm) ?? [];
    await order({ kind: 'tell', number: 1 });
    const well = { ok: true, error: null, since: null };
    const before = await state();
    expect([before.journal, await figures()]).toEqual([well, ['1', '0']]);
    const client = await openLineClient(`${url}/api/benchmark-sse?interval=60`);
    await client.expect(1, 'status');

    limitFiles(walBytes());
    await order({ kind: 'tell', number: 2 });
    const during = await state();
    const [told] = await client.expect(1, 'error');
    expect(told?.data).toMatchObject({ code: 'internal', severity: 'critical' });
    await client.expect(1, 'task_complete');
    expect(during.journal).toEqual({
      ok: false,
      error: told?.data['detail'],
      since: expect.stringMatching(/^20.*Z$/) as string,
    });
    expect(during.tag).not.toBe(before.tag);
    // The notice, and the change itself.
    expect(await figures()).toEqual(['0', '2']);
    expect((await ask(`${url}/healthz`)).status).toBe(200);

    limitFiles('unlimited');
    await until(async () => (await figures())[0] === '1', 'the journal is written again');
    const after = await state();
    expect([after.journal, after.tag === during.tag]).toEqual([well, false]);
    client.close();
  });

  it.each(['killed', 'closed'] as const)(
    'gives no id twice when it is %s before there is room',
    async (end) => {
      await order({ kind: 'tell', number: 1 });
      limitFiles(walBytes());
      const { told } = await order({ kind: 'tell', number: 2 });
      expect(numbers(told.map(({ id }) => id))).toEqual([1, 2, 3, 4, 5]);
      const gone = once(child, 'close');
      if (end === 'killed') child.kill('SIGKILL');
      else child.send({ kind: 'close' } satisfies Order);
      await gone;
      const feed = openFeed({ dataDir });
      // What could not be written is unknown: its clients are told of a gap. The log is read again from where it was.
      expect(told.map(({ id }) => feed.parseId(id))).toEqual([1, 2, null, null, null]);
      expect(feed.latestFollow('vm-a')?.offset).toBe(1);
      const again = feed.commit({ vm: 'vm-a', at: 0, moments: [] });
      expect(again).toEqual([]);
      expect(feed.head()).toBeGreaterThan(5);
      feed.close();
    },
  );

  it('ends as ever where nothing was told since the disk is full', async () => {
    const { told } = await order({ kind: 'tell', number: 1 });
    limitFiles(walBytes());
    const gone = once(child, 'close');
    child.send({ kind: 'close' } satisfies Order);
    expect(await gone).toEqual([0, null]);
    const feed = openFeed({ dataDir });
    expect(feed.replay(0, null, 10).map(({ id }) => id)).toEqual(told.map(({ id }) => id));
    feed.close();
  });

  it('has written everything when there is room again at its end', async () => {
    await order({ kind: 'tell', number: 1 });
    limitFiles(walBytes());
    const { told } = await order({ kind: 'tell', number: 2 });
    limitFiles('unlimited');
    const gone = once(child, 'close');
    child.send({ kind: 'close' } satisfies Order);
    await gone;
    const feed = openFeed({ dataDir });
    expect(feed.replay(0, null, 10).map(({ id }) => id)).toEqual(told.map(({ id }) => id));
    expect(feed.head()).toBe(5);
    feed.close();
  });
});
