/**
 * Recorded runs and their tasks as the routes answer them: the types of the answers and what `/api/openapi.json` says of them are made from
 * this. Fields may be added; they are never renamed or removed.
 */
import { z } from 'zod';
import {
  faultEvidenceSchema,
  faultFigureFields,
  meanScoreAlias,
  scoreFigureFields,
  taskFaultSchema,
} from '../../../../shared/figure-schemas.ts';
import { count, runState, time, type Shown } from '../../../../shared/schema-parts.ts';
import { taskOutcomes } from '../../../../shared/stream.ts';

const comparedWithSchema = z.object({
  run_id: z.string().describe('The comparable run before this one.'),
  improved: count,
  regressed: count,
  score_delta: z
    .number()
    .nullable()
    .describe(
      'Mean score of this run minus that of the other, over the tasks that have a score in both; null without one.',
    ),
  decisive: z.boolean().describe('The difference is unlikely to be chance, as `/api/compare` judges it.'),
});

const thenOrNow = z
  .boolean()
  .describe(
    'True: as it was during the run. False: an older version recorded the run, and this holds for its VM now.',
  );

export const runSchema = z
  .object({
    run_id: z.string(),
    vm: z.string(),
    state: runState,
    started_at: time.nullable(),
    ended_at: time.nullable(),
    total_tasks: count.describe('0 while unknown.'),
    tasks_completed: count,
    succeeded: count,
    score_sum: z.number(),
    ...scoreFigureFields,
    success_rate_evaluated: meanScoreAlias,
    success_rate_planned: z
      .number()
      .nullable()
      .describe('Score sum over all planned tasks; null while their number is unknown.'),
    ...faultFigureFields,
    model: z.string().nullable(),
    agent: z.string().nullable(),
    benchmark: z
      .string()
      .nullable()
      .describe(
        '"waa", "osworld", "android_world", "macosworld", "cua-bench", "terminal-bench", or the data set of a Harbor job; null: neither the log nor the names of the tasks tell.',
      ),
    cost_usd: z
      .number()
      .nullable()
      .describe(
        'Cost of the VM from the start of the run to its end, or so far. Null: no price is known, or not that the VM was on all that time.',
      ),
    machine: z
      .object({
        size: z.string().nullable().describe('As Azure names it: "Standard_D8ds_v5".'),
        is_spot: z.boolean().nullable().describe('Null: Azure does not know the VM, or was not asked.'),
        per_hour_usd: z.number().nullable(),
        recorded: thenOrNow,
      })
      .nullable()
      .describe('The VM during the run, as far as it is known.'),
    success_threshold: z
      .object({
        values: z
          .array(z.number())
          .describe(
            'Scores from which a task without a verdict of its benchmark passed. Several: the configuration changed during the run. None: no task needed one.',
          ),
        recorded: thenOrNow,
      })
      .nullable()
      .describe('Null: it was not recorded, and the VM is not configured any more.'),
    max_steps: count.nullable(),
    dialect: z.string().describe('Whose log it is, or whose files: "waa", "osworld", "harbor", …'),
    log: z.string().describe('Where the log is or was: "host:/path" or "container:name:/path".'),
    average_score: z.number().nullable().describe('As the benchmark itself logged it at the end.'),
    pool_id: z
      .string()
      .nullable()
      .describe(
        'The pool that this run is a part of; null for a run on its own, and while no other part is known.',
      ),
    worker_id: z
      .int()
      .nullable()
      .describe('Which part of a run that is shared out among several processes; null where it is not.'),
    workers: z.int().nullable(),
    compared_with: comparedWithSchema
      .nullable()
      .exactOptional()
      .describe('Present in `/api/runs?compare=before`. Null: no run before compares to this one.'),
  })
  .describe('A recorded run.');

/** In the order in which a table shows it. */
export const taskSchema = z
  .object({
    run_id: z.string(),
    vm: z.string(),
    task_id: z.string(),
    domain: z.string().nullable(),
    attempt: z.int().positive(),
    outcome: z.enum(taskOutcomes).nullable().describe('Null while it runs.'),
    success: z.boolean(),
    score: z.number().nullable(),
    steps: count,
    started_at: time.nullable(),
    finished_at: time.nullable(),
    duration_seconds: z.number().nullable(),
    instruction: z.string().nullable(),
    message: z.string().nullable().describe('What an exception said, without secrets.'),
    worker: z.string(),
    catch_up: z.boolean().describe('It had finished before BenchTray could see it.'),
    fault: taskFaultSchema
      .nullable()
      .describe('Null: it runs, or a version that found no faults recorded it.'),
    fault_evidence: faultEvidenceSchema
      .nullable()
      .describe('Null: `none` needs no evidence, and `unknown` has none.'),
  })
  .describe('A recorded attempt at a task.');

export const runsSchema = z.array(runSchema).describe('Newest first.');
export const tasksSchema = z.array(taskSchema).describe('In the order in which they ended.');
export const keptSchema = z
  .object({
    with_screenshots: count.describe('Ended attempts whose screenshots are kept.'),
    with_steps: count.describe('Ended attempts whose trajectory, or another text with steps, is kept.'),
    log_bytes: count.nullable().describe('Bytes of the log that are kept; null: none.'),
    missing: z
      .array(
        z.object({
          what: z.enum(['screenshots', 'files', 'log']).describe('`files`: steps and screenshots.'),
          why: z
            .string()
            .describe('A word for programs: "room", "text-room", "no-room", "setting", "pending", …'),
          attempts: count.nullable().describe('How many ended attempts it is about; null: the log.'),
          since: time.nullable(),
          text: z.string().describe('The same in a sentence.'),
          hint: z.string().nullable().describe('The way out; null: there is none.'),
        }),
      )
      .describe('Why the rest is missing.'),
  })
  .describe('What is kept of a run on this machine, for when its VM is gone.');
export const runWithTasksSchema = runSchema.extend({
  tasks: tasksSchema,
  kept: keptSchema.nullable().describe('Null: nothing is kept here.'),
});

export type RunView = Shown<typeof runSchema>;
export type TaskView = Shown<typeof taskSchema>;
export type KeptView = Shown<typeof keptSchema>;
