/** Whether what a script logs starts a run of OSWorld. */
import type { LoggingRecord } from '../record.ts';
import type { OsWorldState, RunStart } from './osworld-run.ts';
import { isManyProcessRunner, isOneOfSeveral, isRunnerName, type RunnerLine } from './runner-lines.ts';

/** Whether these arguments are those of a run that starts. */
export function isStart(state: OsWorldState, record: LoggingRecord, start: RunStart): boolean {
  const { module } = record;
  if (isManyProcessRunner(module)) return true;
  if (isOfWaa(start)) return false;
  const { leftTasks, speaker, runIsOn } = state;
  if (leftTasks !== null && (leftTasks.module ?? 'run') === module) return true;
  const ourScript =
    speaker?.isOurs === true ? speaker.module : runIsOn && speaker === undefined ? 'run' : null;
  if (module === ourScript) return true;
  return isOfRun(record, start) && (isRunnerName(module) || (speaker === undefined && !runIsOn));
}

/** Whether these arguments may be those of a run that starts: the next lines of the script decide. */
export function mayBeStart({ speaker }: OsWorldState, record: LoggingRecord, start: RunStart): boolean {
  return speaker?.isOurs !== false && isOfRun(record, start) && !isOfWaa(start);
}

/** The process that starts the others logs the arguments of the run. An agent may log its own, or those of the run. */
function isOfRun({ process }: LoggingRecord, { arguments: { resultDir } }: RunStart): boolean {
  return resultDir !== undefined && !isOneOfSeveral(process);
}

/** Only WAA's arguments have these. */
function isOfWaa({ arguments: { emulatorIp, workerId, trialId } }: RunStart): boolean {
  return emulatorIp !== undefined || workerId !== undefined || trialId !== undefined;
}

/** Whether only the start of a run says so. */
export function isAnnouncement({ says }: RunnerLine): boolean {
  return says === 'total' || says === 'started';
}

/** Whether a script says this behind the arguments of its run, and an agent does not. */
export function isBehindStart(line: RunnerLine): boolean {
  return isAnnouncement(line) || line.says === 'domain' || line.says === 'task';
}
