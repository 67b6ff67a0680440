/** Everything that a seed plays with: the VM and its benchmark, one life of BenchTray after another, and the clients. */
import { mock } from 'node:test';
import type { JournalEvent } from '../../src/main/engine/feed/index.ts';
import type { SshProblem } from '../../src/main/engine/vm/index.ts';
import { pruneNow } from '../support/prune.ts';
import { pick, randomFrom, type Random } from '../support/run-logs/plan.ts';
import { Benchmark } from './benchmark.ts';
import { Client } from './client.ts';
import { ChosenFault, watchDatabases, type FaultMoment } from './database-faults.ts';
import type { JournalCopies } from './journal-copies.ts';
import { configFor, Life, lookEveryMs, runStarts } from './life.ts';
import { Oracle } from './oracle.ts';
import { sightWith, type SimulatedTrouble } from './troubles.ts';
import { startVirtualTime } from './virtual-time.ts';
import { VmDisk } from './vm-disk.ts';
import { VmLink } from './vm-link.ts';

const logPath = '/tmp/waa_benchmark.log';

export class World {
  readonly random: Random;
  readonly disk = new VmDisk();
  readonly oracle = new Oracle('vm');
  readonly benchmark: Benchmark;
  readonly clients = ['ann', 'bob', 'cy'].map((name) => new Client(name));
  /** What is wrong with the VM. */
  readonly troubles = new Set<SimulatedTrouble>();
  /** All journal events that BenchTray has ever committed, as they were read from outside. */
  readonly events: JournalEvent[] = [];
  readonly time;
  readonly faults = watchDatabases();
  /** What BenchTray threw or logged as an error, and no step has caused. */
  readonly unforeseen: unknown[] = [];
  /** Attempts that were over before the VM was first seen: no event reports them. */
  endedBefore = 0;
  /** Events up to this number have been pruned. */
  prunedThrough = 0;
  /** No run that was known when errors were pruned began before this time; epoch milliseconds. */
  errorsPrunedBefore = 0;
  link: VmLink | null = null;
  /** A look since the newest change of the troubles is through. */
  hasLooked = false;
  readonly #copies: JournalCopies;
  readonly #warnings;
  #dataDir: string;
  #life: Life | null = null;
  /** What a process that died has left behind; null: it lives. */
  #remains: string | null = null;
  #sinceLookMs = 0;

  constructor(seed: number, copies: JournalCopies) {
    this.random = randomFrom(seed);
    this.#copies = copies;
    this.#dataDir = copies.fresh();
    this.time = startVirtualTime((error) => this.#expectDeath(error));
    this.#warnings = mock.method(process, 'emitWarning', (error: unknown) => this.#noteFault(error));
    // What a listener of an AbortSignal throws ends a process.
    process.setUncaughtExceptionCaptureCallback((error) => this.#noteFault(error));
    const appends = seed % 4 !== 0;
    this.benchmark = new Benchmark(logPath, this.disk, this.oracle, this.random, appends);
  }

  get life(): Life {
    if (this.#life === null) throw new Error('BenchTray does not run');
    return this.#life;
  }

  /** Starts BenchTray, again and again if it dies while it starts. */
  async start(): Promise<void> {
    while (this.#life === null) {
      try {
        this.#life = new Life({
          dataDir: this.#dataDir,
          config: configFor(logPath),
          clock: this.time.clock,
          onFault: (error) => this.#noteFault(error),
        });
      } catch (error) {
        this.#expectDeath(error);
        this.#dataDir = this.#remains ?? this.#dataDir;
        this.#remains = null;
      }
    }
    await this.#buryTheDead();
  }

  /** Lets time pass. A VM that is connected is looked at. */
  async pass(ms: number): Promise<void> {
    const most = ms > 60_000 ? 30_000 : 1_000;
    for (let left = ms; left > 0; left -= most) {
      const part = Math.min(most, left);
      await this.time.pass(part);
      this.#sinceLookMs += part;
      if (this.#sinceLookMs >= lookEveryMs) await this.look();
      await this.#buryTheDead();
    }
  }

  async look(): Promise<void> {
    if (this.link === null) return;
    this.#sinceLookMs = 0;
    this.hasLooked = true;
    this.#guarded(() => this.life.looked(sightWith(this.troubles)));
    await this.time.settle();
    await this.#buryTheDead();
  }

  async connect(): Promise<void> {
    if (this.link !== null) return;
    const link = new VmLink(this.disk, this.random);
    this.link = link;
    this.#guarded(() => this.life.connected(link.contact));
    await this.look();
  }

  /** @param problem null: nobody knows yet why */
  async disconnect(problem: SshProblem | null): Promise<void> {
    const { link } = this;
    this.link = null;
    this.#guarded(() => link?.lose());
    this.#guarded(() => this.life.disconnected(problem));
    await this.time.settle();
    await this.#buryTheDead();
  }

  async restart(): Promise<void> {
    const { life } = this;
    this.#loseLink();
    let fault: unknown = null;
    const stopped = life.stop().catch((error: unknown) => (fault = error));
    // What they are sent last arrives, or not.
    for (const client of this.clients) if (this.random() < 0.5) await this.drain(client);
    for (const client of this.clients) client.leave();
    await stopped;
    if (fault !== null) this.#expectDeath(fault);
    if (this.#remains === null) this.#life = null;
    else await this.#buryTheDead();
    await this.start();
  }

  /** BenchTray is killed. */
  async kill(): Promise<void> {
    this.#die();
    await this.#buryTheDead();
  }

  /** BenchTray dies at the `count`th statement from now on. */
  killAt(count: number, moment: FaultMoment): void {
    this.faults.arm(count, moment, () => this.#die());
  }

  /** Does `work`, in which the `count`th statement fails and BenchTray lives on. */
  async failing(count: number, work: () => Promise<void>): Promise<void> {
    this.faults.arm(count, 'before', () => undefined);
    await work();
    this.faults.disarm();
    // What this look has found may not have been written.
    this.hasLooked = false;
  }

  /** The client reads all there is. */
  async drain(client: Client): Promise<void> {
    for (;;) {
      const hasRead = client.read(1_000_000);
      await this.time.settle();
      if (!hasRead) return;
    }
  }

  /** The client comes, or comes back. */
  open(client: Client): void {
    this.#guarded(() => client.come(this.life.streams, this.prunedThrough));
  }

  /** Old events go. */
  prune(olderThanMs: number): void {
    const { feed } = this.life;
    // A run whose log is read only later may have begun earlier.
    const [firstMs = Date.now()] = this.faults.aside(() => runStarts(feed));
    this.errorsPrunedBefore = Math.max(this.errorsPrunedBefore, firstMs);
    this.#guarded(() => pruneNow(feed, { olderThanMs }));
    this.prunedThrough = Math.max(
      this.prunedThrough,
      this.faults.aside(() => feed.prunedThrough(null)),
    );
  }

  /** What a step has begun is over, and whoever died in it lives again. */
  async settled(): Promise<void> {
    await this.time.settle();
    await this.#buryTheDead();
  }

  async end(): Promise<void> {
    try {
      this.faults.disarm();
      for (const client of this.clients) client.leave();
      this.#loseLink();
      this.#life?.bury();
      await this.time.settle();
    } finally {
      process.setUncaughtExceptionCaptureCallback(null);
      this.#warnings.mock.restore();
      this.faults[Symbol.dispose]();
      this.time[Symbol.dispose]();
    }
  }

  /** Leaves everything as it is at this very moment. */
  #die(): void {
    this.#remains = this.#copies.copy(this.#dataDir);
    for (const client of this.clients) client.leave();
  }

  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#expectDeath(error);
    }
  }

  #noteFault(error: unknown): void {
    if (!(error instanceof ChosenFault) && this.#remains === null) this.unforeseen.push(error);
  }

  /** What a dying process throws, or a statement that was chosen, is no fault of its own. */
  #expectDeath(error: unknown): void {
    if (this.#remains === null && !(error instanceof ChosenFault)) throw error;
  }

  #loseLink(): void {
    const { link } = this;
    this.link = null;
    this.#guarded(() => link?.lose());
  }

  async #buryTheDead(): Promise<void> {
    const remains = this.#remains;
    if (remains === null) return;
    const life = this.#life;
    this.#loseLink();
    life?.bury();
    await this.time.settle();
    this.#remains = null;
    this.#life = null;
    this.#dataDir = remains;
    await this.start();
  }

  /** Returns one of these, by chance. */
  pick<Item>(items: readonly Item[]): Item {
    return pick(this.random, items);
  }
}
