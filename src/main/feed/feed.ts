/** The feed: what happens is written first and told afterwards, in one order, to everyone who listens. */
import { join } from 'node:path';
import type { ProgressPayload, StatusPayload } from '../../shared/stream.ts';
import { writeChange } from './commit.ts';
import { openJournalFile } from './journal-file.ts';
import { createJournal, type RunQuery, type StoredRun } from './journal.ts';
import type { FeedChange, FeedEvent, FollowState, JournalEvent, OpenCondition, TaskRecord } from './model.ts';
import { pruneJournal, type Retention } from './retention.ts';
import { createSnapshots, type Snapshot } from './snapshots.ts';

export interface Feed {
  readonly journalId: string;
  /** Number of the newest journal event, 0 before the first. */
  head(): number;
  /** The id under which an event goes out. */
  idOf(seq: number): string;
  /** The number within an id; null when it is malformed, of another journal, or beyond the head. */
  parseId(text: string): number | null;
  /**
   * Writes one step of the world as a whole and then hands its events, in order, to the subscribers. Attempts that have
   * been told are not told again; a condition is told when it opens and when it closes, not in between.
   * @throws what SQLite throws (a full disk); nothing is written or told then
   */
  commit(change: FeedChange): readonly JournalEvent[];
  setStatus(vm: string, status: StatusPayload): void;
  /** @param urgent goes out at once, not at the next interval */
  setProgress(vm: string, progress: ProgressPayload, urgent: boolean): void;
  /** Drops the snapshots of a VM that is no longer watched. Its history and its open conditions stay. */
  forgetVm(vm: string): void;
  snapshot(vm: string): Snapshot;
  /** Grows when anything but a clock (checked_at, elapsed_seconds, eta_seconds, cost so far) has changed. */
  version(): number;
  /** Journal events after a position, oldest first. `vm` null: of all VMs. */
  replay(afterSeq: number, vm: string | null, limit: number): readonly JournalEvent[];
  countAfter(afterSeq: number, vm: string | null): number;
  /** Whether events after this position have been pruned: a client that asks from here has missed some for good. */
  hasPrunedAfter(afterSeq: number, vm: string | null): boolean;
  /** Called after the commit, in order. What a listener throws becomes a process warning. @returns how to stop */
  subscribe(listener: (event: FeedEvent) => void): () => void;
  /** When a VM was first seen, epoch milliseconds; `at` is recorded when that is now. */
  firstSeen(vm: string, at: number): number;
  loadFollow(vm: string, log: string): FollowState | null;
  /** The log of a VM whose reading was written last. */
  latestFollow(vm: string): FollowState | null;
  openConditions(vm?: string): readonly OpenCondition[];
  /** Newest first. */
  runs(query: RunQuery): readonly StoredRun[];
  run(id: string): StoredRun | null;
  /** In the order in which they ended. */
  tasksOf(runId: string): readonly TaskRecord[];
  prune(retention?: Retention): void;
  close(): void;
}

export interface FeedOptions {
  /** An existing folder, which belongs to this process (see `lockDataFolder`). */
  readonly dataDir: string;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

/** @throws UserError when the journal is damaged, foreign, or of a newer version */
export function openFeed({ dataDir, now = Date.now }: FeedOptions): Feed {
  const file = openJournalFile(join(dataDir, 'journal.sqlite'));
  const journal = createJournal(file);
  const snapshots = createSnapshots();
  const subscribers = createSubscribers();
  let version = 1;

  return {
    journalId: journal.journalId,
    head: () => journal.head(),
    idOf: (seq) => journal.idOf(seq),
    parseId(text) {
      const [, journalId, digits] = /^([a-z0-9]{8})-(0|[1-9]\d{0,14})$/.exec(text) ?? [];
      const seq = Number(digits);
      return journalId === journal.journalId && seq <= journal.head() ? seq : null;
    },
    commit(change) {
      const { events, hasNews } = writeChange(journal, change);
      if (hasNews) version += 1;
      for (const event of events) subscribers.tell({ kind: 'journal', event });
      return events;
    },
    setStatus(vm, data) {
      const { isNews, isUrgent } = snapshots.setStatus(vm, data);
      if (isNews) version += 1;
      subscribers.tell({ kind: 'status', vm, data, urgent: isUrgent });
    },
    setProgress(vm, data, urgent) {
      if (snapshots.setProgress(vm, data)) version += 1;
      subscribers.tell({ kind: 'progress', vm, data, urgent });
    },
    forgetVm(vm) {
      if (snapshots.forget(vm)) version += 1;
    },
    snapshot: (vm) => snapshots.get(vm),
    version: () => version,
    replay: (afterSeq, vm, limit) => journal.eventsAfter(afterSeq, vm, limit),
    countAfter: (afterSeq, vm) => journal.countAfter(afterSeq, vm),
    hasPrunedAfter: (afterSeq, vm) => journal.hasPrunedAfter(afterSeq, vm),
    subscribe: (listener) => subscribers.add(listener),
    firstSeen: (vm, at) => journal.firstSeen(vm, at),
    loadFollow: (vm, log) => journal.follow(vm, log),
    latestFollow: (vm) => journal.follow(vm, null),
    openConditions: (vm) => journal.conditions(vm ?? null),
    runs: (query) => journal.runs(query),
    run: (id) => journal.run(id),
    tasksOf: (runId) => journal.tasksOf(runId),
    prune(retention = {}) {
      pruneJournal(file.database, now(), retention);
    },
    close() {
      if (file.database.isOpen) file.database.close();
    },
  };
}

function createSubscribers() {
  const listeners = new Set<(event: FeedEvent) => void>();
  const waiting: FeedEvent[] = [];
  let isTelling = false;
  return {
    add(listener: (event: FeedEvent) => void): () => void {
      // A function of its own, so that the same listener may be added twice and removed once.
      const entry = (event: FeedEvent): void => {
        listener(event);
      };
      listeners.add(entry);
      return () => {
        listeners.delete(entry);
      };
    },
    /** A listener may itself cause events: those wait their turn, so that everyone sees the same order. */
    tell(event: FeedEvent): void {
      waiting.push(event);
      if (isTelling) return;
      isTelling = true;
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        for (const listener of listeners) {
          try {
            listener(next);
          } catch (error) {
            process.emitWarning(error instanceof Error ? error : String(error));
          }
        }
      }
      isTelling = false;
    },
  };
}
