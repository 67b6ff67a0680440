/**
 * What the routes answer as JSON, besides the event stream: the types of the answers and what `/api/openapi.json` says of them are
 * made from this. Fields may be added; they are never renamed or removed.
 */
import { z } from 'zod';
import { backgroundTaskSchema } from '../../../../shared/background-task.ts';
import { doctorCheckSchema, doctorSummarySchema } from '../../../../shared/doctor.ts';
import { hookStatusSchema } from '../../../../shared/hook-status.ts';
import { logLevels } from '../../../../shared/log-line.ts';
import {
  count,
  errorSchema,
  faultEvidenceSchema,
  faultFigureFields,
  meanScoreAlias,
  progressSchema,
  runState,
  scoreFigureFields,
  statusSchema,
  taskFaultSchema,
  time,
  type Shown,
} from '../../../../shared/payload-schemas.ts';
import { fieldProblemSchema } from '../../../../shared/setup.ts';
import { taskOutcomes } from '../../../../shared/stream.ts';
import { screenMoment } from './steps-schema.ts';

export const problemSchema = z
  .object({
    title: z.string().describe('The status in words.'),
    status: z.int(),
    detail: z.string().describe('What is wrong and, where there is one, the way out.'),
    hint: z.string().optional().describe('What to do, where that is a sentence by itself.'),
    reason: z.string().optional().describe('The same in a word for programs, where there are several.'),
    fields: z
      .array(fieldProblemSchema)
      .optional()
      .describe('Which values of what was sent are wrong, and why.'),
  })
  .describe('Why a request was not answered as asked (RFC 9457).');

export const healthSchema = z.object({
  status: z.literal('ok'),
  app: z.literal('BenchTray'),
  version: z.string(),
});

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
export const backgroundTasksSchema = z.array(backgroundTaskSchema);

export const vmPictureSchema = z
  .object({
    name: z.string(),
    status: statusSchema,
    progress: progressSchema.nullable().describe('Of the newest run that was followed; null before one.'),
    run: runSchema.nullable().describe('The newest recorded run.'),
    open_errors: z.array(errorSchema).describe('Troubles that have begun and are not over.'),
  })
  .describe('Everything that is known of one VM now.');

export const journalStatusSchema = z
  .object({
    ok: z.boolean().describe('Whether what is told is on disk. False: the disk is full or fails.'),
    error: z.string().nullable().describe('What the disk says; null while it is well.'),
    since: time.nullable().describe('When that began.'),
  })
  .describe('Whether a restart would lose anything. Events are told all the same.');

export const statusAnswerSchema = z
  .object({
    version: z.string().describe('Version of BenchTray.'),
    state_version: count.describe('Grows when anything but a clock has changed.'),
    as_of: time.describe('What moves by itself (checked_at, elapsed_seconds, …) stands as it was then.'),
    vms: z.array(vmPictureSchema).describe('In the order of the configuration.'),
    hooks: z.array(hookStatusSchema),
    journal: journalStatusSchema,
  })
  .describe('The newest picture of everything.');

export const screensSchema = z
  .object({
    run_id: z.string(),
    task_id: z.string(),
    domain: z.string().nullable(),
    attempt: count.describe('0: the task is still on.'),
    screens: z.array(
      z.object({
        step: z
          .int()
          .nullable()
          .describe(
            'The step in `/steps`; 0: before the first one. Null: nothing tells. Several may be of one step.',
          ),
        moment: screenMoment,
        name: z.string(),
        taken_at: time,
        size_bytes: count,
        width: count.nullable().describe('Pixels; null until it is kept.'),
        height: count.nullable(),
        kept: z.boolean().describe('It was copied to this machine: it stays when the VM is gone.'),
        url: z.string().describe('Where the picture itself is, from the root of this server.'),
      }),
    ),
    missing: z.string().nullable().describe('Why the kept copy has not all files of the task; null: it has.'),
  })
  .describe("Which pictures of a task's screen there are.");

const place = count.describe('A place in the log, bytes.');

export const runLogSchema = z
  .object({
    run_id: z.string(),
    q: z.string().nullable().describe('The text that was searched for; null: none.'),
    level: z
      .enum(logLevels)
      .nullable()
      .describe('How bad the lines that were searched for are at least; null: any line.'),
    size_bytes: count.describe('Behind the last byte of the log that is kept.'),
    from: place.describe('Where the first line begins that was looked at.'),
    next: place.describe('Where to go on. The same as `size_bytes` at the end.'),
    lines: z.array(
      z.object({
        from: place.describe('First byte of the line.'),
        to: place.describe('First byte behind its line end.'),
        text: z.string().describe('At most 65,536 bytes of it, without control characters and secrets.'),
      }),
    ),
    missing: z
      .array(z.object({ from: place, to: place }))
      .describe('What BenchTray did not keep between `from` and `next`, because the disk was full.'),
  })
  .describe('Lines of the log of a run.');

export const logTasksSchema = z
  .object({
    run_id: z.string(),
    tasks: z
      .array(
        z.object({
          task_id: z.string(),
          domain: z.string().nullable(),
          attempt: count.describe('0: the task is still on.'),
          from: place.describe('First byte of the line that names the task.'),
          to: place.describe('Behind its last line.'),
          error: z
            .object({ from: place, to: place })
            .nullable()
            .describe('The line that tells of the exception by which the task ended; null: there is none.'),
        }),
      )
      .describe('In the order in which they began.'),
    problem: z
      .string()
      .nullable()
      .describe('Why it is not known where the tasks are, a sentence; null: it is known.'),
  })
  .describe('Where the tasks of a run are in its log.');

export const doctorAnswerSchema = z
  .object({
    ok: z.boolean().describe('No check failed.'),
    summary: doctorSummarySchema,
    checks: z.array(doctorCheckSchema).describe('In the order in which a person would go through them.'),
  })
  .describe('All that the doctor found.');

export type DoctorAnswer = Shown<typeof doctorAnswerSchema>;
export type ProblemView = Shown<typeof problemSchema>;
export type Health = Shown<typeof healthSchema>;
export type KeptView = Shown<typeof keptSchema>;
export type RunView = Shown<typeof runSchema>;
export type TaskView = Shown<typeof taskSchema>;
export type StatusAnswer = Shown<typeof statusAnswerSchema>;
export type ScreensView = Shown<typeof screensSchema>;
export type RunLogView = Shown<typeof runLogSchema>;
export type LogTasksView = Shown<typeof logTasksSchema>;
