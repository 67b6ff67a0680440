/**
 * What goes over the event stream, field by field: the types in stream.ts and what `/api/openapi.json` says are made from this.
 * Fields may be added; they are never renamed or removed. All times are ISO 8601 in UTC, all durations are seconds.
 * Nothing is checked by it while BenchTray runs, but in tests: the page imports the types only, and no library with them.
 */
import { z } from 'zod';
import {
  momentCodes,
  phases,
  runOutcomes,
  severities,
  stateCodes,
  taskFaults,
  taskOutcomes,
} from './stream-words.ts';

/** The type of what is sent in this form, and never changed afterwards. */
export type Shown<Schema extends z.ZodType> = DeepReadonly<z.infer<Schema>>;
type DeepReadonly<T> = T extends object ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> } : T;

export const time = z.iso.datetime();
export const count = z.int().nonnegative();
const seconds = z.number();
const vm = z.string().describe('Name of the VM in the configuration.');
export const runState = z.enum(runOutcomes);
const totalTasks = count.describe('0 while unknown.');

/** The figures that runs are compared by, for a run, a domain or a pool. */
export const scoreFigureFields = {
  tasks_scored: count.describe('Tasks that have a score: the n of `mean_score` and `pass_rate`.'),
  mean_score: z
    .number()
    .nullable()
    .describe('Mean score over the scored tasks, 0..1; null while there are none.'),
  pass_rate: z
    .number()
    .nullable()
    .describe('Share of the scored tasks that passed, 0..1; null while there are none.'),
};
/** Whose faults the ends of the tasks of a run are, and what its score is without the tasks that say nothing about its agent. */
export const faultFigureFields = {
  faults: z
    .object({
      agent: count.describe("The agent's own code raised."),
      model_api: count.describe("The model's service failed."),
      environment: count.describe('The VM, the container, Windows or its server failed.'),
      evaluator: count.describe("The benchmark's own judge failed."),
      unknown: count.describe('Something failed, and the log does not say what.'),
    })
    .nullable()
    .describe('Tasks by fault. Null: some of them were recorded by a version that found no faults.'),
  valid_tasks: count
    .nullable()
    .describe(
      'Tasks that ended without a fault of `model_api`, `environment` or `evaluator`. Null like `faults`.',
    ),
  score_valid: z
    .number()
    .nullable()
    .describe('Mean score over the valid tasks that have a score, 0..1. Null without any, or like `faults`.'),
};

/** Whose fault the end of an attempt is. */
export const taskFaultSchema = z
  .enum(taskFaults)
  .describe(
    'Whose fault the end is. `none`: it passed, or failed by what the agent did. `unknown`: the log does not say.',
  );
export const faultEvidenceSchema = z
  .object({
    rule: z.string().describe('The rule that found the fault.'),
    text: z.string().describe('The line that shows it, without secrets and at most 300 characters.'),
    log: z
      .object({
        start: z.string().nullable().describe('Id of the start of the run that wrote the line.'),
        offset: z
          .int()
          .describe(
            'Bytes from the first byte of that start. If a run has one start, this is the place in `/api/runs/{id}/log`.',
          ),
      })
      .nullable()
      .describe('Where the line is. Null: the text is from a result file.'),
  })
  .describe('What shows whose fault the end is.');

export const meanScoreAlias = z.number().nullable().describe('The older name of `mean_score`.');

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
