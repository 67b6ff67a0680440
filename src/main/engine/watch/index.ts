/**
 * This room watches one VM: it asks the machine (vm/), reads its log (run/), and writes what that means into the journal (feed/).
 * What is a trouble, how often to look and which log to follow is decided here, in pure functions; the rest is wiring and timers.
 */
export { watchVm, type VmWatcher, type VmWatcherOptions } from './vm-watcher.ts';
// For the doctor, who looks by the same means and judges by the same rules.
export { assess } from './rules/conditions.ts';
export { isThere, reach, type Reach } from './log/follow-files.ts';
export { findLog, type LogChoice } from './log/log-choice.ts';
export { printsElsewhere } from './unheard.ts';
export { isOwnLog, isSameTarget, placeText, type LogTarget } from './log/log-place.ts';
export { ContainerLook } from './looks/container-look.ts';
export { createGuestLook, placesToAsk } from './looks/guest-look.ts';
export { createKnownFolders } from './looks/known-folders.ts';
export { findResults } from './looks/results-place.ts';
export { statLog } from './looks/stat-log.ts';
export { isJobRunner } from './results/job-runner.ts';
export { listFolder } from './results/listed-folder.ts';
export { placesOf } from './results/result-place.ts';
export type { Trouble } from './rules/rule.ts';
export { firstSight, isReady, runsOnHost, type Sight } from './sight.ts';
export type { Tempo } from './tempo.ts';
export { bootText } from './status.ts';
export { azureTarget, findTarget } from './link/vm-address.ts';
