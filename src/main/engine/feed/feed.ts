/** The feed: what happens is written first and told afterwards, in one order, to everyone who listens. */
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { ErrorPayload, ProgressPayload, StatusPayload, VmStatus } from '../../../shared/stream.ts';
import { evenTime, systemClock, type Clock } from '../common/clock.ts';
import type { Pool } from '../run/pool.ts';
import type { Events } from './events.ts';
import type { History } from './history.ts';
import { isCorruption, journalFileName, openJournalFile } from './journal-file.ts';
import { createJournalWriter, type JournalFault } from './journal-writer.ts';
import { createJournal } from './journal.ts';
import { createKeptIndex } from './kept-index.ts';
import type { Kept, KeptTask } from './kept.ts';
import type { Marks } from './marks.ts';
import type { FeedChange, FeedEvent, Heard, JournalEvent } from './model.ts';
import { createNoticeBoard } from './notice-board.ts';
import {
  damagedRowNotice,
  damageNotice,
  heldNotice,
  lostPlaceNotice,
  overwrittenNotice,
  sentences,
  upgradeNotice,
} from './notices.ts';
import { watchPlace } from './place-watch.ts';
import { createPools, knownRuns } from './pools.ts';
import { createProgress } from './progress.ts';
import { eraseFromJournal, pruneJournal, usedBytes, type Retention } from './retention.ts';
import { createSilenceWatch } from './silence.ts';
import { createSnapshots, type Snapshot } from './snapshots.ts';
import type { Silence, Spans } from './spans.ts';
import { createSubscribers } from './subscribers.ts';

/** The reading side of the journal is in `Events`, `History`, `Marks`, `Kept` and `Spans`. */
export interface Feed extends Events, History, Marks, Kept, Spans {
  readonly journalId: string;
  /**
   * Writes one change in one transaction, then passes its events to the subscribers in order. Emits each attempt once, and a
   * condition when it opens and when it closes. While the disk is full, emits the change at once and writes it later, and an
   * `error` event reports that.
   * @throws what SQLite throws for any other reason; then nothing is written or emitted
   */
  commit(change: FeedChange): readonly JournalEvent[];
  /** Tells the subscribers which VMs are watched, in order, if that differs from the last call. */
  setVms(names: readonly string[]): void;
  setStatus(vm: string, status: VmStatus): void;
  /**
   * Publishes the progress of a run. Adds its pool, and publishes the other parts of that pool again.
   * @param urgent goes out at once, not at the next interval
   */
  setProgress(vm: string, progress: ProgressPayload, urgent: boolean): void;
  /** Drops the snapshots of a VM that is no longer watched. Its history and its open conditions stay. */
  forgetVm(vm: string): void;
  /**
   * Deletes everything that was recorded of a VM that is no longer watched, unless the disk is full. A client that comes back
   * with an older id gets a `gap`.
   */
  eraseVm(vm: string): void;
  snapshot(vm: string): Snapshot;
  /** Grows when anything but a clock (checked_at, elapsed_seconds, eta_seconds, cost so far) has changed. */
  version(): number;
  /** Called after the commit, in order. What a listener throws becomes a process warning. @returns how to stop */
  subscribe(listener: (event: FeedEvent) => void): () => void;
  /** When a VM was first seen, epoch milliseconds; `at` is recorded when that is now. */
  firstSeen(vm: string, at: number): number;
  /** Stores the time of the VM's last answer, and the silence before it; on a full disk, the silence is stored later. */
  noteHeard(vm: string, heard: Heard): void;
  /**
   * Replaces what the index says of kept files, in one transaction.
   * @returns whether it was written; false: the disk is full
   */
  putKept(tasks: readonly KeptTask[]): boolean;
  /** Grows when the index of kept files changes. */
  keptVersion(): number;
  /** The runs of several VMs that this one is a part of; null for a run on its own. */
  poolOf(runId: string): Pool | null;
  /**
   * Returns the work of pruning in short pieces, one for each call of `next`. Others may write between two of them. It ends early
   * while the disk is full. After {@link Feed.close}, nothing of it may be asked for.
   */
  prune(retention?: Retention): Generator<undefined, void>;
  /** Bytes in use in the journal's file. */
  sizeBytes(): number;
  /** Returns why the journal cannot be written, or that it was moved or removed; null: it has no fault. */
  journalFault(): JournalFault | null;
  close(): void;
}

export interface FeedOptions {
  /** An existing folder, which belongs to this process (see `lockDataFolder`). */
  readonly dataDir: string;
  readonly clock?: Clock;
  /** Told, in a sentence or two, what the person who runs this should know about the journal. */
  readonly onNotice?: (notice: string) => void;
}

/** @throws UserError when the journal is foreign or of a newer version */
export function openFeed({ dataDir, clock = systemClock, onNotice = () => undefined }: FeedOptions): Feed {
  // If somebody sets the clock years ahead for a moment, the journal must survive.
  const pruneMs = evenTime(clock);
  const file = openJournalFile(join(dataDir, journalFileName));
  const journal = createJournal(file, (table, key) => onNotice(damagedRowNotice(table, key)));
  const { history, marks } = journal;
  const snapshots = createSnapshots();
  const subscribers = createSubscribers();
  const pools = createPools(history.reader.runs({ limit: knownRuns }));
  const silences = createSilenceWatch(clock);
  const unwrittenSilences: { readonly vm: string; readonly silence: Silence }[] = [];
  let vmNames: readonly string[] | null = null;
  let version = 1;

  const damage = file.setAside === null ? null : damageNotice(file.setAside);
  if (damage !== null) onNotice(sentences(damage));
  if (file.upgraded !== null) onNotice(upgradeNotice(file.upgraded));
  const board = createNoticeBoard({
    ...{ damage, onNotice, wallMs: clock.wallMs },
    emit: (vm, at, error) => void commit({ vm, at, moments: [error] }),
  });
  const writer = createJournalWriter({
    file,
    journal,
    wallMs: clock.wallMs,
    onHeld(fault) {
      board.tellEveryone(heldNotice(fault.message));
    },
    onSettled() {
      onNotice('The journal is written again, with all that happened in the meantime.');
    },
    onUnsynced(error) {
      onNotice(`What is written into the journal may be lost in a power failure: ${error.message}.`);
    },
  });

  const place = watchPlace({
    path: file.path,
    wallMs: clock.wallMs,
    onLost(reason, how) {
      board.tellEveryone(how === 'gone' ? lostPlaceNotice(reason) : overwrittenNotice(reason));
    },
    onBack() {
      onNotice('The journal is back in its place.');
    },
  });

  const kept = createKeptIndex(journal, writer);

  function commit(change: FeedChange): readonly JournalEvent[] {
    board.meet(change.vm);
    const { events, hasNews } = writer.write(change);
    place.noteChange();
    change.runs?.forEach(pools.take);
    if (hasNews) version += 1;
    const { status } = snapshots.get(change.vm);
    if (status !== null && (change.began ?? change.ended) !== undefined)
      snapshots.setStatus(change.vm, withOpenErrors(status));
    for (const event of events) subscribers.tell({ kind: 'journal', event });
    return events;
  }

  function withOpenErrors(status: VmStatus): StatusPayload {
    return { ...status, open_errors: openErrors(status.vm) };
  }

  function openErrors(vm: string): readonly ErrorPayload[] {
    try {
      return marks.reader.openConditions(vm).map(({ error }) => error);
    } catch (error) {
      // Somebody overwrote the journal. The status goes on with what was known.
      if (!isCorruption(error)) throw error;
      return snapshots.get(vm).status?.open_errors ?? [];
    }
  }

  const setProgress = createProgress({
    pools,
    snapshot: snapshots.get,
    show(vm, data, urgent) {
      if (snapshots.setProgress(vm, data)) version += 1;
      subscribers.tell({ kind: 'progress', vm, data, urgent });
    },
  });

  return {
    ...journal.events.reader,
    ...history.reader,
    ...marks.reader,
    ...journal.spans.reader,
    ...kept.reader,
    journalId: file.journalId,
    commit,
    setVms(names) {
      if (isDeepStrictEqual(names, vmNames)) return;
      vmNames = [...names];
      version += 1;
      subscribers.tell({ kind: 'vms', names });
    },
    setStatus(vm, status) {
      board.meet(vm);
      const data = withOpenErrors(status);
      const { isNews, isUrgent } = snapshots.setStatus(vm, data);
      if (isNews) version += 1;
      subscribers.tell({ kind: 'status', vm, data, urgent: isUrgent });
    },
    setProgress,
    forgetVm(vm) {
      board.forget(vm);
      if (snapshots.forget(vm)) version += 1;
    },
    eraseVm(vm) {
      kept.flush();
      writer.tend(() => {
        eraseFromJournal(file.database, vm);
      });
      version += 1;
      kept.noteChange();
    },
    snapshot: (vm) => snapshots.get(vm),
    version: () => version,
    subscribe: (listener) => subscribers.add(listener),
    firstSeen: (vm, at) => writer.firstSeen(vm, at),
    noteHeard(vm, heard) {
      // Also while nothing can be written: or all of that time would count as a silence later.
      const lastAt = marks.reader.heard(vm)?.at ?? null;
      for (const silence of silences.endedBy(vm, lastAt, heard.at)) unwrittenSilences.push({ vm, silence });
      writer.tend(() => {
        journal.transaction(() => {
          for (const { vm: of, silence } of unwrittenSilences) journal.spans.addSilence(of, silence);
          marks.putHeard(vm, heard);
        });
        unwrittenSilences.length = 0;
      });
    },
    putKept: (tasks) => kept.put(tasks),
    keptVersion: () => kept.version(),
    poolOf: (runId) => pools.poolOf(runId),
    sizeBytes: () => usedBytes(file.database),
    journalFault: () => writer.fault() ?? place.fault(),
    *prune(retention = {}) {
      const pieces = pruneJournal(file.database, pruneMs(), retention);
      const isMore = (): boolean => {
        let isWorking = false;
        writer.tend(() => {
          isWorking = pieces.next().done !== true;
          kept.noteChange();
        });
        return isWorking;
      };
      while (isMore()) yield;
    },
    close() {
      if (!file.database.isOpen) return;
      place.close();
      try {
        kept.flush();
      } finally {
        const lost = writer.close();
        if (lost > 0) onNotice(`The journal still could not be written: ${lost} changes are lost.`);
        file.database.close();
      }
    },
  };
}
