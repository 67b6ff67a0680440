/**
 * How often BenchTray asks a VM, and how long it waits before it draws a conclusion. All in milliseconds. The benchmark runs on that
 * machine, so BenchTray asks rarely. Tests pass shorter times.
 */
export interface Tempo {
  /** Shortest time between two looks that ask Docker, processes and folders, however short the interval of a client is. */
  readonly wholeLookEveryMs: number;
  /** Longest time between two searches for processes. A search comes sooner if something changed. */
  readonly searchEveryMs: number;
  /** Time between two lists of the logs on the side of the VM where the followed log is not. */
  readonly logsElsewhereEveryMs: number;
  /** Time between two questions to a container engine that reports its events: a safety net. */
  readonly engineEveryMs: number;
  /** The same while there is no container, and one is likely to appear: by another engine of the VM, or after its image was fetched. */
  readonly likelyContainerEveryMs: number;
  /** The same for one that reports none. */
  readonly silentEngineEveryMs: number;
  /**
   * Shortest time between two questions to a Windows that is ready, while no log is written to. The question waits for a look, which
   * comes every 1 to 5 s: with half a second less than a multiple of that, a timer that is a little early does not cost a whole look.
   */
  readonly probeIdleEveryMs: number;
  /** The same while a run writes its log, which says more. */
  readonly probeBusyEveryMs: number;
  /** If several containers run: shortest time between two questions about what runs in them. */
  readonly evidenceEveryMs: number;
  /** Time between two looks at the result folder while a run is on. */
  readonly resultsEveryMs: number;
  /** The same while the log of the run grows without another task. */
  readonly resultsToldEveryMs: number;
  /** The same while no run is known, so that a run without a log is found. */
  readonly resultsIdleEveryMs: number;
  /** A log needs a few looks to be found. If there is none after this time, the results alone make a run. */
  readonly noLogAfterMs: number;
  /** A process between two tasks of a script may be missing for a moment. */
  readonly runnerGoneAfterMs: number;
  /** The last lines of a process may still be on their way for this long. */
  readonly lastLinesMs: number;
  /** A container that restarts is back within this time. */
  readonly restartsWithinMs: number;
  /** Longer than a dead connection takes to be noticed, and than a busy VM takes to start a program that reads a log. */
  readonly arrivesWithinMs: number;
  /** Time between the end of a task and the copy of its files, for what a benchmark writes last. */
  readonly copyAfterMs: number;
  /** Time between two copies. Each one starts a few processes on the VM. */
  readonly copyRestMs: number;
  /** Time until a copy that failed is tried again. It grows fourfold each time. */
  readonly copyAgainMs: number;
  /** Shortest time between the first copy that failed and giving up a task because it has waited for weeks. */
  readonly copyTriedForMs: number;
  /** Time until BenchTray looks again whether the archive can be written. */
  readonly copyObstacleMs: number;
  /** A lost connection is reported after this time. It may be back before that. */
  readonly lossToldAfterMs: number;
}

export const defaultTempo: Tempo = {
  wholeLookEveryMs: 3_500,
  searchEveryMs: 60_000,
  logsElsewhereEveryMs: 15_000,
  engineEveryMs: 60_000,
  likelyContainerEveryMs: 15_000,
  silentEngineEveryMs: 5_000,
  probeIdleEveryMs: 4_500,
  probeBusyEveryMs: 7_500,
  evidenceEveryMs: 10_000,
  resultsEveryMs: 10_000,
  resultsToldEveryMs: 60_000,
  resultsIdleEveryMs: 30_000,
  noLogAfterMs: 15_000,
  runnerGoneAfterMs: 6_000,
  lastLinesMs: 5_000,
  restartsWithinMs: 60_000,
  arrivesWithinMs: 25_000,
  copyAfterMs: 5_000,
  copyRestMs: 5_000,
  copyAgainMs: 15_000,
  copyTriedForMs: 3_600_000,
  copyObstacleMs: 60_000,
  lossToldAfterMs: 1_500,
};
