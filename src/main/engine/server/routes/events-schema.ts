/** Schema of `/api/runs/{id}/events`. */
import { z } from 'zod';
import { errorSchema } from '../../../../shared/payload-schemas.ts';
import { count, time, type Shown } from '../../../../shared/schema-parts.ts';
import { taskSchema } from './run-schemas.ts';

const span = {
  began_at: time.nullable().describe('Null: unknown.'),
  ended_at: time.nullable().describe('The same as `began_at` for what has no length. Null: see `lasts`.'),
  lasts: z.boolean().describe('It has no end yet. False with `ended_at` null: the end is unknown.'),
};

const runMarkSchema = z
  .object({
    kind: z.literal('run'),
    ...span,
    what: z.enum(['started', 'restarted', 'ended']),
    state: z.enum(['running', 'finished', 'crashed', 'interrupted']).describe('Of the run, as it is now.'),
    message: z.string().nullable().describe('Why it ended, where it did not end by itself.'),
  })
  .describe('The run started, was started again, or ended.');

const taskEventSchema = taskSchema
  .pick({
    ...{ task_id: true, domain: true, attempt: true, outcome: true, success: true, score: true },
    ...{ steps: true, instruction: true, message: true },
  })
  .extend({ kind: z.literal('task'), ...span })
  .describe('An attempt at a task.');

const errorEventSchema = errorSchema
  .omit({ vm: true, began_at: true })
  .extend({
    kind: z.literal('error'),
    ...span,
    recovered: z.string().nullable().describe('What the `recovered` event said; null without one.'),
    lasted_seconds: z
      .number()
      .nullable()
      .describe('By a clock that nobody sets. Null: it lasts, it has no length, or it is unknown.'),
  })
  .describe('An error of the VM, until it recovered.');

const silenceSchema = z
  .object({
    kind: z.literal('silence'),
    ...span,
    why: z
      .enum(['not_running', 'no_answer'])
      .describe('BenchTray was not running; or it was, and had no answer of the VM.'),
  })
  .describe(
    'BenchTray did not hear the VM for three minutes or more, so errors of this time may be missing.',
  );

export const runEventSchema = z.discriminatedUnion('kind', [
  runMarkSchema,
  taskEventSchema,
  errorEventSchema,
  silenceSchema,
]);

export const eventKinds = ['run', 'task', 'error', 'silence'] as const;

export const runEventsSchema = z
  .object({
    run_id: z.string(),
    vm: z.string(),
    from: time.nullable().describe('When the run began. Null: its log has no times.'),
    to: time
      .nullable()
      .describe(
        'When it ended. While it is on: now, or the last that is known of it if its VM is not heard.',
      ),
    errors_from: time
      .nullable()
      .describe('Errors that began before this time may be missing. Null: all of the run are known.'),
    total: count.describe('How many events there are.'),
    offset: count.describe('How many of them come before these.'),
    next: count.nullable().describe('The `offset` of the next page. Null: these are the last ones.'),
    events: z.array(runEventSchema).describe('In the order in which they began.'),
  })
  .describe('What happened in the time of a run.');

export type RunEventView = Shown<typeof runEventSchema>;
export type RunEventsView = Shown<typeof runEventsSchema>;
