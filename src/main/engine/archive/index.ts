/** This room keeps on this machine what a VM takes with it when it is deleted. It knows neither SSH nor HTTP. */
export { createLogReader, createLogStore, type LogReader, type LogStore } from './log/log-store.ts';
export type { LogWriter } from './log/log-writer.ts';
export type { LogAnswer } from './log/read-log.ts';
export { logLimits, readRunLog, type RunLogQuery } from './log/run-log.ts';
