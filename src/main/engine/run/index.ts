/**
 * This room knows benchmarks. Pure functions, without clock, files or network: bytes of a log become lines, lines
 * become records, records become run events in whatever dialect they are written, and run events fold into the state
 * of a run, of which `progress` and `task_complete` are made. All state is plain JSON, stored beside the offset in the log, so
 * that a restart goes on where reading stopped and tells nothing twice.
 */
export { isOfRunPy } from './dialects/index.ts';
export { createLineSplitter, type LineSplitter } from './line-splitter.ts';
export {
  closeReader,
  initialReader,
  parseReaderState,
  readerCounts,
  readLines,
  type ReaderCounts,
  type ReaderState,
} from './reader.ts';
export { recogniseLog, type Recognised } from './recognise.ts';
export { reduceRun, type RunIdentity } from './run-state.ts';
export { endRun } from './run-end.ts';
export { restoreRun } from './run-birth.ts';
export type { RunEffect, RunStep } from './effects.ts';
export { stopPrintAtEnd } from './stop-print.ts';
export { isBetweenTasks } from './resume.ts';
export { stallAfterMs } from './pauses.ts';
export { poolsOf, poolView, type Pool, type PooledRun } from './pool.ts';
export { isEnded, type EndedAttempt } from './attempts.ts';
export { countsOf, talliesOf, type RunCounts } from './counts.ts';
export { progressOf, taskCompleteOf, type LastHeard } from './progress.ts';
export { parseScore } from './score.ts';
export { runFigures, type RunFigures, type ScoreCounts } from './score-figures.ts';
export { runIdFor } from './run-id.ts';
export { isContradiction, reconcile, type ReconcileOptions, type ResultFile } from './results.ts';
export type {
  DomainPlan,
  LogLine,
  PlannedTask,
  ReadContext,
  RunArguments,
  RunEvent,
  RunState,
  TaskAttempt,
} from './model.ts';
