/** What every HTTP listener of ours has in common: limits on what arrives, answers to what is no request, an end. */
import type { RequestListener, Server, ServerOptions, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { methodProblem, problemOfParser, rawAnswer, type Problem } from './problem.ts';
import type { ServerLog } from './fault-log.ts';

/** The times are for a request to arrive; how long an answer takes, they do not limit. */
export const httpOptions: ServerOptions = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  // How often the two are looked at. The usual 30 s would make 40 of the 10.
  connectionsCheckingInterval: 2000,
  keepAliveTimeout: 5000,
  // Address and headers together.
  maxHeaderSize: 16_384,
  // Refused by our own rules, with an explanation.
  requireHostHeader: false,
};

/** What requests may take to end by themselves when a server closes; what is still open then is cut. */
const endWithinMs = 600;
const lookEveryMs = 5000;
/** How long a connection stays after an answer to what was no request. */
const lingerMs = 1000;
/** Of each server that is attended. */
const openSockets = new WeakMap<Server, ReadonlySet<Duplex>>();

export interface Attendance {
  readonly onRequest: RequestListener;
  readonly log: ServerLog;
  /** A client that has not taken the whole of an answer after this time is cut. */
  readonly maxWaitMs: number;
}

/** Lets the listener answer. @returns the same server */
export function attend<Attended extends Server>(
  server: Attended,
  { onRequest, log, maxWaitMs }: Attendance,
): Attended {
  const answers = watchAnswers(maxWaitMs);
  const answer: RequestListener = (request, response) => {
    answers.add(response);
    onRequest(request, response);
  };
  const refuse = (problem: Problem | null, socket: Duplex): void => {
    // In the midst of another answer, such as a stream, it would be taken for a part of that one.
    if (problem === null || answers.isUnderWay(socket) || !socket.writable) {
      socket.destroy();
      return;
    }
    socket.end(rawAnswer(problem));
    // Not at once, or what the other side still sends would make the system throw the answer away.
    setTimeout(() => socket.destroy(), lingerMs).unref();
  };
  const sockets = new Set<Duplex>();
  openSockets.set(server, sockets);
  // Also those that are not known to node:http: in the midst of a TLS handshake, or taken out of its hands by CONNECT.
  server.on('connection', (socket: Duplex) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('request', answer);
  // Whatever else it expects, it may have the answer. By itself, node:http would refuse it before we know who asks.
  server.on('checkExpectation', answer);
  server.on('connect', ({ method }, socket) => {
    socket.on('error', () => undefined);
    refuse(methodProblem(method), socket);
  });
  server.on('clientError', (error: Error & { readonly code?: string }, socket) => {
    refuse(problemOfParser(error.code), socket);
  });
  server.on('error', (error) => {
    log.error({ err: error }, 'The server reports an error');
  });
  server.on('close', () => {
    answers.stop();
  });
  return server;
}

interface Answers {
  add(response: ServerResponse): void;
  isUnderWay(socket: Duplex): boolean;
  stop(): void;
}

/** Cuts those who ask and then do not read: what they were to get would be kept for them for ever. Streams have bounds of their own. */
function watchAnswers(maxWaitMs: number): Answers {
  /** Since when an answer is complete and has not gone out; null while it is not complete. */
  const open = new Map<ServerResponse, number | null>();
  const timer = setInterval(
    () => {
      const nowMs = performance.now();
      for (const [response, sinceMs] of open) {
        if (!response.writableEnded) continue;
        if (sinceMs === null) open.set(response, nowMs);
        else if (nowMs - sinceMs > maxWaitMs) response.req.socket.destroy();
      }
    },
    Math.min(lookEveryMs, maxWaitMs / 4),
  ).unref();
  return {
    add(response) {
      open.set(response, null);
      response.on('close', () => open.delete(response));
    },
    isUnderWay: (socket) => [...open.keys()].some(({ req }) => req.socket === socket),
    stop() {
      clearInterval(timer);
    },
  };
}

/** Takes no more connections, and ends those that there are. */
export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  const cut = setTimeout(() => {
    server.closeAllConnections();
    for (const socket of openSockets.get(server) ?? []) socket.destroy();
  }, endWithinMs);
  await closed;
  clearTimeout(cut);
}
