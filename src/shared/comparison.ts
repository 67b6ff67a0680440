/** Two runs compared, task by task: the payload of `GET /api/compare` and of `benchtray compare --json`. */
import { z } from 'zod';
import { count, runState, time, type Shown } from './schema-parts.ts';
import { taskOutcomes } from './stream-words.ts';

const intervalSchema = z.object({ low: z.number(), high: z.number() });

const shareSchema = z.object({
  count: count.describe('How many tasks it is the mean of.'),
  value: z.number().nullable().describe('0..1; null without a task.'),
  interval: intervalSchema.nullable().describe('95 %, Wilson; null without a task.'),
});

const sharesSchema = z.object({
  a: shareSchema,
  b: shareSchema,
  delta: z.number().nullable().describe('B minus A; null without a task.'),
});

export const taskChangeNames = ['improved', 'regressed', 'same', 'invalid', 'only_a', 'only_b'] as const;
export const attemptChoices = ['first', 'best'] as const;

const tallyFields = {
  counts: z.object({
    improved: count,
    regressed: count,
    same: count,
    invalid: count,
    only_a: count,
    only_b: count,
  }),
  common: count.describe('Tasks that both runs have ended.'),
  compared: count.describe('Common tasks with a result in both runs: those that are not `invalid`.'),
  mean_score: sharesSchema.describe('Over the compared tasks that have a score in both runs.'),
  pass_rate: sharesSchema.describe('Over all compared tasks.'),
};

export const comparedAttemptSchema = z.object({
  task_id: z.string().describe('As this run names it: case may differ.'),
  domain: z.string().nullable(),
  attempt: z.int().positive().describe('The attempt that counts.'),
  attempts: z.int().positive().describe('How many have ended.'),
  outcome: z.enum(taskOutcomes),
  score: z.number().nullable(),
  success: z.boolean(),
  steps: count,
  duration_seconds: z.number().nullable(),
});

export const comparedTaskSchema = z.object({
  task_id: z.string(),
  domain: z.string().nullable(),
  instruction: z.string().nullable(),
  change: z.enum(taskChangeNames),
  a: comparedAttemptSchema.nullable().describe('Null: A has not ended the task.'),
  b: comparedAttemptSchema.nullable().describe('Null: B has not ended the task.'),
});

export const comparedRunSchema = z.object({
  run_id: z.string(),
  vm: z.string(),
  agent: z.string().nullable(),
  model: z.string().nullable(),
  benchmark: z.string().nullable(),
  state: runState,
  started_at: time.nullable(),
  ended_at: time.nullable(),
  tasks_completed: count,
  total_tasks: count.describe('0 while unknown.'),
});

const tasks = z.array(comparedTaskSchema);

export const comparisonSchema = z
  .object({
    a: comparedRunSchema,
    b: comparedRunSchema,
    sentence: z.string().describe('The result in one sentence, for a person.'),
    decisive: z
      .boolean()
      .describe(
        "The difference is unlikely to be chance: McNemar's p is below 0.05, and `mean_score_delta_interval` is on the same side of 0. Runs without scores are judged by p alone.",
      ),
    notes: z.array(z.string()).describe('What else to know before trusting it: a run that is still on, …'),
    attempt: z
      .enum(attemptChoices)
      .describe('Which scored attempt at a task counts. Without one, it is the newest not interrupted.'),
    ...tallyFields,
    mean_score_delta_interval: intervalSchema
      .nullable()
      .describe(
        '95 % interval of `mean_score.delta`, by a seeded bootstrap over the pairs. Null: fewer than two tasks, or all differ alike.',
      ),
    mcnemar: z
      .object({
        p: z.number().describe('Exact, two-sided; above 0 and at most 1.'),
        passed_only_a: count,
        passed_only_b: count,
      })
      .describe('How likely chance alone makes as many tasks pass in one of the runs only.'),
    domains: z.array(z.object({ domain: z.string().nullable(), ...tallyFields })),
    improved: tasks.describe('A higher score in B, or without scores: passed in B only.'),
    regressed: tasks,
    same: tasks,
    invalid: tasks.describe(
      'Ended in both runs, without a result in at least one: an exception, lost, interrupted.',
    ),
    only_a: tasks,
    only_b: tasks,
  })
  .describe('Run A and run B compared, task by task.');

export type AttemptChoice = (typeof attemptChoices)[number];
export type TaskChange = (typeof taskChangeNames)[number];
export type ComparisonView = Shown<typeof comparisonSchema>;
export type ComparedTaskView = Shown<typeof comparedTaskSchema>;
export type ShareView = Shown<typeof shareSchema>;
