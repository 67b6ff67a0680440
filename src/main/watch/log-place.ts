/** Where a benchmark's log may lie, and which of several is the one to follow. Pure. */
import type { LogFile } from '../vm/index.ts';

/** A log, seen from the shell that can read it. */
export interface LogPlace {
  readonly where: 'host' | 'container';
  readonly path: string;
}

export interface FoundLog extends LogPlace {
  readonly file: LogFile;
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

/** What the journal calls a log: "host:/tmp/x.log", "container:winarena:/client/…". */
export function journalName(place: LogPlace, container: string | null): string {
  return place.where === 'container' ? `container:${container ?? ''}:${place.path}` : `host:${place.path}`;
}

/** The place of a log of that name; null where it lies in another container than this one. */
export function placeInJournal(name: string, container: string | null): LogPlace | null {
  if (name.startsWith('host:')) return { where: 'host', path: name.slice('host:'.length) };
  const prefix = `container:${container ?? ''}:`;
  return container !== null && name.startsWith(prefix)
    ? { where: 'container', path: name.slice(prefix.length) }
    : null;
}

export function isSamePlace(a: LogPlace, b: LogPlace): boolean {
  return a.path === b.path && a.where === b.where;
}

/** Logs that were written to within this time of each other tell of the same run: the most trusted one is taken. */
const togetherSeconds = 120;

/** run.py's own file has no progress bars and no stray prints; a redirected stdout has both; a tee on the host may lag behind. */
function trust(log: FoundLog): number {
  if (log.where === 'container' && /\/logs\/normal-[^/]*\.log$/.test(log.path)) return 0;
  if (log.where === 'container') return 1;
  return log.path.endsWith('/waa_benchmark.log') ? 2 : 3;
}

/** The log to follow: of those written to most recently the most trusted; the one that is followed already, while it is among them. */
export function chooseLog(logs: readonly FoundLog[], followed: LogPlace | null): FoundLog | null {
  const newest = Math.max(...logs.map((log) => log.file.modifiedAt));
  const recent = logs.filter((log) => log.file.modifiedAt >= newest - togetherSeconds);
  const best = recent.sort((a, b) => trust(a) - trust(b) || b.file.modifiedAt - a.file.modifiedAt)[0];
  if (best === undefined) return null;
  const current = recent.find((log) => followed !== null && isSamePlace(log, followed));
  // A new log of the same kind is a new run: then the newer one counts.
  return current !== undefined &&
    trust(current) === trust(best) &&
    current.file.modifiedAt >= best.file.modifiedAt
    ? current
    : best;
}
