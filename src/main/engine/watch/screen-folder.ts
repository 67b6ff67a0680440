/** Chooses the files of one attempt among all that lie in the folders of its task. Pure. */
import { isAfterStart, isInAttempt, type ScreenTask } from '../../../shared/screens.ts';
import { isScreenName, type FileLine } from '../vm/index.ts';

/** A try's folder holds what was written within the attempt. File times are whole seconds, and two clocks never agree exactly. */
const slackMs = 5_000;

export interface TimedFile extends FileLine {
  /** When it was last written to: epoch milliseconds of our clock. */
  readonly writtenAt: number;
}

/** The files of an attempt, all of one folder. Screenshots may lie in a folder in it. */
export interface AttemptFiles {
  readonly screens: readonly TimedFile[];
  readonly texts: readonly TimedFile[];
}

/**
 * Returns the files of the attempt. A trajectory that was written to later is among them, because it may hold other attempts besides:
 * the times in it tell.
 */
export function filesOfAttempt(files: readonly TimedFile[], task: ScreenTask): AttemptFiles {
  const tries = files.filter((file) => tryOf(file, task) !== null);
  const others = files.filter((file) => !tries.includes(file));
  const ofTry = oneTry(tries, task);
  const certain = ofTry.length > 0 ? ofTry : ofOneFolder(others.filter((file) => isOfAttempt(file, task)));
  const found = certain.length > 0 ? certain : ofOneFolder(others.filter((file) => mayHold(file, task)));
  const home = homeOf(found[0]);
  const also = others.filter((file) => homeOf(file) === home && !found.includes(file) && mayHold(file, task));
  return {
    screens: found.filter(({ name }) => isScreenName(name)),
    texts: [...found, ...also].filter(({ name }) => !isScreenName(name)),
  };
}

function isOfAttempt({ writtenAt }: TimedFile, task: ScreenTask): boolean {
  return isInAttempt(writtenAt, task);
}

/** Benchmarks add to a trajectory that is there already. */
function mayHold({ name, writtenAt }: TimedFile, task: ScreenTask): boolean {
  return name === 'traj.jsonl' && isAfterStart(writtenAt, task);
}

/** The task's folder, or the try's. WAA-V2 and openadapt-evals put screenshots into a folder in it. */
function homeOf(file: FileLine | undefined): string | null {
  return file?.folder.replace(/\/screenshots?$/, '') ?? null;
}

/** The number of the try from 0, if each try has a folder of its own: "…/chrome/<id>/2". */
function tryOf({ folder }: FileLine, { taskId }: ScreenTask): number | null {
  const [name = '', above] = folder.split('/').toReversed();
  return above === taskId && /^\d{1,3}$/.test(name) ? Number(name) : null;
}

/**
 * Tries of one task may run side by side, so their times overlap. The first attempt is try 0 unless an earlier run left results and this
 * run began with a later try: then the attempt's try is the one whose files end last before the attempt did.
 */
function oneTry(tries: readonly TimedFile[], task: ScreenTask): readonly TimedFile[] {
  const { startedAt, endedAt, attempt } = task;
  const during = tries.filter(
    ({ writtenAt }) =>
      writtenAt >= (startedAt ?? Number.NEGATIVE_INFINITY) - slackMs &&
      writtenAt <= (endedAt ?? Number.POSITIVE_INFINITY) + slackMs,
  );
  const numbered = during.filter((file) => tryOf(file, task) === attempt - 1);
  return ofOneFolder(numbered.length > 0 ? numbered : during);
}

/** The same task under several models has several folders: the one that was written to last is the one that is meant. */
function ofOneFolder(files: readonly TimedFile[]): readonly TimedFile[] {
  const last = files.reduce<TimedFile | undefined>(
    (newest, file) => (newest === undefined || file.writtenAt > newest.writtenAt ? file : newest),
    undefined,
  );
  return files.filter((file) => homeOf(file) === homeOf(last));
}
