import { endianness } from 'node:os';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../../src/main/engine/common/app-log.ts';
import { watchPeers, type Peer } from '../../../src/main/engine/server/stream/peer-watch.ts';
import { connectionName, readStuckQueues } from '../../../src/main/engine/server/stream/tcp-table.ts';

const head =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const row = (local: string, remote: string, queue: string, timer: string, again: string): string =>
  `   5: ${local} ${remote} 01 ${queue}:00000000 ${timer}:0000002A ${again}     0        0 12571 3 00000000cb8\n`;

/** Rows as an x86 has them. */
describe.runIf(endianness() === 'LE')("the system's table", () => {
  const from = (remoteAddress: string, localAddress = '10.222.0.1') =>
    connectionName({ localAddress, localPort: 9555, remoteAddress, remotePort: 58764 });

  it('tells what is held for whom without moving', () => {
    const table = [
      head,
      row('0100DE0A:2553', '0200DE0A:E58C', '0000000A', '01', '00000002'),
      row('0100DE0A:2553', '0300DE0A:E58C', '00000028', '01', '00000000'),
      row('0100DE0A:2553', '0400DE0A:E58C', '00100000', '04', '00000000'),
      row('0100DE0A:2553', '0500DE0A:E58C', '00000000', '02', '00000000'),
    ].join('');
    expect([...readStuckQueues(table)]).toEqual([
      [from('10.222.0.2'), 10],
      [from('10.222.0.4'), 1_048_576],
    ]);
  });

  it('tells it of both families, also where the one is written as the other', () => {
    const mapped = '0000000000000000FFFF00000100007F';
    const own = '00000000000000000000000001000000';
    const other = 'B80D0120000000000000000001000000';
    const table =
      row(`${mapped}:2553`, `${mapped}:E58C`, '00000001', '01', '00000001') +
      row(`${own}:2553`, `${other}:E58C`, '00000002', '01', '00000001');
    expect([...readStuckQueues(table).keys()]).toEqual([
      from('::ffff:127.0.0.1', '127.0.0.1'),
      from('2001:db8::1', '::1'),
    ]);
    expect(readStuckQueues('nothing of the kind\n').size).toBe(0);
  });
});

describe('a peer', () => {
  let queue: { readonly bytes: number; readonly again: number };
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const hex = (number: number) => number.toString(16).toUpperCase().padStart(8, '0');
  const connection = {
    localAddress: '127.0.0.1',
    localPort: 9555,
    remoteAddress: '127.0.0.1',
    remotePort: 58764,
  };
  const loopback = endianness() === 'LE' ? '0100007F' : '7F000001';
  const other = row(`${loopback}:2554`, `${loopback}:E58C`, '0000000A', '01', '00000002');
  const readTable = vi.fn(() =>
    Promise.resolve(
      head + other + row(`${loopback}:2553`, `${loopback}:E58C`, hex(queue.bytes), '01', hex(queue.again)),
    ),
  );

  /** Whether it is given up within these seconds, by a queue that is so and so in each. */
  async function isGivenUp(seconds: number, at: (second: number) => typeof queue): Promise<boolean> {
    const cut = vi.fn(() => peers.clear());
    const peers = new Set([{ connection, cut }]);
    const stop = watchPeers({ log: silentLog(), maxWaitMs: 60_000, peers: () => peers, readTable });
    for (let second = 0; second < seconds; second += 1) {
      queue = at(second);
      vi.advanceTimersByTime(1000);
      await turn();
    }
    stop();
    expect(vi.getTimerCount()).toBe(0);
    return cut.mock.calls.length > 0;
  }

  it('that acknowledges nothing for a minute is given up, whatever comes up behind it', async () => {
    const growing = (second: number) => ({ bytes: 100 + 10 * second, again: 1 + second });
    expect(await isGivenUp(89, growing)).toBe(false);
    expect(await isGivenUp(96, growing)).toBe(true);
  });

  it('that is slow, or lost for a while, is not', async () => {
    expect(await isGivenUp(600, () => ({ bytes: 4_000_000, again: 0 }))).toBe(false);
    expect(await isGivenUp(600, (second) => ({ bytes: 4_000_000 - second, again: 1 }))).toBe(false);
    expect(await isGivenUp(600, (second) => ({ bytes: 10, again: second % 60 < 50 ? 3 : 0 }))).toBe(false);
    expect(await isGivenUp(600, (second) => ({ bytes: second % 60 < 50 ? 10 : 0, again: 3 }))).toBe(false);
  });

  it('costs few looks while nothing is stuck, and none where nobody is', async () => {
    const looksInFiveMinutes = async (peers: readonly Peer[], bytes: number): Promise<number> => {
      readTable.mockClear();
      queue = { bytes, again: 1 };
      const stop = watchPeers({ log: silentLog(), maxWaitMs: 3_600_000, peers: () => peers, readTable });
      for (let second = 0; second < 300; second += 1) {
        vi.advanceTimersByTime(1000);
        await turn();
      }
      stop();
      return readTable.mock.calls.length;
    };
    const peer = { connection, cut: () => undefined };
    expect(await looksInFiveMinutes([], 0)).toBe(0);
    expect(await looksInFiveMinutes([peer], 0)).toBe(10);
    expect(await looksInFiveMinutes([peer], 1)).toBe(1 + (300 - 30) / 5);
  });

  it('is left alone where the system tells nothing', () => {
    watchPeers({
      log: silentLog(),
      maxWaitMs: 60_000,
      peers: () => [{ connection, cut: () => undefined }],
      readTable: null,
    })();
    expect(vi.getTimerCount()).toBe(0);
  });
});
