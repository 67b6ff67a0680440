/** How much room the kept files take, and which of them a smaller bound would remove. */
import type { KeptRoom, KeptRun, RemovalView, RoomShare } from '../../../shared/settings.ts';
import type { Feed, KeptShare } from '../feed/index.ts';
import type { LogStore } from './log/log-store.ts';

export interface KeptRoomSources {
  readonly feed: Pick<Feed, 'keptShares' | 'runs'>;
  readonly logs: Pick<LogStore, 'bytesOf'>;
}

interface Share extends KeptShare {
  /** Set for a log, which BenchTray removes as a whole, and never while it is being written. */
  readonly log?: 'ended' | 'written';
}

/** The kept files of each run by kind, the oldest run first, in the order in which `makeRoom` removes them. */
type Shares = Readonly<Record<keyof KeptRoom['kinds'], readonly Share[]>>;

/** More runs than any journal holds. */
const allRuns = 1_000_000;

export function keptRoom(sources: KeptRoomSources): KeptRoom {
  const shares = sharesOf(sources);
  const [oldest] = byAge(shares);
  return { kinds: mapKinds(shares, sumOf), oldest: viewOf(oldest) };
}

/**
 * Returns what would be removed to keep all kept files within a bound. An estimate: `makeRoom` removes the files of whole tasks, and more
 * may be kept by then.
 */
export function plannedRemoval(sources: KeptRoomSources, mostBytes: number): RemovalView {
  const shares = sharesOf(sources);
  let over = byAge(shares).reduce((sum, { bytes }) => sum + bytes, 0) - mostBytes;
  const removed = mapKinds(shares, (ofKind) => {
    const taken: Share[] = [];
    for (const share of ofKind) {
      if (over <= 0) break;
      if (share.log === 'written') continue;
      const bytes = share.log === undefined ? Math.min(share.bytes, Math.ceil(over)) : share.bytes;
      taken.push({ ...share, bytes });
      over -= share.bytes;
    }
    return taken;
  });
  return { kinds: mapKinds(removed, sumOf), newest: viewOf(byAge(removed).at(-1)) };
}

function sharesOf({ feed, logs }: KeptRoomSources): Shares {
  const ofLogs = feed
    .runs({ limit: allRuns })
    .map((run) => ({
      ...{ runId: run.runId, vm: run.vm, bytes: logs.bytesOf(run) },
      startedAt: run.startedAt ?? 0,
      log: run.state === 'running' ? ('written' as const) : ('ended' as const),
    }))
    .filter(({ bytes }) => bytes > 0);
  return {
    screenshots: feed.keptShares('screen'),
    logs: ofLogs.reverse(),
    texts: feed.keptShares('text'),
  };
}

/** Key by key, in the order of the shelves. */
function mapKinds<From, To>(
  { screenshots, logs, texts }: Readonly<Record<keyof Shares, From>>,
  map: (ofKind: From) => To,
): Record<keyof Shares, To> {
  return { screenshots: map(screenshots), logs: map(logs), texts: map(texts) };
}

function byAge({ screenshots, logs, texts }: Shares): readonly Share[] {
  return [...screenshots, ...logs, ...texts].sort((a, b) => a.startedAt - b.startedAt);
}

function sumOf(shares: readonly Share[]): RoomShare {
  return { bytes: shares.reduce((sum, { bytes }) => sum + bytes, 0), runs: shares.length };
}

function viewOf(share: Share | undefined): KeptRun | null {
  if (share === undefined) return null;
  const { runId, vm, startedAt } = share;
  return { run_id: runId, vm, started_at: startedAt === 0 ? null : new Date(startedAt).toISOString() };
}
