import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFeed, type Feed } from '../../../src/main/engine/feed/index.ts';
import type { ResultFile } from '../../../src/main/engine/run/index.ts';
import { startReading, type LogReading } from '../../../src/main/engine/watch/log/log-reading.ts';
import { startResultReading } from '../../../src/main/engine/watch/results/result-reading.ts';
import { makeRunLog, runLogKinds } from '../../support/run-logs/index.ts';
import { waaLog } from '../run/support.ts';
import { vmClockOf } from '../../support/step-clock.ts';

const vm = 'vm';
const startMs = Date.UTC(2026, 0, 28, 22);
let dataDir: string;
let feed: Feed;
let nowMs: number;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'benchtray-reading-'));
  feed = openFeed({ dataDir });
  nowMs = startMs;
});
afterEach(() => {
  feed.close();
  rmSync(dataDir, { recursive: true });
});

/** The reading of a log that is empty when it is found, or has these bytes already. */
function read(
  log: string,
  text = '',
  late: { readonly runnerIsAbsent?: boolean; readonly modifiedAtMs?: number } = {},
): LogReading {
  const resumes = feed.loadFollow(vm, log);
  const reading = startReading({
    vm,
    log,
    identity: { size: Buffer.byteLength(text), inode: log, modifiedAt: 0, head: text.slice(0, 1024) },
    hostPath: null,
    resumes,
    modifiedAtMs: nowMs,
    clockOffsetMs: 0,
    firstSeenMs: startMs,
    runnerIsAbsent: false,
    successThreshold: 1,
    feed,
    clock: vmClockOf(() => nowMs),
    continues: null,
    ...late,
    onRun: () => undefined,
  });
  if (text !== '') reading.push(Buffer.from(text).subarray(reading.startOffset));
  return reading;
}
function restart(): void {
  feed.close();
  feed = openFeed({ dataDir });
}
const pass = (seconds: number): void => {
  nowMs += seconds * 1000;
};
/** What was told, in order. */
const told = () =>
  feed.replay(0, vm, 10_000).map((event) => {
    if (event.type !== 'task_complete') return event.data.code;
    const { task_id, attempt, outcome, score } = event.data;
    return `${task_id} ${String(attempt)} ${outcome} ${String(score)}`;
  });
const runs = () => feed.runs({ vm, limit: 10 });
const file = (taskId: string, text: string, afterSeconds: number): ResultFile => ({
  domain: 'clock',
  taskId,
  path: `/client/results/clock/${taskId}/result.txt`,
  modifiedAt: startMs + afterSeconds * 1000,
  text,
});

/** a is scored, b is on when the process dies. */
const begun = () =>
  waaLog()
    .begin('a', 'b', 'c')
    .task('a')
    .result('1.00')
    .finished('a')
    .task('b')
    .step(1)
    .record('agent', 'Thinking...')
    .text();
const left = () =>
  waaLog({ startMs: startMs + 3_600_000 })
    .begin('b', 'c')
    .task('b')
    .result('0.50')
    .finished('b')
    .task('c')
    .result('1.00')
    .finished('c')
    .average('0.75')
    .text();

it('tells apart the runs of two workers that began in the same millisecond, at each reading', () => {
  const logs = [0, 7].map((worker) => `host:/r/logs/normal-${String(worker)}-20260128@225508.log`);
  const texts = ['a', 'b'].map((task) => waaLog().begin(task).task(task).text());
  for (const suffix of ['', '.1']) {
    const readings = logs.map((log, index) => {
      const reading = read(log + suffix, texts[index]);
      reading.flush();
      return reading;
    });
    expect(readings.map(({ run }) => run?.runId)).toEqual([
      'vm-20260128-220001000',
      'vm-20260128-220001000-w7',
    ]);
  }
  expect(runs()).toHaveLength(2);
});

it('shows the run of the log before as it is now, while its own log has none', () => {
  const first = read('first', begun());
  const other = read('other', 'GET / 200\n');
  expect(other.isRecognised).toBe(false);
  other.flush();
  first.push(Buffer.from(waaLog().result('0.50').finished('b').text()));
  first.flush();
  const again = read('other', 'GET / 200\n');
  expect(again.run?.tasks.map(({ taskId, score }) => [taskId, score])).toEqual([
    ['a', 1],
    ['b', 0.5],
  ]);
});

it('shows no task before it is in the journal, however the log arrives at first sight', () => {
  const bytes = Buffer.from(begun());
  const reading = startReading({
    ...{ vm, log: 'first', hostPath: null, resumes: null, continues: null, feed, successThreshold: 1 },
    identity: { size: bytes.length, inode: 'first', modifiedAt: 0, head: begun().slice(0, 1024) },
    ...{ modifiedAtMs: nowMs, clockOffsetMs: 0, firstSeenMs: startMs, runnerIsAbsent: false },
    clock: vmClockOf(() => nowMs),
    onRun: () => undefined,
  });
  reading.push(bytes.subarray(0, -10));
  expect(reading.run).not.toBeNull();
  expect([reading.publishedRun, told()]).toEqual([null, []]);
  reading.push(bytes.subarray(-10));
  expect(reading.publishedRun).toBe(reading.run);
  expect(told()).toEqual(['a 1 scored 1']);
});

describe('a run that goes on in another log', () => {
  it.each([false, true])('is one run, with a restart in between: %s', (restarts) => {
    const first = read('first');
    first.push(Buffer.from(begun()));
    pass(3600);
    first.endRun('crashed', 'The benchmark process is gone.');
    expect(runs()).toMatchObject([{ state: 'crashed', endMessage: 'The benchmark process is gone.' }]);
    if (restarts) restart();
    read('second').push(Buffer.from(left()));
    expect(told()).toEqual([
      'a 1 scored 1',
      'b 1 interrupted null',
      'run_crashed',
      'b 2 scored 0.5',
      'c 1 scored 1',
    ]);
    expect(runs()).toMatchObject([
      {
        state: 'finished',
        totalTasks: 3,
        tasksCompleted: 3,
        scoreSum: 2.5,
        scored: 3,
        log: 'second',
        endMessage: null,
      },
    ]);
  });

  it('is two where the results were wiped', () => {
    read('first').push(Buffer.from(begun()));
    const anew = waaLog({ startMs: startMs + 3_600_000 })
      .begin('a', 'b', 'c')
      .task('a')
      .text();
    read('second').push(Buffer.from(anew));
    expect(told()).toEqual(['a 1 scored 1', 'b 1 interrupted null', 'run_interrupted']);
    expect(runs()).toMatchObject([
      { state: 'running', log: 'second' },
      { state: 'interrupted', log: 'first' },
    ]);
  });

  it('tells nothing twice from a second copy of a log, or when all is read again', () => {
    const text = begun() + 'Interrupted by 15, shutting down\n';
    read('first').push(Buffer.from(text));
    const once = told();
    expect(once).toEqual(['a 1 scored 1', 'b 1 interrupted null', 'run_interrupted']);
    read('copy', text);
    read('second').push(Buffer.from(left()));
    read('copy of the second', left());
    restart();
    read('all of it', text + left());
    expect(told()).toEqual([...once, 'b 2 scored 0.5', 'c 1 scored 1']);
    expect(runs()).toMatchObject([{ state: 'finished', tasksCompleted: 3, scoreSum: 2.5 }]);
  });
});

describe('a log that was over before the VM was first seen', () => {
  const old = (end: string) =>
    waaLog({ startMs: startMs - 86_400_000 })
      .begin('a', 'b')
      .task('a')
      .result('0.00')
      .finished('a')
      .text() + end;
  const average = waaLog({ startMs: startMs - 80_000_000 })
    .average('0.0')
    .text();

  it('is history, in each of its copies, and its result files correct it without a word', () => {
    const text = old(average);
    read('first', text);
    const copy = read('copy', text);
    copy.takeResults([file('a', '1', -86_390)]);
    expect(told()).toEqual([]);
    expect(runs()).toMatchObject([{ state: 'finished', tasksCompleted: 1, scoreSum: 1 }]);
  });

  it('but not the run that is still on', () => {
    read('first', old(''));
    read('copy', old(''));
    expect(feed.replay(0, vm, 10)).toMatchObject([{ data: { task_id: 'a', catch_up: true } }]);
  });

  it('though it breaks off, where nobody is at work on it any more', () => {
    const late = { runnerIsAbsent: true, modifiedAtMs: startMs - 80_000_000 };
    const log = waaLog({ startMs: startMs - 86_400_000 })
      .begin('a', 'b')
      .task('a')
      .result('1.00');
    read('first', log.text(), late);
    expect(told()).toEqual([]);
    const lastEventMs = startMs - 86_400_000 + 6_000;
    expect(runs()).toMatchObject([
      { state: 'crashed', tasksCompleted: 1, scoreSum: 1, endedAt: lastEventMs },
    ]);
  });

  it.each(runLogKinds.filter((kind) => /^(?:waa|osworld|coact|macosworld|android_world)/.test(kind)))(
    'crashed without a process: %s',
    (kind) => {
      const { text } = makeRunLog(kind, 1, { tasks: 4, end: 'running', startMs: startMs - 86_400_000 });
      read('first', text, { runnerIsAbsent: true, modifiedAtMs: startMs - 80_000_000 });
      expect(told()).toEqual([]);
      expect(runs()).toMatchObject([{ state: 'crashed' }]);
    },
  );

  it('but for one that was written to a moment ago, or that is played from elsewhere', () => {
    read('first', old(''), { runnerIsAbsent: true, modifiedAtMs: startMs - 60_000 });
    expect(told()).toEqual(['a 1 scored 0']);
    const elsewhere = 'Task 1/2\nRunning task: x\nScore: 1.0\nResult: PASS\nTask 2/2\n';
    read('other', elsewhere, { runnerIsAbsent: true, modifiedAtMs: startMs - 80_000_000 });
    expect(runs()).toMatchObject([{ state: 'running', dialect: 'openadapt' }, { dialect: 'waa' }]);
  });
});

describe('a process that is gone', () => {
  it('between two tasks may be on its way back, for a while', () => {
    const reading = read('first');
    reading.push(Buffer.from(waaLog().begin('a', 'b').task('a').result('1.00').finished('a').text()));
    pass(240);
    reading.endRun('crashed', 'gone');
    expect(reading.run?.state).toBe('running');
    pass(61);
    reading.endRun('crashed', 'gone');
    expect(told()).toEqual(['a 1 scored 1', 'run_crashed']);
  });

  it('was only not seen when the log goes on: what it was at comes to its end after all', () => {
    const reading = read('first');
    const log = waaLog().begin('a', 'b').task('a').step(1).record('agent', 'Thinking...');
    const before = log.text();
    reading.push(Buffer.from(before));
    pass(20);
    reading.endRun('crashed', 'gone');
    log.result('1.00').finished('a').task('b');
    reading.push(Buffer.from(log.text().slice(before.length)));
    expect(told()).toEqual(['a 1 interrupted null', 'run_crashed', 'a 2 scored 1']);
    expect(runs()).toMatchObject([{ state: 'running', tasksCompleted: 1, scoreSum: 1 }]);
  });

  it('has finished when all is done', () => {
    const reading = read('first');
    reading.push(Buffer.from(waaLog().begin('a').task('a').result('1.00').finished('a').text()));
    reading.endRun('crashed', 'gone');
    expect(told()).toEqual(['a 1 scored 1']);
    expect(runs()).toMatchObject([{ state: 'finished' }]);
  });
});

describe('result files', () => {
  const mismatches = () => told().filter((code) => code === 'result_mismatch').length;

  it('win over the log, in the history too, and a contradiction is told once', () => {
    const reading = read('first');
    reading.push(
      Buffer.from(waaLog().begin('a', 'b').task('a', 'Set it.').result('0.00').finished('a').text()),
    );
    pass(60);
    reading.takeResults([file('a', '1.0\n', 8)]);
    reading.takeResults([file('a', '1.0\n', 8)]);
    expect(told()).toEqual(['a 1 scored 0', 'result_mismatch']);
    expect(feed.replay(0, vm, 10)[1]?.data).toMatchObject({
      message: 'The log said 0.00 for a, its result file says 1.0.',
      severity: 'warning',
    });
    expect(feed.tasksOf(runs()[0]?.runId ?? '')).toMatchObject([
      { score: 1, success: true, instruction: 'Set it.' },
    ]);
    expect(runs()).toMatchObject([{ succeeded: 1, scoreSum: 1, scored: 1 }]);

    restart();
    read(
      'copy',
      waaLog().begin('a', 'b').task('a', 'Set it.').result('0.00').finished('a').text(),
    ).takeResults([file('a', '1.0\n', 8)]);
    expect(mismatches()).toBe(1);
    expect(feed.tasksOf(runs()[0]?.runId ?? '')).toMatchObject([{ score: 1 }]);
  });

  it('are taken silently where they are only more exact, or tell what the log did not', () => {
    const reading = read('first');
    reading.push(
      Buffer.from(waaLog().begin('a', 'b').task('a').result('0.33').finished('a').task('b').text()),
    );
    pass(60);
    reading.takeResults([file('a', '0.3333', 8), file('b', 'True', 40)]);
    expect(told()).toEqual(['a 1 scored 0.33', 'b 1 scored 1']);
    expect(runs()).toMatchObject([{ tasksCompleted: 2, scoreSum: 1.3333 }]);
  });

  it('alone make a run, which ends with their silence', () => {
    const reading = startResultReading({
      vm,
      log: 'results:/client/results',
      firstSeenMs: startMs,
      successThreshold: 1,
      silentAfterMs: 900_000,
      feed,
      clock: vmClockOf(() => nowMs),
      onRun: () => undefined,
    });
    pass(20);
    reading.takeResults([file('old', '1', -100_000), file('a', '1', 10)]);
    pass(300);
    reading.takeResults([file('old', '1', -100_000), file('a', '1', 10), file('b', '0', 300)]);
    expect(told()).toEqual(['a 1 scored 1', 'b 1 scored 0']);
    pass(900);
    reading.takeResults([file('b', '0', 300)]);
    expect(told()).toEqual(['a 1 scored 1', 'b 1 scored 0']);
    expect(runs()).toMatchObject([
      { dialect: 'results', state: 'finished', tasksCompleted: 2, endedAt: startMs + 300_000 },
    ]);
  });
});

it('writes what the log tells of the run at once, not only with the first task that ends', () => {
  read('first').push(
    Buffer.from(
      waaLog()
        .begin('a')
        .record('run', "Args: Namespace(max_steps=15, model='gpt-4o')")
        .record('run', 'x')
        .text(),
    ),
  );
  expect(runs()).toMatchObject([{ totalTasks: 1, arguments: { model: 'gpt-4o' } }]);
});

it('keeps what is written with each event small, however long the run and its instructions', () => {
  const ids = Array.from({ length: 369 }, (_, index) => `task-${String(index)}`);
  const log = waaLog().begin(...ids);
  for (const id of ids) log.task(id, 'x'.repeat(4000)).result('1.00').finished(id);
  read('first').push(Buffer.from(log.text()));
  expect(JSON.stringify(feed.latestFollow(vm)).length).toBeLessThan(200_000);
  expect(
    feed.tasksOf(runs()[0]?.runId ?? '').every(({ instruction }) => (instruction?.length ?? 0) > 3990),
  ).toBe(true);
});

describe('the fault of a task', () => {
  const trace = (log: ReturnType<typeof waaLog>) =>
    log.record(
      'run',
      'Traceback (most recent call last):\n  File "/client/mm_agents/navi/agent.py", line 3, in parse\nIndexError: x',
      'ERROR',
    );
  const began = () => waaLog({ startMs }).begin('a', 'b').task('a').step(1);
  const failed = () => began().record('run', 'Exception in clock/a: x', 'ERROR');
  const completed = () =>
    feed.replay(0, vm, 100).flatMap((event) => (event.type === 'task_complete' ? [event.data] : []));
  const recorded = () => feed.tasksOf(runs()[0]?.runId ?? '');
  const agentRaised = { rule: 'agent_raised', text: 'IndexError: x' };

  it('is told with its task when the traceback comes in the same piece of the log', () => {
    const log = trace(failed()).text();
    const reading = read('l');
    reading.push(Buffer.from(log));
    expect(completed()).toMatchObject([{ task_id: 'a', fault: 'agent', fault_evidence: agentRaised }]);
    expect(recorded()).toMatchObject([{ message: 'x', fault: 'agent', faultEvidence: agentRaised }]);
    expect(runs()[0]?.verdicts).toMatchObject({ faults: { agent: 1 }, valid_tasks: 1, score_valid: null });
  });

  it('is corrected in the record when the traceback comes later, also behind a restart', () => {
    const first = failed().text();
    const whole = trace(failed()).text();
    read('l').push(Buffer.from(first));
    expect(completed()).toMatchObject([{ task_id: 'a', fault: 'unknown', fault_evidence: null }]);
    restart();
    const again = read('l');
    again.push(Buffer.from(whole).subarray(again.startOffset));
    expect(completed()).toHaveLength(1);
    expect(recorded()).toMatchObject([{ message: 'x', fault: 'agent', faultEvidence: agentRaised }]);
  });

  it('is that of the whole task when a restart came in the middle of it', () => {
    const request =
      'HTTP Request: POST https://api.openai.com/v1/chat/completions "HTTP/1.1 401 Unauthorized"';
    const first = began().record('_client', request).text();
    const whole = began().record('_client', request).result('0.00').finished('a').text();
    const reading = read('l');
    reading.push(Buffer.from(first));
    reading.flush();
    restart();
    const again = read('l');
    expect(again.startOffset).toBe(Buffer.byteLength(first));
    again.push(Buffer.from(whole).subarray(again.startOffset));
    expect(completed()).toMatchObject([
      { fault: 'model_api', fault_evidence: { rule: 'model_gave_no_answer', text: request } },
    ]);
    expect(runs()[0]?.verdicts).toEqual({
      faults: { agent: 0, model_api: 1, environment: 0, evaluator: 0, unknown: 0 },
      valid_tasks: 0,
      score_valid: null,
    });
  });
});
