/** Ports of this machine on which nobody answers as they should. All of them are gone with the test. */
import { spawn } from 'node:child_process';
import dns from 'node:dns';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished, vi } from 'vitest';

/** It greets as an SSH server does, and hangs up when it is answered. */
export async function closingSshPort(): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write('SSH-2.0-Closing_1.0\r\n');
    socket.once('data', () => socket.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

const listen = `require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 },
  function () { console.log(this.address().port); })`;

/** What comes there is dropped, as by a firewall: a process that is stopped, and whose queue is full. */
export async function deafPort(): Promise<number> {
  const child = spawn(process.execPath, ['-e', listen], { stdio: ['ignore', 'pipe', 'inherit'] });
  const sockets: Socket[] = [];
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(line.toString());
  child.kill('SIGSTOP');
  for (let isFull = false; !isFull;) {
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('error', () => undefined);
    sockets.push(socket);
    isFull = await Promise.race([once(socket, 'connect').then(() => false), delay(500, true)]);
    if (sockets.length > 50) throw new Error('The queue is never full.');
  }
  return port;
}

/** The name of a host of which no name server knows; others are looked up as ever. */
export function unknownHost(unknown: string): void {
  const { lookup } = dns;
  const spy = vi.spyOn(dns, 'lookup');
  onTestFinished(() => spy.mockRestore());
  spy.mockImplementation(((
    name: string,
    options: dns.LookupOneOptions,
    answered: (error: Error | null) => void,
  ) => {
    if (name !== unknown) lookup(name, options, answered);
    else answered(Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' }));
  }) as typeof dns.lookup);
}
