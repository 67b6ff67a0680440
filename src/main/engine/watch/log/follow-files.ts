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
import { beginsAlike, fingerprintLength, fingerprintOf } from './log-identity.ts';

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
  /** Inodes of the files beside the log that hold anything, by name. Each rotation changes them. */
  readonly names: Readonly<Record<string, string>>;
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

/** Other logs may begin with as few bytes as these: the first lines of WAA have no time in them, and 124 bytes. */
const tellingBytes = 256;

/** Whether so little is known of a log that its bytes cannot tell it from another one. */
export function isLittleKnown({ mark, fingerprint, fingerprintBytes }: Known): boolean {
  const bytes = Math.max(textBytes(mark.hash, mark.bytes), textBytes(fingerprint, fingerprintBytes));
  return bytes < tellingBytes;
}

/** Zeros are a hole, as many cut logs begin with. */
function textBytes(hash: string, bytes: number): number {
  return hash === fingerprintOf('\0'.repeat(bytes), bytes) ? 0 : bytes;
}

/**
 * Returns whether this file has the known bytes in their place. Where no byte is known, its inode decides.
 * @throws NoAnswer
 */
export async function holds(
  shell: ShellChannel,
  file: Pick<LogFile, 'path' | 'size' | 'inode'>,
  known: Known,
): Promise<boolean> {
  const { mark, fingerprintBytes } = known;
  if (mark.bytes === 0 && fingerprintBytes === 0) return file.inode === mark.inode;
  if (file.size < mark.at) return false;
  if (mark.bytes < tellingBytes && !(await begins(shell, file, known))) return false;
  if (mark.bytes === 0) return true;
  const words = ['piece', file.path, String(mark.at - mark.bytes + 1), String(mark.bytes)];
  return isMarked(mark, await ask(shell, words));
}

async function begins(
  shell: ShellChannel,
  file: Pick<LogFile, 'path' | 'size'>,
  known: Known,
): Promise<boolean> {
  if (known.fingerprintBytes === 0) return true;
  if (file.size < known.fingerprintBytes) return false;
  const identity = readIdentity(await ask(shell, ['identify', file.path, String(fingerprintLength)]));
  return identity !== null && beginsAlike({ ...known, offset: 0 }, identity);
}

/**
 * Looks for the marked file among those beside the one that has taken its name.
 * @throws NoAnswer
 */
export async function findMoved(by: Reach, known: Known): Promise<Moved> {
  const { mark } = known;
  const { path, file } = by;
  const all = await listBeside(by, mark);
  const names = namesIn(all, path);
  const packed = all.filter(isPacked).map((one) => one.path);
  const byAge = all.filter((one) => one.path !== path && !isPacked(one)).toSorted(olderFirst);
  const isMarkedOne = (one: LogFile): boolean => one.inode === mark.inode;
  // A copy has another inode. If its bytes prove little, it must at least be younger than what BenchTray opened.
  const likely = isLittleKnown(known)
    ? byAge.filter((one) => isMarkedOne(one) || one.modifiedAt > (mark.modifiedAt ?? Infinity))
    : byAge.toReversed().sort((a, b) => Number(isMarkedOne(b)) - Number(isMarkedOne(a)));
  const current = isThere(file) ? file.inode : null;
  const newerThan = (one: LogFile): LogFile[] =>
    byAge.slice(byAge.indexOf(one) + 1).filter(({ inode, size }) => inode !== current && size > 0);
  let found: LogFile | null = null;
  for (const one of likely) {
    if (!(await holds(by.shell, one, known))) continue;
    found = one;
    break;
  }
  // Rotation renames files: the one that was asked for may have another name by now, and a file that got its name while the names were
  // being listed may be missing. What has been read behind it would be taken for newer than it.
  if (await isRotated(by, mark, names)) throw new NoAnswer('the logs are being rotated');
  if (found !== null) return { file: found, since: newerThan(found), packed, names };
  // Cut, written to again, and only then moved away: what was read of it is in no file, and all that is in it is still to be read.
  const cut = byAge.find(isMarkedOne);
  return { file: null, since: cut === undefined ? [] : [cut, ...newerThan(cut)], packed, names };
}

/**
 * Returns whether the log was rotated since it was reached, or since the files beside it had these names.
 * @throws NoAnswer
 */
export async function isRotated(by: Reach, mark: FollowMark, names: Moved['names']): Promise<boolean> {
  const [beside, answer] = await Promise.all([
    listBeside(by, mark),
    ask(by.shell, ['identify', by.path, String(fingerprintLength)]),
  ]);
  const isOther = readIdentity(answer)?.inode !== (isThere(by.file) ? by.file.inode : undefined);
  return isOther || !isDeepStrictEqual(namesIn(beside, by.path), names);
}

async function listBeside({ shell, path }: Reach, { inode }: FollowMark): Promise<LogFile[]> {
  return readLogs(await ask(shell, ['siblings', path, inode]));
}

/** Empty files are no rotated logs: locks come and go. */
function namesIn(files: readonly LogFile[], logPath: string): Moved['names'] {
  const rotated = files.filter(({ path, size }) => path !== logPath && size > 0);
  return Object.fromEntries(rotated.map(({ path, inode }) => [path, inode]));
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
