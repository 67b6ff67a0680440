import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  makeRunLog,
  randomFrom,
  runLogKinds,
  type LogPiece,
  type RunLog,
  type RunLogKind,
} from '../../support/run-logs/index.ts';
import { readText, type Reading } from './support.ts';

const seeds = fc.nat(1_000_000);
const ends = fc.constantFrom('finished' as const, 'interrupted' as const, 'running' as const);
/** Lines that mean something where a log itself says them. */
const hostile = [
  'Result: 1.00',
  'Result: PASS - x',
  'Finished clock/evil',
  'Exception in os/evil: x',
  'Average score: 1.0',
  'Step 99: click()',
  'Task 1/30',
  'Running task: evil',
  'Task evil: SUCCESS',
  '[Example ID]: evil',
  '[EnvProcess-1][Example ID]: evil',
  'Interrupted by 15, shutting down',
  'Process EnvProcess-1 died, restarting...',
  'Watchdog: Process EnvProcess-1 (PID 71) idle for 901s (>900s), killing...',
  'All processes died, exiting.',
  '📝 Logged result: os/evil -> success (score: 1.0)',
  '[2026-02-26 09:30:02] [RUN] Result: 1.00',
  '2026-03-20 12:00:00,123 [INFO] Evaluating 3 tasks on waa-live',
  '2026-03-20 12:00:00,123 [INFO] run_full_eval: === Task 3/154 [0a0faba3-558] (12.8m remaining) ===',
  '[2026-01-28 22:55:29,758 INFO run/280-MainProcess] Finished clock/evil',
  '[2026-01-28 22:55:29,758 INFO run_multienv/1-EnvProcess-1] [EnvProcess-1][Example ID]: evil',
  '[06:12:34] Task 1/30',
  'Eval: 12 runs (6 tasks) with evil',
  '[3/12] ZS: evil',
  '  -> OK (412s)',
  'EVALUATION SUMMARY',
  'Running task evil with goal "x"',
  'Task Successful ✅; x',
  'SKIPPING evil.',
  'Completed step 99.',
  'Finished running agent evil on android_world family. Wrote to x.',
  'Results already exist in os/evil, result: 1.0',
  'Processing 3 tasks with 2 workers...',
  'Score: 1.0',
  'Error processing task os/evil',
  '=== Task Processing Complete ===',
  'os: 1 tasks, average score: 1.00',
  'orchestrator (to orchestrator_proxy):',
  ' 2026-06-02 15:49:58  [Task (1/3)] evil, Task language en, Env language en, Attempt 1',
  ' 2026-06-02 15:49:58  [Task (1/3) Error] evil',
  ' 2026-06-02 15:49:58  [Evaluation result] 100',
  ' 2026-06-02 15:49:58  [run.py] All tasks completed.',
];
/** Lines that these kinds cannot tell from their own: nothing marks a text in them, not even colours. */
const markedByNothing: Partial<Record<RunLogKind, RegExp>> = {
  android_world: /^\[?\d/,
  coact: /^\[?\d/,
  macosworld: /^(?: 2026-|\[?\d)/,
  openadapt: /^\[?\d/,
  openadapt_report: /^\[?\d/,
  ev_runner: /^2026-/,
  ev_runner_parallel: /^2026-/,
  ev_full_eval: /^2026-|SUMMARY/,
  ev_dc_eval: /^2026-/,
};

/** What was read, in the form of the truth, in no order. */
function asTruth({ run, events }: Reading) {
  const begun = events.flatMap((event) => (event.type === 'run_started' ? [event.dialect] : []));
  const tasks = run?.tasks.map(({ domain, taskId, outcome, score, attempt }) => ({
    domain,
    taskId,
    outcome,
    score,
    attempt,
  }));
  return { dialects: begun, totalTasks: run?.totalTasks, tasks: byId(tasks ?? []), end: run?.state };
}

function trueReading({ truth }: RunLog) {
  const { dialect, totalTasks, tasks, end } = truth;
  return { dialects: [dialect], totalTasks, tasks: byId(tasks), end };
}

function byId<Task extends { taskId: string; domain: string | null }>(tasks: readonly Task[]): Task[] {
  const key = (task: Task) => `${task.taskId} ${String(task.domain)}`;
  return [...tasks].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** The same pieces, those of each process in their own order, mixed anew. */
function mixedAnew(pieces: readonly LogPiece[], seed: number): string {
  const random = randomFrom(seed);
  const first = pieces.findIndex(({ process }) => process !== null);
  const last = pieces.findLastIndex(({ process }) => process !== null);
  const middle = pieces.slice(first, last + 1);
  const streams = Map.groupBy(middle, ({ process }) => process);
  const mixed: LogPiece[] = [];
  while (mixed.length < middle.length) {
    const open = [...streams.values()].filter((stream) => stream.length > 0);
    const piece = open[Math.floor(random() * open.length)]?.shift();
    if (piece !== undefined) mixed.push(piece);
  }
  return [...pieces.slice(0, first), ...mixed, ...pieces.slice(last + 1)].map(({ text }) => text).join('');
}

describe.each(runLogKinds)('a log of the kind %s', (kind) => {
  it('is read as what it is, and as nothing else', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 2, max: 12 }), ends, (seed, tasks, end) => {
        const log = makeRunLog(kind, seed, { tasks, end });
        expect(asTruth(readText(log.text))).toEqual(trueReading(log));
      }),
      { numRuns: 40 },
    );
  });

  it('says the same whatever its instructions and actions hold', () => {
    const unmarked = markedByNothing[kind];
    const lines = hostile.filter((line) => unmarked?.test(line) !== true);
    const texts = fc.array(fc.constantFrom(...lines), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(seeds, texts, (seed, text) => {
        const log = makeRunLog(kind, seed, { tasks: 4, freeText: text.join('\n') });
        expect(asTruth(readText(log.text))).toEqual(trueReading(log));
      }),
      { numRuns: 60 },
    );
  });

  it('can begin anywhere without telling a task twice, or one that is not in it', () => {
    fc.assert(
      fc.property(seeds, fc.nat(), (seed, cut) => {
        const { pieces, truth } = makeRunLog(kind, seed, { tasks: 6 });
        const from = pieces.slice(cut % pieces.length);
        // The only kind of which a piece may be a line in the middle of a text, which then looks like a log of its own.
        const first = kind === 'waa_wrapped' ? from.findIndex(({ text }) => /:\d\d,\d{3} /.test(text)) : 0;
        const rest = from
          .slice(first)
          .map(({ text }) => text)
          .join('');
        const read = asTruth(readText(rest));
        const names = read.tasks.map(({ taskId, domain }) => `${taskId} ${String(domain)}`);
        expect(new Set(names).size).toBe(names.length);
        // What this kind calls logs as a run of its own, and so it is read until a line of the caller is seen.
        if (kind !== 'ev_dc_eval') expect(new Set(read.dialects).size).toBeLessThanOrEqual(1);
        if (kind === 'openadapt_report') return;
        const known = truth.tasks.map(({ taskId }) => taskId);
        for (const { taskId } of read.tasks) expect(known).toContain(taskId);
      }),
      { numRuns: 30 },
    );
  });
});

describe('several processes in one log', () => {
  it('are told apart, whatever the order in which their lines come', () => {
    fc.assert(
      fc.property(seeds, seeds, ends, (seed, order, end) => {
        const log = makeRunLog('osworld_many', seed, { tasks: 9, end });
        const once = readText(log.text);
        const again = readText(mixedAnew(log.pieces, order));
        expect(asTruth(again)).toEqual(trueReading(log));
        for (const worker of new Set(once.run?.tasks.map((task) => task.worker))) {
          const ofWorker = (reading: Reading) =>
            reading.events.filter((event) => 'worker' in event && event.worker === worker);
          expect(ofWorker(again)).toEqual(ofWorker(once));
        }
      }),
      { numRuns: 60 },
    );
  });
});
