/** What every HTTP listener of ours has in common: limits on what arrives, answers to what is no request, an end. */
import type { RequestListener, Server, ServerOptions } from 'node:http';
import type { Duplex } from 'node:stream';
import { rawProblemAnswer } from './problem.ts';
import type { ServerLog } from './server-log.ts';

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

/** Lets the listener answer by `onRequest`. @returns the same server */
export function attend<Attended extends Server>(
  server: Attended,
  onRequest: RequestListener,
  log: ServerLog,
): Attended {
  /** How many answers are under way on a connection. */
  const answering = new WeakMap<Duplex, number>();
  server.on('request', (request, response) => {
    const { socket } = request;
    answering.set(socket, (answering.get(socket) ?? 0) + 1);
    response.once('close', () => answering.set(socket, (answering.get(socket) ?? 1) - 1));
    onRequest(request, response);
  });
  server.on('clientError', (error: Error & { readonly code?: string }, socket) => {
    const answer = rawProblemAnswer(error.code);
    // In the midst of another answer, such as a stream, it would be taken for a part of that one.
    const isFree = (answering.get(socket) ?? 0) === 0;
    if (answer !== null && isFree && socket.writable) socket.end(answer);
    else socket.destroy();
  });
  server.on('error', (error) => {
    log.error({ err: error }, 'The server reports an error');
  });
  return server;
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
  }, endWithinMs);
  await closed;
  clearTimeout(cut);
}
