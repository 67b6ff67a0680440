/** Tells a web address: one POST, of whose answer only status and Retry-After are read. */
import { maskSecrets } from '../../../shared/mask-secrets.ts';
import type { HookConfig, HookFormat } from '../config/index.ts';
import { bodyOf } from './formats.ts';
import type { Deliver, Environment, DeliveryResult } from './model.ts';

export interface PostTarget {
  readonly url: string;
  readonly format: HookFormat;
  readonly headers: HookHeaders;
  readonly timeoutSeconds: number;
}
export type HookHeaders = NonNullable<HookConfig['headers']>;

const longestRetryAfterMs = 300_000;
/** As in RFC 9110, section 5.5, without the obsolete bytes. */
const headerValue = /^[\t\x20-\x7e]*$/;

export function postTo(target: PostTarget, environment: Environment, userAgent: string): Deliver {
  return async (message, signal) => {
    const named = readHeaders(target.headers, environment);
    if (!named.ok) return { kind: 'failed', reason: named.reason, mayRetry: false };
    const { contentType, text } = bodyOf(target.format, message);
    const limit = AbortSignal.timeout(target.timeoutSeconds * 1000);
    try {
      const headers = new Headers({ 'Content-Type': contentType, 'User-Agent': userAgent });
      for (const [name, value] of Object.entries(named.headers)) headers.set(name, value);
      const response = await fetch(target.url, {
        method: 'POST',
        // A redirect could lead secrets elsewhere.
        redirect: 'manual',
        headers,
        body: text,
        signal: AbortSignal.any([signal, limit]),
      });
      // However much it is, nobody needs it. What goes wrong with it now is no matter either.
      await response.body?.cancel().catch(() => undefined);
      return outcomeOf(response);
    } catch (error) {
      const reason = limit.aborted
        ? `There was no answer within ${target.timeoutSeconds} s.`
        : `It cannot be reached (${causeOf(error)}).`;
      return { kind: 'failed', reason, mayRetry: true };
    }
  };
}

/** Headers with what the environment holds, or a sentence that says what it lacks. Never shows a value. */
export function readHeaders(
  headers: HookHeaders,
  environment: Environment,
):
  | { readonly ok: true; readonly headers: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly reason: string } {
  const read: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string') {
      read[name] = value;
      continue;
    }
    // A file that was read into the variable may have left a line end.
    const found = environment[value.env]?.trim() ?? '';
    if (found === '') {
      return {
        ok: false,
        reason: `The environment variable ${value.env} is not set, which header ${name} needs.`,
      };
    }
    if (!headerValue.test(found)) {
      return {
        ok: false,
        reason: `The environment variable ${value.env} holds characters that no header may have.`,
      };
    }
    read[name] = found;
  }
  return { ok: true, headers: read };
}

function outcomeOf({ ok, status, headers }: Response): DeliveryResult {
  if (ok) return { kind: 'done' };
  if (status >= 300 && status < 400) {
    const reason = `It answered with a redirect (${status}), and redirects are not followed: name the final address.`;
    return { kind: 'failed', reason, mayRetry: false };
  }
  return {
    kind: 'failed',
    reason: `It answered with status ${status}.`,
    mayRetry: status === 429 || status >= 500,
    retryAfterMs: retryAfterMs(headers.get('retry-after'), Date.now()),
  };
}

/** RFC 9110, section 10.2.3: seconds, or a date. Null where there is neither; never more than five minutes. */
export function retryAfterMs(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  const afterMs = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return Number.isNaN(afterMs) ? null : Math.min(Math.max(0, afterMs), longestRetryAfterMs);
}

/** What the network says, which names hosts and ports at most. `fetch` hides it behind its own error. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : null;
  if (!(cause instanceof Error)) return 'the request failed';
  // Of several addresses that were tried, the message is empty and only the code says something.
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  return maskSecrets(cause.message === '' ? code : cause.message);
}
