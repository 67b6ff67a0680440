/**
 * The logs of runs that are kept on this machine, below `<dataDir>/archive/logs`: a folder for each VM, in it one for each start of a run,
 * and in that one for each log that told of the start. It may have been read from what a process printed, and then from its own log, which is
 * another text.
 */
import { createHash } from 'node:crypto';
import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { inTurns } from '../../common/in-turns.ts';
import { inBackground, type BackgroundLog } from '../../common/in-background.ts';
import type { RunRecord } from '../../feed/index.ts';
import { appendOwnFile, makeOwnFolder, writeOwnFile } from '../../files/index.ts';
import { isWithin, listChunks, namesIn, removeTwin, sizeOf, unfinished } from './chunks.ts';
import { openKeptLog, type KeptLog } from './kept-log.ts';
import { createLeaving } from './leaving.ts';
import { createLogWriter, type LogWriter } from './log-writer.ts';
import { createPacker } from './packer.ts';

/** What is asked of a run to find its log. */
export type LoggedRun = Pick<RunRecord, 'runId' | 'vm' | 'log' | 'starts'>;

/** Reads kept logs. Needs no other process to be gone: pieces are replaced as a whole. */
export interface LogReader {
  /** Returns the log of a run; null: nothing of it is kept. */
  open(run: LoggedRun): KeptLog | null;
  /** When the log was removed to make room, epoch milliseconds; null: it was not. */
  removedAt(run: LoggedRun): number | null;
}

export interface LogStore extends LogReader {
  /** Returns what keeps the log of a start. @param log name of the log in the journal */
  writer(vm: string, start: string, log: string): LogWriter;
  /** Returns how much room the log of a run takes on this disk, bytes. */
  bytesOf(run: LoggedRun): number;
  /** Removes the log of a run, and notes that it did. Returns how much room that makes soon, bytes. */
  remove(run: LoggedRun): number;
  /** Grows when a log is removed. */
  removals(): number;
  /** Removes the logs of a VM, without a note. The disk has their room a little later. */
  eraseVm(vm: string): void;
  /**
   * Removes logs that belong to none of these runs, and were not written for a day: the journal has dropped their runs.
   * Works in short pieces. A run that begins meanwhile keeps its log, which is not a day old.
   * @param sinceMs older logs stay, epoch milliseconds: another journal may have their runs
   * @param signal ends the work between two pieces, and rejects
   */
  sweep(runs: Iterable<LoggedRun>, sinceMs: number, signal?: AbortSignal): Promise<void>;
  /** Resolves when nothing waits to be packed or removed. */
  idle(): Promise<void>;
  /** Writes what waits. */
  close(): Promise<void>;
}

export interface LogStoreOptions {
  readonly dataDir: string;
  /** `history.logs` of the configuration in force. */
  readonly isOn: () => boolean;
  readonly log: BackgroundLog & { warn(details: object, message: string): void };
  /** For tests: what adds bytes to a file. */
  readonly append?: (path: string, bytes: Buffer) => void;
}

const removedNote = 'removed';
/** The folder with the logs that are being removed. It is beside the folders of the VMs, whose names never begin with a dot. */
const leavingName = '.leaving';

/** Returns where the pieces lie that were read from this log for this start. */
export function logFolder(dataDir: string, vm: string, start: string, log: string): string {
  return join(rootIn(dataDir), folderName(vm), folderName(start), folderName(log));
}

export function createLogReader(dataDir: string): LogReader {
  const root = rootIn(dataDir);
  return {
    open: (run) => openKeptLog(foldersOf(root, run)),
    removedAt(run) {
      const notes = startFolders(root, run).map((folder) =>
        statSync(join(folder, removedNote), { throwIfNoEntry: false }),
      );
      return notes.find((stats) => stats !== undefined)?.mtimeMs ?? null;
    },
  };
}

export function createLogStore({ dataDir, isOn, log, append = appendOwnFile }: LogStoreOptions): LogStore {
  const root = rootIn(dataDir);
  const writers = new Map<string, LogWriter>();
  const packer = createPacker((err) => log.warn({ err }, 'a piece of a log could not be packed'));

  const leaving = createLeaving(join(root, leavingName), (err) =>
    log.warn({ err }, 'a log that was removed still takes room'),
  );

  function noteFault(err: unknown): void {
    if (err === null) log.warn({}, 'the log of the run is kept again');
    else log.error({ err }, 'the log of the run cannot be kept: it will have a hole');
  }

  let removals = 0;

  function drop(folder: string): void {
    removals += 1;
    for (const [path, writer] of writers) {
      if (!isWithin(path, folder)) continue;
      writer.stop();
      writers.delete(path);
    }
    packer.cancelIn(folder);
    leaving.add(folder);
  }

  inBackground(packLeftovers(), log, 'the packing of logs');

  /** A process that was killed leaves pieces that nobody adds to any more. */
  async function packLeftovers(): Promise<void> {
    for (const folder of below(root).flatMap(below).flatMap(below)) {
      // One folder a turn: there may be thousands.
      await new Promise(setImmediate);
      if (writers.has(folder)) continue;
      for (const name of namesIn(folder))
        if (name.endsWith(unfinished)) rmSync(join(folder, name), { force: true });
      for (const chunk of listChunks(folder)) {
        removeTwin(folder, chunk);
        if (!chunk.isPacked) packer.add(folder, chunk);
      }
    }
  }

  function* sweeping(runs: Iterable<LoggedRun>, sinceMs: number): Generator<undefined, void> {
    const known = new Set<string>();
    for (const run of runs) {
      for (const folder of startFolders(root, run)) known.add(folder);
      yield;
    }
    for (const folder of below(root).flatMap(below)) {
      const writtenMs = newestMs(folder);
      const isAbandoned = writtenMs >= sinceMs && Date.now() - writtenMs > abandonedMs;
      if (!known.has(folder) && isAbandoned) drop(folder);
      yield;
    }
  }

  return {
    ...createLogReader(dataDir),
    writer(vm, start, logName) {
      const folder = logFolder(dataDir, vm, start, logName);
      const known = writers.get(folder);
      if (known !== undefined) return known;
      const writer = createLogWriter({ folder, packer, isOn, append, onFault: noteFault });
      writers.set(folder, writer);
      return writer;
    },
    bytesOf: (run) => startFolders(root, run).reduce((sum, folder) => sum + bytesIn(folder), 0),
    remove(run) {
      let bytes = 0;
      for (const folder of startFolders(root, run)) {
        if (!existsSync(folder)) continue;
        bytes += bytesIn(folder);
        drop(folder);
        makeOwnFolder(folder);
        writeOwnFile(join(folder, removedNote), `${new Date().toISOString()}\n`);
      }
      return bytes;
    },
    removals: () => removals,
    eraseVm(vm) {
      drop(join(root, folderName(vm)));
    },
    sweep: (runs, sinceMs, signal) => inTurns(sweeping(runs, sinceMs), signal),
    async idle() {
      await packer.idle();
      await leaving.idle();
    },
    async close() {
      for (const writer of writers.values()) writer.flush();
      await packer.close();
      await leaving.close();
    },
  };
}

function rootIn(dataDir: string): string {
  return join(dataDir, 'archive', 'logs');
}

/** The folders with the parts of the log of a run, in order: of each start, what was read from the run's own log, else what was read last. */
function foldersOf(root: string, run: LoggedRun): string[] {
  return startFolders(root, run).flatMap((folder) => {
    const own = join(folder, folderName(run.log));
    const found = below(folder).filter((one) => listChunks(one).length > 0);
    if (found.includes(own)) return [own];
    const [newest] = found.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
    return newest === undefined ? [] : [newest];
  });
}

function startFolders(root: string, { runId, vm, starts = [runId] }: LoggedRun): string[] {
  return starts.map((start) => join(root, folderName(vm), folderName(start)));
}

/** A start that no run has yet may be that of a run to come. */
const abandonedMs = 86_400_000;

function newestMs(folder: string): number {
  return Math.max(
    ...[folder, ...below(folder)].map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0),
  );
}

function bytesIn(folder: string): number {
  return below(folder)
    .flatMap(listChunks)
    .reduce((sum, { path }) => sum + sizeOf(path), 0);
}

function below(folder: string): string[] {
  return namesIn(folder)
    .filter((name) => name !== leavingName)
    .map((name) => join(folder, name));
}

/** How much of a name is left for a person to read. */
const readableCharacters = 60;

/**
 * Returns a name for a folder, other than that of any other text: also where a file system takes "A" for "a", refuses ":" or "CON", or
 * holds no name of 300 bytes.
 */
function folderName(text: string): string {
  const readable = text.replace(/[^\w-]+/g, '-').slice(0, readableCharacters);
  return `${readable}.${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
}
