/** The log to follow now: configured, or the best of all that were seen, on the VM and in its container. */
import { hostPath, printsInto, type LogFile } from '../../vm/index.ts';
import type { LogFollowing } from './log-following.ts';
import {
  chooseLog,
  firstUnread,
  isOtherWorkers,
  isOwnLog,
  isSamePlace,
  isPrint,
  isSameTarget,
  parsePlace,
  whyChosen,
  type FoundLog,
  type LogPlace,
  type LogTarget,
} from './log-place.ts';
import type { Looks } from '../looks/looks.ts';
import type { Sight } from '../sight.ts';

export interface LogChoice {
  readonly target: LogTarget;
  /** As it was seen now; null: nothing bears its name. */
  readonly file: LogFile | null;
  /** For a person. */
  readonly why: string;
  /** There is a newer one, to be followed when this one has been read. */
  readonly isPast: boolean;
}

export interface LogChoiceContext {
  readonly sight: Sight;
  /** "benchmark.log" of the configuration. */
  readonly configured: string | null;
  readonly looks: Pick<Looks, 'statLog'>;
  readonly following: Pick<LogFollowing, 'target' | 'reading' | 'isLive' | 'isUnfinished'>;
  /** The newest log in the journal; null: none. */
  readonly last: LogTarget | null;
  /** Whether BenchTray has read this log up to its present length. */
  readonly isRead: (target: LogTarget, file: LogFile) => boolean;
  /** Whether BenchTray has tried in vain to read this log. */
  readonly isGivenUp: (target: LogTarget, file: LogFile) => boolean;
  /** Whether this log was read, and has no run. */
  readonly isWithoutRun: (target: LogTarget, file: LogFile) => boolean;
  /** Whether a log without a run has grown since it was read. What CoAct prints is then looked into again. */
  readonly mayHaveNews: (target: LogTarget, file: LogFile) => boolean;
  /** By the VM's clock; epoch. */
  readonly nowSeconds: number;
  /** What was chosen last was not the best, but one before it. */
  readonly isPast: boolean;
}

/** Null: none is there, or that cannot be told yet. */
export async function findLog(context: LogChoiceContext): Promise<LogChoice | null> {
  const { sight, configured, looks, following } = context;
  const known = following.target ?? context.last;
  const container = sight.container.kind === 'running' ? sight.container.name : null;
  const targetOf = ({ where, path }: LogPlace): LogTarget => ({
    where,
    path,
    container: where === 'container' ? container : null,
    hostPath: null,
  });
  if (configured !== null) {
    const place = parsePlace(configured);
    // Without its container, a log is what it was.
    const isKnown =
      known !== null && isSamePlace(known, place) && (container === null || known.container === container);
    const target = isKnown ? known : targetOf(place);
    const file = isKnown ? await statAgain(known, context) : await looks.statLog(place.where, place.path);
    return { target, file, why: 'the configuration names it', isPast: false };
  }

  // Without the container's own answer, an old log on the host would pass for the newest.
  if (container !== null && sight.inside === null) return null;
  const found = foundLogs(sight).filter((one) => one.where === 'container' || one.path !== known?.hostPath);
  let again: FoundLog | null = null;
  if (known !== null && !found.some((one) => isSameTarget(targetOf(one), known))) {
    // A folder known only from the benchmark's process is forgotten with the process.
    const file = await statAgain(known, context);
    again = file === null ? null : { where: known.where, path: known.path, file };
    if (again !== null) found.push(again);
  }
  const likely = likelyLogs(
    found,
    context,
    (one) => context.isWithoutRun(targetOf(one), one.file),
    (one) => context.mayHaveNews(targetOf(one), one.file),
  );
  const best = chooseLog(likely.length === 0 ? found : likely, following.target);
  if (best !== null) {
    const isGivenUp = ({ file, ...place }: FoundLog): boolean => context.isGivenUp(targetOf(place), file);
    const isDone = (one: FoundLog): boolean => isGivenUp(one) || context.isRead(targetOf(one), one.file);
    const chosen =
      found.find((one) => isToBeFinished(one, best, context) && (following.isLive || !isGivenUp(one))) ??
      firstUnread(best, found, known, isDone, context.nowSeconds);
    const target = chosen === again && known !== null ? known : targetOf(chosen);
    const isPast = chosen !== best;
    return { target, file: chosen.file, why: isPast ? past : whyChosen(chosen, found), isPast };
  }
  // Nothing bears a log's name, but the one that was followed may have another by now.
  return known === null ? null : { target: known, file: null, why: 'it was followed before', isPast: false };
}

/**
 * Returns the logs that may hold the run. While one is on, a print without a run is another program's. A run.py's own log without a
 * run gives way to what a benchmark prints: CoAct names its tasks only there.
 */
function likelyLogs(
  found: readonly FoundLog[],
  { sight: { run, inside, host }, following }: LogChoiceContext,
  isWithoutRun: (log: FoundLog) => boolean,
  mayHaveNews: (log: FoundLog) => boolean,
): readonly FoundLog[] {
  const runIsOn = run?.isRunning === true;
  const runners = [...(inside?.runners ?? []), ...(host?.runners ?? [])];
  // The last lines of a process that has gone may still be unread.
  const isInUse = (one: FoundLog): boolean =>
    runners.some((runner) => printsInto(runner, one.path)) ||
    (runIsOn && following.target !== null && isSamePlace(one, following.target));
  const isOfCoAct = (one: FoundLog): boolean =>
    runners.some((runner) => printsInto(runner, one.path) && runner.script.startsWith('run_coact'));
  const isPrinted = found.some(
    (one) =>
      !isOwnLog(one) &&
      one.file.size > 0 &&
      isInUse(one) &&
      (!isWithoutRun(one) || (!runIsOn && isOfCoAct(one) && mayHaveNews(one))),
  );
  return found.filter((one) => {
    const mayGiveWay = isOwnLog(one) ? isPrinted : isPrint(one) && runIsOn;
    return !mayGiveWay || !isWithoutRun(one);
  });
}

const past = 'it has to be read to its end before newer ones';

/** Whether this log is being read, and is to be read to its end before the best one: it is older, or that of another worker. */
function isToBeFinished(one: FoundLog, best: FoundLog, { following, isPast }: LogChoiceContext): boolean {
  const { target, isUnfinished } = following;
  if (!isUnfinished || one === best || target === null || !isSamePlace(one, target)) return false;
  return isPast || isOtherWorkers(one.path, best.path);
}

/** The log that is followed, or was, asked for by itself. */
async function statAgain(
  known: LogTarget,
  { sight, looks, following }: LogChoiceContext,
): Promise<LogFile | null> {
  const { container, machine } = sight;
  const isSeen =
    known.where === 'host' || (container.kind === 'running' && known.container === container.name);
  const file = isSeen ? await looks.statLog(known.where, known.path) : null;
  if (file !== null) return file;
  const outside = known.hostPath === null ? null : await looks.statLog('host', known.hostPath);
  if (outside !== null) return outside;
  const { reading, isLive, target } = following;
  if (reading === null || !isLive || target !== known) return null;
  // Moved away, and still written to.
  const modifiedAt = (reading.lastGrowth.runMs + (machine?.clockSkewMs ?? 0)) / 1000;
  return { path: known.path, size: reading.receivedTo, inode: reading.inode, modifiedAt };
}

/** All logs that were seen, each once: one in a folder that the container shares is seen on both sides. */
function foundLogs({ container, inside, host }: Sight): FoundLog[] {
  const mounts = container.kind === 'running' ? container.mounts : [];
  const within = inside?.logs ?? [];
  const shared = new Set(within.map(({ path }) => hostPath(mounts, path)));
  const outside = (host?.logs ?? []).filter(({ path }) => !shared.has(path));
  return [
    ...within.map((file): FoundLog => ({ where: 'container', path: file.path, file })),
    ...outside.map((file): FoundLog => ({ where: 'host', path: file.path, file })),
  ];
}
