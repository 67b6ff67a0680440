/**
 * What BenchTray does to keep the files of tasks, in a process that a test kills: the journal, the archive and the copying, from a folder of
 * this machine. Argument: the folder. Tells when nothing is to be copied any more, and removes what nobody names.
 */
import { join } from 'node:path';
import { createArchive } from '../../../src/main/engine/archive/index.ts';
import { silentLog } from '../../../src/main/engine/common/app-log.ts';
import { systemClock } from '../../../src/main/engine/common/clock.ts';
import { makeVmConfig } from '../../../src/main/engine/config/index.ts';
import { openFeed } from '../../../src/main/engine/feed/index.ts';
import { openShell } from '../../../src/main/engine/vm/index.ts';
import { KeepSource } from '../../../src/main/engine/watch/keep/keep-source.ts';
import type { VmState } from '../../../src/main/engine/watch/state.ts';
import { defaultTempo } from '../../../src/main/engine/watch/tempo.ts';
import { createVmClock } from '../../../src/main/engine/watch/vm-clock.ts';
import { machine } from '../../unit/watch/sights.ts';
import { storeOf } from '../../unit/watch/states.ts';
import { localShell } from '../../unit/vm/local-shell.ts';

const dir = process.argv[2] ?? '';
const dataDir = join(dir, 'data');
const clock = createVmClock(systemClock);
const feed = openFeed({ dataDir, clock });
const settings = { screenshots: 'all', maxMegabytes: 100, copyKilobytesPerSecond: 5000 } as const;
const archive = createArchive({
  ...{ ...clock, dataDir, feed, keptFreeBytes: 0 },
  logs: { bytesOf: () => 0, remove: () => 0 },
  settings: () => settings,
  mostBytes: () => settings.maxMegabytes * 1_000_000,
});
const { channels } = localShell(['sh'], { HOME: dir });
const contact = { channels, host: openShell(channels, 'sh'), firstUse: [] };
const store = storeOf({
  ...{ machine, shells: { docker: 'docker', inside: null }, isBehind: false },
  contact: contact as unknown as VmState['contact'],
  container: { kind: 'absent', wanted: null, looks: 3 },
});
const source = new KeepSource({
  ...{ feed, archive, clock, log: silentLog(), copySettings: () => settings },
  config: makeVmConfig({ name: 'vm', ssh: { host: '127.0.0.1' } }),
  tempo: { ...defaultTempo, copyAfterMs: 0, copyRestMs: 0 },
  report: { moment: () => undefined, failure: () => undefined },
});
source.start(store, new AbortController().signal);
await archive.sweep();
setInterval(() => {
  store.update({ logLooks: store.get().logLooks + 1 });
  if (feed.wantedTasks('vm', 1).length === 0) process.send?.('all is copied');
}, 5);
