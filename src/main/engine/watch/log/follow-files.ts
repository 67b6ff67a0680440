/** The files that a log consists of on the VM: the one under its name, and those that it was moved to. */
import { isDeepStrictEqual } from 'node:util';
import type { FollowMark, FollowState } from '../../feed/index.ts';
import {
  containerShell,
  hostPath,
  hostShell,
  readIdentity,
  readLogs,
  type DockerCommand,
  type LogFile,
  type LogIdentity,
  type Mount,
  type ShellChannel,
} from '../../vm/index.ts';
import { isMarked } from './follow-mark.ts';
import type { LogTarget } from './log-place.ts';
import { beginsAlike, fingerprintLength } from './log-identity.ts';

/** The shells that there are now. */
export interface Shells {
  readonly host: ShellChannel;
  readonly inside: ShellChannel | null;
  readonly docker: DockerCommand;
  /** Name of the container that runs, and what it shares with the VM; null: none runs. */
  readonly container: string | null;
  readonly mounts: readonly Mount[];
}

/** Where a log can be read now. */
export interface Reach {
  readonly shell: ShellChannel;
  /** Opens another such shell. */
  readonly command: string;
  /** With a folder, as this shell needs it. */
  readonly path: string;
  /** Where a log of the container lies on the VM; null: nowhere, or it is on the VM anyway. */
  readonly hostPath: string | null;
  readonly file: LogIdentity | { readonly problem: string };
}

/** A log that has been moved away. */
export interface Moved {
  /** Null: it is not there any more. */
  readonly file: LogFile | null;
  /** What has taken its place since, and has been moved away as well; oldest first. */
  readonly since: readonly LogFile[];
  /** Names of compressed logs beside it: what is in them cannot be read on from a place in it. */
  readonly packed: readonly string[];
}

/**
 * A log in a folder that the container shares with the VM is read on the VM, where it outlasts the container.
 * Null: nothing answers now.
 */
export async function reach(target: LogTarget, shells: Shells): Promise<Reach | null> {
  const onHost = { shell: shells.host, command: hostShell };
  if (target.where === 'host') return reachBy(onHost, shellPath(target.path), null);
  const { inside, container } = shells;
  const isInside = inside !== null && container !== null && container === target.container;
  const outside = (isInside ? hostPath(shells.mounts, target.path) : null) ?? target.hostPath;
  const [within, without] = await Promise.all([
    isInside
      ? reachBy({ shell: inside, command: containerShell(shells.docker, container) }, target.path, null)
      : null,
    outside === null ? null : reachBy(onHost, outside, outside),
  ]);
  if (within === null) return isInside ? null : without;
  return without !== null && isSameFile(within.file, without.file) ? without : within;
}

async function reachBy(
  by: Pick<Reach, 'shell' | 'command'>,
  path: string,
  onHost: string | null,
): Promise<Reach | null> {
  const answer = await by.shell.ask(10, ['identify', path, String(fingerprintLength)]);
  if (answer === null) return null;
  return {
    ...by,
    path,
    hostPath: onHost,
    file: readIdentity(answer) ?? { problem: answer.trim().slice(0, 200) },
  };
}

/** There is a shell that may see this log. */
export function isReachable(target: LogTarget, shells: Shells): boolean {
  if (target.where === 'host' || target.hostPath !== null) return true;
  return shells.inside !== null && shells.container === target.container;
}

export function isThere(file: Reach['file']): file is LogIdentity {
  return 'inode' in file;
}

function isSameFile(a: Reach['file'], b: Reach['file']): boolean {
  return isThere(a) && isThere(b) && a.inode === b.inode && a.head.startsWith(b.head.slice(0, a.head.length));
}

/** Nothing can be said of the files now; the next look tries again. */
export class NoAnswer extends Error {}

async function ask(shell: ShellChannel, words: readonly string[]): Promise<string> {
  const answer = await shell.ask(10, words);
  if (answer === null) throw new NoAnswer(`no answer to ${words[0] ?? ''}`);
  return answer;
}

/** What the journal knows a file by. */
export type Known = Pick<FollowState, 'fingerprint' | 'fingerprintBytes'> & { readonly mark: FollowMark };

/** Fewer bytes than these may begin another log as well: they prove nothing of a file that has another inode. */
const tellingBytes = 64;

/**
 * Whether this file holds what was read of the known one, and where. Of one of which nothing has been read, the beginning is what is
 * known.
 * @throws NoAnswer
 */
export async function holds(
  shell: ShellChannel,
  file: Pick<LogFile, 'path' | 'size' | 'inode'>,
  known: Known,
): Promise<boolean> {
  const { mark, fingerprintBytes } = known;
  if (mark.bytes === 0) {
    const isSame = file.inode === mark.inode;
    if (fingerprintBytes === 0 || mark.at > 0) return isSame;
    if (file.size < fingerprintBytes || (!isSame && fingerprintBytes < tellingBytes)) return false;
    const identity = readIdentity(await ask(shell, ['identify', file.path, String(fingerprintLength)]));
    return identity !== null && beginsAlike({ ...known, offset: 0 }, identity);
  }
  if (file.size < mark.at) return false;
  const words = ['piece', file.path, String(mark.at - mark.bytes + 1), String(mark.bytes)];
  return isMarked(mark, await ask(shell, words));
}

/**
 * Looks for the marked file among those beside the one that has taken its name.
 * @throws NoAnswer
 */
export async function findMoved({ shell, path, file }: Reach, known: Known): Promise<Moved> {
  const { mark } = known;
  const list = async (): Promise<LogFile[]> => readLogs(await ask(shell, ['siblings', path, mark.inode]));
  const all = await list();
  const packed = all.filter(isPacked).map((one) => one.path);
  const beside = all.filter((one) => one.path !== path && !isPacked(one));
  // The one with its inode first; a copy of it has another.
  const likely = beside.toSorted((a, b) => Number(b.inode === mark.inode) - Number(a.inode === mark.inode));
  const current = isThere(file) ? file.inode : null;
  const byAge = beside.toSorted(olderFirst);
  const newerThan = (one: LogFile): LogFile[] =>
    byAge.slice(byAge.indexOf(one) + 1).filter(({ inode, size }) => inode !== current && size > 0);
  for (const one of likely) {
    if (!(await holds(shell, one, known))) continue;
    return { file: one, since: newerThan(one), packed };
  }
  // Names that have moved on meanwhile (logrotate) were asked for in vain.
  if (!isDeepStrictEqual(namesOf(await list()), namesOf(all)))
    throw new NoAnswer('the logs are being rotated');
  // Cut, written to again, and only then moved away: what was read of it is in no file, and all that is in it is still to be read.
  const cut = beside.find((one) => one.inode === mark.inode);
  return { file: null, since: cut === undefined ? [] : [cut, ...newerThan(cut)], packed };
}

function namesOf(files: readonly LogFile[]): Record<string, string> {
  return Object.fromEntries(files.map(({ path, inode }) => [path, inode]));
}

/** Of two that were written at the same time, "x.log.2" is older than "x.log.1", and "x.log-20260128" than "x.log-20260129". */
function olderFirst(a: LogFile, b: LogFile): number {
  const number = ({ path }: LogFile): number => Number(/\.(\d{1,3})$/.exec(path)?.[1] ?? 0);
  return a.modifiedAt - b.modifiedAt || number(b) - number(a) || (a.path < b.path ? -1 : 1);
}

function isPacked({ path }: LogFile): boolean {
  return /\.(?:gz|bz2|xz|zst|lz4|Z)$/.test(path);
}

/** A channel's shell begins in the home folder; a quoted "~" would not be expanded. */
function shellPath(path: string): string {
  return path.startsWith('~/') ? `./${path.slice(2)}` : path;
}
