import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below those that systems give to whoever asks for any (Linux: from 32,768 on): what is down for a while finds its port again. Tests
 * that run at the same time have different ones.
 */
const first = 10_000 + (process.pid % 220) * 100;
let given = 0;

/** A port of this machine on which nobody listens. */
export async function freePort(): Promise<number> {
  for (let left = 100; left > 0; left -= 1) {
    const port = first + (given % 100);
    given += 1;
    if (await isFree(port)) return port;
  }
  throw new Error(`No port is free from ${first} on.`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const isListening = await new Promise<boolean>((resolve) => {
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      resolve(true);
    });
  });
  if (!isListening) return false;
  server.close();
  await once(server, 'close');
  return true;
}
