import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/**
 * Below the ports that systems give to anyone who asks for any (Linux: from 32,768 on): a server that is down for a while finds its port
 * again.
 */
const first = 10_000;
const last = 31_998;
/** Where this process begins, so that processes rarely ask for the same port. */
let next = first + 100 * (process.pid % 220);

/**
 * Returns an even port of this machine on which nobody listens. It belongs to this process until the process ends: the odd port behind it
 * is held as a sign for other processes.
 */
export async function freePort(): Promise<number> {
  for (let port = first; port <= last; port += 2) {
    const candidate = next;
    next = candidate >= last ? first : candidate + 2;
    const sign = await listenOn(candidate + 1);
    if (sign === null) continue;
    const probe = await listenOn(candidate);
    if (probe === null) {
      sign.close();
      continue;
    }
    sign.unref();
    probe.close();
    await once(probe, 'close');
    return candidate;
  }
  throw new Error(`No port is free from ${first} on.`);
}

/** Null: the port is taken. */
async function listenOn(port: number): Promise<Server | null> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(null));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
