/**
 * A server that is older, or of another make, leaves fields out or sends them in another form. The terminal shows such a field as
 * unknown. Words that are not known yet (a phase, a state) stay as they are.
 */
import { z } from 'zod';
import type { StreamMessage } from '../../engine/client/index.ts';

const text = z.string().catch('');
const textOrNull = z.string().nullable().catch(null);
const number = z.number().catch(0);
const numberOrNull = z.number().nullable().catch(null);
const yes = z.boolean().catch(false);
/** Items of the list that are no objects are left out. */
const listOf = (item: z.ZodType) =>
  z
    .array(z.unknown())
    .catch([])
    .transform((items) => items.flatMap((one) => item.safeParse(one).data ?? []));

/** Without its VM, nothing can be placed. */
const vm = { vm: z.string() };
const run = { ...vm, run_id: z.string() };

const figures = {
  succeeded: number,
  score_sum: number,
  tasks_scored: number,
  mean_score: numberOrNull,
  pass_rate: numberOrNull,
};
const counts = { tasks_completed: number, total_tasks: number };

const error = z.looseObject({
  ...vm,
  message: text,
  code: text,
  severity: text,
  detail: textOrNull,
  hint: textOrNull,
  began_at: text,
});
const finding = z.looseObject({ piece: text, value: text, why: text });
const detail = z.looseObject({
  text,
  percent: numberOrNull,
  reason: textOrNull,
  address: textOrNull,
  container: textOrNull,
  probe_address: textOrNull,
  log: textOrNull,
  runner: textOrNull,
  found: listOf(finding),
});
const cost = z.looseObject({
  per_hour_usd: z.number(),
  so_far_usd: number,
  since: text,
  unknown: yes,
  as_of: textOrNull,
});
const pool = z.looseObject({
  pool_id: text,
  worker_id: number,
  workers: number,
  ...counts,
  ...figures,
  state: text,
  parts: listOf(z.looseObject({ ...run, worker_id: number, ...counts, state: text })),
});

const schemas = {
  connected: z.looseObject({}),
  vms: z.looseObject({ vms: listOf(z.looseObject({ name: z.string() })) }),
  status: z.looseObject({
    ...vm,
    connected: yes,
    phase: z.string().catch('unknown'),
    waa_ready: yes,
    probe: z
      .looseObject({ status: text, vnc_url: textOrNull })
      .catch({ status: 'Not responding', vnc_url: null }),
    power_state: textOrNull,
    detail: detail.catch(detail.parse({})),
    checked_at: textOrNull,
    as_of: textOrNull,
    cost: cost.nullable().catch(null),
    // Missing, it says nothing: errors are then told one by one.
    open_errors: listOf(error).optional(),
  }),
  progress: z.looseObject({
    ...run,
    ...counts,
    ...figures,
    current_task: textOrNull,
    current_step: number,
    domain: textOrNull,
    max_steps: numberOrNull,
    instruction: textOrNull,
    success_rate_planned: numberOrNull,
    started_at: textOrNull,
    elapsed_seconds: number,
    eta_seconds: numberOrNull,
    as_of: textOrNull,
    state: text,
    domains: listOf(z.looseObject({ domain: textOrNull, ...counts, ...figures })),
    pool: pool.nullable().catch(null),
  }),
  task_complete: z.looseObject({
    ...run,
    task_id: z.string(),
    success: yes,
    score: numberOrNull,
    domain: textOrNull,
    attempt: z.number().catch(1),
    steps: number,
    duration_seconds: numberOrNull,
    outcome: text,
    finished_at: textOrNull,
    catch_up: yes,
  }),
  problem: error,
  recovered: z.looseObject({ ...vm, message: text, code: text, began_at: text, lasted_seconds: number }),
} satisfies Record<StreamMessage['event'], z.ZodType>;

/** Returns the message with all that the terminal needs of it; null where it does not even say what it is about. */
export function completed(message: StreamMessage): StreamMessage | null {
  const { data } = schemas[message.event].safeParse(message.data);
  return data === undefined ? null : ({ ...message, data } as StreamMessage);
}
