/** Sends requests to a running BenchTray. The server may be of another version, or no BenchTray at all. */
import { z } from 'zod';
import { messageOf } from '../../../shared/message-of.ts';
import { cutText, plainText } from '../../../shared/plain-text.ts';
import type { Result } from '../../../shared/result.ts';
import { sentence } from '../../../shared/wording.ts';
import { UserError } from '../../../shared/user-error.ts';
import { readAnswerJson } from '../../engine/common/read-answer-json.ts';
import type { ApiAddress } from '../given-url.ts';

/** How long an answer may take. The largest ones need less than a second. */
const answerWithinMs = 20_000;
/** A report of hundreds of screenshots needs a minute, and others may be made before it. */
const textWithinMs = 600_000;
/** Above the size of any report. */
const mostTextBytes = 20_000_000;

type Query = Readonly<Record<string, string | number | undefined>>;

/** Why the server refused: it is a BenchTray, and says so in a sentence. */
export interface Refusal {
  readonly status: number;
  readonly detail: string;
  readonly hint: string | null;
}

export interface ServerClient {
  /** The address, without what may be secret in it. */
  readonly shown: string;
  /**
   * Sends a request for a path such as "api/runs".
   * @returns the answer with its body unread, or why a BenchTray refused
   * @throws UserError if nothing answers, or something that is not a BenchTray
   */
  ask(
    path: string,
    query?: Query,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Result<Response, Refusal>>;
  /** The same for JSON that fits the schema. */
  askJson<Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    query?: Query,
  ): Promise<Result<z.infer<Schema>, Refusal>>;
  /** Yields a long text as it comes. @throws UserError as `ask`, if a BenchTray refuses, and if the answer breaks off */
  askText(path: string, contentType: string): AsyncGenerator<string, void>;
}

/** @param stop ends all requests */
export function createServerClient({ base, apiKey }: ApiAddress, stop: AbortSignal): ServerClient {
  const shown = base.href.replace(/\/$/, '');

  async function ask(
    path: string,
    query: Query = {},
    headers: Readonly<Record<string, string>> = {},
    withinMs = answerWithinMs,
  ): Promise<Result<Response, Refusal>> {
    const url = new URL(path, base);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, String(value));
    const authorization = apiKey === null ? {} : { authorization: `Bearer ${apiKey}` };
    const signal = AbortSignal.any([stop, AbortSignal.timeout(withinMs)]);
    let answer: Response;
    try {
      answer = await fetch(url, { headers: { ...headers, ...authorization }, signal, redirect: 'manual' });
    } catch (error) {
      throw new UserError(`Nothing answers at ${shown}: ${reasonOf(error, withinMs)}.`, {
        hint: hintFor(error),
        cause: error,
      });
    }
    return answer.ok ? { ok: true, value: answer } : { ok: false, problem: await refusalIn(answer) };
  }

  async function refusalIn(answer: Response): Promise<Refusal> {
    const { status, headers } = answer;
    const isProblem = headers.get('content-type')?.startsWith('application/problem+json') === true;
    const problem = problemSchema.safeParse(
      isProblem ? await readAnswerJson(answer).catch(() => null) : null,
    );
    if (!problem.success) throw foreign(`it answers ${status}`);
    const { detail, hint } = problem.data;
    const ownHint = status === 401 ? `Add your key: --url '${shown}/?api_key=bt_…'` : null;
    return { status, detail: shortText(detail), hint: hint === undefined ? ownHint : shortText(hint) };
  }

  function foreign(why: string): UserError {
    return new UserError(`What answers at ${shown} is not a BenchTray of this version: ${why}.`);
  }

  function brokeOff(error: unknown, withinMs: number): UserError {
    return new UserError(`The answer of ${shown} broke off: ${reasonOf(error, withinMs)}.`, { cause: error });
  }

  return {
    shown,
    ask,
    async askJson(path, schema, query = {}) {
      const answer = await ask(path, query, { accept: 'application/json' });
      if (!answer.ok) return answer;
      let json: unknown;
      try {
        json = await readAnswerJson(answer.value);
      } catch (error) {
        if (error instanceof SyntaxError) throw foreign('its answer is not JSON');
        throw brokeOff(error, answerWithinMs);
      }
      const parsed = schema.safeParse(json);
      if (parsed.success) return { ok: true, value: parsed.data };
      const [issue] = parsed.error.issues;
      throw foreign(`"${issue?.path.join('.') ?? ''}" of its answer does not fit`);
    },
    async *askText(path, contentType) {
      const answer = await ask(path, {}, { accept: contentType }, textWithinMs);
      if (!answer.ok) throw refused(answer.problem);
      if (answer.value.headers.get('content-type')?.startsWith(contentType) !== true)
        throw foreign(`it does not answer with ${contentType}`);
      const decoder = new TextDecoder();
      let bytes = 0;
      try {
        for await (const part of (answer.value.body ?? []) as AsyncIterable<Uint8Array>) {
          bytes += part.length;
          if (bytes > mostTextBytes) break;
          yield decoder.decode(part, { stream: true });
        }
      } catch (error) {
        throw brokeOff(error, textWithinMs);
      }
      if (bytes > mostTextBytes) throw foreign(`its answer is longer than ${mostTextBytes} bytes`);
    },
  };
}

/** Turns a refusal into the error that a person sees. */
export function refused({ detail, hint }: Refusal): UserError {
  return new UserError(sentence(detail), { hint: hint ?? undefined });
}

/** Far above any sentence of BenchTray. */
const longestSentence = 2000;

function shortText(text: string): string {
  return cutText(plainText(text), longestSentence);
}

const problemSchema = z.object({ detail: z.string(), hint: z.string().optional() });

/** `fetch` says why only in the cause of its error. */
function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? error.cause : error;
}

function codeOf(error: unknown): string {
  const cause = causeOf(error);
  // Addresses of both families were tried.
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  return first instanceof Error && 'code' in first ? String(first.code) : '';
}

function reasonOf(error: unknown, withinMs: number): string {
  const code = codeOf(error);
  if (code === 'ECONNREFUSED') return 'no BenchTray is running there';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'the host name is unknown';
  if (code === 'ECONNRESET' || code === 'UND_ERR_SOCKET') return 'the server closed the connection';
  if (error instanceof DOMException && error.name === 'TimeoutError')
    return `no answer within ${withinMs / 1000} s`;
  if (error instanceof DOMException) return 'stopped';
  return shortText(messageOf(causeOf(error)));
}

function hintFor(error: unknown): string | undefined {
  const code = codeOf(error);
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)
    ? 'For a certificate of your own, set NODE_EXTRA_CA_CERTS to its file.'
    : undefined;
}
