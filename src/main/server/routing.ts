/** A table of routes, and how each answers the methods that all of them know. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { preflightHeaders } from './access.ts';
import type { Visitor } from './external-gate.ts';
import type { ApiPath } from './operations.ts';
import { sendProblem, type Problem } from './problem.ts';
import type { Target } from './target.ts';

/** A request that may be made. */
export interface Received {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** What it asks for; null where that cannot be read. */
  readonly target: Target | '*' | null;
  /** Who comes from another machine; null for this one. */
  readonly visitor: Visitor | null;
}

export interface Asked extends Omit<Received, 'target'> {
  readonly query: URLSearchParams;
  /** What the route found in the path, by name, decoded: what stands for `:task` is `named.task`. */
  readonly named: Named;
  /** What stands for `:id`; empty where there is none. */
  readonly id: string;
}

type Named = Readonly<Record<string, string>>;

export interface Route {
  /** @returns null when the path is not of this route, else what it found in it */
  readonly match: (path: string) => Named | null;
  /** Answers GET, and HEAD as far as the headers. */
  readonly answer: (asked: Asked) => void | Promise<void>;
}

const methods = 'GET, HEAD, OPTIONS';

/** @param path as URLPattern has it, one that is described: "/api/runs/:id" */
export function route(path: ApiPath, answer: Route['answer']): Route {
  const pattern = new URLPattern({ pathname: path });
  return {
    match(asked) {
      const found = pattern.exec({ pathname: asked });
      if (found === null) return null;
      const groups = Object.entries(found.pathname.groups);
      return Object.fromEntries(groups.map(([name, text = '']) => [name, decodeURIComponent(text)]));
    },
    answer,
  };
}

/** Finds the route and lets it answer; what has none is 404, what is no reading is 405, what cannot be read is 400. */
export async function answerByRoute(
  routes: readonly Route[],
  { request, response, target, visitor }: Received,
): Promise<void> {
  if (target === null) {
    sendProblem(response, { status: 400, detail: 'The address of the request cannot be read.' });
    return;
  }
  if (target === '*') {
    if (request.method === 'OPTIONS') answerOptions(response);
    else sendProblem(response, { status: 400, detail: '"*" is not a path: only OPTIONS may ask for it.' });
    return;
  }
  const { path, query } = target;
  for (const { match, answer } of routes) {
    const named = match(path);
    if (named === null) continue;
    if (request.method === 'OPTIONS') {
      answerOptions(response);
    } else if (request.method === 'GET' || request.method === 'HEAD') {
      await answer({ request, response, visitor, query, named, id: named['id'] ?? '' });
    } else {
      sendProblem(response, methodProblem(request.method));
    }
    return;
  }
  sendProblem(response, { status: 404, detail: `There is nothing at ${path}.` });
}

export function methodProblem(method = ''): Problem {
  const detail = `${method} is not possible here: nothing can be changed through this server.`;
  return { status: 405, detail, headers: { Allow: methods } };
}

/** Sends a whole answer. For HEAD, node:http leaves out the body by itself. */
export function sendBody(response: ServerResponse, contentType: string, body: string | Buffer): void {
  response.setHeader('Content-Type', contentType);
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.end(body);
}

export function sendJson(response: ServerResponse, body: unknown): void {
  if (!response.hasHeader('Cache-Control')) response.setHeader('Cache-Control', 'no-store');
  sendBody(response, 'application/json', `${JSON.stringify(body)}\n`);
}

function answerOptions(response: ServerResponse): void {
  response.writeHead(204, { Allow: methods, ...preflightHeaders }).end();
}
