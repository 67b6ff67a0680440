/**
 * What goes over the event stream, field by field: the types in stream.ts and what `/api/openapi.json` says are made from this.
 * Fields may be added; they are never renamed or removed. All times are ISO 8601 in UTC, all durations are seconds.
 * Nothing is checked by it while BenchTray runs, but in tests: the page imports the types only, and no library with them.
 */
import { z } from 'zod';
import {
  faultEvidenceSchema,
  faultFigureFields,
  meanScoreAlias,
  scoreFigureFields,
  taskFaultSchema,
} from './figure-schemas.ts';
import { count, runState, time } from './schema-parts.ts';
import { momentCodes, phases, severities, stateCodes, taskOutcomes } from './stream-words.ts';

const seconds = z.number();
const vm = z.string().describe('Name of the VM in the configuration.');
const totalTasks = count.describe('0 while unknown.');

export const connectedSchema = z
  .object({
    timestamp: time,
    interval: z.number().describe('Seconds between two snapshots, after clamping to 1..60.'),
    version: z.string().describe('Version of BenchTray.'),
    replayed: count.describe('How many missed journal events follow.'),
    gap: z.literal(true).exactOptional().describe('Present when some of what the client missed is gone.'),
  })
  .describe('First event of every stream. Its id is the position from which the stream continues.');

export const vmsSchema = z
  .object({
    vms: z.array(z.object({ name: vm })).describe('All watched VMs, in the order of the configuration.'),
  })
  .describe('A snapshot: right after `connected`, and when the list of watched VMs changes.');

export const costSchema = z.object({
  per_hour_usd: z.number(),
  so_far_usd: z.number(),
  since: time,
  unknown: z
    .boolean()
    .describe('True: nobody can say whether the VM costs money now. The figures are the last known ones.'),
  as_of: time
    .nullable()
    .describe('When the figures were last known to be true; null while `unknown` is false.'),
});

export const findingSchema = z
  .object({
    piece: z.enum(['address', 'container', 'guest', 'runner', 'results', 'log']),
    value: z.string(),
    why: z.string(),
  })
  .describe('One thing that was found on the VM, and why it was chosen among what could have been.');

export const statusDetailSchema = z
  .object({
    text: z
      .string()
      .describe(
        'The phase in words of BenchTray, with what is known of its progress and of its trouble: "Downloading Windows 11 (45.3%)".',
      ),
    percent: z
      .number()
      .min(0)
      .max(100)
      .nullable()
      .describe('0..100 while downloading, extracting or building, where the VM tells it.'),
    reason: z
      .string()
      .nullable()
      .describe('Why there is no connection, in one sentence; null while connected, or before it is known.'),
    address: z.string().nullable().describe('"user@host:port" as connected to.'),
    container: z.string().nullable(),
    probe_address: z
      .string()
      .nullable()
      .describe('Where `/probe` is asked: "localhost:5000", or "container:172.30.0.2:5000".'),
    log: z.string().nullable().describe('The log that is followed: a path on the VM, or "container:/path".'),
    runner: z
      .string()
      .nullable()
      .describe('Command line of the benchmark process, reduced to known and harmless arguments.'),
    found: z.array(findingSchema),
  })
  .describe(
    'What was found on the VM and why it was chosen, for a person who asks "what is it looking at?".',
  );

export const errorSchema = z
  .object({
    message: z.string().describe('One sentence for a person.'),
    vm,
    code: z.enum([...stateCodes, ...momentCodes]),
    severity: z.enum(severities),
    detail: z.string().nullable(),
    hint: z.string().nullable().describe('What to do about it.'),
    began_at: time,
  })
  .describe('Something went wrong. Sent once when it begins, stored, and replayed by `Last-Event-ID`.');

export const statusSchema = z
  .object({
    type: z.literal('vm_status'),
    connected: z.boolean().describe('Whether the VM answers over SSH.'),
    phase: z.enum(phases).describe('How far the machine has come, from nothing to a Windows that answers.'),
    waa_ready: z
      .boolean()
      .describe("Whether the benchmark server's own `/probe` answers properly; never without `connected`."),
    probe: z.object({
      status: z.string().describe('"ready", or what is wrong: "Not responding", "Connection refused", …'),
      vnc_url: z.string().nullable(),
    }),
    vm,
    power_state: z
      .string()
      .nullable()
      .describe('What the cloud says ("running", "deallocated", …); null where it was not asked.'),
    detail: statusDetailSchema,
    checked_at: time
      .nullable()
      .describe('When the VM was last looked at, also by an earlier process; null before the first look.'),
    as_of: time
      .nullable()
      .describe(
        'When the VM was last heard; null while `connected` is true. Null without `connected`: it was never heard.',
      ),
    cost: costSchema.nullable().describe('Null: it costs nothing, or no price is known.'),
    open_errors: z.array(errorSchema).describe('The errors of the VM that have not recovered.'),
  })
  .describe('A snapshot: every `interval`, and at once when `phase`, `connected` or `waa_ready` changes.');

export const domainTallySchema = z
  .object({
    domain: z.string().nullable().describe('Null: tasks of which the log tells no domain.'),
    total_tasks: totalTasks,
    tasks_completed: count,
    succeeded: count,
    score_sum: z.number(),
    ...scoreFigureFields,
  })
  .describe('What a run has come to in one domain of its tasks.');

export const poolPartSchema = z
  .object({
    vm,
    run_id: z.string(),
    worker_id: z.int(),
    tasks_completed: count,
    total_tasks: totalTasks,
    state: runState,
  })
  .describe('The part of a pooled run that one VM plays.');

export const poolViewSchema = z
  .object({
    pool_id: z.string().describe('The same on every VM, and after a restart.'),
    worker_id: z.int().describe('Of the part that this is told with.'),
    workers: count.describe('How many parts there should be.'),
    tasks_completed: count,
    total_tasks: count.describe(
      'Of all parts where a log lists them, else of the known parts; 0 while unknown.',
    ),
    succeeded: count,
    score_sum: z.number(),
    ...scoreFigureFields,
    state: runState,
    parts: z.array(poolPartSchema).describe('The known parts, by worker.'),
  })
  .describe(
    'A run whose tasks are shared out among several VMs, seen from one of its parts. The counts are those of all known parts.',
  );

export const progressSchema = z
  .object({
    tasks_completed: count.describe('Tasks that ended: scored, with an exception, lost.'),
    total_tasks: totalTasks,
    current_task: z.string().nullable(),
    current_step: count,
    vm,
    run_id: z.string(),
    domain: z.string().nullable(),
    max_steps: count.nullable(),
    instruction: z.string().nullable(),
    current_action: z
      .string()
      .nullable()
      .optional()
      .describe(
        'What the agent did last in this task: code or JSON, at most 500 characters, without secrets.',
      ),
    current_thought: z
      .string()
      .nullable()
      .optional()
      .describe('What it thought before that, at most 500 characters, without secrets.'),
    current_action_step: count
      .nullable()
      .optional()
      .describe(
        'The step of `current_action` in `/steps`: it changes when the agent does the same again. Null if no step is known.',
      ),
    succeeded: count,
    score_sum: z.number(),
    ...scoreFigureFields,
    success_rate_evaluated: meanScoreAlias,
    success_rate_planned: z
      .number()
      .nullable()
      .describe('Score sum over all planned tasks, errors counted as 0; null while the total is unknown.'),
    ...faultFigureFields,
    started_at: time.nullable(),
    elapsed_seconds: seconds,
    eta_seconds: seconds.nullable().describe('Null while it is unknown, as it is while the VM is not heard.'),
    as_of: time
      .nullable()
      .describe(
        'Time of the last news of the run, at which `elapsed_seconds` stopped. Null while it is heard, and when it is over.',
      ),
    state: runState,
    domains: z
      .array(domainTallySchema)
      .describe(
        'In the order of the plan, else in that of the tasks. They add up to the counts of the run, where the log names every task.',
      ),
    pool: poolViewSchema.nullable().describe('Null for a run that is no part of a pool.'),
  })
  .describe(
    'A snapshot of the newest run: every `interval` while it is on, and at once when it gets further.',
  );

export const taskCompleteSchema = z
  .object({
    task_id: z.string().describe('As the log prints it; the domain stands in `domain`.'),
    success: z.boolean(),
    score: z.number().nullable(),
    vm,
    run_id: z.string(),
    domain: z.string().nullable(),
    attempt: z.int().positive(),
    steps: count,
    duration_seconds: z.number().nullable(),
    outcome: z.enum(taskOutcomes),
    message: z
      .string()
      .nullable()
      .optional()
      .describe(
        'What an exception said, without secrets and at most 300 characters. Missing if there is none.',
      ),
    fault: taskFaultSchema.optional(),
    fault_evidence: faultEvidenceSchema
      .nullable()
      .optional()
      .describe('Null: `none` needs no evidence, and `unknown` has none.'),
    finished_at: time.nullable(),
    catch_up: z.boolean().describe('True when it had already finished before BenchTray could see it.'),
  })
  .describe('A task attempt has ended: told at once, exactly once, kept, and replayed by `Last-Event-ID`.');

export const recoveredSchema = z
  .object({
    message: z.string(),
    vm,
    code: z.enum(stateCodes),
    began_at: time,
    lasted_seconds: seconds,
  })
  .describe('What an `error` reported is over: kept, and replayed by `Last-Event-ID`.');
