/** The Hono app that routes are added to: how it validates, and its answers outside of routes. */
import { OpenAPIHono, type RouteConfig } from '@hono/zod-openapi';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { HTTPException } from 'hono/http-exception';
import { preflightHeaders, type Caller } from '../access/access.ts';
import type { Visitor } from '../access/external-gate.ts';
import type { FaultLog } from '../http/fault-log.ts';
import { allowed, internalProblem, methodProblem } from '../http/problem.ts';
import { answerProblem } from './answer.ts';
import { invalidProblem } from './parameters.ts';

/** A gate's description of a request that it lets through. */
export interface Admission {
  /** The client on another machine; null on this one. */
  readonly visitor: Visitor | null;
  readonly caller: Caller;
}

export interface AppEnv {
  readonly Bindings: HttpBindings & Admission;
}

export type App = OpenAPIHono<AppEnv>;

export function createApp(faults: FaultLog): App {
  const app: App = new OpenAPIHono<AppEnv>({
    defaultHook(result, c) {
      return result.success
        ? undefined
        : answerProblem(c, invalidProblem(result, new URL(c.req.url).searchParams));
    },
  });
  app.notFound((c) =>
    answerProblem(c, { status: 404, detail: `There is nothing at ${new URL(c.req.url).pathname}.` }),
  );
  app.onError((error, c) => {
    if (error instanceof HTTPException)
      return answerProblem(c, { status: error.status, detail: `${error.message}.` });
    // Work for a client that hung up was stopped: that is no fault, and must not crowd out one.
    if (error.name === 'AbortError' && c.env.outgoing.destroyed) return RESPONSE_ALREADY_SENT;
    faults.note(error, c.env.incoming.url ?? '');
    if (!c.env.outgoing.headersSent) return answerProblem(c, internalProblem);
    c.env.outgoing.destroy();
    return RESPONSE_ALREADY_SENT;
  });
  return app;
}

/** Adds answers to OPTIONS, and 405 with `Allow` to methods that a path does not have. Call it after adding all routes. */
export function answerOtherMethods(app: App): void {
  const headers = new Map(
    app.openAPIRegistry.definitions.flatMap((definition) =>
      definition.type === 'route' ? [[routingPath(definition.route.path), headersOf(definition.route)]] : [],
    ),
  );
  for (const { method, path } of [...app.routes]) {
    // Middleware, and routes that were added by this loop.
    if (method === 'ALL' || app.routes.some((other) => other.method === 'ALL' && other.path === path))
      continue;
    const methods = method === 'POST' ? 'POST' : 'GET';
    app.all(path, (c) => {
      const asked = c.env.incoming.method;
      if (asked !== 'OPTIONS') return answerProblem(c, methodProblem(asked, methods));
      const allow = allowed[methods];
      c.env.outgoing.writeHead(204, { Allow: allow, ...preflightHeaders(allow, headers.get(path)) }).end();
      return RESPONSE_ALREADY_SENT;
    });
  }
}

/** "/api/runs/{id}" as Hono writes it: "/api/runs/:id". */
function routingPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

/** Returns the request headers that a route reads besides the usual ones. */
function headersOf({ parameters = [], request }: RouteConfig): string[] {
  return [
    ...parameters.flatMap((one) => ('in' in one && one.in === 'header' ? [one.name] : [])),
    ...(request?.body === undefined ? [] : ['Content-Type']),
  ];
}
