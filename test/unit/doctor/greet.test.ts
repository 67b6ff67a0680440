/** What the doctor reads of a port that is no SSH server, or a hostile one. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { greet, type Greeting } from '../../../src/main/engine/doctor/greet.ts';

/** Greets a port that talks like this. It leaves the connection open. */
async function greeted(talk: (socket: Socket) => void): Promise<Greeting> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    talk(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return greet('127.0.0.1', port, new AbortController().signal);
}

const noServer: Greeting = { kind: 'silent', detail: 'what answers there is no SSH server' };

it('finds the banner behind 8,191 bytes of other lines', async () => {
  const before = `${'x'.repeat(8_190)}\n`;
  expect(await greeted((socket) => socket.write(`${before}SSH-2.0-OpenSSH_9.9\r\n`))).toEqual({
    kind: 'ssh',
    banner: 'SSH-2.0-OpenSSH_9.9',
  });
});

it('gives up after 8,193 bytes without a banner, though the port says nothing more', async () => {
  expect(await greeted((socket) => socket.write('x'.repeat(8_193)))).toEqual(noServer);
});

it('hangs up on a port that talks without end', async () => {
  let hasHungUp: Promise<unknown> = Promise.resolve();
  const greeting = await greeted((socket) => {
    hasHungUp = new Promise((resolve) => socket.once('close', resolve));
    const talk = (): void => {
      if (socket.writable && socket.write('x'.repeat(65_536))) setImmediate(talk);
    };
    socket.on('drain', talk);
    talk();
  });
  expect(greeting).toEqual(noServer);
  await hasHungUp;
});

it('keeps 253 characters of a banner that is too long', async () => {
  const greeting = await greeted((socket) => socket.write(`SSH-2.0-${'x'.repeat(100_000)}\r\n`));
  expect(greeting).toEqual({ kind: 'ssh', banner: `SSH-2.0-${'x'.repeat(245)}` });
});
