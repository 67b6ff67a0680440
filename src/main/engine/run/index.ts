/**
 * This room knows benchmarks. It is pure: no clock, no files, no network. `createRunSession` takes the bytes of a log and returns what
 * happened in its runs; `progressOf` shows a run. All state is plain JSON, stored beside the offset in the log, so that a restart
 * resumes where reading stopped and repeats nothing.
 */
export { logContent, type LogContent } from './log-content.ts';
export {
  createRunSession,
  newSessionState,
  parseSessionState,
  recogniseLog,
  type RunProcess,
  type RunSessionState,
  type SessionStep,
} from './session.ts';
export { runsBesideItsLog } from './dialects/index.ts';
export { stopPrintAtEnd } from './dialects/waa.ts';
export { createLogSplitter, type WideEncoding } from './encoding.ts';
export { createLineSplitter } from './line-splitter.ts';
export { inNextFile, leadInBytes, type StartLog } from './start-log.ts';
export { newestResultMs, stallAfterMs } from './pauses.ts';
export { isEnded } from './attempts.ts';
export { countsOf, faultsOf } from './counts.ts';
export { noFaultFigures } from './score-figures.ts';
export { attemptOn, progressOf, type LastHeard } from './progress.ts';
export { isContradiction, type ResultFile } from './results.ts';
export { readDocument, type TreeDocument } from './trials/document.ts';
export { readJob } from './trials/read-job.ts';
export { documentsOf, findJobs, nameOf, type JobFolder } from './trials/tree.ts';
export type { JsonText } from './trials/json-text.ts';
export { isOfJob, type TrialJob } from './trials/job.ts';
export type { EndedAttempt, RunArguments, RunEffect, RunState } from './model.ts';
export { readSteps } from './steps/read-steps.ts';
export { screenNamed, screensBeside, screensOfSteps, type ToldScreen } from './steps/screen-steps.ts';
export { createLogPlaces, type AttemptPlace, type LogPlace, type LogPlaces } from './steps/log-places.ts';
export { planFileIn } from './steps/trajectory.ts';
export { stepText } from './steps/values.ts';
export type { Step, StepsContext, StepsReading } from './steps/model.ts';
