/** `GET /api/doctor`: runs the doctor for a client on this machine, and sends each result as soon as it is known. */
import { createRoute } from '@hono/zod-openapi';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import {
  doctorCheckSchema,
  doctorSummarySchema,
  type DoctorCheck,
  type DoctorSummary,
} from '../../../../shared/doctor.ts';
import type { Problem } from '../http/problem.ts';
import { checkStreamHeaders, endId, goneWith, sendChecks } from '../stream/check-stream.ts';
import { doctorAnswerSchema, type DoctorAnswer } from './answer-schemas.ts';
import { answerJson, answerProblem } from './answer.ts';
import type { Admission, App } from './app.ts';
import { answers, events, headerParameters, unreadable } from './described.ts';
import { acceptedQuality, findVm, vmParameter } from './parameters.ts';

/** One run of the doctor. */
export interface DoctorRun {
  /** Null: all of them. */
  readonly vm: string | null;
  /** Where this server is. */
  readonly url: string;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  readonly onCheck: (check: DoctorCheck) => void;
}

export type RunDoctor = (
  run: DoctorRun,
) => Promise<{ readonly summary: DoctorSummary; readonly checks: readonly DoctorCheck[] }>;

export interface DoctorRouteOptions {
  /** Null: there is no doctor. */
  readonly run: RunDoctor | null;
  readonly vmNames: () => readonly string[];
  readonly url: () => string;
}

/** Each is a login on every VM that is looked at. */
const mostAtOnce = 2;
const retryAfterSeconds = 10;

const route = createRoute({
  method: 'get',
  path: '/api/doctor',
  operationId: 'runDoctor',
  summary: 'What is wrong, and what to do about it',
  description:
    'Looks at this BenchTray and at its VMs, and changes nothing. As an event stream, `check` tells every change of a check while it runs; ' +
    'last comes one `summary`, and the stream ends. As JSON, everything comes at the end. Closing the connection cancels it. ' +
    'Only for this machine, and not for pages of other sites: 403.',
  request: { query: z.object({ vm: vmParameter }) },
  parameters: headerParameters({
    'Last-Event-ID': 'Id of the `summary`, which EventSource comes back with: 204, so that it stays away.',
  }),
  responses: answers({
    content: { 'text/event-stream': null, 'application/json': doctorAnswerSchema },
    others: {
      ...unreadable,
      204: 'The stream that is asked for anew is over.',
      404: 'There is no such VM.',
      503: 'Too many ask at once: see `Retry-After`.',
    },
  }),
  'x-events': events({ check: doctorCheckSchema, summary: doctorSummarySchema }),
});

/** Adds the route. Returns a function that cancels all runs and resolves when they have ended. */
export function addDoctorRoute(app: App, { run, vmNames, url }: DoctorRouteOptions): () => Promise<void> {
  const running = new Map<AbortController, Promise<void>>();

  app.openapi(route, async (c) => {
    const { incoming, outgoing } = c.env;
    const refusal = refuse(c.env, run);
    if (refusal !== null) return answerProblem(c, refusal);
    const vm = findVm(c.req.valid('query').vm, vmNames());
    if (!vm.ok) return answerProblem(c, vm.problem);
    outgoing.setHeader('Cache-Control', 'no-store');
    const wantsStream = prefersStream(incoming);
    if (incoming.method === 'HEAD') {
      outgoing
        .writeHead(200, wantsStream ? checkStreamHeaders : { 'Content-Type': 'application/json' })
        .end();
      return RESPONSE_ALREADY_SENT;
    }
    if (incoming.headers['last-event-id'] === endId) {
      outgoing.writeHead(204).end();
      return RESPONSE_ALREADY_SENT;
    }
    if (run === null || running.size >= mostAtOnce) {
      const detail = `The doctor is at work for ${running.size} others already. Ask again in a moment.`;
      return answerProblem(c, { status: 503, detail, headers: { 'Retry-After': retryAfterSeconds } });
    }
    const gone = goneWith(outgoing);
    const asking = { vm: vm.value, url: url() };
    const telling = wantsStream
      ? sendChecks(
          outgoing,
          async (onCheck, signal) => (await run({ ...asking, onCheck, signal })).summary,
          gone,
        )
      : tellAtEnd(c, run, { ...asking, signal: gone.signal });
    running.set(gone, telling);
    await telling.finally(() => running.delete(gone));
    return RESPONSE_ALREADY_SENT;
  });

  return async () => {
    for (const gone of running.keys()) gone.abort();
    await Promise.allSettled(running.values());
  };
}

type Asking = Omit<DoctorRun, 'onCheck'>;

async function tellAtEnd(c: Parameters<typeof answerJson>[0], run: RunDoctor, asking: Asking): Promise<void> {
  const { summary, checks } = await run({ ...asking, onCheck: () => undefined });
  if (asking.signal.aborted) answerProblem(c, { status: 503, detail: 'BenchTray is ending.' });
  else answerJson(c, { ok: summary.ok, summary, checks } satisfies DoctorAnswer);
}

/** Without a preference: the stream, which a browser's EventSource and `curl -N` expect. */
function prefersStream({ headers }: IncomingMessage): boolean {
  const { accept } = headers;
  return acceptedQuality(accept, 'text', 'event-stream') >= acceptedQuality(accept, 'application', 'json');
}

function refuse({ visitor }: Admission, run: RunDoctor | null): Problem | null {
  if (visitor !== null)
    return {
      status: 403,
      detail: 'The doctor works for this machine only: it tells paths and addresses, and logs in anew.',
    };
  return run === null ? { status: 404, detail: 'There is no doctor in this server.' } : null;
}
