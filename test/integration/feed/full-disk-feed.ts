/** Run by a test, which takes the disk away from this process: does to a feed what it is told, and says what came of it; a server tells it. */
import { lockDataFolder, openFeed } from '../../../src/main/engine/feed/index.ts';
import { startServer } from '../../../src/main/engine/server/index.ts';
import { conditionOf, errorOf, followOf, startMs, taskOf } from '../../unit/feed/fixtures.ts';

export type Order =
  { readonly kind: 'tell'; readonly number: number } | { readonly kind: 'begin' | 'end' | 'look' | 'close' };

export interface Report {
  readonly told: readonly { readonly id: string; readonly type: string; readonly detail: string | null }[];
  readonly replayed: readonly string[];
  readonly notices: readonly string[];
  readonly follow: number;
  readonly threw: string | null;
}

const [, , dataDir = ''] = process.argv;
const lock = lockDataFolder(dataDir);
const notices: string[] = [];
const told: Report['told'][number][] = [];
const feed = openFeed({ dataDir, onNotice: (notice) => notices.push(notice) });
const server = await startServer({
  feed,
  vms: () => ['vm-a', 'vm-b'].map((name) => ({ name, address: null })),
  backgroundTasks: () => [],
  ...{ names: [], allowedOrigins: [], maxConnections: 10 },
  ...{ port: 0, version: '1.2.3', assetsDir: null },
  log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  onDemand: () => undefined,
});
feed.subscribe((event) => {
  if (event.kind !== 'journal') return;
  const { id, type, data } = event.event;
  told.push({ id, type, detail: 'task_id' in data ? data.task_id : 'detail' in data ? data.detail : null });
});

async function closeAll(): Promise<void> {
  await server.close();
  feed.close();
  lock.release();
  process.disconnect();
}

function carryOut(order: Order): void {
  const at = startMs;
  switch (order.kind) {
    case 'tell':
      feed.commit({
        vm: 'vm-a',
        at,
        tasks: [{ record: taskOf(`task ${order.number}`), tell: true }],
        moments: [errorOf('vm-b', { detail: 'x'.repeat(2000) })],
        follow: followOf('host:/log', order.number),
      });
      return;
    case 'begin':
      feed.commit({ vm: 'vm-a', at, began: [conditionOf('vm-a', 'probe_down')] });
      return;
    case 'end':
      feed.commit({ vm: 'vm-a', at, ended: [{ code: 'probe_down', message: 'Up again.' }] });
      return;
    case 'close':
      closeAll().catch((error: unknown) => {
        console.error(error);
        process.exit(1);
      });
      return;
    case 'look':
  }
}

process.on('message', (order: Order) => {
  let threw: string | null = null;
  try {
    carryOut(order);
  } catch (error) {
    threw = String(error);
  }
  if (order.kind === 'close') return;
  const replayed = feed.replay(0, null, 100_000).map(({ id }) => id);
  process.send?.({
    told,
    replayed,
    notices,
    follow: feed.latestFollow('vm-a')?.offset ?? 0,
    threw,
  } satisfies Report);
});
process.send?.(server.url);
