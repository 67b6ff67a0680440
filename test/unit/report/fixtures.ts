/** What a report is made from; a test names only what it is about. */
import type { KeptTask } from '../../../src/main/engine/feed/index.ts';
import type { Screen, ScreenMoment } from '../../../src/shared/screens.ts';
import { writeReport, type ReportInput } from '../../../src/main/engine/report/index.ts';
import { attemptOf, attemptsOf, summaryOf } from '../renderer/runs-fixtures.ts';

export type Task = ReportInput['tasks'][number];

export function taskOf(index: number, changes: Partial<Task> = {}): Task {
  const attempt = attemptOf(index);
  return { ...attempt, message: attempt.message ?? null, ...changes };
}

export const tasksOf = (count: number): readonly Task[] => attemptsOf(count).map((_, index) => taskOf(index));

const run: ReportInput['run'] = {
  ...summaryOf(),
  benchmark: 'waa',
  cost_usd: 2.47,
  machine: { size: 'Standard_D8ds_v5', is_spot: false, per_hour_usd: 0.38, recorded: true },
  success_threshold: { values: [1], recorded: true },
  success_rate_planned: 0.48,
};

export function inputOf(changes: Partial<ReportInput> = {}): ReportInput {
  return {
    run,
    tasks: tasksOf(12),
    facts: {
      resultDir: './results',
      endMessage: null,
    },
    incidents: [],
    incidentsFrom: null,
    pictures: { of: () => null, screensOf: nothingTold, read: () => Promise.resolve(null) },
    version: '1.2.3',
    madeAtMs: Date.parse('2026-01-29T08:00:00Z'),
    ...changes,
  };
}

/** The texts of no task tell the steps of its screenshots. */
export const nothingTold: ReportInput['pictures']['screensOf'] = () => Promise.resolve([]);

export const runWith = (changes: Partial<ReportInput['run']>): ReportInput['run'] => ({ ...run, ...changes });

/** An attempt of which these screenshots are kept, one for each step. */
export function keptOf(task: Task, hashes: readonly string[]): KeptTask {
  const { domain, task_id: taskId, attempt } = task;
  return {
    ...{ runId: run.run_id, domain, taskId, attempt },
    ...{ state: 'done', since: 0, why: null, clockOffsetMs: 0 },
    files: hashes.map((hash, index) => ({
      ...{ name: `screenshot-step_${index + 1}_20260128@225520.png`, kind: 'screen', hash },
      ...{ sizeBytes: 100, storedBytes: 100, width: 320, height: 200, modifiedAt: 1_769_637_320_000 + index },
    })),
  };
}

/** The screenshot of a step among those of {@link keptOf}. */
export function screenOf(step: number, moment: ScreenMoment): Screen {
  return { name: `screenshot-step_${step}_20260128@225520.png`, step, moment, takenAt: 0, sizeBytes: 100 };
}

export async function reportText(
  input: ReportInput,
  ...rest: Parameters<typeof writeReport> extends [unknown, unknown, ...infer More] ? More : never
): Promise<string> {
  const pieces = [];
  for await (const piece of writeReport(input, new AbortController().signal, ...rest)) pieces.push(piece);
  return pieces.join('');
}
