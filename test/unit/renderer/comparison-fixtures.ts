/** A comparison as the server answers it; a test names only what it is about. */
import type { ComparedTaskView, ComparisonView, TaskChange } from '../../../src/shared/comparison.ts';

type Attempt = NonNullable<ComparedTaskView['a']>;

export function comparedAttempt(changes: Partial<Attempt> = {}): Attempt {
  const { task_id = 'task-1', score = 1 } = changes;
  return {
    task_id,
    domain: 'notepad',
    attempt: 1,
    attempts: 1,
    outcome: 'scored',
    score,
    success: score === 1,
    steps: 7,
    duration_seconds: 65,
    ...changes,
  };
}

export function comparedTask(change: TaskChange, changes: Partial<ComparedTaskView> = {}): ComparedTaskView {
  const { task_id = 'task-1', domain = 'notepad' } = changes;
  const of = (score: number): Attempt => comparedAttempt({ task_id, domain, score });
  return {
    ...{ task_id, domain, change },
    instruction: 'Open Notepad and save the file.',
    a: change === 'only_b' ? null : of(change === 'improved' ? 0 : 1),
    b: change === 'only_a' ? null : of(change === 'regressed' ? 0.4 : 1),
    ...changes,
  };
}

/** Makes up a comparison of these tasks. Its figures are those of another one. */
export function comparisonOf(
  tasks: readonly ComparedTaskView[],
  changes: Partial<ComparisonView> = {},
): ComparisonView {
  const ofChange = (change: TaskChange) => tasks.filter((task) => task.change === change);
  const lists = {
    improved: ofChange('improved'),
    regressed: ofChange('regressed'),
    same: ofChange('same'),
    invalid: ofChange('invalid'),
    only_a: ofChange('only_a'),
    only_b: ofChange('only_b'),
  };
  const run = {
    vm: 'waa-eval-vm',
    agent: 'navi',
    model: 'gpt-4o',
    benchmark: 'waa',
    state: 'finished',
    ended_at: '2026-01-28T23:00:00Z',
    tasks_completed: 154,
    total_tasks: 154,
  } as const;
  const share = (value: number) => ({
    count: 143,
    value,
    interval: { low: value - 0.08, high: value + 0.08 },
  });
  const tally = {
    counts: {
      improved: lists.improved.length,
      regressed: lists.regressed.length,
      same: lists.same.length,
      invalid: lists.invalid.length,
      only_a: lists.only_a.length,
      only_b: lists.only_b.length,
    },
    common: 154,
    compared: 143,
    mean_score: { a: share(0.4318), b: share(0.4638), delta: 0.032 },
    pass_rate: { a: share(0.4126), b: share(0.4545), delta: 0.042 },
  };
  const domains = [...new Set(tasks.map(({ domain }) => domain))];
  return {
    a: { ...run, run_id: 'run-a', started_at: '2026-01-21T20:00:00Z' },
    b: { ...run, run_id: 'run-b', started_at: '2026-01-28T20:00:00Z' },
    sentence: 'B is better by 3.2 points over 143 common tasks; the difference is not decisive, p = 0.26.',
    decisive: false,
    notes: [],
    attempt: 'first',
    ...tally,
    mean_score_delta_interval: { low: -0.018, high: 0.083 },
    mcnemar: { p: 0.263, passed_only_a: 7, passed_only_b: 13 },
    domains: domains.map((domain) => ({ domain, ...tally })),
    ...lists,
    ...changes,
  };
}
