/** One request from its arrival to its answer: first the gate, then the routes. */
import { getRequestListener, RequestError } from '@hono/node-server';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { inBackground } from '../../common/in-background.ts';
import { preflightHeaders, sameOriginOnly } from '../access/access.ts';
import type { GateVerdict } from '../access/external-gate.ts';
import type { App } from '../routes/app.ts';
import type { FaultLog, ServerLog } from './fault-log.ts';
import { allowed, internalProblem, sendProblem, unreadableAddress, type Problem } from './problem.ts';
import { readTarget, type Target } from './target.ts';

/** Whether a request may be made. `target` is null where it cannot be read. */
export type Judge = (request: IncomingMessage, target: Target | '*' | null) => GateVerdict;
/** Makes what answers the requests of one listener. */
export type Handler = (judge: Judge) => RequestListener;

const maxUrlLength = 8192;
/** What is set up needs a small body. Elsewhere one, as some clients send with everything, is passed over. */
const maxBodyBytes = 65_536;

export function createHandler(app: App, faults: FaultLog, log: ServerLog): Handler {
  async function handle(request: IncomingMessage, response: ServerResponse, judge: Judge): Promise<void> {
    const { url = '/' } = request;
    try {
      response.setHeader('X-Content-Type-Options', 'nosniff');
      for (const [name, value] of Object.entries(sameOriginOnly)) response.setHeader(name, value);
      // An address may hold a key.
      response.setHeader('Referrer-Policy', 'no-referrer');
      // What may be long is not read to its end only to keep the connection.
      if ('transfer-encoding' in request.headers) response.setHeader('Connection', 'close');
      const tooLong = problemOfLength(request);
      if (tooLong !== null) {
        sendProblem(response, tooLong);
        return;
      }
      const target = readTarget(url);
      const verdict = judge(request, target);
      if (verdict.kind === 'refused') {
        sendProblem(response, verdict.problem);
        return;
      }
      for (const [name, value] of Object.entries(verdict.headers))
        if (value !== undefined) response.setHeader(name, value);
      if (verdict.kind === 'moved') {
        response.writeHead(303, { Location: verdict.location, 'Cache-Control': 'no-store' }).end();
        return;
      }
      const { visitor, caller } = verdict;
      if (target === null) {
        sendProblem(response, unreadableAddress);
        return;
      }
      if (target === '*') {
        answerServer(request, response);
        return;
      }
      const listener = getRequestListener((asked, env) => app.fetch(asked, { ...env, visitor, caller }), {
        overrideGlobalObjects: false,
        // node:http discards the part of a body that no route read.
        autoCleanupIncoming: false,
        errorHandler: (error) => fail(error, request, response),
      });
      await listener(request, response);
    } catch (error) {
      fail(error, request, response);
    }
  }

  function fail(error: unknown, { url = '/' }: IncomingMessage, response: ServerResponse): void {
    if (error instanceof RequestError) {
      sendProblem(response, unreadableAddress);
      return;
    }
    faults.note(error, url);
    if (response.headersSent) response.destroy();
    else sendProblem(response, internalProblem);
  }

  return (judge) => (request, response) => {
    inBackground(handle(request, response, judge), log, 'an answer');
  };
}

/** Answers a request for "*", the server as a whole. */
function answerServer(request: IncomingMessage, response: ServerResponse): void {
  if (request.method === 'OPTIONS')
    response.writeHead(204, { Allow: allowed.GET, ...preflightHeaders(allowed.GET) }).end();
  else sendProblem(response, { status: 400, detail: '"*" is not a path: only OPTIONS may ask for it.' });
}

function problemOfLength({ url = '', headers }: IncomingMessage): Problem | null {
  const close = { Connection: 'close' };
  if (url.length > maxUrlLength)
    return { status: 414, detail: `An address has ${maxUrlLength} characters at most.`, headers: close };
  if (Number(headers['content-length'] ?? 0) > maxBodyBytes)
    return { status: 413, detail: 'No request here needs a body as long as that.', headers: close };
  return null;
}
