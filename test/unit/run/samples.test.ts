import { describe, expect, it } from 'vitest';
import { taskComplete } from '../../../src/main/engine/feed/commit.ts';
import { progressOf } from '../../../src/main/engine/run/index.ts';
import { endedTasks, nothingRead, readChunks, sampleBytes } from './support.ts';

describe('the log of a Windows Agent Arena run', () => {
  const reading = readChunks(nothingRead, [sampleBytes('waa_run.log')]);

  it('tells every task once, in order, with its score', () => {
    expect(endedTasks(reading)).toEqual([
      ['0e763496-b6bb-4508-a427-fad0b6c3e195-WOS', 'scored', 1, true, 1],
      ['4bcb1253-a636-4df4-8cb0-a35c04dfef31-WOS', 'scored', 0, false, 1],
      ['0a0faba3-5580-44df-965d-f562a99b291c-WOS', 'exception', null, false, 1],
      ['936321ce-5236-426a-9a20-e0e3c5dc536f-WOS', 'scored', 0.5, false, 1],
      ['9504989a-0d6e-4017-aefb-d359f6c752aa-wos', 'scored', 1, true, 1],
      ['46adf721-2949-4426-b069-010b7c128d8f-wos', 'scored', 0, false, 1],
      ['a659b26e-4e31-40c1-adaf-34742b6c44ac-wos', 'scored', 1, true, 1],
      ['e8f68f22-1f6a-4cba-a97a-ac611bb4c67b-wos', 'scored', 0, false, 1],
      ['37e10fc4-b4c5-4b02-a65c-bfae8bc51d3f-wos', 'exception', null, false, 1],
      ['02F10F89-7171-4D37-8550-A00BA8930CDF-WOS', 'scored', 1, true, 1],
      ['02F10F89-7171-4D37-8550-A00BA8930CDF-2-WOS', 'scored', 0, false, 1],
      ['91A30BE9-0E11-4374-8D43-41D4D097080A-WOS-2', 'scored', 1, true, 1],
    ]);
  });

  it('has domain, steps, instruction and error of each', () => {
    const tasks = reading.run?.tasks ?? [];
    expect(tasks.map((task) => [task.domain, task.steps])).toEqual([
      ['libreoffice_writer', 5],
      ['libreoffice_writer', 15],
      ['libreoffice_writer', 2],
      ['libreoffice_writer', 8],
      ['settings', 4],
      ['settings', 6],
      ['settings', 4],
      ['settings', 2],
      ['settings', 1],
      ['clock', 3],
      ['clock', 1],
      ['clock', 3],
    ]);
    expect(tasks[0]?.instruction).toBe('Switch every paragraph of the open letter to Times New Roman.');
    expect(tasks[8]?.instruction).toMatch(/ off and then tell me the Score: shown on screen\.$/);
    expect(tasks[8]?.message).toBe('expected string or bytes-like object');
    expect(tasks[2]?.message).toMatch(/^HTTPConnectionPool\(host='172\.30\.0\.2', port=5000\): Max retries/);
  });

  it('is one run, which has finished', () => {
    expect(reading.run).toMatchObject({
      runId: 'vm-20260128-225508318',
      dialect: 'waa',
      state: 'finished',
      startedAt: Date.UTC(2026, 0, 28, 22, 55, 8, 318),
      endedAt: Date.UTC(2026, 0, 28, 23, 43, 22, 62),
      totalTasks: 12,
      averageScore: 0.55,
      arguments: {
        maxSteps: 15,
        model: 'gpt-4o-mini',
        agent: 'navi',
        resultDir: './results',
        emulatorIp: '172.30.0.2',
      },
    });
    expect(reading.effects.map((effect) => effect.type)).toEqual([
      'run_started',
      ...Array.from({ length: 12 }, () => 'task_ended'),
      'run_ended',
    ]);
  });

  it('is told over the stream like this', () => {
    const { run, effects } = reading;
    if (run === null) throw new Error('no run');
    expect(progressOf(run, 'vm', Date.UTC(2026, 0, 29, 9), false)).toEqual({
      tasks_completed: 12,
      total_tasks: 12,
      current_task: null,
      current_step: 0,
      vm: 'vm',
      run_id: 'vm-20260128-225508318',
      domain: null,
      max_steps: 15,
      instruction: null,
      succeeded: 5,
      score_sum: 5.5,
      tasks_scored: 10,
      mean_score: 0.55,
      pass_rate: 0.5,
      success_rate_evaluated: 0.55,
      success_rate_planned: 0.458333,
      faults: { agent: 0, model_api: 0, environment: 1, evaluator: 0, unknown: 1 },
      valid_tasks: 11,
      score_valid: 0.55,
      started_at: '2026-01-28T22:55:08.318Z',
      elapsed_seconds: 2894,
      eta_seconds: null,
      as_of: null,
      state: 'finished',
      domains: [
        ['libreoffice_writer', 4, 1, 1.5, 3, 0.5, 0.333333],
        ['settings', 5, 2, 2, 4, 0.5, 0.5],
        ['clock', 3, 2, 2, 3, 0.666667, 0.666667],
      ].map(([domain, tasks, succeeded, score, scored, mean, rate]) => ({
        domain,
        total_tasks: tasks,
        tasks_completed: tasks,
        succeeded,
        score_sum: score,
        tasks_scored: scored,
        mean_score: mean,
        pass_rate: rate,
      })),
      pool: null,
    });
    const first = effects.find((effect) => effect.type === 'task_ended');
    if (first === undefined) throw new Error('no task');
    expect(taskComplete({ ...first.task, runId: run.runId, vm: 'vm', catchUp: true })).toEqual({
      task_id: '0e763496-b6bb-4508-a427-fad0b6c3e195-WOS',
      success: true,
      score: 1,
      vm: 'vm',
      run_id: 'vm-20260128-225508318',
      domain: 'libreoffice_writer',
      attempt: 1,
      steps: 5,
      duration_seconds: 256.247,
      outcome: 'scored',
      finished_at: '2026-01-28T22:59:46.007Z',
      fault: 'none',
      fault_evidence: null,
      catch_up: true,
    });
  });
});

describe('the log of a script in the other dialect', () => {
  const reading = readChunks(nothingRead, [sampleBytes('openadapt.log')]);

  it('tells the four tasks that are done', () => {
    expect(endedTasks(reading)).toEqual([
      ['task_001_notepad', 'scored', 1, true, 1],
      ['task_002_edge', 'scored', 0, false, 1],
      ['task_003_explorer', 'scored', 1, true, 1],
      ['task_004_calc', 'scored', 0.85, true, 1],
    ]);
    expect(reading.run?.tasks[1]?.message).toBe('Agent error');
    expect(reading.run?.tasks.map((task) => task.steps)).toEqual([9, 15, 6, 12, 12]);
  });

  it('is in the middle of the fifth', () => {
    if (reading.run === null) throw new Error('no run');
    expect(progressOf(reading.run, 'vm', Date.UTC(2026, 0, 29, 6, 25, 37), false)).toMatchObject({
      tasks_completed: 4,
      total_tasks: 30,
      current_task: '21ab7b40-77c2-4ae6-8321-e00d3a086c73-WOS',
      current_step: 12,
      run_id: 'vm-01234567-0',
      succeeded: 3,
      score_sum: 2.85,
      started_at: '2026-01-29T06:12:34.000Z',
      elapsed_seconds: 783,
      state: 'running',
    });
    expect(reading.run.arguments).toMatchObject({ model: 'gpt-4o', agent: 'navi' });
  });
});
