/**
 * Linux's table of TCP connections, `/proc/net/tcp` and `tcp6` (https://docs.kernel.org/networking/proc_net_tcp.html): how much the
 * system still holds for each peer, and whether it gets rid of it. Pure.
 */
import { endianness } from 'node:os';
import { plainAddress } from '../access/client-address.ts';

export interface Connection {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
}

/** Columns: number, own and peer's address, state, bytes in the queues, which timer runs and until when, retransmissions. */
const rowWithQueue =
  /^ *\d+: ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]+):([0-9A-F]{4}) [0-9A-F]{2} (?!00000000)([0-9A-F]{8}):[0-9A-F]{8} ([0-9A-F]{2}):[0-9A-F]{8} ([0-9A-F]{8}) /gm;
/** The timer that asks a peer whether it has room again. */
const zeroWindowTimer = '04';
const isLittleEndian = endianness() === 'LE';

/** The name under which `readStuckQueues` gives the queue of a connection. */
export function connectionName({ localAddress, localPort, remoteAddress, remotePort }: Connection): string {
  return `${plainAddress(localAddress) ?? ''} ${localPort} ${plainAddress(remoteAddress) ?? ''} ${remotePort}`;
}

/**
 * Where nothing moves just now: bytes that are sent again and again without an answer, or held back because the peer has no room for
 * them. By the names of the connections, how many bytes.
 */
export function readStuckQueues(table: string): ReadonlyMap<string, number> {
  const queues = new Map<string, number>();
  for (const [
    ,
    local = '',
    localHex = '',
    remote = '',
    remoteHex = '',
    bytes = '',
    timer,
    again = '',
  ] of table.matchAll(rowWithQueue)) {
    if (timer !== zeroWindowTimer && parseInt(again, 16) === 0) continue;
    const name = connectionName({
      localAddress: addressOf(local),
      localPort: parseInt(localHex, 16),
      remoteAddress: addressOf(remote),
      remotePort: parseInt(remoteHex, 16),
    });
    queues.set(name, parseInt(bytes, 16));
  }
  return queues;
}

/** Words of 32 bits, each as the processor keeps it. */
function addressOf(hex: string): string {
  const words = hex.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => {
    const four = word.match(/../g) ?? [];
    return isLittleEndian ? four.reverse() : four;
  });
  if (bytes.length === 4) return bytes.map((byte) => parseInt(byte, 16)).join('.');
  return (bytes.join('').match(/.{4}/g) ?? []).join(':');
}
