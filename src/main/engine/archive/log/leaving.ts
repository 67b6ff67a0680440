/**
 * Removes folders of logs in the background, in short pieces of work. A folder that goes is renamed first: after a kill it is whole in its
 * place, or gone from there, and the next process removes the rest.
 */
import { randomUUID } from 'node:crypto';
import { readdirSync, renameSync, rmdirSync, rmSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { inTurns } from '../../common/in-turns.ts';
import { makeOwnFolder } from '../../files/index.ts';

export interface Leaving {
  /** Takes a folder from its place at once. Does nothing if there is none. @throws the error of the system: it stays where it is */
  add(folder: string): void;
  /** Resolves when nothing waits. */
  idle(): Promise<void>;
  /** Ends between two pieces. What waits is removed by the next process. */
  close(): Promise<void>;
}

/**
 * Removes what an earlier process left.
 * @param root on the same disk as the folders; created when it is needed
 * @param onFault told why a folder could not be removed. The next process tries again
 */
export function createLeaving(root: string, onFault: (error: unknown) => void): Leaving {
  const closing = new AbortController();
  let working: Promise<void> | null = null;
  /** Folders that cannot be removed now. */
  const stuck = new Set<string>();

  async function work(): Promise<void> {
    // The caller goes on first: its folder may be one of many.
    await setImmediate();
    try {
      for (let next = waiting(); next !== undefined; next = waiting()) {
        try {
          await inTurns(removal(join(root, next)), closing.signal);
        } catch (error) {
          if (closing.signal.aborted) return;
          stuck.add(next);
          onFault(error);
        }
      }
    } finally {
      working = null;
    }
  }

  const waiting = (): string | undefined =>
    entriesIn(root)
      .map(({ name }) => name)
      .find((name) => !stuck.has(name));

  function begin(): void {
    if (!closing.signal.aborted) working ??= work();
  }

  begin();
  return {
    add(folder) {
      try {
        makeOwnFolder(root);
        renameSync(folder, join(root, randomUUID()));
        begin();
      } catch {
        // A full disk may have no room for the other name.
        rmSync(folder, { recursive: true, force: true });
      }
    },
    async idle() {
      while (working !== null) await working;
    },
    async close() {
      closing.abort();
      await working;
    },
  };
}

/** Removes a folder, file by file. */
function* removal(path: string): Generator<undefined, void> {
  for (const entry of entriesIn(path)) {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) yield* removal(inner);
    else rmSync(inner, { force: true });
    yield;
  }
  rmdirSync(path);
}

/** Returns none if there is no such folder. */
function entriesIn(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
