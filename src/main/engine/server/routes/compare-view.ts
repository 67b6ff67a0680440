/** A comparison of two runs as it is shown outside. */
import type {
  AttemptChoice,
  ComparedTaskView,
  ComparisonView,
  ShareView,
  TaskChange,
} from '../../../../shared/comparison.ts';
import type { StoredRun, TaskRecord } from '../../feed/index.ts';
import { compareRuns, type ComparedTask, type Share, type SharePair, type Tally } from '../../run/compare.ts';
import { comparisonNotes, comparisonSentence } from '../../run/comparison-words.ts';
import type { Interval } from '../../run/statistics.ts';
import type { CountedTask } from '../../run/task-pairs.ts';
import { durationSeconds, isoTime } from './run-view.ts';

/** A run with every attempt that the history has of it. */
export interface RunWithTasks {
  readonly run: StoredRun;
  readonly tasks: readonly TaskRecord[];
}

export function compareView(a: RunWithTasks, b: RunWithTasks, choice: AttemptChoice): ComparisonView {
  const comparison = compareRuns(a.tasks, b.tasks, choice);
  const tasks = comparison.tasks.map(taskView);
  const ofChange = (change: TaskChange) => tasks.filter((task) => task.change === change);
  return {
    a: comparedRun(a.run),
    b: comparedRun(b.run),
    sentence: comparisonSentence(comparison, a.run.runId === b.run.runId),
    decisive: comparison.isDecisive,
    notes: [...comparisonNotes(comparison, a.run, b.run)],
    attempt: choice,
    ...tallyView(comparison),
    mean_score_delta_interval: intervalView(comparison.scoreDeltaInterval),
    mcnemar: {
      p: comparison.mcnemar.p,
      passed_only_a: comparison.mcnemar.onlyA,
      passed_only_b: comparison.mcnemar.onlyB,
    },
    domains: comparison.domains.map((domain) => ({ domain: domain.domain, ...tallyView(domain) })),
    improved: ofChange('improved'),
    regressed: ofChange('regressed'),
    same: ofChange('same'),
    invalid: ofChange('invalid'),
    only_a: ofChange('only_a'),
    only_b: ofChange('only_b'),
  };
}

function comparedRun(run: StoredRun): ComparisonView['a'] {
  return {
    run_id: run.runId,
    vm: run.vm,
    agent: run.arguments.agent,
    model: run.arguments.model,
    benchmark: run.benchmark,
    state: run.state,
    started_at: isoTime(run.startedAt),
    ended_at: isoTime(run.endedAt),
    tasks_completed: run.tasksCompleted,
    total_tasks: run.totalTasks,
  };
}

function taskView({ a, b, domain, change }: ComparedTask): ComparedTaskView {
  return {
    task_id: (b ?? a).task.taskId,
    domain,
    instruction: b?.task.instruction ?? a?.task.instruction ?? null,
    change,
    a: a === null ? null : attemptView(a),
    b: b === null ? null : attemptView(b),
  };
}

function attemptView({ task, attempts }: CountedTask): NonNullable<ComparedTaskView['a']> {
  return {
    task_id: task.taskId,
    domain: task.domain,
    attempt: task.attempt,
    attempts,
    outcome: task.outcome,
    score: task.score,
    success: task.success,
    steps: task.steps,
    duration_seconds: durationSeconds(task),
  };
}

function tallyView({ changes, common, compared, meanScore, passRate }: Tally) {
  return {
    counts: changes,
    common,
    compared,
    mean_score: sharesView(meanScore),
    pass_rate: sharesView(passRate),
  };
}

function sharesView({ a, b, delta }: SharePair): ComparisonView['mean_score'] {
  return { a: shareView(a), b: shareView(b), delta };
}

function shareView({ count, value, interval }: Share): ShareView {
  return { count, value, interval: intervalView(interval) };
}

/** Six decimals, as all figures; outwards, so that a rate never leaves its interval. */
function intervalView(interval: Interval | null): ShareView['interval'] {
  if (interval === null) return null;
  return { low: Math.floor(interval.low * 1e6) / 1e6, high: Math.ceil(interval.high * 1e6) / 1e6 };
}
