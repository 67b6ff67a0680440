/** Watches one VM for as long as it is configured: sources write what they learn into a store, and a projector publishes it. */
import type { BackgroundTask } from '../../../shared/background-task.ts';
import type { Screens } from '../../../shared/screens.ts';
import type { Clock } from '../common/clock.ts';
import { tasksIn } from './background-tasks.ts';
import { Projector } from './projector.ts';
import { createReport } from './report.ts';
import { createScreens } from './screens.ts';
import { createSources, type SourceOptions } from './sources.ts';
import { screensVersion, shareScreens } from './shared-screens.ts';
import { firstState } from './state.ts';
import { createVmStore } from './store.ts';
import { defaultTempo, type Tempo } from './tempo.ts';
import { createVmClock } from './vm-clock.ts';

export interface VmWatcherOptions extends Omit<SourceOptions, 'clock' | 'tempo' | 'report'> {
  readonly clock: Clock;
  /** For tests: times that differ from the default. */
  readonly tempo?: Partial<Tempo> | undefined;
}

export interface VmWatcher {
  /** Smallest interval that a client asks for; null: nobody listens. */
  setDemand(intervalSeconds: number | null): void;
  tasks(): readonly BackgroundTask[];
  /** The screenshots of its tasks. */
  readonly screens: Screens;
  close(): void;
}

export function watchVm(options: VmWatcherOptions): VmWatcher {
  const { config, feed, log } = options;
  const vm = config.name;
  const clock = createVmClock(options.clock);
  const tempo = { ...defaultTempo, ...options.tempo };
  const report = createReport(vm, feed, log, clock);
  const store = createVmStore(firstState(config, feed), (err) =>
    log.error({ vm, err }, 'a source has failed'),
  );
  const hostLog = (name: string): string | null => feed.loadFollow(vm, name)?.hostPath ?? null;
  const { monotonicMs } = clock;
  const screens = shareScreens(createScreens({ store, hostLog, monotonicMs }), {
    version: screensVersion(store),
    monotonicMs,
  });
  const ending = new AbortController();
  for (const source of createSources({ ...options, clock, tempo, report }))
    source.start(store, ending.signal);
  const projector = new Projector(store, { vm, feed, log, clock });
  return {
    screens,
    setDemand: (demandedSeconds) => store.update({ demandedSeconds }),
    tasks: () => tasksIn(store.get(), clock),
    close() {
      projector.close();
      ending.abort();
      feed.forgetVm(vm);
    },
  };
}
