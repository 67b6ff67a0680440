/**
 * This room keeps on this machine what a VM takes with it when it is deleted: the logs of runs, and the files of tasks with an index in
 * the journal. It knows neither SSH nor HTTP.
 */
export { createArchive, type Archive, type CopiedFile, type Keeping } from './archive.ts';
export { attemptTask, currentAttempt, type Attempt } from './attempt-task.ts';
export { readKeptScreens } from './kept-screens.ts';
export { createKeptCount, keptRoom, plannedRemoval } from './kept-room.ts';
export type { KeptLog } from './log/kept-log.ts';
export { createLogReader, createLogStore, type LogReader, type LogStore } from './log/log-store.ts';
export type { LogWriter } from './log/log-writer.ts';
export type { LogAnswer } from './log/read-log.ts';
export { logLimits, readRunLog, type RunLogQuery } from './log/run-log.ts';
export { writeObstacle, type StoreObstacle } from './obstacle.ts';
export { openFileReader, type FileReader } from './store.ts';
export { createKeptNotes, type KeptNotes, type KeptOfRun } from './kept-notes.ts';
export { whyText, type HistorySettings, type WhyMissing } from './why-missing.ts';
