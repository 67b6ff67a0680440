/** Errors as RFC 9457 has them: `application/problem+json` with title, status and detail. Never a stack trace. */
import { STATUS_CODES, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import type { ProblemView } from '../routes/answer-schemas.ts';

export interface Problem {
  readonly status: number;
  /** One or two sentences for a person: what is wrong and, where there is one, the way out. */
  readonly detail: string;
  readonly hint?: string;
  readonly reason?: string;
  readonly fields?: ProblemView['fields'];
  readonly headers?: OutgoingHttpHeaders;
}

export const problemType = 'application/problem+json';

export function problemBody({ status, headers: _headers, ...words }: Problem): string {
  const view: ProblemView = { title: STATUS_CODES[status] ?? 'Error', status, ...words };
  return `${JSON.stringify(view)}\n`;
}

export function sendProblem(response: ServerResponse, problem: Problem): void {
  const body = problemBody(problem);
  response.writeHead(problem.status, {
    'Content-Type': problemType,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    ...problem.headers,
  });
  response.end(body);
}

/** Values of `Allow`, by the method of a path. */
export const allowed = { GET: 'GET, HEAD, OPTIONS', POST: 'POST, OPTIONS' } as const;

/** Returns the 405 for a method that a path does not have. */
export function methodProblem(asked = '', method: keyof typeof allowed = 'GET'): Problem {
  const why =
    method === 'POST' ? 'only POST is' : 'this resource is read-only, and nothing can be changed through it';
  const detail = `${asked} is not possible here: ${why}.`;
  return { status: 405, detail, headers: { Allow: allowed[method] } };
}

export const unreadableAddress: Problem = {
  status: 400,
  detail: 'The address of the request cannot be read.',
};

export const internalProblem: Problem = {
  status: 500,
  detail: 'Something went wrong within BenchTray; its log says what.',
};

/** What went wrong before there was a request: written straight to the socket. */
const parserProblems: Readonly<Record<string, Problem>> = {
  HPE_HEADER_OVERFLOW: { status: 431, detail: 'The address and the headers of the request are too long.' },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { status: 413, detail: 'The chunk extensions of the request are too long.' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, detail: 'The request took too long to arrive.' },
};

/** @returns null where nothing can be said, as when the connection itself has failed */
export function problemOfParser(errorCode = ''): Problem | null {
  const isUnreadable = errorCode.startsWith('HPE_');
  return (
    parserProblems[errorCode] ??
    (isUnreadable ? { status: 400, detail: 'This is not an HTTP request.' } : null)
  );
}

/** A whole answer, after which the connection closes. */
export function rawAnswer(problem: Problem): string {
  const body = problemBody(problem);
  const headers = Object.entries(problem.headers ?? {}).map(([name, value]) => `${name}: ${String(value)}`);
  return [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
    `Content-Type: ${problemType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'X-Content-Type-Options: nosniff',
    'Cross-Origin-Resource-Policy: same-origin',
    ...headers,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
