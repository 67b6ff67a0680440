/** A table of routes, and how each answers the methods that all of them know. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { preflightHeaders } from './access.ts';
import { sendProblem } from './problem.ts';

export interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  /** What the route found in the path: what stands for `:id`, decoded. */
  readonly id: string;
}

export interface Route {
  /** @returns null when the path is not of this route, else what it found in it ("" where there is nothing to find) */
  readonly match: (path: string) => string | null;
  /** Answers GET, and HEAD as far as the headers. */
  readonly answer: (asked: Asked) => void | Promise<void>;
}

const methods = 'GET, HEAD, OPTIONS';

/** @param path as URLPattern has it: "/api/runs/:id" */
export function route(path: string, answer: Route['answer']): Route {
  const pattern = new URLPattern({ pathname: path });
  return {
    match(asked) {
      const found = pattern.exec({ pathname: asked });
      return found === null ? null : decodeURIComponent(found.pathname.groups['id'] ?? '');
    },
    answer,
  };
}

/** Finds the route and lets it answer; what has none is 404, what is no reading is 405, what cannot be read is 400. */
export async function answerByRoute(
  routes: readonly Route[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const target = readTarget(request.url ?? '/');
  if (target === null) {
    sendProblem(response, { status: 400, detail: 'The address of the request cannot be read.' });
    return;
  }
  if (target === '*') {
    answerOptions(response);
    return;
  }
  const { path, query } = target;
  for (const { match, answer } of routes) {
    const id = match(path);
    if (id === null) continue;
    if (request.method === 'OPTIONS') {
      answerOptions(response);
    } else if (request.method === 'GET' || request.method === 'HEAD') {
      await answer({ request, response, query, id });
    } else {
      const detail = `${request.method ?? ''} is not possible here: nothing can be changed through this server.`;
      sendProblem(response, { status: 405, detail, headers: { Allow: methods } });
    }
    return;
  }
  sendProblem(response, { status: 404, detail: `There is nothing at ${path}.` });
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

/** Path and query of a request; "*" for the server as a whole; null when they cannot be read. */
function readTarget(target: string): { readonly path: string; readonly query: URLSearchParams } | '*' | null {
  if (target === '*') return '*';
  // Put behind a host as it is: "//elsewhere/path" is a path here, not a host.
  const url = URL.parse(target.startsWith('/') ? `http://localhost${target}` : target);
  if (url === null || !isDecodable(url.pathname)) return null;
  return { path: url.pathname, query: url.searchParams };
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
