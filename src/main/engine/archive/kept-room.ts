/** How much room the kept files take, and which of them a smaller bound would remove. */
import { setTimeout as pause } from 'node:timers/promises';
import type { KeptRoom, KeptRun, RemovalView, RoomShare } from '../../../shared/settings.ts';
import { inTurns } from '../common/in-turns.ts';
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
export type KeptShares = Readonly<Record<keyof KeptRoom['kinds'], readonly Share[]>>;

/** The log of a run that is on grows: a count is good for so long. */
const goodForMs = 30_000;
/** After a count, this many times as long as it took is for others. */
const restFactor = 9;
const runsAtOnce = 50;

export interface KeptCountOptions extends KeptRoomSources {
  readonly feed: KeptRoomSources['feed'] & Pick<Feed, 'keptVersion'>;
  readonly logs: KeptRoomSources['logs'] & Pick<LogStore, 'removals'>;
  readonly monotonicMs: () => number;
}

/**
 * Returns what counts the kept files: one count at a time for all who ask, and none while nothing has changed. An answer is never older
 * than a removal before the question.
 */
export function createKeptCount(options: KeptCountOptions): () => Promise<KeptShares> {
  const { feed, logs, monotonicMs } = options;
  let counted: { readonly shares: KeptShares; readonly version: string; readonly atMs: number } | null = null;
  let restsUntilMs = 0;
  let waiting: Promise<KeptShares> | null = null;
  const versionNow = (): string => `${feed.keptVersion()} ${logs.removals()}`;

  async function count(before: Promise<unknown>): Promise<KeptShares> {
    await before;
    await pause(Math.max(0, restsUntilMs - monotonicMs()), undefined, { ref: false });
    // A later question may know of something newer.
    waiting = null;
    const atMs = monotonicMs();
    const version = versionNow();
    const shares = await inTurns(countKept(options));
    counted = { shares, version, atMs };
    restsUntilMs = monotonicMs() + restFactor * (monotonicMs() - atMs);
    return shares;
  }

  let last: Promise<unknown> = Promise.resolve();
  return () => {
    const isGood =
      counted !== null && counted.version === versionNow() && monotonicMs() - counted.atMs < goodForMs;
    if (isGood && counted !== null) return Promise.resolve(counted.shares);
    if (waiting === null) {
      waiting = count(last);
      last = waiting.catch(() => undefined);
    }
    return waiting;
  };
}

export function keptRoom(shares: KeptShares): KeptRoom {
  const [oldest] = byAge(shares);
  return { kinds: mapKinds(shares, sumOf), oldest: viewOf(oldest) };
}

/**
 * Returns what would be removed to keep all kept files within a bound. An estimate: `makeRoom` removes the files of whole tasks, and more
 * may be kept by then.
 */
export function plannedRemoval(shares: KeptShares, mostBytes: number): RemovalView {
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

/** Counts in short pieces of work. */
export function* countKept({ feed, logs }: KeptRoomSources): Generator<undefined, KeptShares> {
  const screenshots = feed.keptShares('screen');
  yield;
  const texts = feed.keptShares('text');
  yield;
  const ofLogs: Share[] = [];
  for (let page = feed.runs({ limit: runsAtOnce }); ;) {
    for (const run of page) {
      const { runId, vm, startedAt, state } = run;
      const bytes = logs.bytesOf(run);
      const log = state === 'running' ? 'written' : 'ended';
      if (bytes > 0) ofLogs.push({ runId, vm, bytes, startedAt: startedAt ?? 0, log });
      yield;
    }
    const oldest = page.at(-1);
    if (oldest === undefined || page.length < runsAtOnce) break;
    page = feed.runs({ limit: runsAtOnce, before: oldest.runId });
  }
  return { screenshots, logs: ofLogs.reverse(), texts };
}

/** Key by key, in the order of the shelves. */
function mapKinds<From, To>(
  { screenshots, logs, texts }: Readonly<Record<keyof KeptShares, From>>,
  map: (ofKind: From) => To,
): Record<keyof KeptShares, To> {
  return { screenshots: map(screenshots), logs: map(logs), texts: map(texts) };
}

function byAge({ screenshots, logs, texts }: KeptShares): readonly Share[] {
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
