/**
 * Notices peers that no longer take what is sent to them, where the system itself hides it: it accepts megabytes for a peer that is
 * gone or does not read, says nothing while it sends them again, and gives up after a quarter of an hour (Linux, tcp_retries2).
 * Node cannot set TCP_USER_TIMEOUT, and keep-alive probes are sent on idle connections only; but Linux shows what it holds.
 */
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { inBackground } from '../../common/in-background.ts';
import type { ServerLog } from '../http/server-log.ts';
import { connectionName, readStuckQueues } from './tcp-table.ts';

export interface Peer {
  readonly connection: Pick<Socket, 'localAddress' | 'localPort' | 'remoteAddress' | 'remotePort'>;
  /** Called once, when something has waited for this peer for too long. */
  cut(): void;
}

export interface PeerWatchOptions {
  /** Bytes that the system holds for a peer may wait for so long without any of them being acknowledged. */
  readonly maxWaitMs: number;
  readonly log: ServerLog;
  /** Those that are connected. */
  readonly peers: () => Iterable<Peer>;
  /** What the system tells of its TCP connections; null where it tells nothing: then nothing is noticed here. */
  readonly readTable?: (() => Promise<string>) | null;
}

/** Bytes at the last look, and since when nothing has moved. */
interface Stuck {
  readonly bytes: number;
  readonly sinceMs: number;
}

/**
 * A look costs the system some milliseconds, however few connections there are: seldom while all goes well. A peer is noticed so much
 * later at most: by when the waiting is seen to begin, and by when it is seen to be over.
 */
const lookEveryMs = { calm: 30_000, stuck: 5000 };

const linuxTable = process.platform === 'linux' ? readLinuxTable : null;

/** @returns how to stop */
export function watchPeers({ maxWaitMs, log, peers, readTable = linuxTable }: PeerWatchOptions): () => void {
  let stuck: ReadonlyMap<Peer, Stuck> = new Map();
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  function schedule(read: () => Promise<string>): void {
    if (isStopped) return;
    const { calm, stuck: often } = lookEveryMs;
    const inMs = stuck.size > 0 ? Math.min(often, maxWaitMs / 4) : Math.min(calm, maxWaitMs / 2);
    timer = setTimeout(() => inBackground(look(read), log, 'a look at the connections'), inMs).unref();
  }

  async function look(read: () => Promise<string>): Promise<void> {
    try {
      const isAnyone = peers()[Symbol.iterator]().next().done !== true;
      const queues = isAnyone ? readStuckQueues(await read()) : new Map<string, number>();
      stuck = isStopped || queues.size === 0 ? new Map() : stillStuck(queues, performance.now());
    } finally {
      schedule(read);
    }
  }

  function stillStuck(queues: ReadonlyMap<string, number>, nowMs: number): Map<Peer, Stuck> {
    const still = new Map<Peer, Stuck>();
    for (const peer of peers()) {
      const bytes = queues.get(nameOf(peer));
      if (bytes === undefined) continue;
      const before = stuck.get(peer);
      const sinceMs = before === undefined || bytes < before.bytes ? nowMs : before.sinceMs;
      if (nowMs - sinceMs < maxWaitMs) still.set(peer, { bytes, sinceMs });
      else peer.cut();
    }
    return still;
  }

  if (readTable !== null) schedule(readTable);
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}

/** Of a connection that is over already, nothing that the table could have. */
function nameOf({ connection }: Peer): string {
  const { localAddress = '', localPort = 0, remoteAddress = '', remotePort = 0 } = connection;
  return connectionName({ localAddress, localPort, remoteAddress, remotePort });
}

/** Of both families. One that the machine does not have, or does not show, is empty. */
async function readLinuxTable(): Promise<string> {
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'latin1').catch(() => ''));
  return (await Promise.all(tables)).join('\n');
}
