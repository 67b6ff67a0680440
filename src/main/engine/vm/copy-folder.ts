/** Copies the files of a task: one process on the VM sends them as a tar archive, on a channel of its own. */
import { createTarDecoder, type ParsedTarEntry } from 'modern-tar';
import { messageOf } from '../../../shared/message-of.ts';
import { openOutput, passOn } from './copy-output.ts';
import {
  Ended,
  namedFile,
  NamedFiles,
  take,
  type ArchivedFile,
  type CopyEnd,
  type CopyEvents,
  type FolderListing,
} from './copy-request.ts';
import { isSendable } from './request-line.ts';
import { hostShell } from './shell-script.ts';
import type { Channels } from './ssh/channels.ts';

/** Files that nobody asked for are read to their end up to this size. */
const mostForeignBytes = 1024 * 1024;
/** An engine sends all of a folder: a video may be in front of the screenshots. */
const mostForeignBytesOfEngine = 256 * 1024 * 1024;

/** @param words see `copyCommand` */
export async function copyFolder(
  channels: Channels,
  shell: string,
  words: readonly string[],
  events: CopyEvents,
): Promise<CopyEnd> {
  const named = new NamedFiles();
  const sender = {
    ...{ shell, words, mostForeignBytes, pathOf: (name: string) => name },
    passed: (name: string) => named.note(name),
  };
  const end = await copyArchive(channels, sender, events);
  return end.kind === 'ok' ? { ...end, ...named.more } : end;
}

/**
 * Copies a folder that only a container has, and that has no tar: the engine itself makes the archive.
 * @param docker how the engine is called on the VM
 */
export async function copyFromContainer(
  channels: Channels,
  { docker, container }: { readonly docker: string; readonly container: string },
  { root, path, names, folders }: FolderListing,
  events: CopyEvents,
): Promise<CopyEnd> {
  const folder = `${root}/${path.replace(/^\.\//, '')}`;
  if (!isSendable(folder)) return { kind: 'absent' };
  const wanted = new Set(names);
  const missing = new Set(names.filter((name) => namedFile(name) !== null));
  const sender = {
    shell: hostShell,
    words: ['until_closed', 'copy_out', docker, `${container}:${folder}`],
    mostForeignBytes: mostForeignBytesOfEngine,
    // It names everything from the folder on.
    pathOf(name: string) {
      const inside = name.replace(/^(?:\.\/)?[^/]+\//, './');
      return wanted.has(inside) ? inside : '';
    },
    passed: (path: string) => void missing.delete(path),
  };
  const end = await copyArchive(channels, sender, { ...events, begun: () => events.begun(path) });
  if (end.kind !== 'ok') return 'folders' in end ? { ...end, folders } : end;
  // The engine does not know what was listed, so it does not complain about a file that was removed.
  const changed = missing.size > 0 ? { hasChanged: true as const } : {};
  return { ...end, folders, ...changed, ...new NamedFiles(names).more };
}

interface Sender {
  readonly shell: string;
  readonly words: readonly string[];
  readonly mostForeignBytes: number;
  /** Returns the path in the folder of the task by a name in the archive. */
  readonly pathOf: (name: string) => string;
  /** Receives the path of each entry of the archive. */
  readonly passed: (path: string) => void;
}

async function copyArchive(
  channels: Channels,
  { shell, words, pathOf, passed, ...limits }: Sender,
  events: CopyEvents,
): Promise<CopyEnd> {
  const decoder = createTarDecoder({ strict: true });
  const output = openOutput(channels, shell, words);
  const archive = decoder.writable.getWriter();
  let folders = 0;
  let hasChanged = false;
  // An end of the output other than that of the archive reaches the reader below as an error.
  const passing = passOn(output, archive, {
    begun(head) {
      folders = head.folders;
      events.begun(head.path);
    },
    turn: (bytes) => events.turn(bytes),
  }).catch((error: unknown) => archive.abort(error).catch(() => undefined));
  try {
    for await (const entry of decoder.readable) {
      const path = pathOf(entry.header.name);
      passed(path);
      const file = fileOf(entry, path);
      // Only regular files were asked for.
      if (entry.header.type !== 'file' && namedFile(path) !== null) hasChanged = true;
      if (file === null && entry.header.size > limits.mostForeignBytes)
        return { kind: 'broken', detail: 'the archive has files that it should not have' };
      const choice = file === null ? 'skip' : events.choose(file);
      if (choice === 'stop') return { kind: 'stopped', folders };
      if (file === null || choice === 'skip') await passOver(entry);
      else await take(file, await bytesOf(entry), events);
    }
    // tar prints its complaints last.
    await passing;
    return endOf(output.notices(), folders, hasChanged);
  } catch (error) {
    if (error instanceof Ended) return error.end;
    return { kind: 'broken', detail: output.notices() || messageOf(error) };
  } finally {
    output.close();
  }
}

/** A file that got longer is there as it was; one that got shorter is filled up with zeros, and one that is gone is missing. */
function endOf(notices: string, folders: number, hasChanged: boolean): CopyEnd {
  const complaints = notices.split('\n').filter((line) => /^\S*tar: /.test(line));
  const harm = complaints.find((line) => !line.includes('changed as we read it'));
  if (harm !== undefined) return { kind: 'broken', detail: harm };
  return complaints.length === 0 && !hasChanged
    ? { kind: 'ok', folders }
    : { kind: 'ok', folders, hasChanged: true };
}

/** Returns what is to be known of a file; null: it is none, or has a name that none of these files has. */
function fileOf({ header }: ParsedTarEntry, path: string): ArchivedFile | null {
  const named = namedFile(path);
  const modifiedAt = (header.mtime?.getTime() ?? Number.NaN) / 1000;
  if (named === null || header.type !== 'file' || !Number.isFinite(modifiedAt)) return null;
  return { ...named, sizeBytes: header.size, modifiedAt };
}

/**
 * Reads to the end of a file that nobody wants. To cancel its body would lose the body of the next file: the decoder may have begun that
 * one, and takes the call for its own (modern-tar 0.8).
 */
async function passOver({ body }: ParsedTarEntry): Promise<void> {
  const reader = body.getReader();
  while (!(await reader.read()).done);
}

async function bytesOf({ header, body }: ParsedTarEntry): Promise<Uint8Array> {
  const bytes = new Uint8Array(header.size);
  let length = 0;
  for await (const piece of body) {
    bytes.set(piece, length);
    length += piece.length;
  }
  return bytes;
}
