/** What the journal keeps of errors and silences: how they are paired, and how long they stay. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFeed, openJournalReader, runEvents, type Feed } from '../../../src/main/engine/feed/index.ts';
import type { Span } from '../../../src/main/engine/feed/spans.ts';
import { pruneNow } from '../../support/prune.ts';
import { clockOf } from '../../support/step-clock.ts';
import { conditionOf, errorOf, runOf, startMs, taskOf } from './fixtures.ts';

const vm = 'vm-a';
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const always = [-8e15, 8e15] as const;

let dataDir: string;
let file: string;
let nowMs: number;
let feed: Feed;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'benchtray-spans-'));
  file = join(dataDir, 'journal.sqlite');
  nowMs = startMs;
  feed = open();
});
afterEach(() => {
  feed.close();
  rmSync(dataDir, { recursive: true });
});

function open(): Feed {
  return openFeed({ dataDir, clock: clockOf(() => nowMs) });
}

function reopen(): void {
  feed.close();
  feed = open();
}

/** "probe_down 0–90 s", "run_crashed 5 s", "disk_full 0– s" */
function texts(spans: readonly Span[]): string[] {
  const seconds = (at: number): number => (at - startMs) / 1000;
  return spans.map((span) => {
    const name = span.kind === 'error' ? span.code : span.why;
    const end =
      span.endedAt === null ? '–' : span.endedAt === span.beganAt ? '' : `–${seconds(span.endedAt)}`;
    return `${name} ${seconds(span.beganAt)}${end} s`;
  });
}

const spansOf = (name = vm): string[] => texts(feed.spansBetween(name, ...always));

function change(sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

describe('errors', () => {
  it('begin, last, and end by their recovery', () => {
    feed.commit({ vm, at: startMs, began: [conditionOf(vm, 'probe_down')] });
    feed.commit({ vm, at: startMs + 1000, began: [conditionOf(vm, 'probe_down', startMs + 1000)] });
    feed.commit({ vm: 'vm-b', at: startMs, began: [conditionOf('vm-b', 'probe_down')] });
    expect(spansOf()).toEqual(['probe_down 0– s']);
    reopen();
    feed.commit({
      vm,
      at: startMs + 90_000,
      ended: [
        { code: 'probe_down', message: 'It answers again.', lastedMs: 89_500.4 },
        { code: 'disk_full', message: 'It was not open.' },
      ],
    });
    expect(feed.spansBetween(vm, ...always)).toEqual([
      {
        ...{ kind: 'error', id: 1, code: 'probe_down', beganAt: startMs, endedAt: startMs + 90_000 },
        ...{ lastedMs: 89_500, error: errorOf(vm, { code: 'probe_down' }), ending: 'It answers again.' },
      },
    ]);
    expect(spansOf('vm-b')).toEqual(['probe_down 0– s']);
  });

  it('that are moments end when they begin, and one that comes again is another', () => {
    feed.commit({ vm, at: startMs + 5000, moments: [errorOf(vm, { code: 'container_oom' })] });
    for (const at of [0, 10_000]) {
      const began = [conditionOf(vm, 'probe_down', startMs + at)];
      feed.commit({ vm, at: startMs + at, began });
      feed.commit({ vm, at: startMs + at + 4000, ended: [{ code: 'probe_down', message: 'Back.' }] });
    }
    expect(spansOf()).toEqual(['probe_down 0–4 s', 'container_oom 5 s', 'probe_down 10–14 s']);
  });

  it('that end and begin anew in one change are two', () => {
    feed.commit({ vm, at: startMs, began: [conditionOf(vm, 'vm_not_running')] });
    feed.commit({
      vm,
      at: startMs + 3000,
      ended: [{ code: 'vm_not_running', message: 'Off in another state.' }],
      began: [conditionOf(vm, 'vm_not_running', startMs + 3000)],
    });
    expect(spansOf()).toEqual(['vm_not_running 0–3 s', 'vm_not_running 3– s']);
  });

  it('last as long as the steady clock says if somebody sets the wall clock back', () => {
    feed.commit({ vm, at: startMs, began: [conditionOf(vm, 'probe_down')] });
    const ended = [{ code: 'probe_down', message: 'Back.', lastedMs: 30_000 }] as const;
    feed.commit({ vm, at: startMs - hourMs, ended });
    expect(spansOf()).toEqual(['probe_down 0–30 s']);
  });

  it('are found by the time in which they lasted', () => {
    const second = (at: number): number => startMs + at * 1000;
    feed.commit({ vm, at: second(0), began: [conditionOf(vm, 'probe_down')] });
    feed.commit({ vm, at: second(10), ended: [{ code: 'probe_down', message: 'Back.' }] });
    feed.commit({ vm, at: second(20), began: [conditionOf(vm, 'disk_full', second(20))] });
    const between = (from: number, to: number) => texts(feed.spansBetween(vm, second(from), second(to)));
    expect(between(10, 19)).toEqual(['probe_down 0–10 s']);
    expect(between(11, 19)).toEqual([]);
    expect(between(5, 20)).toEqual(['probe_down 0–10 s', 'disk_full 20– s']);
    expect(between(1000, 2000)).toEqual(['disk_full 20– s']);
  });

  it('whose row is damaged are still errors of that time', () => {
    feed.commit({ vm, at: startMs, moments: [errorOf(vm, { code: 'container_oom' })] });
    feed.close();
    change("UPDATE spans SET error = '{' WHERE code = 'container_oom'");
    const notices: string[] = [];
    feed = openFeed({ dataDir, onNotice: (notice) => notices.push(notice) });
    expect(feed.spansBetween(vm, ...always)).toMatchObject([
      {
        code: 'container_oom',
        beganAt: startMs,
        error: { message: expect.stringContaining('damaged') as string },
      },
    ]);
    expect(notices).toEqual([expect.stringContaining('table spans, key 1')]);
  });

  it('are read from the data folder as well', () => {
    feed.firstSeen(vm, startMs);
    feed.commit({ vm, at: startMs, moments: [errorOf(vm, { code: 'container_oom' })] });
    feed.close();
    const reader = openJournalReader(dataDir, () => undefined);
    expect(texts(reader?.spansBetween(vm, ...always) ?? [])).toEqual(['container_oom 0 s']);
    expect([reader?.spansKeptFrom(vm), reader?.spansKeptFrom('none')]).toEqual([startMs, null]);
    reader?.close();
    feed = open();
  });
});

describe('silences', () => {
  const hear = (at: number): void => {
    nowMs = startMs + at;
    feed.noteHeard(vm, { at: nowMs, cost: null });
  };

  it('are the times in which BenchTray was not running, and those without an answer', () => {
    hear(0);
    hear(100_000);
    feed.close();
    nowMs = startMs + hourMs;
    feed = open();
    hear(hourMs + 10_000);
    hear(hourMs + 40_000);
    hear(2 * hourMs);
    expect(spansOf()).toEqual(['not_running 100–3600 s', 'no_answer 3640–7200 s']);
  });

  it('that end after the start of BenchTray are two', () => {
    hear(0);
    feed.close();
    nowMs = startMs + hourMs;
    feed = open();
    hear(2 * hourMs);
    expect(spansOf()).toEqual(['not_running 0–3600 s', 'no_answer 3600–7200 s']);
  });

  it('are not the pauses between two answers, nor a restart', () => {
    hear(0);
    hear(90_000);
    feed.close();
    nowMs += 20_000;
    feed = open();
    hear(130_000);
    expect(spansOf()).toEqual([]);
  });

  it('are found if the last answer before is noted late, as before a sleep of this computer', () => {
    hear(0);
    const answeredAt = startMs + 20_000;
    nowMs = startMs + hourMs;
    feed.noteHeard(vm, { at: answeredAt, cost: null });
    hear(hourMs + 5000);
    expect(spansOf()).toEqual(['no_answer 20–3605 s']);
  });

  it('are stored later if the journal takes nothing when they end', () => {
    hear(0);
    change("CREATE TRIGGER shut BEFORE INSERT ON heard BEGIN SELECT RAISE(ABORT, 'shut'); END");
    expect(() => hear(hourMs)).toThrow('shut');
    change('DROP TRIGGER shut');
    hear(hourMs + 30_000);
    expect(spansOf()).toEqual(['no_answer 0–3600 s']);
  });
});

describe('a set wall clock', () => {
  it('makes no silence', () => {
    feed.close();
    let steadyMs = 0;
    let aheadMs = 0;
    feed = openFeed({
      dataDir,
      clock: {
        wallMs: () => startMs + steadyMs + aheadMs,
        monotonicMs: () => steadyMs,
        steadyMs: () => steadyMs,
      },
    });
    for (const set of [0, hourMs, -hourMs]) {
      aheadMs = set;
      steadyMs += 30_000;
      feed.noteHeard(vm, { at: startMs + steadyMs + aheadMs, cost: null });
    }
    expect(spansOf()).toEqual([]);
  });
});

describe('pruning', () => {
  const errorAt = (at: number, name = vm): void => {
    feed.commit({ vm: name, at, moments: [errorOf(name, { code: 'container_oom' })] });
  };

  it('keeps the errors of a recorded run when their events go', () => {
    const runs = [runOf('run-1', { vm, startedAt: startMs, state: 'finished', endedAt: startMs + hourMs })];
    feed.commit({ vm, at: startMs, runs });
    errorAt(startMs - hourMs);
    errorAt(startMs - minuteMs);
    errorAt(startMs + minuteMs);
    errorAt(startMs + dayMs);
    errorAt(startMs, 'vm-b');
    feed.commit({ vm, at: startMs - dayMs, began: [conditionOf(vm, 'disk_full', startMs - dayMs)] });
    nowMs = startMs + 100 * dayMs;
    reopen();
    pruneNow(feed);
    expect(feed.replay(0, null, 100)).toEqual([]);
    expect(spansOf()).toEqual([
      'disk_full -86400– s',
      'container_oom -60 s',
      'container_oom 60 s',
      'container_oom 86400 s',
    ]);
    expect(spansOf('vm-b')).toEqual([]);
  });

  it('drops the errors of a run after the run', () => {
    for (const [name, at] of [
      ['run-1', startMs],
      ['run-2', startMs + dayMs],
    ] as const) {
      feed.commit({
        ...{ vm, at, runs: [runOf(name, { vm, startedAt: at, state: 'finished' })] },
        tasks: [{ record: taskOf('t', { runId: name, vm, instruction: 'x'.repeat(100_000) }), tell: false }],
      });
      errorAt(at);
    }
    nowMs = startMs + 100 * dayMs;
    reopen();
    pruneNow(feed, { maxBytes: 300_000 });
    expect(feed.runs({ limit: 10 }).map(({ runId }) => runId)).toEqual(['run-2']);
    pruneNow(feed);
    expect(spansOf()).toEqual(['container_oom 86400 s']);
  });

  it('bounds the errors of a VM, and says from when on they are known', () => {
    feed.firstSeen(vm, startMs - dayMs);
    expect(feed.spansKeptFrom(vm)).toBe(startMs - dayMs);
    feed.commit({ vm, at: startMs, began: [conditionOf(vm, 'disk_full')] });
    errorAt(startMs);
    errorAt(startMs, 'vm-b');
    feed.close();
    change(`WITH RECURSIVE one(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM one WHERE n < 10100)
      INSERT INTO spans (vm, kind, code, began_at, ended_at, error)
      SELECT '${vm}', 'error', 'probe_down', ${startMs} + n, ${startMs} + n, '{"message":"x"}' FROM one`);
    feed = open();
    pruneNow(feed);
    const spans = feed.spansBetween(vm, ...always);
    expect([spans.length, spans[0]?.beganAt, spans[1]?.beganAt]).toEqual([10_001, startMs, startMs + 101]);
    expect(feed.spansKeptFrom(vm)).toBe(startMs + 101);
    expect(spansOf('vm-b')).toHaveLength(1);
  });

  it('says that errors are missing which went before their run was known', () => {
    feed.firstSeen(vm, startMs - 90 * dayMs);
    errorAt(startMs - 60 * dayMs);
    errorAt(startMs - 59 * dayMs);
    feed.commit({ vm, at: startMs, runs: [runOf('late', { vm, startedAt: startMs })] });
    pruneNow(feed);
    expect(spansOf()).toEqual([]);
    expect(feed.spansKeptFrom(vm)).toBe(startMs - 59 * dayMs + 1);
    // Its log is read only now.
    const early = { vm, startedAt: startMs - 61 * dayMs, endedAt: startMs - 58 * dayMs } as const;
    feed.commit({ vm, at: startMs, runs: [runOf('early', { ...early, state: 'finished' })] });
    const errorsFrom = (id: string): number | null | undefined => {
      const run = feed.run(id);
      return run === null ? undefined : runEvents(feed, run, nowMs).errorsFrom;
    };
    expect([errorsFrom('early'), errorsFrom('late')]).toEqual([startMs - 59 * dayMs + 1, null]);
  });

  it('makes room with spans when nothing else is left', () => {
    const detail = 'x'.repeat(100_000);
    const moments = Array.from({ length: 500 }, () => errorOf(vm, { detail }));
    feed.commit({ vm, at: startMs, moments });
    const [first] = feed.spansBetween(vm, ...always);
    expect(first).toMatchObject({ error: { detail: `${'x'.repeat(499)}…` } });
    pruneNow(feed, { maxBytes: 600_000 });
    expect(feed.sizeBytes()).toBeLessThan(600_000);
    expect(spansOf().length).toBeLessThan(500);
  });

  it('forgets a VM that is erased', () => {
    feed.firstSeen(vm, startMs);
    errorAt(startMs);
    errorAt(startMs, 'vm-b');
    feed.eraseVm(vm);
    expect([spansOf(), spansOf('vm-b'), feed.spansKeptFrom(vm)]).toEqual([[], ['container_oom 0 s'], null]);
  });
});

describe('version 4', () => {
  const sample = join(import.meta.dirname, '..', '..', 'samples', 'journals', 'v3.sqlite');
  const event = (of: string, type: string, at: number, data: object): string =>
    `INSERT INTO events (vm, type, at, data) VALUES ('${of}', '${type}', ${startMs + at * 1000}, '${JSON.stringify(data)}');`;

  function useSample(sql = ''): void {
    feed.close();
    copyFileSync(sample, file);
    change(sql);
    feed = open();
  }

  it('pairs the errors of the journal of the release before with their recoveries', () => {
    const state = (at: number, code: string) => event('old', 'error', at, { message: 'It broke.', code });
    const back = (at: number, code: string, lasted: number) =>
      event('old', 'recovered', at, { message: 'Back.', code, lasted_seconds: lasted });
    useSample(
      state(1, 'probe_down') +
        event('old', 'error', 2, { message: 'It broke.', code: 'container_oom', detail: 'x'.repeat(5000) }) +
        event('other', 'recovered', 3, { message: 'Back.', code: 'probe_down', lasted_seconds: 3 }) +
        back(4, 'probe_down', 3.5) +
        state(5, 'probe_down') +
        // The clock was set back meanwhile.
        back(-100, 'probe_down', 7) +
        back(6, 'disk_full', 100) +
        state(8, 'run_stalled') +
        state(9, 'run_stalled') +
        back(10, 'run_stalled', 1) +
        state(11, 'ssh_unreachable') +
        state(12, 'log_unreadable') +
        event('old', 'error', 13, {}).replace(/'\{\}'/, "'{'") +
        `INSERT INTO conditions VALUES ('old', 'ssh_unreachable', ${startMs + 11_000}, '{"message":"It broke.","began_at":"2026-01-28T22:55:19Z"}')`,
    );
    expect(spansOf('old')).toEqual([
      ...['probe_down 1–4 s', 'container_oom 2 s', 'probe_down 5–12 s'],
      ...['run_stalled 8 s', 'run_stalled 9–10 s', 'ssh_unreachable 11– s', 'log_unreadable 12 s'],
    ]);
    expect(feed.spansBetween('old', startMs, startMs + 3000)).toMatchObject([
      { lastedMs: 3500, ending: 'Back.', error: { message: 'It broke.' } },
      { lastedMs: null, ending: null, error: { detail: 'x'.repeat(500) } },
    ]);
    // What lasts ends as ever.
    feed.commit({ vm: 'old', at: startMs + 20_000, ended: [{ code: 'ssh_unreachable', message: 'Back.' }] });
    expect(spansOf('old')).toContain('ssh_unreachable 11–20 s');
  });

  it('upgrades a journal with absurd numbers, in which nothing is known of how long an error lasted', () => {
    const pair = (at: number, end: number, lasted: unknown) =>
      event('old', 'error', at, { message: 'It broke.', code: 'probe_down' }) +
      event('old', 'recovered', end, { message: 'Back.', code: 'probe_down', lasted_seconds: lasted });
    useSample(
      // The clock was set back meanwhile, so an end must be computed.
      [1e300, -1e300, 9e18, '1e17'].map((lasted, index) => pair(10 * index + 1, -100, lasted)).join('') +
        pair(51, 52, 1e300) +
        pair(61, -100, 2.5),
    );
    expect(spansOf('old')).toEqual([
      ...['probe_down 1 s', 'probe_down 11 s', 'probe_down 21 s', 'probe_down 31 s'],
      ...['probe_down 51–52 s', 'probe_down 61–63.5 s'],
    ]);
    const lasted = feed.spansBetween('old', ...always).map((span) => span.kind === 'error' && span.lastedMs);
    expect(lasted).toEqual([null, null, null, null, null, 2500]);
  });

  it('has the errors of the sample, and knows from when on', () => {
    useSample();
    const west = feed.spansBetween('waa-west', ...always);
    expect(west.map((span) => span.kind === 'error' && [span.code, span.endedAt === null])).toEqual([
      ['disk_full', true],
      ['probe_down', true],
      ['run_crashed', false],
    ]);
    const [first] = feed.replay(0, 'waa-west', 1);
    expect(feed.spansKeptFrom('waa-west')).toBe(first?.at);
    // Nothing was pruned of it.
    expect(feed.spansKeptFrom('idle')).toBe(feed.firstSeen('idle', 0));
  });
});
