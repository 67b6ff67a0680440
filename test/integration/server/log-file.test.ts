/** A log as a file: who is cut, and who only waits for the next hit. */
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { sendLogFile, type LogFile } from '../../../src/main/engine/server/routes/log-file.ts';
import { until } from '../../support/wait.ts';

const stalledMs = 40;
const part = (from: number, next: number) => ({ size: 3, from, next, lines: [], missing: [] });

/** Asks for a file that a server sends. */
async function ask({ onIdle, ...file }: LogFile & { readonly onIdle?: () => void }): Promise<{
  readonly client: IncomingMessage;
  readonly server: ServerResponse;
}> {
  const answering: ServerResponse[] = [];
  const server = createServer((incoming, outgoing) => {
    answering.push(outgoing);
    if (onIdle !== undefined) incoming.socket.on('timeout', onIdle);
    void sendLogFile({ incoming, outgoing }, 'run-1', file);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await until(() => server.listening, 'the server listens');
  const client = await new Promise<IncomingMessage>((resolve, reject) => {
    const { port } = server.address() as AddressInfo;
    request({ host: '127.0.0.1', port }, resolve).on('error', reject).end();
  });
  const [response] = answering;
  if (response === undefined) throw new Error('Nothing answers.');
  return { client, server: response };
}

it('goes on after a search of minutes without a hit', async () => {
  const server = { hasIdled: false };
  const { client } = await ask({
    stalledMs,
    first: part(0, 1),
    async next(from) {
      // The search takes longer than a client may stand still.
      await until(() => server.hasIdled, 'nothing was sent for long');
      return { ok: true, value: part(from, from + 1) };
    },
    toText: ({ next }) => (next === 3 ? 'a hit\n' : ''),
    onIdle: () => (server.hasIdled = true),
  });
  let text = '';
  for await (const piece of client.setEncoding('utf8')) text += String(piece);
  expect(text).toBe('a hit\n');
});

it('is cut for a client that takes nothing of it', async () => {
  const { client, server } = await ask({
    stalledMs,
    first: part(0, 1),
    next: (from) => Promise.resolve({ ok: true, value: part(from, from + 1) }),
    toText: () => 'x'.repeat(30_000_000),
  });
  client.pause();
  client.on('error', () => undefined);
  await until(() => server.destroyed, 'the client is cut');
});
