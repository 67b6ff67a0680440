/** Where a benchmark's log may lie, and which of several is the one to follow. Pure. */
import type { FollowState } from '../../feed/index.ts';
import type { LogFile } from '../../vm/index.ts';

/** A log, seen from the shell that can read it. */
export interface LogPlace {
  readonly where: 'host' | 'container';
  readonly path: string;
}

export interface FoundLog extends LogPlace {
  readonly file: LogFile;
}

/** A log to follow, with all that is known of how to get at it. */
export interface LogTarget extends LogPlace {
  /** Name of the container that it lies in; null: on the VM itself. */
  readonly container: string | null;
  /** Where a log in a container lies on the VM itself, by a mount; null: not known, or nowhere. */
  readonly hostPath: string | null;
}

/** "/tmp/x.log" on the VM, "container:/client/…" inside its container. */
export function placeText(place: LogPlace): string {
  return place.where === 'container' ? `container:${place.path}` : place.path;
}

export function parsePlace(text: string): LogPlace {
  return text.startsWith('container:')
    ? { where: 'container', path: text.slice('container:'.length) }
    : { where: 'host', path: text };
}

/** Returns the name of a log in the journal: "host:/tmp/x.log", "container:winarena:/client/…". */
export function journalName({ where, path, container }: Omit<LogTarget, 'hostPath'>): string {
  return where === 'container' ? `container:${container ?? ''}:${path}` : `host:${path}`;
}

/** Returns the log that this name in the journal stands for; null: it is no such name. */
export function targetInJournal({ log, hostPath }: Pick<FollowState, 'log' | 'hostPath'>): LogTarget | null {
  const [, host, container, path] = /^(?:host:(.*)|container:([^:]*):(.*))$/s.exec(log) ?? [];
  if (host !== undefined) return { where: 'host', path: host, container: null, hostPath: null };
  if (container === undefined || path === undefined) return null;
  return { where: 'container', path, container, hostPath: hostPath ?? null };
}

export function isSamePlace(a: LogPlace, b: LogPlace): boolean {
  return a.path === b.path && a.where === b.where;
}

export function isSameTarget(a: LogTarget, b: LogTarget): boolean {
  return isSamePlace(a, b) && a.container === b.container;
}

/** Logs written to within this time of each other belong to the same run, so BenchTray takes the most trusted one. */
const togetherSeconds = 120;

/** In this order, each with what makes it worth more than the next. */
const kinds = [
  {
    is: (log) => log.where === 'container' && isOwnLog(log),
    what: "run.py's own log in the container, which has no progress bars in it",
  },
  { is: (log) => isOwnLog(log), what: "run.py's own log on the VM, which has no progress bars in it" },
  { is: (log) => log.where === 'container', what: 'what the benchmark printed in its container' },
  {
    is: (log) => log.path.endsWith('/waa_benchmark.log'),
    what: 'where the benchmark is redirected to on the VM',
  },
  { is: () => true, what: 'what the benchmark printed, or a copy of it, on the VM' },
] as const satisfies readonly { is: (log: LogPlace) => boolean; what: string }[];

/** Returns whether run.py wrote this log, by its name. */
export function isOwnLog({ path }: Pick<LogPlace, 'path'>): boolean {
  return folderOfOwnLog(path) !== null;
}

/**
 * Returns the result folder that run.py wrote this log into; null: run.py did not write it. Forks that share the tasks out have a
 * folder of logs for each machine.
 */
export function folderOfOwnLog(path: string): string | null {
  return /^(.*)\/logs\/(?:[^/]+\/)?normal-[^/]*\.log$/s.exec(path)?.[1] ?? null;
}

const kindOf = (log: LogPlace): number => kinds.findIndex(({ is }) => is(log));

/** Whether only its place, or the process that prints into it, suggests that a log is a benchmark's. */
export function isPrint(log: LogPlace): boolean {
  return kindOf(log) === kinds.length - 1;
}

/**
 * The log to follow: of those written to most recently the most trusted, and of these the newest; the one that is followed already,
 * while it is among them.
 */
export function chooseLog(logs: readonly FoundLog[], followed: LogPlace | null): FoundLog | null {
  const newest = Math.max(...logs.map((log) => log.file.modifiedAt));
  const recent = logs.filter((log) => log.file.modifiedAt >= newest - togetherSeconds);
  const best = recent.sort((a, b) => kindOf(a) - kindOf(b) || b.file.modifiedAt - a.file.modifiedAt)[0];
  if (best === undefined) return null;
  const current = recent.find((log) => followed !== null && isSamePlace(log, followed));
  // A new log of the same kind is a new run: then the newer one counts.
  return current !== undefined &&
    kindOf(current) === kindOf(best) &&
    current.file.modifiedAt >= best.file.modifiedAt
    ? current
    : best;
}

/** How long nothing is written into a log until it is read while another one grows. */
const quietSeconds = 20;

/**
 * Of the logs in the folder of the chosen one, the first to be read before it: one written between the one that was followed last and the
 * chosen, by runs that came and went while nobody looked; or that of another worker, which plays beside it and pauses. Where none was
 * followed before, the former counts for a log that holds one task of many. Else the chosen.
 * @param nowSeconds of the VM's clock; epoch
 */
export function firstUnread(
  chosen: FoundLog,
  logs: readonly FoundLog[],
  last: LogPlace | null,
  isRead: (log: FoundLog) => boolean,
  nowSeconds: number,
): FoundLog {
  const followed = last === null ? undefined : logs.find((log) => isSamePlace(log, last));
  const reach = last === null ? isOneOfMany(chosen) : followed !== undefined;
  const since = followed?.file.modifiedAt ?? Number.NEGATIVE_INFINITY;
  const isBetween = ({ file }: FoundLog): boolean =>
    reach && file.modifiedAt > since && file.modifiedAt < chosen.file.modifiedAt;
  const isPausing = (log: FoundLog): boolean =>
    isOtherWorkers(log.path, chosen.path) && log.file.modifiedAt <= nowSeconds - quietSeconds;
  const [first] = logs
    .filter(
      (log) => kindOf(log) === kindOf(chosen) && folderOf(log) === folderOf(chosen) && log.file.size > 0,
    )
    .filter((log) => (isBetween(log) || isPausing(log)) && !isRead(log))
    .sort((a, b) => a.file.modifiedAt - b.file.modifiedAt);
  return first ?? chosen;
}

/** Whether two logs of run.py in one folder are those of different workers. */
export function isOtherWorkers(a: string, b: string): boolean {
  const [ofA, ofB] = [workerLog(a), workerLog(b)];
  return ofA !== null && ofB !== null && ofA.folder === ofB.folder && ofA.worker !== ofB.worker;
}

/** Returns the number of the worker that writes this log; null: its name has none. */
export function workerOfLog(path: string): string | null {
  return workerLog(path)?.worker ?? null;
}

/** The name of a log of run.py has the number of its worker in it: `normal-7-20260302@100000.log`. */
function workerLog(path: string): { readonly folder: string; readonly worker: string } | null {
  const [, folder, worker] = /^(.*\/logs)\/normal-(\d+)-[^/]*$/.exec(path) ?? [];
  return folder === undefined || worker === undefined ? null : { folder, worker };
}

/** WAA-V2 starts a new container, and a new log, for each task. */
const isOneOfMany = ({ path }: LogPlace): boolean => /\/instance_[^/]*\/run[^/]*\.log$/.test(path);
const folderOf = ({ path }: LogPlace): string => path.slice(0, path.lastIndexOf('/'));

/** Why {@link chooseLog} has chosen this one, for a person. */
export function whyChosen(chosen: FoundLog, logs: readonly FoundLog[]): string {
  const what = kinds[kindOf(chosen)]?.what ?? '';
  const others = logs.filter((log) => !isSamePlace(log, chosen));
  const rivals = others.filter((log) => log.file.modifiedAt >= chosen.file.modifiedAt - togetherSeconds);
  if (others.length === 0) return `the only log there is: ${what}`;
  if (rivals.length === 0) return `the newest of ${logs.length} logs: ${what}`;
  const isMoreTrusted = rivals.every((log) => kindOf(log) > kindOf(chosen));
  return isMoreTrusted
    ? `the best of ${rivals.length + 1} that are written to: ${what}`
    : `the newest of its kind: ${what}`;
}
