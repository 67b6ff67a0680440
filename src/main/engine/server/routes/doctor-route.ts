/** `GET /api/doctor`: runs the doctor for whoever asks on this machine, and tells what it finds while it runs. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DoctorCheck, DoctorSummary } from '../../../../shared/doctor.ts';
import type { DoctorAnswer } from './answer-schemas.ts';
import { checkStreamHeaders, endId, goneWith, sendChecks } from '../stream/check-stream.ts';
import { sendProblem, type Problem } from '../http/problem.ts';
import { acceptedQuality, doctorQuerySchema, findVm, parseQuery } from './query.ts';
import { route, sendJson, type Asked, type Route } from '../http/routing.ts';

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

export interface DoctorRoute {
  readonly route: Route;
  /** Sends away whoever is at work; resolves when they are gone. */
  close(): Promise<void>;
}

export function doctorRoute({ run, vmNames, url }: DoctorRouteOptions): DoctorRoute {
  const running = new Map<AbortController, Promise<void>>();

  const answering = route('/api/doctor', async (asked) => {
    const { request, response, query } = asked;
    const refusal = refuse(asked, run);
    if (refusal !== null) return sendProblem(response, refusal);
    const parsed = parseQuery(doctorQuerySchema, query);
    if (!parsed.ok) return sendProblem(response, parsed.problem);
    const vm = findVm(parsed.value.vm, vmNames());
    if (!vm.ok) return sendProblem(response, vm.problem);
    response.setHeader('Cache-Control', 'no-store');
    const wantsStream = prefersStream(request);
    if (request.method === 'HEAD') {
      response
        .writeHead(200, wantsStream ? checkStreamHeaders : { 'Content-Type': 'application/json' })
        .end();
      return;
    }
    if (request.headers['last-event-id'] === endId) {
      response.writeHead(204).end();
      return;
    }
    if (run === null || running.size >= mostAtOnce) {
      const detail = `The doctor is at work for ${running.size} others already. Ask again in a moment.`;
      return sendProblem(response, { status: 503, detail, headers: { 'Retry-After': retryAfterSeconds } });
    }
    const gone = goneWith(response);
    const asking = { vm: vm.value, url: url() };
    const telling = wantsStream
      ? sendChecks(
          response,
          async (onCheck, signal) => (await run({ ...asking, onCheck, signal })).summary,
          gone,
        )
      : tellAtEnd(response, run, { ...asking, signal: gone.signal });
    running.set(gone, telling);
    await telling.finally(() => running.delete(gone));
  });

  return {
    route: answering,
    async close() {
      for (const gone of running.keys()) gone.abort();
      await Promise.allSettled(running.values());
    },
  };
}

type Asking = Omit<DoctorRun, 'onCheck'>;

async function tellAtEnd(response: ServerResponse, run: RunDoctor, asking: Asking): Promise<void> {
  const { summary, checks } = await run({ ...asking, onCheck: () => undefined });
  if (asking.signal.aborted) sendProblem(response, { status: 503, detail: 'BenchTray is ending.' });
  else sendJson(response, { ok: summary.ok, summary, checks } satisfies DoctorAnswer);
}

/** Without a wish, what a browser's EventSource and curl -N expect. */
function prefersStream({ headers }: IncomingMessage): boolean {
  const { accept } = headers;
  return acceptedQuality(accept, 'text', 'event-stream') >= acceptedQuality(accept, 'application', 'json');
}

function refuse({ visitor }: Asked, run: RunDoctor | null): Problem | null {
  if (visitor !== null)
    return {
      status: 403,
      detail: 'The doctor works for this machine only: it tells paths and addresses, and logs in anew.',
    };
  return run === null ? { status: 404, detail: 'There is no doctor in this server.' } : null;
}
