/** One life of BenchTray: a process from its start to its end, on a journal that outlives it. The VM and the clients are simulated. */
import { rmSync } from 'node:fs';
import { createLogStore, type LogStore } from '../../src/main/engine/archive/index.ts';
import { silentLog, type Logger } from '../../src/main/engine/common/app-log.ts';
import type { Clock } from '../../src/main/engine/common/clock.ts';
import { makeVmConfig, type VmConfig } from '../../src/main/engine/config/index.ts';
import { openFeed, type Feed } from '../../src/main/engine/feed/index.ts';
import { createStreams, type Streams } from '../../src/main/engine/server/stream/streams.ts';
import type { Contact, SshProblem } from '../../src/main/engine/vm/index.ts';
import { Hearing } from '../../src/main/engine/watch/link/hearing.ts';
import { LogSource } from '../../src/main/engine/watch/log/log-source.ts';
import { Projector } from '../../src/main/engine/watch/projector.ts';
import { createReport } from '../../src/main/engine/watch/report.ts';
import { nothingAnswered } from '../../src/main/engine/watch/sight.ts';
import { firstState, type VmState } from '../../src/main/engine/watch/state.ts';
import { createVmStore, type VmStore } from '../../src/main/engine/watch/store.ts';
import { defaultTempo } from '../../src/main/engine/watch/tempo.ts';
import { createVmClock } from '../../src/main/engine/watch/vm-clock.ts';

export const vm = 'vm';

export function configFor(log: string): VmConfig {
  return makeVmConfig({ name: vm, ssh: { host: '192.0.2.1' }, benchmark: { log } });
}

/** Long enough that a step list stays short, and shorter than what clients are cut for. */
export const lookEveryMs = 3_500;

export interface LifeOptions {
  /** Holds the journal; belongs to this life. */
  readonly dataDir: string;
  readonly config: VmConfig;
  readonly clock: Clock;
  /** Told what BenchTray would log as an error of its own. */
  readonly onFault: (error: unknown) => void;
}

export class Life {
  readonly feed: Feed;
  readonly logs: LogStore;
  readonly store: VmStore;
  readonly streams: Streams;
  readonly dataDir: string;
  readonly #options: LifeOptions;
  readonly #projector: Projector;
  readonly #ending = new AbortController();

  /** Starts as `watchVm` and the server do. @throws what the journal throws */
  constructor(options: LifeOptions) {
    const { config, dataDir } = options;
    this.#options = options;
    this.dataDir = dataDir;
    this.feed = openFeed({ dataDir, clock: options.clock });
    const log = logFor(options.onFault);
    this.logs = createLogStore({ dataDir, isOn: () => true, log });
    try {
      const { feed, logs } = this;
      const clock = createVmClock(options.clock);
      const report = createReport(vm, feed, log, clock);
      this.store = createVmStore(firstState(config, feed), options.onFault);
      const tools = { config, feed, logs, log, clock, tempo: defaultTempo, report };
      for (const source of [new LogSource(tools), new Hearing(tools)])
        source.start(this.store, this.#ending.signal);
      this.#projector = new Projector(this.store, { vm, feed, log, clock });
      this.streams = createStreams({
        feed,
        vms: () => [{ name: vm, address: null }],
        version: 'simulated',
        onDemand: () => undefined,
      });
    } catch (error) {
      this.#ending.abort();
      this.feed.close();
      throw error;
    }
  }

  connected(contact: Contact): void {
    const connectedAtMs = this.#options.clock.monotonicMs();
    this.store.update({ contact, connectedAtMs, ssh: { kind: 'up' }, answered: nothingAnswered });
    this.store.update({ shells: { docker: 'docker', inside: null } });
  }

  disconnected(problem: SshProblem | null): void {
    const ssh = { kind: 'down', everUp: true, problem } as const;
    this.store.update({ contact: null, shells: null, connectedAtMs: null, ssh });
  }

  /** A look is through and has found this. */
  looked(found: Partial<VmState>): void {
    const { looked, answered } = this.store.get();
    const { clock } = this.#options;
    this.store.update({
      ...found,
      answered: { ...answered, docker: true, container: true, probe: true, host: true },
      heard: { runMs: clock.wallMs(), wallMs: clock.wallMs() },
      checkedAtMs: clock.wallMs(),
      looked: { count: looked.count + 1, depth: 'whole' },
    });
  }

  /** Ends as after SIGTERM. */
  async stop(): Promise<void> {
    this.#projector.close();
    this.#ending.abort();
    this.feed.forgetVm(vm);
    await this.streams.close();
    await this.logs.close();
    this.feed.close();
  }

  /** Frees what the dead process held. Whatever it still does, nobody sees. */
  bury(): void {
    // It may have died in the middle of any of these.
    const works = [
      () => this.#projector.close(),
      () => this.#ending.abort(),
      () => void this.streams.close(),
      () => void this.logs.close(),
      () => this.feed.close(),
    ];
    for (const work of works)
      try {
        work();
      } catch (error) {
        this.#options.onFault(error);
      }
    rmSync(this.#options.dataDir, { recursive: true, force: true });
  }
}

function logFor(onFault: (error: unknown) => void): Logger {
  const error = (details: { readonly err?: unknown }): void => onFault(details.err);
  return Object.assign(silentLog(), { error });
}

/** Returns when the recorded runs began, oldest first; epoch milliseconds. */
export function runStarts(feed: Feed): number[] {
  return feed
    .runs({ limit: 1000 })
    .flatMap(({ startedAt }) => startedAt ?? [])
    .sort((a, b) => a - b);
}
