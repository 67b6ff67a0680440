/** `GET /api/benchmark-sse`: the event stream. */
import { createRoute } from '@hono/zod-openapi';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { z } from 'zod';
import * as payloads from '../../../../shared/payload-schemas.ts';
import type { Result } from '../../../../shared/result.ts';
import type { StreamQuery } from '../stream/stream.ts';
import type { Streams } from '../stream/streams.ts';
import type { Problem } from '../http/problem.ts';
import { answerProblem } from './answer.ts';
import type { App } from './app.ts';
import { answers, events, headerParameters, unreadable } from './described.ts';
import { findVm, numberParameter, textParameter } from './parameters.ts';

export interface StreamRouteOptions {
  readonly streams: Streams;
  readonly vmNames: () => readonly string[];
  readonly maxConnections: () => number;
}

/** `Retry-After` of a client beyond the limit. */
const retryAfterSeconds = 30;

const streamHeaders = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache, no-transform',
  // Without this, nginx buffers the stream.
  'X-Accel-Buffering': 'no',
};

const interval = { default: 5, min: 1, max: 60 };

// A message continues after the name of the parameter: "interval" must be …
export const streamQuerySchema = z.object({
  interval: numberParameter(
    z
      .number('must be a number of seconds')
      .default(interval.default)
      .describe(`Seconds between two snapshots, clamped to ${interval.min}..${interval.max}.`),
  ),
  vm: textParameter(
    z
      .string()
      .optional()
      .describe('Name of a VM of the configuration; `*`: all. Without it: the first one that is configured.'),
  ),
  error_event: textParameter(
    z
      .string()
      .regex(/^[a-z_]+$/, 'must consist of a to z and "_"')
      .default('error')
      .describe("Another name for our `error` events, which EventSource's own errors do not have."),
  ),
  lastEventId: textParameter(
    z.string().optional().describe('The same as the header `Last-Event-ID`, for clients that cannot set it.'),
  ),
});

const route = createRoute({
  method: 'get',
  path: '/api/benchmark-sse',
  operationId: 'getStream',
  summary: 'The event stream',
  description:
    'Opens with `connected`, `vms`, what was missed, one `status` for each VM and one `progress` for its newest run; never ends by itself. ' +
    '`x-events` has the form of the data of each event.',
  request: { query: streamQuerySchema },
  parameters: headerParameters({
    'Last-Event-ID': 'Id of the last event that was received: what came after it follows.',
  }),
  responses: answers({
    content: { 'text/event-stream': null },
    others: {
      ...unreadable,
      404: 'There is no such VM.',
      503: 'There are too many streams: see `Retry-After`.',
    },
  }),
  'x-events': events({
    connected: payloads.connectedSchema,
    vms: payloads.vmsSchema,
    status: payloads.statusSchema,
    progress: payloads.progressSchema,
    task_complete: payloads.taskCompleteSchema,
    error: payloads.errorSchema,
    recovered: payloads.recoveredSchema,
  }),
});

export function addStreamRoute(app: App, { streams, vmNames, maxConnections }: StreamRouteOptions): void {
  app.openapi(route, (c) => {
    const { incoming, outgoing, visitor } = c.env;
    const [lastEventId] = [incoming.headers['last-event-id']].flat();
    const query = streamQuery(c.req.valid('query'), lastEventId, vmNames());
    if (!query.ok) return answerProblem(c, query.problem);
    if (incoming.method === 'HEAD') {
      outgoing.writeHead(200, streamHeaders).end();
      return RESPONSE_ALREADY_SENT;
    }
    if (streams.count() >= maxConnections())
      return answerProblem(c, {
        status: 503,
        detail: `There are ${streams.count()} streams already, and "server.maxConnections" allows no more.`,
        headers: { 'Retry-After': retryAfterSeconds },
      });
    const refusal = visitor?.refuseStream() ?? null;
    if (refusal !== null) return answerProblem(c, refusal);
    visitor?.hold(outgoing);
    outgoing.writeHead(200, streamHeaders).flushHeaders();
    streams.open(outgoing, query.value);
    return RESPONSE_ALREADY_SENT;
  });
}

/**
 * Returns what a stream shows and where it begins.
 * @param lastEventIdHeader wins over `?lastEventId=`, which stays in the address of a client that reconnects
 * @param vmNames the configured VMs, in order: without `vm`, a client gets the first
 */
export function streamQuery(
  asked: z.infer<typeof streamQuerySchema>,
  lastEventIdHeader: string | undefined,
  vmNames: readonly string[],
): Result<StreamQuery, Problem> {
  const vm = findVm(asked.vm, vmNames);
  if (!vm.ok) return vm;
  const lastEventId = [lastEventIdHeader, asked.lastEventId]
    .map((id) => id?.trim() ?? '')
    .find((id) => id !== '');
  return {
    ok: true,
    value: {
      intervalSeconds: Math.min(interval.max, Math.max(interval.min, asked.interval)),
      // If no VM is configured yet, the stream shows whatever comes.
      vm: asked.vm === undefined ? (vmNames[0] ?? null) : vm.value,
      errorEvent: asked.error_event,
      lastEventId: lastEventId ?? null,
    },
  };
}
