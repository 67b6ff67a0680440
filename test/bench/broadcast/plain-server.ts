/** The plain broadcaster, as a process: node:http, each event written out once, one `write` for each client. Knows no journal, no limits. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveCommands } from '../child.ts';
import { errorPayload, taskPayload } from './payload.ts';
import { serverCommands } from './publishing.ts';

const clients = new Set<ServerResponse>();
let number = 0;

const frame = (name: string, data: object): string =>
  `event: ${name}\nid: abcdefgh-${number}\ndata: ${JSON.stringify(data)}\n\n`;

const server = createServer((_request, response) => {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
  });
  response.write(`retry: 3000\n\n${frame('connected', { timestamp: new Date().toISOString() })}`);
  clients.add(response);
  response.on('close', () => clients.delete(response));
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');

const commands = serverCommands(
  (events) => {
    for (const event of events) {
      number += 1;
      const text =
        event.extraBytes > 0
          ? frame('error', errorPayload(event))
          : frame('task_complete', taskPayload(event));
      for (const client of clients) client.write(text);
    }
  },
  () => clients.size,
  () => '',
);
serveCommands({ port: (server.address() as AddressInfo).port }, commands, () => {
  server.closeAllConnections();
  server.close();
});
