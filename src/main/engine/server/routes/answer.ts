/**
 * Answers of routes. They go to the raw response, on which the gate has set headers already: nothing passes through a web stream,
 * and HEAD gets the same headers as GET.
 */
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { ServerResponse } from 'node:http';
import { sendProblem, type Problem } from '../http/problem.ts';

interface Answering {
  readonly env: { readonly outgoing: ServerResponse };
}

/** Sends a whole answer. For HEAD, node:http leaves out the body by itself. */
export function answerBody(
  { env: { outgoing } }: Answering,
  contentType: string,
  body: string | Buffer,
): Response {
  outgoing.setHeader('Content-Type', contentType);
  outgoing.setHeader('Content-Length', Buffer.byteLength(body));
  outgoing.end(body);
  return RESPONSE_ALREADY_SENT;
}

/** Sends JSON that no cache stores, unless a `Cache-Control` was set. */
export function answerJson(c: Answering, body: unknown): Response {
  const { outgoing } = c.env;
  if (!outgoing.hasHeader('Cache-Control')) outgoing.setHeader('Cache-Control', 'no-store');
  return answerBody(c, 'application/json', `${JSON.stringify(body)}\n`);
}

export function answerProblem({ env: { outgoing } }: Answering, problem: Problem): Response {
  sendProblem(outgoing, problem);
  return RESPONSE_ALREADY_SENT;
}
