/** The runs of one VM: read from the log and from the folder of results, shown, and put into the picture. */
import { progressOf, type LastHeard, type RunState } from '../../run/index.ts';
import type { Logger } from '../../common/app-log.ts';
import type { VmConfig } from '../../config/index.ts';
import type { Feed } from '../../feed/index.ts';
import { createBenchmarkLog } from './benchmark-log.ts';
import type { Picture } from '../picture.ts';
import { createResultWatch } from '../results/result-watch.ts';
import { createRunDisplay } from '../run-display.ts';
import type { Session } from '../link/session.ts';
import type { RunSight } from '../sight.ts';
import type { Tempo } from '../tempo.ts';
import type { VmClock } from '../vm-clock.ts';

export interface Runs {
  /** The newest, on or over. */
  readonly newest: RunState | null;
  /** The logs have been looked for, and what is being read has been read to its end: a run that is on is known. */
  readonly isSearched: boolean;
  /** There may be more to be read than has been: what is known of the newest run is not its last word. */
  readonly isBehind: boolean;
  /** To be called after each whole look. */
  lookAtLog(session: Session): Promise<void>;
  lookAtResults(session: Session): Promise<void>;
  /** The connection is gone. */
  pause(): void;
  close(): void;
}

export interface RunsOptions {
  readonly config: VmConfig;
  readonly feed: Feed;
  readonly log: Logger;
  readonly clock: VmClock;
  /** When the VM was last heard; null while it is. */
  readonly lastHeard: () => LastHeard | null;
  readonly picture: Picture;
  /** The process was missed: look again soon, to know whether it is gone. */
  readonly hurry: () => void;
  readonly tempo: Tempo;
}

const showEveryMs = 1_000;
/** The first look finds what the second one looks into, and a log that is there is read by the third. */
const looksUntilFound = 3;

export function watchRuns(options: RunsOptions): Runs {
  const { config, feed, clock, picture, lastHeard } = options;
  const vm = config.name;
  const display = createRunDisplay({ vm, feed, runMs: clock.runMs, lastHeard });
  const benchmarkLog = createBenchmarkLog({ ...options, onRun: show });
  const results = createResultWatch({
    config,
    feed,
    clock,
    picture,
    tempo: options.tempo,
    warn: (detail, message) => options.log.warn({ vm, ...detail }, message),
    logReading: () => benchmarkLog.reading,
    onRun: show,
  });
  /** Since the connection was made. */
  let looks = 0;
  const lastRun = feed.latestFollow(vm)?.run ?? null;
  if (lastRun !== null)
    feed.setProgress(vm, progressOf(lastRun, vm, clock.runMs(), false, lastHeardOf(lastRun)), false);

  /** The journal has at least the newest event of a run that this process has not heard of. */
  function lastHeardOf(run: RunState): LastHeard | null {
    const atMs = run.lastEventAt ?? run.startedAt;
    return lastHeard() ?? (atMs === null ? null : { runMs: atMs, wallMs: atMs });
  }

  function current(): RunState | null {
    return results.run ?? benchmarkLog.run;
  }

  function sight(): RunSight | null {
    return results.runSight() ?? benchmarkLog.runSight();
  }

  function show(run: RunState): void {
    display.show(run);
    picture.learn({ run: sight() });
  }

  const showTimer = setInterval(() => {
    const run = current();
    if (run === null) return;
    picture.learn({ run: sight() });
    display.tick(run, picture.troubles.has('run_stalled'));
  }, showEveryMs);

  return {
    get newest() {
      return current() ?? lastRun;
    },
    get isSearched() {
      return looks >= looksUntilFound && !benchmarkLog.isArriving;
    },
    get isBehind() {
      return benchmarkLog.isBehind || looks < looksUntilFound;
    },
    async lookAtLog(session) {
      await benchmarkLog.look(session.channels, session.host, session.looks);
      looks += 1;
    },
    async lookAtResults(session) {
      const access = session.access();
      if (access !== null) await results.look(access);
    },
    pause() {
      looks = 0;
      benchmarkLog.pause();
    },
    close() {
      clearInterval(showTimer);
    },
  };
}
