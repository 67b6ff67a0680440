/** Answers of the server as values: the wanted one, or a problem (RFC 9457). */
import type { Result } from '../../shared/result.ts';
import type { FieldProblem } from '../../shared/setup.ts';

/** Why there is no wanted answer: what the server said, or that it did not answer. */
export interface AnswerProblem {
  /** 0: there was no answer. */
  readonly status: number;
  readonly detail: string;
  readonly hint: string | null;
  /** A word for the kind of problem, where the server has one. */
  readonly reason: string | null;
  readonly fields: readonly FieldProblem[];
}

export type Answer<Value> = Result<Value, AnswerProblem>;

/** Never throws, but for a request that was given up. */
export async function ask(url: URL, options: RequestInit = {}): Promise<Answer<Response>> {
  let response: Response;
  try {
    response = await fetch(url, { cache: 'no-store', ...options });
  } catch (error) {
    if (options.signal?.aborted === true) throw error;
    return refused(0, 'BenchTray does not answer. Is it still running?');
  }
  return response.ok ? { ok: true, value: response } : { ok: false, problem: await problemOf(response) };
}

/** Reads an answer in JSON. @param signal that its request was given */
export async function jsonOf<Value>(answer: Answer<Response>, signal?: AbortSignal): Promise<Answer<Value>> {
  if (!answer.ok) return answer;
  try {
    return { ok: true, value: (await answer.value.json()) as Value };
  } catch (error) {
    if (signal?.aborted === true) throw error;
    return refused(0, 'The answer of BenchTray broke off. Is it still running?');
  }
}

async function problemOf(response: Response): Promise<AnswerProblem> {
  const { status, statusText } = response;
  const words = (await response.json().catch(() => ({}))) as {
    readonly detail?: string;
    readonly hint?: string;
    readonly reason?: string;
    readonly fields?: readonly FieldProblem[];
  };
  const { detail = `The server answers ${String(status)} ${statusText}.`, hint, reason, fields } = words;
  return { status, detail, hint: hint ?? null, reason: reason ?? null, fields: fields ?? [] };
}

/** Returns a problem that no server has told. @param status 0: there was no answer */
export function refused(status: number, detail: string): Answer<never> {
  return { ok: false, problem: { status, detail, hint: null, reason: null, fields: [] } };
}
