/** A TCP proxy on loopback whose connections a test can cut, all at once. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface CuttableProxy {
  readonly port: number;
  /** How many connections it has taken so far. */
  readonly taken: () => number;
  /** Resets every connection that is open now. */
  readonly cut: () => void;
  readonly close: () => Promise<void>;
}

/** @param onData called with what the server sends, before it is passed on */
export async function startCuttableProxy(
  toPort: number,
  onData: (client: Socket, chunk: Buffer) => void = () => undefined,
): Promise<CuttableProxy> {
  const open = new Set<Socket>();
  let taken = 0;
  const server = createServer((client) => {
    taken += 1;
    const upstream = connect(toPort, '127.0.0.1');
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => open.delete(socket));
    }
    client.pipe(upstream);
    upstream.on('data', (chunk: Buffer) => onData(client, chunk));
    upstream.pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const cut = (): void => {
    for (const socket of open) socket.resetAndDestroy();
  };
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    taken: () => taken,
    cut,
    async close() {
      const closed = once(server, 'close');
      server.close();
      cut();
      await closed;
    },
  };
}

export interface Steps {
  /** The client has sent something, which the server has not got yet. */
  beforeStep(): void;
  /** The server has answered and is quiet; the client has been sent the answer. */
  afterStep(client: Socket): void;
}

/** How long a server is quiet that has sent everything. */
const quietMs = 80;

/** A TCP proxy that passes on one thing at a time: what the client sends, then everything that the server answers. */
export async function startSteppedProxy(
  toPort: number,
  steps: Steps,
): Promise<Pick<CuttableProxy, 'port' | 'close'>> {
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(toPort, '127.0.0.1');
    let timer: NodeJS.Timeout | null = null;
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        open.delete(socket);
        upstream.destroy();
        client.destroy();
      });
    }
    function quiet(): void {
      timer = null;
      steps.afterStep(client);
    }
    function wait(): void {
      if (timer !== null) clearTimeout(timer);
      timer = setTimeout(quiet, quietMs);
    }
    client.on('data', (chunk: Buffer) => {
      steps.beforeStep();
      upstream.write(chunk);
      wait();
    });
    upstream.on('data', (chunk: Buffer) => {
      client.write(chunk);
      if (timer !== null) wait();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
