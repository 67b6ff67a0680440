/** `GET /api/benchmark-sse`: the event stream. */
import { sendProblem } from '../http/problem.ts';
import { parseStreamQuery } from './query.ts';
import { route, type Route } from '../http/routing.ts';
import type { Streams } from '../stream/streams.ts';

export interface StreamRouteOptions {
  readonly streams: Streams;
  readonly vmNames: () => readonly string[];
  readonly maxConnections: () => number;
}

/** How soon a client that found no place may ask again. */
const retryAfterSeconds = 30;

const streamHeaders = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache, no-transform',
  // For nginx, which otherwise collects what it passes on.
  'X-Accel-Buffering': 'no',
};

export function streamRoute({ streams, vmNames, maxConnections }: StreamRouteOptions): Route {
  return route('/api/benchmark-sse', ({ request, response, query, visitor }) => {
    const [lastEventId] = [request.headers['last-event-id']].flat();
    const parsed = parseStreamQuery(query, lastEventId, vmNames());
    if (!parsed.ok) {
      sendProblem(response, parsed.problem);
      return;
    }
    if (request.method === 'HEAD') {
      response.writeHead(200, streamHeaders).end();
      return;
    }
    if (streams.count() >= maxConnections()) {
      sendProblem(response, {
        status: 503,
        detail: `There are ${streams.count()} streams already, and "server.maxConnections" allows no more.`,
        headers: { 'Retry-After': retryAfterSeconds },
      });
      return;
    }
    const refusal = visitor?.refuseStream() ?? null;
    if (refusal !== null) {
      sendProblem(response, refusal);
      return;
    }
    visitor?.hold(response);
    response.writeHead(200, streamHeaders).flushHeaders();
    streams.open(response, parsed.value);
  });
}
