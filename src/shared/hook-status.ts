import { z } from 'zod';
import { count, time, type Shown } from './schema-parts.ts';

export const hookStatusSchema = z
  .object({
    index: count.describe('Place in `hooks` of the configuration, from 0.'),
    id: z
      .string()
      .describe('Stays the same while the hook is configured as it is, until BenchTray restarts.'),
    kind: z.enum(['command', 'url']),
    target: z.string().describe("The program's name, or the address without what may be secret in it."),
    ok: z.boolean().nullable().describe('Whether the newest attempt went well; null before the first.'),
    last_error: z
      .string()
      .nullable()
      .describe('Why the newest attempt that failed did. Stays when a later one goes well.'),
    last_at: time.nullable().describe('When the newest attempt ended.'),
    last_success_at: time.nullable().describe('When the newest attempt that went well ended.'),
    last_failure_at: time.nullable().describe('When the newest attempt that failed ended.'),
    delivered: count.describe('Events that arrived.'),
    failures: count.describe('Events that were given up after their last attempt.'),
    dropped: count.describe('Events that were never tried, because too many waited.'),
    pending: count.describe('Events that wait, with the one that is being delivered.'),
  })
  .describe('How one hook of the configuration fares. Nothing in it is secret.');

/** Result of the test of a hook. */
export const hookTestSchema = z
  .object({
    ok: z.boolean(),
    error: z.string().nullable().describe('Why it failed, without secrets; null if it did not.'),
    took_ms: count,
  })
  .describe('One attempt to deliver a test message.');

export type HookTest = Shown<typeof hookTestSchema>;
/** `absent`: there is no hook at this place; `changed`: there is another one; `busy`: a test of it is under way. */
export type HookTestRefusal = 'absent' | 'changed' | 'busy';
export type HookStatus = Shown<typeof hookStatusSchema>;
