/** One request from its arrival to its answer: first whether it may be made, then what it asks for. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { inBackground } from '../../common/in-background.ts';
import { sameOriginOnly } from '../access/access.ts';
import type { GateVerdict } from '../access/external-gate.ts';
import { createFaultLog } from './fault-log.ts';
import { sendProblem, type Problem } from './problem.ts';
import { answerByRoute, type Route } from './routing.ts';
import type { ServerLog } from './server-log.ts';
import { readTarget, type Target } from './target.ts';

/** Whether a request may be made. `target` is null where it cannot be read. */
export type Judge = (request: IncomingMessage, target: Target | '*' | null) => GateVerdict;
/** Makes what answers the requests of one listener. */
export type Handler = (judge: Judge) => RequestListener;

const maxUrlLength = 8192;
/** What is set up needs a small body. Elsewhere one, as some clients send with everything, is passed over. */
const maxBodyBytes = 65_536;

export function createHandler(routes: readonly Route[], log: ServerLog): Handler {
  const faults = createFaultLog(log);

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
      await answerByRoute(routes, { request, response, target, visitor, caller });
    } catch (error) {
      // Without the query, which may hold a key.
      faults.note(error, url.replace(/\?.*$/s, ''));
      if (response.headersSent) response.destroy();
      else
        sendProblem(response, {
          status: 500,
          detail: 'Something went wrong within BenchTray; its log says what.',
        });
    }
  }

  return (judge) => (request, response) => {
    inBackground(handle(request, response, judge), log, 'an answer');
  };
}

function problemOfLength({ url = '', headers }: IncomingMessage): Problem | null {
  const close = { Connection: 'close' };
  if (url.length > maxUrlLength)
    return { status: 414, detail: `An address has ${maxUrlLength} characters at most.`, headers: close };
  if (Number(headers['content-length'] ?? 0) > maxBodyBytes)
    return { status: 413, detail: 'No request here needs a body as long as that.', headers: close };
  return null;
}
