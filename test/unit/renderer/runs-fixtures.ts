/** Recorded runs and attempts as the server answers them; a test names only what it is about. */
import type { RunSummary, RunWithTasks, TaskAttempt } from '../../../src/renderer/state/api.ts';

const beganAtMs = Date.parse('2026-01-28T20:00:00Z');
const iso = (afterSeconds: number): string => new Date(beganAtMs + afterSeconds * 1000).toISOString();

export const instructions = [
  'Open Notepad, type the three shopping items from the note on the desktop, and save the file as list.txt.',
  'Sort the table of sales by its second column and fill in the missing totals.',
  'Turn off notifications between 22:00 and 07:00 in the settings.',
  'Move every photo that is older than a year into the folder Archive on the desktop.',
  'Install the extension for Python and set the tab size to four spaces.',
] as const;
const domains = ['notepad', 'libreoffice_calc', 'settings', 'file_explorer', 'vs_code'] as const;

/** The nth attempt of a run (from 0): most pass, some fail, some raise. */
export function attemptOf(index: number, changes: Partial<TaskAttempt> = {}): TaskAttempt {
  const outcome = index % 7 === 5 ? 'exception' : 'scored';
  const score = outcome === 'exception' ? null : ([1, 0, 1, 0.5, 1][index % 5] ?? null);
  const seconds = 30 + ((index * 37) % 240);
  return {
    task_id: `${String(10_000_000 + index * 7919)}-ea3e-4cf4-9b70-${String(index).padStart(12, '0')}-WOS`,
    domain: domains[index % domains.length] ?? null,
    attempt: 1,
    success: score === 1,
    score,
    steps: 3 + (index % 12),
    duration_seconds: seconds,
    outcome,
    message: outcome === 'exception' ? 'openai.RateLimitError: 429' : null,
    started_at: iso(index * 300),
    finished_at: iso(index * 300 + seconds),
    instruction: instructions[index % instructions.length] ?? null,
    worker: 'MainProcess',
    catch_up: false,
    ...changes,
  };
}

export const attemptsOf = (count: number): readonly TaskAttempt[] =>
  Array.from({ length: count }, (_, index) => attemptOf(index));

export function summaryOf(changes: Partial<RunSummary> = {}): RunSummary {
  return {
    run_id: 'waa-eval-vm-20260128-200000000',
    vm: 'waa-eval-vm',
    state: 'finished',
    started_at: iso(0),
    ended_at: iso(5 * 3600 + 720),
    total_tasks: 154,
    tasks_completed: 154,
    succeeded: 71,
    tasks_scored: 131,
    mean_score: 0.5612,
    pass_rate: 0.5419,
    agent: 'navi',
    model: 'gpt-4o',
    benchmark: 'waa',
    cost_usd: 2.47,
    max_steps: 15,
    dialect: 'waa',
    log: 'container:winarena:/client/results/logs/normal-20260128.log',
    average_score: null,
    pool_id: null,
    worker_id: null,
    workers: null,
    ...changes,
  };
}

/** A run of which these tasks have ended. */
export function runOfTasks(tasks: readonly TaskAttempt[], changes: Partial<RunWithTasks> = {}): RunWithTasks {
  return {
    ...summaryOf({ tasks_completed: tasks.length, total_tasks: tasks.length }),
    tasks,
    ...changes,
  };
}
