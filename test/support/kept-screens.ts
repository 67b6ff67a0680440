/** Screenshots as BenchTray keeps them, for those that only read them. */
import { createArchive } from '../../src/main/engine/archive/index.ts';
import type { AttemptKey, Feed } from '../../src/main/engine/feed/index.ts';

/** Keeps these PNGs as the screenshots of an ended attempt, one for each step. */
export async function keepScreens(
  dataDir: string,
  feed: Feed,
  key: AttemptKey,
  pictures: readonly Uint8Array[],
): Promise<void> {
  const archive = createArchive({
    ...{ dataDir, feed, wallMs: () => Date.now(), monotonicMs: () => performance.now() },
    settings: () => ({ screenshots: 'all', maxMegabytes: 100 }),
    mostBytes: () => 100_000_000,
    logs: { bytesOf: () => 0, remove: () => 0 },
  });
  using keeping = archive.begin(key);
  for (const [index, bytes] of pictures.entries()) {
    const name = `step_${index + 1}_20260128@225520.png`;
    await keeping.add({ name, kind: 'screen', bytes, modifiedAt: Date.UTC(2026, 0, 28, 22, 56, index) });
  }
  if (!keeping.finish({ clockOffsetMs: 0, why: [] })) throw new Error('The journal cannot be written.');
  await archive.close();
}
