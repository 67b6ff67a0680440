/** Whether the run of the followed log is still on: by the process behind it, and by how long it has been silent. */
import { newestResultMs, runsBesideItsLog, stallAfterMs, type RunState } from '../../run/index.ts';
import type { RunSight, Sight } from '../sight.ts';
import { wantLook, type WatchTools } from '../source.ts';
import type { VmStore } from '../store.ts';
import { isReachable } from './follow-files.ts';
import type { LogAccess } from './following-options.ts';
import type { LogFollowing } from './log-following.ts';
import { journalName, type LogTarget } from './log-place.ts';
import { abandonedMs, type LogReading } from './log-reading.ts';
import { countRunners, countWriters, createRunnerWatch, writerOf, type RunnerWatch } from './runner-watch.ts';
import { findStopPrint } from './stop-print.ts';

export interface RunLifeOptions extends Pick<WatchTools, 'config' | 'clock' | 'tempo'> {
  readonly store: VmStore;
  readonly following: Pick<LogFollowing, 'reading' | 'target' | 'isLive' | 'isBehind'>;
}

export class RunLife {
  readonly #options: RunLifeOptions;
  readonly #runnerWatch: RunnerWatch;
  /** The log that a process was seen to write to, by its name in the journal. */
  #writtenLog: string | null = null;
  /** In a look before its log was being read. */
  #wasRunnerSeen = false;
  /** When the VM last answered while nothing of the log was left to be read: up to then its silence is known. By the monotonic clock. */
  #heardAtMs = Number.NEGATIVE_INFINITY;

  /** When the container was first seen stopped, by the monotonic clock; null: it is not stopped. */
  #stoppedSinceMs: number | null = null;

  constructor(options: RunLifeOptions) {
    this.#options = options;
    this.#runnerWatch = createRunnerWatch(options.clock.monotonicMs, options.tempo);
  }

  /** Returns the facts about the run of the log. Without a run in it, the last known facts stay. */
  sight(): RunSight | null {
    const { config, store, following } = this.#options;
    const { reading } = following;
    if (reading?.run == null) return store.get().run;
    const { state } = reading.run;
    return {
      isRunning: state === 'running',
      endedWell: state === 'finished',
      guest: reading.run.arguments.emulatorIp,
      silentForMs: this.#silentForMs(reading),
      stallsAfterMs: stallAfterMs(reading.run, config.stalledAfterMinutes * 60_000),
    };
  }

  /** Notes a process of the run as soon as one answer shows it: it may be gone when the other answers are in. */
  noteRunner(sight: Sight): void {
    const { reading, target } = this.#options.following;
    this.#wasRunnerSeen ||= (this.#countRunners(sight, target) ?? 0) > 0;
    if (reading === null) return;
    if (this.#wasRunnerSeen) reading.noteRunner(target === null ? null : writerOf(sight, target));
    this.#wasRunnerSeen = false;
  }

  /** The VM has answered a look. */
  noteAnswer(): void {
    const { following, clock } = this.#options;
    if (following.isLive && !following.isBehind) this.#heardAtMs = clock.monotonicMs();
  }

  /** Ends the run if its process is gone for good. Call it after each look that shows the processes. */
  async watchRunner(access: LogAccess): Promise<void> {
    const { store, following, clock } = this.#options;
    const sight = store.get();
    const { reading, target } = following;
    this.#noteStop(sight);
    const runners = this.#countRunners(sight, target);
    if (runners === null || reading === null) return;
    if (reading.run?.state !== 'running' || !this.#needsRunner(reading, reading.run)) {
      this.#runnerWatch.forget();
      return;
    }
    const verdict = this.#runnerWatch.look(runners, reading.lastGrowth.monotonicMs);
    if (verdict === 'missed') wantLook(store, clock.monotonicMs());
    // The last lines of the process may still be on their way.
    const isUnread = following.isBehind && !this.#isLost(sight, target, access);
    if (verdict !== 'gone' || isUnread) return;
    const stop = await findStopPrint(access, sight, reading.lastGrowth.runMs);
    if (access.host.closed || following.reading !== reading) return;
    const { kind } = sight.container;
    const reason =
      kind === 'absent' || kind === 'stopped' ? 'The container is gone.' : 'The benchmark process is gone.';
    if (stop === null) reading.endRun('crashed', reason);
    else reading.endRun('interrupted', stop);
  }

  /** The connection is gone. */
  pause(): void {
    this.#heardAtMs = Number.NEGATIVE_INFINITY;
    this.#stoppedSinceMs = null;
    this.#runnerWatch.forget();
  }

  /** Once a process was seen that writes to the log, the others say nothing about its run. */
  #countRunners(sight: Sight, target: LogTarget | null): number | null {
    const all = countRunners(sight, target);
    if (all === null || target === null) return all;
    const writers = countWriters(sight, target);
    const name = journalName(target);
    if (writers > 0) this.#writtenLog = name;
    return this.#writtenLog === name ? writers : all;
  }

  /**
   * Returns whether the run has ended if no process of it is found: BenchTray saw one before, or the benchmark must run on this VM and has
   * been silent for long.
   */
  #needsRunner(reading: LogReading, run: RunState): boolean {
    return reading.runnerSeen || (runsBesideItsLog(run) && (this.#silentForMs(reading) ?? 0) >= abandonedMs);
  }

  /** Returns how long neither the log nor a result file has grown; null: nothing has been heard on this connection yet. */
  #silentForMs(reading: LogReading): number | null {
    if (this.#heardAtMs === Number.NEGATIVE_INFINITY) return null;
    const { clock } = this.#options;
    const resultMs = reading.run === null ? null : newestResultMs(reading.run);
    const resultAtMs =
      resultMs === null ? Number.NEGATIVE_INFINITY : clock.monotonicMs() - (clock.runMs() - resultMs);
    return Math.max(0, this.#heardAtMs - Math.max(reading.lastGrowth.monotonicMs, resultAtMs));
  }

  #noteStop({ container }: Sight): void {
    const isStopped = container.kind === 'stopped' && container.state !== 'paused';
    this.#stoppedSinceMs = isStopped ? (this.#stoppedSinceMs ?? this.#options.clock.monotonicMs()) : null;
  }

  /** Returns whether a log went with its container, so that nobody can read the rest of it. */
  #isLost({ container }: Sight, target: LogTarget | null, access: LogAccess): boolean {
    const { clock, tempo } = this.#options;
    if (target === null || isReachable(target, access)) return false;
    const isOut =
      this.#stoppedSinceMs !== null && clock.monotonicMs() - this.#stoppedSinceMs >= tempo.restartsWithinMs;
    return container.kind === 'absent' || isOut;
  }
}
