/**
 * This room watches one VM: it asks the machine (vm/), reads its log (run/), and writes what that means into the journal (feed/).
 * What is a trouble, how often to look and which log to follow is decided here, in pure functions; the rest is wiring and timers.
 */
export { watchVm, type VmWatcher, type VmWatcherOptions } from './vm-watcher.ts';
