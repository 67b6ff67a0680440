/** The feed: what happens is written first and told afterwards, in one order, to everyone who listens. */
import { join } from 'node:path';
import type { ErrorPayload, ProgressPayload, StatusPayload, VmStatus } from '../../../shared/stream.ts';
import { evenTime, systemClock, type Clock } from '../common/clock.ts';
import { openJournalFile } from './journal-file.ts';
import { createJournalWriter, type Fault, type JournalFault } from './journal-writer.ts';
import { createJournal, type RunQuery, type StoredRun } from './journal.ts';
import type { Pool } from '../run/pool.ts';
import type {
  EventText,
  FeedChange,
  FeedEvent,
  FollowState,
  Heard,
  JournalEvent,
  OpenCondition,
  TaskRecord,
} from './model.ts';
import { createPools, isOtherPart } from './pools.ts';
import { eraseFromJournal, pruneJournal, usedBytes, type Retention } from './retention.ts';
import { createSnapshots, type Snapshot } from './snapshots.ts';

export interface Feed {
  readonly journalId: string;
  /** Number of the newest journal event, 0 before the first. */
  head(): number;
  /** The id under which an event goes out. */
  idOf(seq: number): string;
  /** The number within an id; null when it is malformed, of another journal, beyond the head, or of an event that was never written. */
  parseId(text: string): number | null;
  /**
   * Writes one step of the world as a whole and then hands its events, in order, to the subscribers. Attempts that have
   * been told are not told again; a condition is told when it opens and when it closes, not in between.
   * While the disk takes nothing, the change is told all the same and written later; an `error` event says so.
   * @throws what SQLite throws for any other reason; nothing is written or told then
   */
  commit(change: FeedChange): readonly JournalEvent[];
  setStatus(vm: string, status: VmStatus): void;
  /**
   * The pool that the run is part of is put in here, and with the other parts shown anew.
   * @param urgent goes out at once, not at the next interval
   */
  setProgress(vm: string, progress: ProgressPayload, urgent: boolean): void;
  /** Drops the snapshots of a VM that is no longer watched. Its history and its open conditions stay. */
  forgetVm(vm: string): void;
  /**
   * Drops everything that was ever recorded of a VM that is no longer watched. While the disk takes nothing, nothing is dropped.
   * Clients that come back to a place before are told of a gap.
   */
  eraseVm(vm: string): void;
  snapshot(vm: string): Snapshot;
  /** Grows when anything but a clock (checked_at, elapsed_seconds, eta_seconds, cost so far) has changed. */
  version(): number;
  /** Journal events after a position, oldest first. `vm` null: of all VMs. */
  replay(afterSeq: number, vm: string | null, limit: number): readonly JournalEvent[];
  /** The same as they are written, up to a position, read one by one as they are asked for. Not to be kept across turns. */
  texts(afterSeq: number, throughSeq: number, vm: string | null): Iterable<EventText>;
  countAfter(afterSeq: number, vm: string | null): number;
  /** Whether events after this position have been pruned: a client that asks from here has missed some for good. */
  hasPrunedAfter(afterSeq: number, vm: string | null): boolean;
  /** Returns the newest position up to which events have been pruned: a client that asks from before it has missed some for good. */
  prunedThrough(vm: string | null): number;
  /** Called after the commit, in order. What a listener throws becomes a process warning. @returns how to stop */
  subscribe(listener: (event: FeedEvent) => void): () => void;
  /** When a VM was first seen, epoch milliseconds; `at` is recorded when that is now. */
  firstSeen(vm: string, at: number): number;
  /** Returns the stored time of the VM's last answer; null: it never answered. */
  heard(vm: string): Heard | null;
  /** Stores the time of the VM's last answer, unless the disk is full. */
  noteHeard(vm: string, heard: Heard): void;
  loadFollow(vm: string, log: string): FollowState | null;
  /** The log of a VM whose reading was written last. */
  latestFollow(vm: string): FollowState | null;
  openConditions(vm?: string): readonly OpenCondition[];
  /** Newest first. */
  runs(query: RunQuery): readonly StoredRun[];
  run(id: string): StoredRun | null;
  /** The runs of several VMs that this one is a part of; null for a run on its own. */
  poolOf(runId: string): Pool | null;
  /** In the order in which they ended. */
  tasksOf(runId: string): readonly TaskRecord[];
  /** Every ended attempt of every run of the VM at this task, oldest first. A domain that is not known fits every domain. */
  attemptsAt(vm: string, domain: string | null, taskId: string): readonly TaskRecord[];
  prune(retention?: Retention): void;
  /** What the journal takes on disk, as far as it is in use. */
  sizeBytes(): number;
  /** Why the journal cannot be written at present, while events go on without it; null: it is. */
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

/** Parts of a pool are looked for among so many of the newest runs. */
const knownRuns = 500;

/** @throws UserError when the journal is foreign or of a newer version */
export function openFeed({ dataDir, clock = systemClock, onNotice = () => undefined }: FeedOptions): Feed {
  // If somebody sets the clock years ahead for a moment, the journal must survive.
  const pruneMs = evenTime(clock);
  const file = openJournalFile(join(dataDir, 'journal.sqlite'));
  const journal = createJournal(file);
  const snapshots = createSnapshots();
  const subscribers = createSubscribers();
  const pools = createPools(journal.runs({ limit: knownRuns }));
  const knownVms = new Set<string>();
  const toldOfDamage = new Set<string>();
  let version = 1;

  const damage = file.setAside === null ? null : damageNotice(file.setAside);
  if (damage !== null) onNotice(sentences(damage));
  const writer = createJournalWriter({
    file,
    journal,
    wallMs: clock.wallMs,
    onHeld(fault) {
      const notice = heldNotice(fault);
      onNotice(sentences(notice));
      for (const vm of knownVms) tellNotice(vm, notice);
    },
    onSettled() {
      onNotice('The journal is written again, with all that happened in the meantime.');
    },
    onUnsynced(error) {
      onNotice(`What is written into the journal may be lost in a power failure: ${error.message}.`);
    },
  });

  function commit(change: FeedChange): readonly JournalEvent[] {
    meet(change.vm);
    const { events, hasNews } = writer.write(change);
    change.runs?.forEach(pools.take);
    if (hasNews) version += 1;
    const { status } = snapshots.get(change.vm);
    if (status !== null && (change.began ?? change.ended) !== undefined)
      snapshots.setStatus(change.vm, withOpenErrors(status));
    for (const event of events) subscribers.tell({ kind: 'journal', event });
    return events;
  }

  function withOpenErrors(status: VmStatus): StatusPayload {
    return { ...status, open_errors: journal.conditions(status.vm).map(({ error }) => error) };
  }

  /** Every stream is that of a VM: what concerns them all is told for each. */
  function tellNotice(vm: string, notice: Notice): void {
    const at = clock.wallMs();
    const began_at = new Date(at).toISOString();
    commit({ vm, at, moments: [{ ...notice, vm, code: 'internal', severity: 'critical', began_at }] });
  }

  function meet(vm: string): void {
    knownVms.add(vm);
    if (damage === null || toldOfDamage.has(vm)) return;
    toldOfDamage.add(vm);
    tellNotice(vm, damage);
  }

  function tellProgress(vm: string, data: ProgressPayload, urgent: boolean): void {
    if (snapshots.setProgress(vm, data)) version += 1;
    subscribers.tell({ kind: 'progress', vm, data, urgent });
  }

  function withPool(data: ProgressPayload): ProgressPayload {
    const pool = pools.viewOf(data.run_id, (vm, runId) => {
      const shown = vm === data.vm ? data : snapshots.get(vm).progress;
      return shown?.run_id === runId ? shown.state : null;
    });
    return { ...data, pool };
  }

  function tellOtherParts(of: ProgressPayload): void {
    for (const { vm, runId } of pools.poolOf(of.run_id)?.parts ?? []) {
      const shown = snapshots.get(vm).progress;
      if (runId === of.run_id || shown?.run_id !== runId) continue;
      // A part that is over itself is not shown again at every interval: what the others do is told with it at once.
      const isOver = shown.state !== 'running' && shown.state !== 'stalled';
      tellProgress(vm, withPool(shown), isOver);
    }
  }

  return {
    journalId: journal.journalId,
    head: () => journal.head(),
    idOf: (seq) => journal.idOf(seq),
    parseId(text) {
      const [, journalId, digits] = /^([a-z0-9]{8})-(0|[1-9]\d{0,14})$/.exec(text) ?? [];
      const seq = Number(digits);
      if (journalId !== journal.journalId || seq > journal.head() || file.numbers.isLost(seq)) return null;
      return seq;
    },
    commit,
    setStatus(vm, status) {
      meet(vm);
      const data = withOpenErrors(status);
      const { isNews, isUrgent } = snapshots.setStatus(vm, data);
      if (isNews) version += 1;
      subscribers.tell({ kind: 'status', vm, data, urgent: isUrgent });
    },
    setProgress(vm, data, urgent) {
      const before = snapshots.get(vm).progress;
      tellProgress(vm, withPool(data), urgent);
      if (isOtherPart(before, data)) tellOtherParts(data);
    },
    forgetVm(vm) {
      knownVms.delete(vm);
      if (snapshots.forget(vm)) version += 1;
    },
    eraseVm(vm) {
      writer.tend(() => {
        eraseFromJournal(file.database, vm);
      });
      version += 1;
    },
    snapshot: (vm) => snapshots.get(vm),
    version: () => version,
    replay: (afterSeq, vm, limit) => journal.eventsAfter(afterSeq, vm, limit),
    texts: (afterSeq, throughSeq, vm) => journal.textsAfter(afterSeq, throughSeq, vm),
    countAfter: (afterSeq, vm) => journal.countAfter(afterSeq, vm),
    hasPrunedAfter: (afterSeq, vm) => journal.prunedThrough(vm) > afterSeq,
    prunedThrough: (vm) => journal.prunedThrough(vm),
    subscribe: (listener) => subscribers.add(listener),
    firstSeen: (vm, at) => writer.firstSeen(vm, at),
    heard: (vm) => journal.heard(vm),
    noteHeard(vm, heard) {
      writer.tend(() => {
        journal.putHeard(vm, heard);
      });
    },
    loadFollow: (vm, log) => journal.follow(vm, log),
    latestFollow: (vm) => journal.follow(vm, null),
    openConditions: (vm) => journal.conditions(vm ?? null),
    runs: (query) => journal.runs(query),
    run: (id) => journal.run(id),
    poolOf: (runId) => pools.poolOf(runId),
    tasksOf: (runId) => journal.tasksOf(runId),
    attemptsAt: (vm, domain, taskId) => journal.attemptsAt(vm, domain, taskId),
    sizeBytes: () => usedBytes(file.database),
    journalFault: () => writer.fault(),
    prune(retention = {}) {
      writer.tend(() => {
        pruneJournal(file.database, pruneMs(), retention);
      });
    },
    close() {
      if (!file.database.isOpen) return;
      const lost = writer.close();
      if (lost > 0) onNotice(`The journal still could not be written: ${lost} changes are lost.`);
      file.database.close();
    },
  };
}

type Notice = Pick<ErrorPayload, 'message' | 'detail' | 'hint'>;

function heldNotice(fault: Fault): Notice {
  return {
    message: 'BenchTray cannot write its journal on this computer; events go on without it.',
    detail: fault.message,
    hint: 'Make room on the disk, then everything is written by itself. What was told in between is lost if BenchTray ends before.',
  };
}

function damageNotice({ path, reason }: { readonly path: string; readonly reason: string }): Notice {
  return {
    message: 'The journal was damaged; BenchTray has set it aside and begun a new one.',
    detail: `It lies at ${path} now (${reason}).`,
    hint: 'Runs and events from before are missing. The sqlite3 program may get them back by ".recover".',
  };
}

function sentences({ message, detail, hint }: Notice): string {
  return [message, detail, hint].filter((part) => part !== null).join(' ');
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
