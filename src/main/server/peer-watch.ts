/**
 * Notices peers that no longer take what is sent to them, where the system itself hides it: it accepts megabytes for a peer that is
 * gone or does not read, says nothing while it sends them again, and gives up after a quarter of an hour (Linux, tcp_retries2).
 * Node cannot set TCP_USER_TIMEOUT, and keep-alive probes are sent on idle connections only; but Linux shows what it holds.
 */
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { connectionName, readStuckQueues } from './tcp-table.ts';

type SocketAddresses = Pick<Socket, 'localAddress' | 'localPort' | 'remoteAddress' | 'remotePort'>;

export interface PeerWatch {
  /** @param onStuck called once, when something has waited for this peer for too long. @returns how to stop */
  watch(socket: SocketAddresses, onStuck: () => void): () => void;
  stop(): void;
}

export interface PeerWatchOptions {
  /** Bytes that the system holds for a peer may wait for so long without any of them being acknowledged. */
  readonly maxWaitMs: number;
  /** What the system tells of its TCP connections; null where it tells nothing: then nothing is noticed here. */
  readonly readTable?: (() => Promise<string>) | null;
}

interface Watched {
  readonly name: string;
  readonly localPort: number;
  readonly onStuck: () => void;
  /** Bytes at the last look, and since when nothing has moved; null while it moves. */
  stuck: { readonly bytes: number; readonly sinceMs: number } | null;
}

/** A peer is noticed so much later at most, twice: by when the waiting is seen to begin, and by when it is seen to be over. */
const lookEveryMs = 5000;

const linuxTable = process.platform === 'linux' ? readLinuxTable : null;

export function createPeerWatch({ maxWaitMs, readTable = linuxTable }: PeerWatchOptions): PeerWatch {
  const watched = new Set<Watched>();
  let isLooking = false;
  const timer =
    readTable === null
      ? undefined
      : setInterval(() => void look(readTable), Math.min(lookEveryMs, maxWaitMs / 4)).unref();

  async function look(read: () => Promise<string>): Promise<void> {
    if (isLooking || watched.size === 0) return;
    isLooking = true;
    const table = await read().finally(() => {
      isLooking = false;
    });
    const queues = readStuckQueues(table, new Set([...watched].map(({ localPort }) => localPort)));
    const nowMs = performance.now();
    for (const one of watched) {
      const bytes = queues.get(one.name);
      const hasMoved = bytes === undefined || (one.stuck !== null && bytes < one.stuck.bytes);
      const sinceMs = hasMoved ? nowMs : (one.stuck?.sinceMs ?? nowMs);
      one.stuck = bytes === undefined ? null : { bytes, sinceMs };
      if (one.stuck === null || nowMs - one.stuck.sinceMs < maxWaitMs) continue;
      watched.delete(one);
      one.onStuck();
    }
  }

  return {
    watch(socket, onStuck) {
      const { localAddress, localPort, remoteAddress, remotePort } = socket;
      if (
        localAddress === undefined ||
        localPort === undefined ||
        remoteAddress === undefined ||
        remotePort === undefined
      )
        return () => undefined;
      const name = connectionName({ localAddress, localPort, remoteAddress, remotePort });
      const one: Watched = { name, localPort, onStuck, stuck: null };
      watched.add(one);
      return () => {
        watched.delete(one);
      };
    },
    stop() {
      clearInterval(timer);
      watched.clear();
    },
  };
}

/** Of both families. One that the machine does not have, or does not show, is empty. */
async function readLinuxTable(): Promise<string> {
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'latin1').catch(() => ''));
  return (await Promise.all(tables)).join('\n');
}
