import { describe, expect, it } from 'vitest';
import { createLineSplitter } from '../../../src/main/engine/run/index.ts';
import type { TaskAttempt } from '../../../src/main/engine/run/model.ts';
import { createLogReader, initialReader } from '../../../src/main/engine/run/reader.ts';
import { closed, endedTasks, readText, told, waaLog } from './support.ts';

const runId = 'vm-20260128-220001000';

function tasksOf(text: string): readonly TaskAttempt[] {
  return readText(text).run?.tasks ?? [];
}

describe('a run of run.py', () => {
  it('is known from its first record on, and takes the exact plan over the list of domains', () => {
    const log = waaLog().record('run', '\nTESTING ON TASK JSON PATH: x');
    expect(told(readText(log.text()))).toEqual([`run_started ${runId}`]);
    log.record('run', 'Left tasks:\nclock: 40\nvs_code: 2\n').record('desktop_env', 'Initializing...');
    expect(readText(log.text()).run?.totalTasks).toBe(42);
    log.record('run', `Worker 0 is doing tasks: [('clock', 'a'), ('vs_code', "b")]`);
    expect(readText(log.text()).run?.totalTasks).toBe(2);
  });

  it('is understood in the words of the first release', () => {
    const text = waaLog()
      .record('run', 'TESTING ON TASK PATH: x')
      .task('a')
      .result('1.00')
      .finished('a')
      .text();
    expect(told(readText(text))).toEqual([`run_started ${runId}`, 'task a scored 1']);
  });

  it('follows one task from its id to its end', () => {
    const log = waaLog().begin('a').task('a').step(1).step(2).step(2).step(1);
    expect(tasksOf(log.text())).toMatchObject([
      { taskId: 'a', domain: 'clock', steps: 2, instruction: 'Do it.', outcome: null, score: null },
    ]);
    expect(told(readText(log.result('0.50').text()))).toEqual([`run_started ${runId}`]);
    log.finished('a');
    expect(tasksOf(log.text())).toMatchObject([{ steps: 2, outcome: 'scored', score: 0.5, success: false }]);
  });

  it('holds a result until something ends the task, as where no line says Finished', () => {
    const log = waaLog().begin('a', 'b').task('a').result('1.00').task('b').result('0.00');
    expect(endedTasks(readText(log.text()))).toEqual([['a', 'scored', 1, true, 1]]);
    expect(told(readText(log.average('0.5').text())).slice(1)).toEqual([
      'task a scored 1',
      'task b scored 0',
      'run_ended finished',
    ]);
  });

  it('counts a held result when the process is gone', () => {
    const reading = readText(waaLog().begin('a').task('a').result('1.00').text());
    const over = closed(reading);
    expect(endedTasks(over)).toEqual([['a', 'scored', 1, true, 1]]);
    expect(closed(over).events).toEqual(over.events);
  });

  it('ends a task without a word as lost', () => {
    expect(endedTasks(readText(waaLog().begin('a', 'b').task('a').step(3).task('b').text()))).toEqual([
      ['a', 'lost', null, false, 1],
    ]);
  });

  it.each([
    ['1.00', 1, true],
    ['0.00', 0, false],
    ['nan', null, false],
    ['inf', null, false],
    ['1.50', null, false],
    ['-1.00', null, false],
    ['True', 1, true],
  ])('takes the result %s for the score %s', (text, score, success) => {
    const log = waaLog().begin('a').task('a').result(text).finished('a');
    expect(endedTasks(readText(log.text()))).toEqual([['a', 'scored', score, success, 1]]);
  });

  it('takes the score of a fork that puts it behind Finished', () => {
    const log = waaLog().begin('a').task('a').record('run', 'Finished clock/a score=0.25');
    expect(endedTasks(readText(log.text()))).toEqual([['a', 'scored', 0.25, false, 1]]);
  });

  it('tells a task that raised, whatever its message holds', () => {
    const log = waaLog()
      .begin('a')
      .task('a')
      .result('1.00')
      .exception('a', 'no x/y: [2026-01-28 22:00:00,000 INFO run/1-MainProcess] Finished clock/b');
    expect(endedTasks(readText(log.text()))).toEqual([['a', 'exception', null, false, 1]]);
    expect(tasksOf(log.text())[0]?.message).toMatch(/^no x\/y: \[2026/);
  });

  it('counts attempts at one task within one run', () => {
    const log = waaLog().begin('a').task('a').exception('a', 'x').task('a').result('1.00').finished('a');
    expect(endedTasks(readText(log.text()))).toEqual([
      ['a', 'exception', null, false, 1],
      ['a', 'scored', 1, true, 2],
    ]);
  });

  it('does not take a doubled line for a second end', () => {
    const log = waaLog().begin('a').task('a').result('1.00').finished('a').finished('a');
    expect(endedTasks(readText(log.text()))).toEqual([['a', 'scored', 1, true, 1]]);
  });

  it('is over with "No examples finished." too, and nothing changes afterwards', () => {
    const log = waaLog().begin('a').task('a').exception('a', 'x').record('run', 'No examples finished.');
    const before = readText(log.text());
    expect(before.run).toMatchObject({ state: 'finished', averageScore: null });
    log
      .record('desktop_env', 'Stopping emulator...')
      .result('1.00')
      .average('1')
      .bare('Interrupted by 15, shutting down');
    expect(readText(log.text()).run).toEqual(before.run);
  });

  it('ends what it was at when it is interrupted', () => {
    const log = waaLog().begin('a', 'b').task('a').step(1).record('agent', 'Thinking...');
    log.bare('Interrupted by 15, shutting down');
    expect(told(readText(log.text()))).toEqual([
      `run_started ${runId}`,
      'task a interrupted null',
      'run_ended interrupted',
    ]);
    expect(readText(log.text()).run?.endMessage).toBe('Interrupted by 15, shutting down');
  });

  it('is interrupted by the keys of a terminal too, which shows them', () => {
    const log = waaLog().begin('a').task('a').record('agent', 'Thinking...');
    const reading = readText(log.bare('^CInterrupted by 2, shutting down').text());
    expect(told(reading).slice(1)).toEqual(['task a interrupted null', 'run_ended interrupted']);
  });

  it('counts the print of a signal behind an action, which may say the same, when nothing follows it', () => {
    const log = waaLog().begin('a').task('a').step(1).bare('Interrupted by 15, shutting down');
    const reading = readText(log.text());
    expect(told(reading)).toEqual([`run_started ${runId}`]);
    expect(told(closed(reading)).slice(1)).toEqual(['task a interrupted null', 'run_ended interrupted']);
    log.result('1.00').finished('a');
    const further = readText(log.text());
    expect(closed(further).events).toEqual(further.events);
    expect(told(further)).toEqual([`run_started ${runId}`, 'task a scored 1']);
  });

  it('makes no step while its model is only asked again and again', () => {
    const log = waaLog().begin('a').task('a').record('lib_run_single', 'Agent: Thinking...');
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      log.record(
        '_client',
        'HTTP Request: POST https://models.example/v1/chat "HTTP/1.1 429 Too Many Requests"',
      );
      log.record('_base_client', `Retrying request to /chat in ${String(attempt)}.5 seconds`).wait(60);
    }
    expect(told(readText(log.text()))).toEqual([`run_started ${runId}`]);
    expect(tasksOf(log.text())).toMatchObject([{ taskId: 'a', steps: 0, outcome: null }]);
    expect(tasksOf(log.wait(960).step(1).text())).toMatchObject([{ taskId: 'a', steps: 1, outcome: null }]);
  });

  it('may be followed by another one in the same log, also when it never ended', () => {
    const first = waaLog().begin('a').task('a');
    const second = waaLog({ startMs: Date.UTC(2026, 0, 29, 1) })
      .begin('a')
      .task('a')
      .result('1.00')
      .finished('a')
      .average('1.0');
    expect(told(readText(first.text() + second.text()))).toEqual([
      `run_started ${runId}`,
      'task a interrupted null',
      'run_ended interrupted',
      'run_started vm-20260129-010001000',
      'task a scored 1',
      'run_ended finished',
    ]);
  });

  it('begins where the log begins when its start is not there', () => {
    const log = waaLog().step(7).result('0.50').finished('a').task('b').text();
    const reading = readText(log);
    expect(told(reading)).toEqual(['run_started vm-20260128-220003000', 'task a scored 0.5']);
    expect(reading.run?.tasks).toMatchObject([
      { taskId: 'a', domain: 'clock', steps: 7, startedAt: null },
      { taskId: 'b', outcome: null },
    ]);
  });

  it('sets the clock of the log right, but names the run by what stands in it', () => {
    const lines = createLineSplitter(0).push(new TextEncoder().encode(waaLog().begin('a').text()));
    const reader = createLogReader(initialReader());
    const behindUtc = { clockOffsetMs: -3_600_000, referenceTimeMs: 0 };
    const events = lines.flatMap((line) => reader.read(line, behindUtc));
    expect(events[0]).toEqual({
      type: 'run_started',
      at: Date.UTC(2026, 0, 28, 21, 0, 1),
      dialect: 'waa',
      key: '20260128-220001000',
    });
  });
});
