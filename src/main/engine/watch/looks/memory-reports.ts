/** When a lack of memory in the watched container is reported: by the engine's own reports, and by how the container ended. */
import type { ContainerState } from '../../vm/index.ts';

/** What was killed: the container, or a process in it while the container goes on. */
export type OutOfMemory = 'container' | 'process';

/** One lack of memory kills several processes, and the engine reports each of them. */
const sameWithinMs = 60_000;

export class MemoryReports {
  /** After this time, a container that goes on has survived. A start script ends a moment after its virtual machine. */
  static readonly settlesWithinMs = 3_000;
  readonly #monotonicMs: () => number;
  /** A report of the engine that BenchTray has not published yet. */
  #pending: { readonly name: string; readonly startedAt: string | null; readonly atMs: number } | null = null;
  /** The newest published one. */
  #published: { readonly name: string; readonly startedAt: string | null; readonly atMs: number } | null =
    null;

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  /** The engine reports that a process in this container was killed. @param startedAt its start, as far as it is known */
  report(name: string, startedAt: string | null): void {
    const atMs = this.#monotonicMs();
    const published = this.#published;
    const isSame =
      published?.name === name && published.startedAt === startedAt && atMs - published.atMs < sameWithinMs;
    if (!isSame && this.#pending?.name !== name) this.#pending = { name, startedAt, atMs };
  }

  /** The engine reports that a container lacked memory before BenchTray saw it on this connection, so its end proves nothing new. */
  noteKnown(name: string, startedAt: string | null): void {
    this.#published = { name, startedAt, atMs: Number.NEGATIVE_INFINITY };
  }

  /** Returns what to publish of a container that runs; `later`: ask again after {@link settlesWithinMs}. Null: nothing. */
  goesOn(name: string, startedAt: string): OutOfMemory | 'later' | null {
    const pending = this.#pending;
    if (pending?.name !== name) return null;
    const isRestarted = pending.startedAt !== null && pending.startedAt !== startedAt;
    if (!isRestarted && this.#monotonicMs() - pending.atMs < MemoryReports.settlesWithinMs) return 'later';
    this.#publish(pending);
    return isRestarted ? 'container' : 'process';
  }

  /**
   * Returns whether a container that has ended was killed for lack of memory, and nothing was published of it.
   * @param ended how it ended; null: it was not seen running before
   */
  hasEnded(name: string, ended: ContainerState | null): boolean {
    const pending = this.#pending?.name === name ? this.#pending : null;
    this.#pending = null;
    if (pending !== null) {
      this.#publish(pending);
      return true;
    }
    if (ended?.outOfMemory !== true) return false;
    // Docker remembers it of any process, until the next start.
    const isTold = this.#published?.name === name && this.#published.startedAt === ended.startedAt;
    if (!isTold) this.#publish({ name, startedAt: ended.startedAt });
    return !isTold;
  }

  #publish({ name, startedAt }: { readonly name: string; readonly startedAt: string | null }): void {
    this.#pending = null;
    this.#published = { name, startedAt, atMs: this.#monotonicMs() };
  }
}
