/**
 * Writes a journal with everything that a journal can hold, and describes one by what the feed answers about it. Migrations are tested
 * with the pairs in test/samples/journals, each written by the release that used this version. Before a release that changes the
 * version, keep such a pair of the version before it: `npx node test/support/sample-journal.ts test/samples/journals/v1`.
 */
import { copyFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openFeed, type Feed, type RunRecord, type TaskRecord } from '../../src/main/engine/feed/index.ts';
import { conditionOf, errorOf, followOf, runOf, startMs, taskOf } from '../unit/feed/fixtures.ts';
import { pruneNow } from './prune.ts';
import { clockOf } from './step-clock.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

export const sampleVms = ['waa-east', 'waa-west', 'openadapt', 'idle'] as const;
const [east, west, openAdapt, idle] = sampleVms;

/** Events before this one are pruned. */
const keptFromMs = startMs + 2 * dayMs;
/** Deeper than any sample goes, so that descriptions are complete. */
const everything = 100_000;

/** Writes the journal of several days into a folder, and closes it. */
export function writeSampleJournal(dataDir: string): void {
  const killed = mkdtempSync(join(tmpdir(), 'benchtray-sample-'));
  try {
    const first = openSample(killed);
    writeFirstDays(first);
    // Without a close, the reserved event numbers stay taken, as after a crash.
    cpSync(killed, dataDir, { recursive: true });
    first.close();
    const second = openSample(dataDir);
    writeLastDay(second);
    pruneNow(second, { olderThanMs: dayMs, maxBytes: 100_000_000 });
    second.close();
  } finally {
    rmSync(killed, { recursive: true });
  }
}

function openSample(dataDir: string): Feed {
  return openFeed({ dataDir, clock: clockOf(() => keptFromMs + dayMs) });
}

/** Returns everything that the feed of the first release said about a journal, as plain JSON. */
export function describeJournal(feed: Feed): unknown {
  const runs = feed.runs({ limit: everything });
  const said = {
    journalId: feed.journalId,
    head: feed.head(),
    knownIds: [1, 2, 50_000, 100_000, feed.head()].map((seq) => feed.parseId(feed.idOf(seq))),
    events: feed.replay(0, null, everything),
    runs,
    pages: sampleVms.map((vm) => feed.runs({ vm, limit: 1 }).map(({ runId }) => runId)),
    secondPage: feed.runs({ limit: 2, before: runs[1]?.runId ?? '' }).map(({ runId }) => runId),
    pools: runs.map(({ runId }) => feed.poolOf(runId)),
    tasks: runs.map(({ runId }) => feed.tasksOf(runId)),
    attempts: sampleVms.map((vm) =>
      [null, 'notepad', 'vlc'].map((domain) => feed.attemptsAt(vm, domain, 'task-1').length),
    ),
    open: feed.openConditions(),
    vms: sampleVms.map((vm) => ({
      vm,
      firstSeen: feed.firstSeen(vm, 0),
      heard: feed.heard(vm),
      follow: feed.latestFollow(vm),
      olderFollow: feed.loadFollow(vm, 'host:/tmp/old.log'),
      prunedThrough: feed.prunedThrough(vm),
    })),
  };
  // That release did not name the benchmark, which comes from the names of dialect and tasks.
  return JSON.parse(JSON.stringify(said, (key, value: unknown) => (key === 'benchmark' ? undefined : value)));
}

function writeFirstDays(feed: Feed): void {
  for (const vm of [east, west, openAdapt, 'demo']) feed.firstSeen(vm, startMs - hourMs);
  writeRun(feed, {
    run: runOf('east-1', { vm: east, state: 'finished', totalTasks: 12, endedAt: startMs + 3 * hourMs }),
    tasks: 12,
    at: startMs,
  });
  // Early versions counted no scored tasks in the record of a run.
  const {
    scored: _scored,
    scoredSucceeded: _passed,
    ...uncounted
  } = runOf('west-old', {
    vm: west,
    state: 'finished',
    startedAt: startMs - 5 * dayMs,
    endedAt: startMs - 4 * dayMs,
    totalTasks: 7,
    tasksCompleted: 7,
    succeeded: 3,
    scoreSum: 3.25,
  });
  const { workers: _workers, workerId: _id, ...oldArguments } = uncounted.arguments;
  const oldRecord = { ...uncounted, arguments: oldArguments } as RunRecord;
  feed.commit({ vm: west, at: startMs - 4 * dayMs, runs: [oldRecord] });
  feed.commit({
    vm: west,
    at: startMs - 4 * dayMs,
    tasks: taskList(oldRecord, 7).map((record) => ({ record, tell: false })),
  });
  feed.commit({ vm: west, at: startMs, began: [conditionOf(west, 'ssh_unreachable')] });
  feed.commit({
    vm: 'demo',
    at: startMs,
    runs: [runOf('demo-1', { vm: 'demo' })],
    moments: [errorOf('demo')],
  });
  feed.eraseVm('demo');
}

function writeLastDay(feed: Feed): void {
  const at = keptFromMs + hourMs;
  feed.firstSeen(idle, at);
  feed.commit({
    vm: west,
    at,
    ended: [{ code: 'ssh_unreachable', message: 'SSH answers again.', lastedMs: 90_500 }],
    began: [conditionOf(west, 'disk_full', at), conditionOf(west, 'probe_down', at + 1)],
  });
  for (const [workerId, vm] of [east, west].entries()) {
    const run = runOf(`part-${workerId}`, { vm, startedAt: at, totalTasks: 20 });
    const ofPool = { ...run.arguments, workers: 2, workerId, resultDir: 'C:\\results', trialId: 'trial-7' };
    writeRun(feed, {
      run: {
        ...run,
        arguments: ofPool,
        state: workerId === 0 ? 'running' : 'crashed',
        lastEventAt: at + hourMs,
      },
      tasks: 9,
      at,
    });
  }
  const running = taskOf('task-10', { runId: 'part-0', vm: east, outcome: null, score: null, endedAt: null });
  feed.commit({
    vm: east,
    at: at + hourMs,
    tasks: [{ record: { ...running, success: false, steps: 2 }, tell: true }],
    corrected: [
      taskOf('task-2', { runId: 'part-0', vm: east, domain: domainOf(2), score: 0.75, success: true }),
      taskOf('task-99', { runId: 'part-0', vm: east, domain: null, score: 0, success: false }),
    ],
    follow: {
      ...followOf('host:/tmp/waa_benchmark.log', 48_213),
      mark: { inode: '1311', at: 48_213, bytes: 512, hash: 'ab'.repeat(32) },
      hostPath: '/tmp/waa_benchmark.log',
      runnerSeen: true,
    },
  });
  feed.commit({
    vm: west,
    at: at + hourMs,
    moments: [
      errorOf(west, {
        code: 'run_crashed',
        severity: 'critical',
        detail: 'exit code 137',
        hint: 'Restart it.',
      }),
    ],
    follow: followOf('host:/tmp/old.log', 100),
  });
  feed.commit({
    vm: west,
    at: at + hourMs,
    follow: followOf('container:winarena:/client/results/normal.log', 2000),
  });
  writeRun(feed, {
    run: runOf('adapt-1', {
      vm: openAdapt,
      dialect: 'openadapt',
      state: 'interrupted',
      startedAt: null,
      lastEventAt: at + 2,
      endMessage: 'It was stopped.',
      totalTasks: 0,
    }),
    tasks: 3,
    at,
  });
  feed.noteHeard(east, { at: at + hourMs, cost: null });
  feed.noteHeard(west, {
    at: at + hourMs,
    cost: {
      per_hour_usd: 0.192,
      so_far_usd: 4.61,
      since: new Date(at).toISOString(),
      unknown: false,
      as_of: null,
    },
  });
}

/** A run as the watcher writes it: task by task, each with the record of the run. */
function writeRun(
  feed: Feed,
  { run, tasks, at }: { readonly run: RunRecord; readonly tasks: number; readonly at: number },
): void {
  const counts = { tasksCompleted: 0, succeeded: 0, scored: 0, scoredSucceeded: 0, scoreSum: 0 };
  for (const record of taskList(run, tasks)) {
    counts.tasksCompleted += record.attempt === 1 ? 1 : 0;
    counts.succeeded += record.success ? 1 : 0;
    counts.scored += record.score === null ? 0 : 1;
    counts.scoredSucceeded += record.score !== null && record.success ? 1 : 0;
    counts.scoreSum += record.score ?? 0;
    feed.commit({
      vm: run.vm,
      at: record.endedAt ?? at,
      runs: [{ ...run, ...counts }],
      tasks: [{ record, tell: true }],
    });
  }
}

const outcomes = ['scored', 'scored', 'scored', 'exception', 'lost', 'interrupted'] as const;
const domainOf = (number: number): string | null => ['notepad', 'vlc', 'os', null][number % 4] ?? null;

/** Ended tasks of a run, every fourth of them with a second attempt. */
function taskList(run: RunRecord, count: number): TaskRecord[] {
  return Array.from({ length: count }, (_, index) => index + 1).flatMap((number) => {
    const startedAt = run.startedAt === null ? null : run.startedAt + number * minuteMs;
    const outcome = outcomes[number % outcomes.length] ?? 'scored';
    const score = outcome === 'scored' ? (number % 3) / 2 : null;
    const record = taskOf(`task-${number}`, {
      runId: run.runId,
      vm: run.vm,
      domain: domainOf(number),
      steps: number % 15,
      startedAt,
      endedAt: startedAt === null ? null : startedAt + 45_250,
      outcome,
      score,
      success: score === 1,
      instruction: `Öffne "Notepad" – step ${number}\u2028\ud83d 😀`,
      message: outcome === 'exception' ? `TimeoutError: no screenshot\0after ${number} tries` : null,
      catchUp: number < 3,
    });
    return number % 4 === 0
      ? [record, { ...record, attempt: 2, score: 1, outcome: 'scored', success: true }]
      : [record];
  });
}

if (import.meta.main) {
  const target = resolve(process.argv[2] ?? 'journal');
  const dataDir = mkdtempSync(join(tmpdir(), 'benchtray-sample-'));
  writeSampleJournal(dataDir);
  copyFileSync(join(dataDir, 'journal.sqlite'), `${target}.sqlite`);
  const feed = openFeed({ dataDir });
  writeFileSync(`${target}.json`, `${JSON.stringify(describeJournal(feed), null, 1)}\n`);
  feed.close();
  rmSync(dataDir, { recursive: true });
}
