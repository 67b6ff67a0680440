/** Schemas of `GET /api/runs/{id}/tasks/{task}/steps` and `…/attempts`. Fields may be added; they are never renamed or removed. */
import { z } from 'zod';
import { count, time, type Shown } from '../../../../shared/schema-parts.ts';
import { taskOutcomes } from '../../../../shared/stream.ts';

export const screenMoment = z
  .enum(['before', 'after'])
  .nullable()
  .describe('Whether it shows the screen before or after the action of its step; null: nothing tells.');

const screenshot = z.object({
  url: z.string().describe('Where the image itself is, from the root of this server.'),
  moment: screenMoment,
  width: count.nullable().describe('Pixels; null until known.'),
  height: count.nullable(),
  size_bytes: count,
  kept: z.boolean().describe('Whether BenchTray has a copy. False: only the VM has it.'),
});

const step = z.object({
  step: count.describe('0: before the first step. A step of several actions has several entries.'),
  at: time.nullable(),
  elapsed_seconds: z.number().nullable().describe('Since the attempt began.'),
  thought: z
    .string()
    .nullable()
    .describe('What the agent thought or said, without secrets; cut after 10,000 characters.'),
  action: z.string().nullable().describe('Code, or JSON. Without secrets; cut after 10,000 characters.'),
  reward: z.number().nullable(),
  done: z.boolean().nullable(),
  screenshot: screenshot.nullable(),
  log: z
    .object({ from: count, to: count })
    .nullable()
    .describe(
      'The bytes of the step in the kept log of the run: what `/log` takes as `from`. Null if they are not known.',
    ),
});

const attemptFields = {
  attempt: z.int().positive(),
  outcome: z.enum(taskOutcomes).nullable(),
  success: z.boolean(),
  score: z.number().nullable(),
  steps: count,
  started_at: time.nullable(),
  finished_at: time.nullable(),
};

/** An attempt and the others at its task, as the journal knows them. */
const journalFields = {
  run_id: z.string(),
  task_id: z.string(),
  domain: z.string().nullable(),
  attempt: count.describe('0: the task is still on.'),
  result: z
    .object({
      ...attemptFields,
      duration_seconds: z.number().nullable(),
      message: z.string().nullable().describe('What an exception said, without secrets.'),
    })
    .nullable()
    .describe('Null while the task runs.'),
  other_attempts: z.array(z.object(attemptFields)).describe('At the same task, in the same run.'),
  same_task_in_other_runs: z
    .array(
      z.object({
        run_id: z.string(),
        vm: z.string(),
        agent: z.string().nullable(),
        model: z.string().nullable(),
        ...attemptFields,
      }),
    )
    .describe('Newest first, at most 50.'),
};

export const attemptsSchema = z
  .object(journalFields)
  .describe('An attempt at a task and the others at it, as the journal has them.');

export type AttemptsView = Shown<typeof attemptsSchema>;

export const stepsSchema = z
  .object({
    ...journalFields,
    instruction: z.string().nullable(),
    error: z.string().nullable().describe('The exception that the trajectory itself tells of.'),
    steps: z.array(step).describe('In the order in which they happened, at most 1,000.'),
    source: z
      .string()
      .nullable()
      .describe('The file that tells the steps; null: only screenshots show them.'),
    skipped_lines: count.describe('Lines and parts of the files whose form is not known.'),
    other_attempt_lines: count.describe('Lines that belong to other attempts, or may.'),
    missing: z.string().nullable().describe('Why the kept copy has not all files of the task; null: it has.'),
    truncated: z.boolean().describe('There is more than what is shown here.'),
  })
  .describe('What happened in each step of a task.');

export type StepsView = Shown<typeof stepsSchema>;
