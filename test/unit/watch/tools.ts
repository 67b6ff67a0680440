/** The tools of a source besides the store, with a real feed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { silentLog } from '../../../src/main/engine/common/app-log.ts';
import { systemClock } from '../../../src/main/engine/common/clock.ts';
import { makeVmConfig } from '../../../src/main/engine/config/index.ts';
import { openFeed } from '../../../src/main/engine/feed/index.ts';
import type { Source, WatchTools } from '../../../src/main/engine/watch/source.ts';
import type { VmState } from '../../../src/main/engine/watch/state.ts';
import type { VmStore } from '../../../src/main/engine/watch/store.ts';
import { defaultTempo } from '../../../src/main/engine/watch/tempo.ts';
import { createVmClock } from '../../../src/main/engine/watch/vm-clock.ts';
import { localShell, type LocalShell } from '../vm/local-shell.ts';
import { openShell } from '../../../src/main/engine/vm/index.ts';
import { storeOf } from './states.ts';

export interface SourceTools extends WatchTools {
  /** A folder of this test. */
  readonly dir: string;
  /** What was reported as a failure. */
  readonly failures: unknown[];
}

export function sourceTools(change: Partial<WatchTools> = {}): SourceTools {
  const dir = mkdtempSync(join(tmpdir(), 'benchtray-source-'));
  const clock = createVmClock(systemClock);
  const feed = openFeed({ dataDir: dir, clock });
  const failures: unknown[] = [];
  onTestFinished(() => {
    feed.close();
    rmSync(dir, { recursive: true });
  });
  return {
    ...{ dir, feed, clock, failures, log: silentLog(), tempo: defaultTempo },
    config: makeVmConfig({ name: 'vm', ssh: { host: '127.0.0.1' } }),
    report: { moment: () => undefined, failure: (error) => failures.push(error) },
    ...change,
  };
}

/** Starts the source on a store of its own; it ends with the test. */
export function startSource(
  source: Source,
  known: Partial<VmState> = {},
): { readonly store: VmStore; readonly end: () => void } {
  const store = storeOf(known);
  const ending = new AbortController();
  onTestFinished(() => ending.abort());
  source.start(store, ending.signal);
  return { store, end: () => ending.abort() };
}

/** Returns a connection to this machine that stands in for one to a VM. */
export function localContact(home: string): {
  readonly shell: LocalShell;
  readonly contact: VmState['contact'];
} {
  const shell = localShell(['sh'], { HOME: home });
  onTestFinished(() => shell.end());
  const contact = { channels: shell.channels, host: openShell(shell.channels, 'sh'), firstUse: [] };
  return { shell, contact: contact as unknown as VmState['contact'] };
}
