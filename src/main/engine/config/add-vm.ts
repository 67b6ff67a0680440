/** Writes a VM into the configuration file: whole or not at all, and never over what somebody else has written. */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { makeOwnFolder, readUserFileSync } from '../files/index.ts';
import { parseConfig } from './parse.ts';
import { problem, type ConfigProblem } from './problem.ts';
import { decodeText } from './text.ts';
import { withVm, type VmEntry } from './with-vm.ts';

/** What is wrong with a VM, and where within it: "ssh.port". Empty: with the VM as a whole. */
export interface VmProblem {
  readonly at: string;
  readonly what: string;
}

export type AddVmResult =
  | { readonly ok: true; readonly path: string }
  /** The VM is not as the schema wants it, or its name is taken. */
  | {
      readonly ok: false;
      readonly kind: 'invalid';
      readonly problems: readonly VmProblem[];
    }
  /** The file has errors. Nothing is written until a person fixes them. */
  | { readonly ok: false; readonly kind: 'broken'; readonly problems: readonly ConfigProblem[] }
  /** It makes sense now, and would not with this VM: a hook names its VMs, and this one is not among them, … */
  | { readonly ok: false; readonly kind: 'clash'; readonly problems: readonly ConfigProblem[] }
  /** Somebody else has written it in this very moment. */
  | { readonly ok: false; readonly kind: 'changed'; readonly message: string }
  | { readonly ok: false; readonly kind: 'unwritable'; readonly message: string };

/** What the schema says of a VM by itself, whatever stands in the file. */
export function problemsOfVm(vm: VmEntry): readonly VmProblem[] {
  const parsed = parseConfig(withVm(null, vm), '');
  return parsed.ok ? [] : ownProblems(parsed.problems, 0);
}

/** What would keep the VM from being written. Writes nothing. */
export function checkVm(path: string, vm: VmEntry, standIn: VmEntry | null = null): AddVmResult {
  const planned = plan(path, vm, standIn);
  return planned.ok ? { ok: true, path } : planned;
}

/**
 * A link stays a link: the file that it leads to is replaced. A new file, and a new folder, are for this user only; one that this user
 * may only read stays as it is, though its folder would let it be replaced. Between the last look at the file and the writing lie
 * microseconds; a change within them would be lost.
 * @param standIn one that is watched as long as the file names none: it is written before the first one, and watched on
 */
export function addVm(path: string, vm: VmEntry, standIn: VmEntry | null = null): AddVmResult {
  const planned = plan(path, vm, standIn);
  if (!planned.ok) return planned;
  const { target, before, after } = planned;
  const fresh = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.new`);
  try {
    makeOwnFolder(dirname(target));
    writeWhole(fresh, after, before === null ? 0o600 : statSync(target).mode & 0o777);
    if (before === null) linkSync(fresh, target);
    else if (!isWritable(target)) return unwritable(path, 'cannot be written: this user may only read it');
    else if (readUserFileSync(target).equals(before)) renameSync(fresh, target);
    else return changed(path);
    return { ok: true, path };
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (before === null && code === 'EEXIST') return changed(path);
    if (before !== null && code === 'ENOENT') return changed(path);
    return unwritable(path, `cannot be written: ${reasonOf(error, dirname(target))}`);
  } finally {
    rmSync(fresh, { force: true });
  }
}

type Planned =
  | {
      readonly ok: true;
      readonly target: string;
      /** Null: there is no file yet. */
      readonly before: Buffer | null;
      readonly after: string;
    }
  | (AddVmResult & { readonly ok: false });

function plan(path: string, vm: VmEntry, standIn: VmEntry | null): Planned {
  let target: string;
  let before: Buffer | null;
  try {
    target = followLinks(path);
    before = readIfThere(target);
  } catch (error) {
    return unwritable(path, `cannot be read: ${reasonOf(error, path)}`);
  }
  const text = before === null ? null : decodeText(before);
  if (text === undefined) {
    const what = 'found text that is not UTF-8, which cannot be written back as it is';
    return { ok: false, kind: 'broken', problems: [problem(path, '', null, what)] };
  }
  const known = text === null ? null : parseConfig(text, path);
  if (known?.ok === false) return { ok: false, kind: 'broken', problems: known.problems };
  const there = known?.config.vms.length ?? 0;
  const needsStandIn = standIn !== null && there === 0;
  const after = withVm(needsStandIn ? withVm(text, standIn) : text, vm);
  const checked = parseConfig(after, path);
  if (checked.ok) return { ok: true, target, before, after };
  const problems = ownProblems(checked.problems, needsStandIn ? 1 : there);
  if (problems.length === 0) return { ok: false, kind: 'clash', problems: checked.problems };
  return { ok: false, kind: 'invalid', problems };
}

/** Those of the VM at this place in the list. */
function ownProblems(problems: readonly ConfigProblem[], index: number): readonly VmProblem[] {
  const place = `vms[${index}]`;
  return problems
    .filter(({ key }) => key === place || key.startsWith(`${place}.`))
    .map(({ key, what }) => ({ at: key.slice(place.length + 1), what }));
}

/** So many links may follow each other, as Linux has it. */
const mostLinks = 40;

/** Where the links lead, also to a file that is not there yet. */
function followLinks(path: string, left = mostLinks): string {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isSymbolicLink() !== true) return path;
  if (left === 0) throw new Error('its links lead in a circle');
  return followLinks(resolve(dirname(path), readlinkSync(path)), left - 1);
}

function readIfThere(file: string): Buffer | null {
  try {
    return readUserFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function isWritable(file: string): boolean {
  try {
    closeSync(openSync(file, 'r+'));
    return true;
  } catch (error) {
    // Taken away in this moment, which is another matter.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw error;
    return false;
  }
}

function writeWhole(file: string, text: string, mode: number): void {
  const handle = openSync(file, 'wx', 0o600);
  try {
    // Not by opening it, where the umask takes away what a group may do.
    fchmodSync(handle, mode);
    const bytes = Buffer.from(text);
    for (let written = 0; written < bytes.length;) written += writeSync(handle, bytes, written);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function changed(path: string): AddVmResult {
  const message = `${path} was changed by somebody else in this moment. Nothing was written: look at it, and save again.`;
  return { ok: false, kind: 'changed', message };
}

function unwritable(path: string, what: string): AddVmResult & { readonly ok: false } {
  return { ok: false, kind: 'unwritable', message: `${path} ${what}. Nothing was written.` };
}

function reasonOf(error: unknown, place: string): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return `this user has no permission in ${place}`;
    case 'EROFS':
      return `${place} is on a read-only disk`;
    case 'ENOSPC':
      return 'the disk is full';
    case 'EISDIR':
      return 'it is a folder';
    case 'ENOTDIR':
    case 'EEXIST':
      return `a part of ${place} is a file where a folder is needed`;
    default:
      return message;
  }
}
