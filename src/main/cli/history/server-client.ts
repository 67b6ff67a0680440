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
}

/** @param stop ends all requests */
export function createServerClient({ base, apiKey }: ApiAddress, stop: AbortSignal): ServerClient {
  const shown = base.href.replace(/\/$/, '');

  async function ask(
    path: string,
    query: Query = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Result<Response, Refusal>> {
    const url = new URL(path, base);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, String(value));
    const authorization = apiKey === null ? {} : { authorization: `Bearer ${apiKey}` };
    const signal = AbortSignal.any([stop, AbortSignal.timeout(answerWithinMs)]);
    let answer: Response;
    try {
      answer = await fetch(url, { headers: { ...headers, ...authorization }, signal, redirect: 'manual' });
    } catch (error) {
      throw new UserError(`Nothing answers at ${shown}: ${reasonOf(error)}.`, {
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
        throw new UserError(`The answer of ${shown} broke off: ${reasonOf(error)}.`, { cause: error });
      }
      const parsed = schema.safeParse(json);
      if (parsed.success) return { ok: true, value: parsed.data };
      const [issue] = parsed.error.issues;
      throw foreign(`"${issue?.path.join('.') ?? ''}" of its answer does not fit`);
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

function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code === 'ECONNREFUSED') return 'no BenchTray is running there';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'the host name is unknown';
  if (code === 'ECONNRESET' || code === 'UND_ERR_SOCKET') return 'the server closed the connection';
  if (error instanceof DOMException && error.name === 'TimeoutError')
    return `no answer within ${answerWithinMs / 1000} s`;
  if (error instanceof DOMException) return 'stopped';
  return shortText(messageOf(causeOf(error)));
}

function hintFor(error: unknown): string | undefined {
  const code = codeOf(error);
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)
    ? 'For a certificate of your own, set NODE_EXTRA_CA_CERTS to its file.'
    : undefined;
}
