import { describe, expect, it } from 'vitest';
import { countsOf } from '../../../src/main/engine/run/index.ts';
import { endedTasks, readText, told, waaLog } from './support.ts';

const stamp = '2026-03-20 12:00:00,123';
const info = (text: string) => `${stamp} [INFO] ${text}`;
const error = (text: string) => `${stamp} [ERROR] ${text}`;
const lines = (...all: string[]) => readText(all.map((line) => `${line}\n`).join(''));
const runId = 'vm-20260320-120000123';

describe("openadapt-evals' runner", () => {
  it('tells a run from its begin to its end, and counts steps from 0', () => {
    const reading = lines(
      info('Evaluating 3 tasks on waa-live'),
      info('Task 1/3: notepad_1'),
      info('Resetting environment for task notepad_1'),
      info('Step 0: Getting action from agent'),
      info('Step 0: Agent chose action: click'),
      info('[SUCCESS] Task notepad_1 completed successfully (score: 1.00)'),
      info('Task 2/3: notepad_2'),
      `${stamp} [WARNING] Task reached maximum steps (15)`,
      error('Task notepad_2 failed (score: 0.00)'),
      info('Task 3/3: notepad_3'),
      error('Error running task notepad_3: Server unreachable'),
      info('Evaluation complete: 1/3 (33.3%) success, 8.1 avg steps'),
    );
    expect(told(reading)).toEqual([
      `run_started ${runId}`,
      'task notepad_1 scored 1',
      'task notepad_2 scored 0',
      'task notepad_3 exception null',
      'run_ended finished',
    ]);
    expect(reading.run).toMatchObject({ dialect: 'ev_runner', totalTasks: 3 });
    expect(reading.run?.tasks[0]?.steps).toBe(1);
  });

  it('plays in parallel, where a second line repeats the end and steps are nobody’s', () => {
    const reading = lines(
      info('Evaluating 2 tasks on waa-live'),
      info('Resetting environment for task a'),
      info('Resetting environment for task b'),
      info('Step 3: Getting action from agent'),
      info('[SUCCESS] Task b completed successfully (score: 1.00)'),
      info('Task b: SUCCESS'),
      info('Task a: FAIL'),
    );
    expect(endedTasks(reading)).toEqual([
      ['b', 'scored', 1, true, 1],
      ['a', 'scored', null, false, 1],
    ]);
    expect(reading.run?.tasks.map(({ worker, steps }) => [worker, steps])).toEqual([
      ['worker-1', 0],
      ['worker-2', 0],
    ]);
  });

  it('counts what a log that was cut does not show', () => {
    const { run } = lines(info('Task 3/10: c'));
    expect(run === null ? null : countsOf(run).tasksCompleted).toBe(2);
  });
});

describe('run_full_eval.py', () => {
  const start = [
    info('__main__: Creating PlannerGrounderAgent (planner=claude-sonnet-4-6, grounder=gpt-4.1-mini)'),
    info('__main__: Starting evaluation: 154 tasks, max 15 steps each'),
    info('__main__: === Task 1/154 [0a0faba3-558] (estimating...) ==='),
  ];

  it('calls one task by two short forms of its id', () => {
    const reading = lines(
      ...start,
      info('__main__: Task 0a0faba3: PASS (score=0.50, steps=9, time=411.3s)'),
      info('__main__: === Task 2/154 [0a0faba3-999] (12.8m remaining) ==='),
    );
    expect(endedTasks(reading)).toEqual([['0a0faba3-558', 'scored', 0.5, true, 1]]);
    expect(reading.run).toMatchObject({
      dialect: 'ev_full_eval',
      totalTasks: 154,
      arguments: { maxSteps: 15, model: 'claude-sonnet-4-6' },
      tasks: [{ steps: 9 }, { taskId: '0a0faba3-999', outcome: null }],
    });
  });

  it('keeps two tasks apart whose ids begin alike', () => {
    const reading = lines(
      ...start,
      info('__main__: Task 0a0faba3: PASS (score=1.00, steps=9, time=411.3s)'),
      info('__main__: === Task 2/154 [0a0faba3-558] (12.8m remaining) ==='),
      info('__main__: Task 0a0faba3: FAIL (score=0.50, steps=9, time=411.3s)'),
    );
    expect(endedTasks(reading)).toEqual([
      ['0a0faba3-558', 'scored', 1, true, 1],
      ['0a0faba3-558#2', 'scored', 0.5, false, 1],
    ]);
    expect(reading.run === null ? null : countsOf(reading.run)).toMatchObject({
      tasksCompleted: 2,
      scoreSum: 1.5,
    });
  });

  it('takes a task that raised for an exception, though it is given a score', () => {
    const reading = lines(
      ...start,
      error('__main__: Task 0a0faba3 failed: connection refused'),
      info('__main__: Task 0a0faba3: FAIL (score=0.00, steps=2, time=4.3s)'),
      info('__main__: === Task 2/154 [1b0faba3-558] (12.8m remaining) ==='),
      `${stamp} [WARNING] __main__: Server unreachable (attempt 1/5), retrying in 5s...`,
      error('__main__: Skipping task 1b0faba3: server unreachable'),
    );
    expect(reading.run?.tasks.map(({ outcome, score, message }) => [outcome, score, message])).toEqual([
      ['exception', null, 'connection refused'],
      ['exception', null, 'server unreachable'],
    ]);
  });

  it('is over with its summary, or stopped before', () => {
    const rest = ['', '='.repeat(70), 'EVALUATION SUMMARY', '='.repeat(70), '  Avg score:          0.512'];
    expect(lines(...start, ...rest).run).toMatchObject({ state: 'finished', averageScore: 0.512 });
    const stop = `${stamp} [WARNING] __main__: Shutdown requested, stopping after 1/154 tasks`;
    expect(lines(...start, stop, ...rest).run?.state).toBe('interrupted');
  });
});

describe('run_dc_eval.py', () => {
  const start = ['Eval: 4 runs (2 tasks) with api-claude-cu', 'VM: 172.173.66.131', ''];
  const inner = (...said: string[]) => [
    info('Evaluating 1 tasks on waa-live'),
    info('Task 1/1: 0e763496-b6bb-WOS'),
    ...said,
    info('Evaluation complete: 1/1 (100.0%) success, 8.1 avg steps'),
  ];

  it('takes the score from the runner that it calls, and tells the conditions apart', () => {
    const reading = lines(
      ...start,
      '[1/4] ZS: 0e763496-b6bb-WOS',
      ...inner(
        info('Step 0: Getting action from agent'),
        error('Task 0e763496-b6bb-WOS failed (score: 0.25)'),
      ),
      '  -> OK (412s)',
      '[2/4] DC: 0e763496-b6bb-WOS',
      ...inner(info('[SUCCESS] Task 0e763496-b6bb-WOS completed successfully (score: 1.00)')),
      '  -> OK (300s)',
    );
    expect(endedTasks(reading)).toEqual([
      ['0e763496-b6bb-WOS', 'scored', 0.25, false, 1],
      ['0e763496-b6bb-WOS', 'scored', 1, true, 1],
    ]);
    expect(reading.run).toMatchObject({
      runId: 'vm-01234567-0',
      dialect: 'ev_dc_eval',
      totalTasks: 4,
      arguments: { agent: 'api-claude-cu' },
      tasks: [{ domain: 'ZS', steps: 1 }, { domain: 'DC' }],
    });
    expect(reading.events.filter(({ type }) => type === 'run_started')).toHaveLength(1);
  });

  it('knows no score of its own', () => {
    const reading = lines(
      ...start,
      '[1/4] ZS: a',
      '  -> OK (412s)',
      '[2/4] DC: a',
      '  -> FAIL (rc=1) (3s)',
      '  TIMEOUT: WAA not ready after 900s',
      '  Skipping val_zs_b0763496 - WAA unreachable after recovery',
      'EVAL SUMMARY (api-claude-cu)',
    );
    expect(told(reading).slice(1)).toEqual([
      'task a scored null',
      'task a exception null',
      'task b0763496 exception null',
      'run_ended finished',
    ]);
  });

  it('counts what it skips because an earlier run has done it', () => {
    const { run } = lines(...start, '[1/4] Skipping val_zs_a', '[2/4] Skipping val_dc_a', '[3/4] ZS: b');
    expect(run === null ? null : countsOf(run).tasksCompleted).toBe(2);
  });
});

describe('the command line of openadapt-evals', () => {
  const wrap = (step: string, text: string) => `[2026-02-26 09:30:02] [${step}] ${text}`;

  it('passes the lines of run.py on, and its own counts are of workers', () => {
    const raw = waaLog({ coloured: true }).begin('a').task('a').result('1.00').finished('a').average('1.0');
    const reading = lines(
      wrap('POOL-RUN', 'Running WAA benchmark across 1 workers'),
      ...raw
        .text()
        .split('\n')
        .map((line) => wrap('RUN', line)),
      wrap('POOL-RUN', 'BENCHMARK COMPLETE'),
      wrap('POOL-RUN', '  Completed: 1/10'),
    );
    expect(told(reading)).toEqual([
      'run_started vm-20260128-220001000',
      'task a scored 1',
      'run_ended finished',
    ]);
    expect(reading.run?.totalTasks).toBe(1);
  });

  it('means nothing where a log quotes it', () => {
    const log = waaLog()
      .begin('a')
      .task('a', `x\n${wrap('RUN', '[Example ID]: evil')}`);
    log.bare(wrap('RUN', '[2026-01-28 23:05:17,318 INFO run/1-MainProcess] Finished clock/a').slice(0, 30));
    expect(endedTasks(readText(log.text()))).toEqual([]);
  });
});
