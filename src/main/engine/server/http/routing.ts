/** A table of routes, and how each answers the methods that it knows. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { preflightHeaders, type Caller } from '../access/access.ts';
import type { Visitor } from '../access/external-gate.ts';
import { operations, type ApiPath, type Operation } from '../routes/operations.ts';
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
  readonly caller: Caller;
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
  /** Answers GET, and HEAD as far as the headers; or POST. */
  readonly answer: (asked: Asked) => void | Promise<void>;
  /** Default: GET. */
  readonly method?: 'POST';
  /** Not there for other machines. */
  readonly isLocal?: true;
  /** Request headers that it reads besides the usual ones. */
  readonly headers?: readonly string[];
}

const methods = { GET: 'GET, HEAD, OPTIONS', POST: 'POST, OPTIONS' } as const;

/** @param path as URLPattern has it, one that is described: "/api/runs/:id" */
export function route(path: ApiPath, answer: Route['answer']): Route {
  const pattern = new URLPattern({ pathname: path });
  const { method, isLocal, headers = {} }: Operation = operations[path];
  return {
    ...(method === undefined ? {} : { method }),
    ...(isLocal === undefined ? {} : { isLocal }),
    headers: [...Object.keys(headers), ...(method === 'POST' ? ['Content-Type'] : [])],
    match(asked) {
      const found = pattern.exec({ pathname: asked });
      if (found === null) return null;
      const groups = Object.entries(found.pathname.groups);
      return Object.fromEntries(groups.map(([name, text = '']) => [name, decodeURIComponent(text)]));
    },
    answer,
  };
}

/** Finds the route and lets it answer; what has none is 404, another method than its own is 405, what cannot be read is 400. */
export async function answerByRoute(
  routes: readonly Route[],
  { request, response, target, visitor, caller }: Received,
): Promise<void> {
  if (target === null) {
    sendProblem(response, { status: 400, detail: 'The address of the request cannot be read.' });
    return;
  }
  if (target === '*') {
    if (request.method === 'OPTIONS') answerOptions(response, methods.GET);
    else sendProblem(response, { status: 400, detail: '"*" is not a path: only OPTIONS may ask for it.' });
    return;
  }
  const { path, query } = target;
  for (const { match, answer, method = 'GET', isLocal = false, headers } of routes) {
    const named = isLocal && caller === 'other-machine' ? null : match(path);
    if (named === null) continue;
    const asked = request.method === 'HEAD' ? 'GET' : request.method;
    if (asked === 'OPTIONS') {
      answerOptions(response, methods[method], headers);
    } else if (asked === method) {
      await answer({ request, response, visitor, caller, query, named, id: named['id'] ?? '' });
    } else {
      sendProblem(response, methodProblem(request.method, method));
    }
    return;
  }
  sendProblem(response, { status: 404, detail: `There is nothing at ${path}.` });
}

export function methodProblem(asked = '', method: keyof typeof methods = 'GET'): Problem {
  const why =
    method === 'POST' ? 'only POST is' : 'this is only to be read, and nothing can be changed through it';
  const detail = `${asked} is not possible here: ${why}.`;
  return { status: 405, detail, headers: { Allow: methods[method] } };
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

function answerOptions(response: ServerResponse, allow: string, headers?: readonly string[]): void {
  response.writeHead(204, { Allow: allow, ...preflightHeaders(allow, headers) }).end();
}
