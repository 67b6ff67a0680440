/** Stands before a server, passes everything on, and refuses as often as it is told to. */
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Front {
  readonly port: number;
  /** The next requests for the stream are refused. */
  refuse(count: number): void;
  /** How many were refused in all. */
  readonly refused: () => number;
  close(): void;
}

export async function startFront(toPort: () => number): Promise<Front> {
  let left = 0;
  let refused = 0;
  const server = createServer((asked, response) => {
    if (left > 0 && asked.url?.startsWith('/api/benchmark-sse') === true) {
      left -= 1;
      refused += 1;
      response.writeHead(503, { 'Retry-After': '1', 'Content-Type': 'application/problem+json' });
      response.end('{"title":"Service Unavailable","status":503,"detail":"Not now."}\n');
      return;
    }
    const passed = request({ port: toPort(), path: asked.url, headers: asked.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers).flushHeaders();
      answer.on('close', () => response.destroy()).pipe(response);
    });
    passed.on('error', () => response.destroy()).end();
    response.on('close', () => passed.destroy());
  }).listen(0);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    refuse(count) {
      left = count;
    },
    refused: () => refused,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
