/**
 * What the routes answer as JSON, besides the event stream: the types of the answers and what `/api/openapi.json` says of them are
 * made from this. Fields may be added; they are never renamed or removed.
 */
import { z } from 'zod';
import { backgroundTaskSchema } from '../../../../shared/background-task.ts';
import { doctorCheckSchema, doctorSummarySchema } from '../../../../shared/doctor.ts';
import { hookStatusSchema } from '../../../../shared/hook-status.ts';
import { logLevels } from '../../../../shared/log-line.ts';
import { errorSchema, progressSchema, statusSchema } from '../../../../shared/payload-schemas.ts';
import { count, time, type Shown } from '../../../../shared/schema-parts.ts';
import { fieldProblemSchema } from '../../../../shared/setup.ts';
import { runSchema } from './run-schemas.ts';
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
export type StatusAnswer = Shown<typeof statusAnswerSchema>;
export type ScreensView = Shown<typeof screensSchema>;
export type RunLogView = Shown<typeof runLogSchema>;
export type LogTasksView = Shown<typeof logTasksSchema>;
