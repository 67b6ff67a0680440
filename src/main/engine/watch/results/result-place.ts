/** Where the results of a run may lie, best first. Pure. */
import { hostPath, isSendable, type Mount } from '../../vm/index.ts';
import { folderOfOwnLog } from '../log/log-place.ts';
import type { ResultsSight } from '../sight.ts';

/** A result folder, seen from the shell that can read it. */
export interface ResultPlace {
  readonly where: 'host' | 'container';
  readonly path: string;
}

/** The folder that is in use now: on the VM's own disk where it is there too, for reading it there costs the least. */
export function placesOf(results: ResultsSight): ResultPlace[] {
  return [
    ...(results.hostPath === null ? [] : [{ where: 'host', path: results.hostPath } as const]),
    { where: results.where, path: results.path },
  ];
}

/** What is known of a run whose results are looked for, which need not be the newest. */
export interface RunPlaces {
  /** As the journal names it: "container:winarena:/client/results/logs/normal-0-….log". */
  readonly log: string;
  /** Where that log lies on the VM's own disk; null: nowhere, or it is not known. */
  readonly hostLog: string | null;
  /** As the run was told: "./results". */
  readonly resultDir: string | null;
}

/** The folders of one run: where its log lies, what it was told, else the one that is in use now. */
export function resultPlaces(
  run: RunPlaces,
  results: ResultsSight | null,
  mounts: readonly Mount[],
): ResultPlace[] {
  const places = [
    ...(run.hostLog === null ? [] : folderOfLog(`host:${run.hostLog}`)),
    ...folderOfLog(run.log),
    ...absoluteFolder(run.resultDir),
    ...(results === null ? [] : placesOf(results)),
  ].flatMap((place): ResultPlace[] => {
    const onHost = place.where === 'container' ? hostPath(mounts, place.path) : null;
    return onHost === null ? [place] : [{ where: 'host', path: onHost }, place];
  });
  return places.filter((place, index) => index === places.findIndex((other) => isSamePlace(other, place)));
}

export function isSamePlace(a: ResultPlace, b: ResultPlace): boolean {
  return a.where === b.where && a.path === b.path;
}

/** What the journal calls the log of a run that has none and is only known by its results. */
export function resultsLogName({ where, path }: ResultPlace, container: string | null): string {
  return `results:${where === 'host' ? 'host' : `container:${container ?? ''}`}:${path}`;
}

/** run.py writes its log into its result folder. */
function folderOfLog(log: string): ResultPlace[] {
  const [, results, host, path = ''] = /^(results:)?(?:(host)|container:[^:]*):(\/.+)$/.exec(log) ?? [];
  const folder = results === undefined ? folderOfOwnLog(path) : path;
  return folder === null || folder === ''
    ? []
    : [{ where: host === undefined ? 'container' : 'host', path: folder }];
}

/** The log of a run in the container may be on the VM. It then names a folder in the container. */
function absoluteFolder(path: string | null): ResultPlace[] {
  if (path?.startsWith('/') !== true || !isSendable(path)) return [];
  return [
    { where: 'container', path },
    { where: 'host', path },
  ];
}
