/**
 * The room that knows order. It gives every event its place, writes it into a journal on disk, keeps the newest picture
 * of every VM, and hands both to those who listen: after the commit, never before. A restart resumes from here.
 * It knows neither how a VM is watched nor how a client is served.
 */
export { announcedUrl, DataFolderInUse, lockDataFolder, type DataFolderLock } from './data-folder-lock.ts';
export { openFeed, type Feed, type FeedOptions } from './feed.ts';
export { openJournalReader, type JournalReader } from './journal-reader.ts';
export type { AttemptKey, KeptFile, KeptGroup, KeptShare, KeptState, KeptTask } from './kept.ts';
export type { JournalFault } from './journal-writer.ts';
export type { History, StoredRun } from './history.ts';
export { machineOf, runCostUsd } from './run-cost.ts';
export type { RunQuery } from './run-search.ts';
export type {
  EventText,
  FeedChange,
  FeedEvent,
  FollowMark,
  FollowState,
  EndedCondition,
  Heard,
  JournalEvent,
  OpenCondition,
  RunMachine,
  RunRecord,
  TaskRecord,
} from './model.ts';
export type { Retention } from './retention.ts';
export {
  isBetween,
  lasts,
  runEvents,
  type EventsJournal,
  type RunEvents,
  type TimelineEvent,
} from './run-events.ts';
export type { RunFigures } from '../run/score-figures.ts';
export type { ErrorSpan, SilenceReason, Spans } from './spans.ts';
export type { Snapshot } from './snapshots.ts';
