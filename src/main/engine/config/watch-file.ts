import { watch, type FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';
import { readUserFile, readUserFileSync, type ReadOptions } from '../files/index.ts';
import { inBackground, type BackgroundLog } from '../common/in-background.ts';
import type { ConfigSources } from './find.ts';
import { problem } from './problem.ts';
import { configFromText, readFailure, type ConfigResult } from './read.ts';
import { requireText } from './text.ts';

export interface WatchConfigOptions extends Pick<ConfigSources, 'env' | 'platformDirs'> {
  readonly log: BackgroundLog;
  /** How long a file has to be left alone before it is read. Editors write in several steps. */
  readonly debounceMs?: number;
  /**
   * How often the file is looked at besides, for folders that tell nothing (network shares, links) or do not exist yet.
   * Longer than `debounceMs`.
   */
  readonly pollMs?: number;
  /** How the file is read once it has changed. */
  readonly reading?: ReadOptions;
}

/**
 * Calls `onChange` whenever what stands in the file has changed: edited, replaced, gone, there again. A result that is
 * not `ok` leaves the last good configuration in force. What stands there at the time of the call is taken as known. What
 * `onChange` throws is logged, and the file is watched further.
 */
export function watchConfig(
  path: string,
  onChange: (result: ConfigResult) => void,
  { log, debounceMs = 200, pollMs = 2000, reading = {}, ...sources }: WatchConfigOptions,
): { close(): void } {
  let known = contentsNow(path);
  let timer: NodeJS.Timeout | null = null;
  let isReading = false;
  let isClosed = false;

  // One reading at a time: the answer to an old one, from a slow disk, would be taken for the newest. Never rejects.
  async function read(): Promise<Contents> {
    isReading = true;
    const found = await contents(path, reading);
    isReading = false;
    return found;
  }
  async function look(): Promise<void> {
    if (isReading) {
      lookSoon();
      return;
    }
    const found = await read();
    if (isClosed || isSame(found, known)) return;
    known = found;
    onChange(
      found.text === null
        ? { ok: false, problems: [problem(path, '', null, found.why)] }
        : configFromText(found.text, path, sources),
    );
  }
  function lookSoon(): void {
    if (isClosed) return;
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(
      () => inBackground(look(), log, 'the use of the changed configuration file'),
      debounceMs,
    );
  }
  async function lookWhetherChanged(): Promise<void> {
    if (isReading) return;
    if (!isSame(await read(), known)) lookSoon();
  }

  const folder = watchFolder(dirname(path), basename(path), lookSoon);
  const poll = setInterval(
    () => inBackground(lookWhetherChanged(), log, 'a look at the configuration file'),
    pollMs,
  ).unref();

  return {
    close() {
      isClosed = true;
      folder?.close();
      clearInterval(poll);
      if (timer !== null) clearTimeout(timer);
    },
  };
}

/** The text of the file, or why it cannot be read. */
type Contents = { readonly text: string } | { readonly text: null; readonly why: string };

/** Never rejects. */
async function contents(path: string, reading: ReadOptions): Promise<Contents> {
  try {
    return { text: requireText(await readUserFile(path, reading)) };
  } catch (error) {
    return unreadable(error);
  }
}

function contentsNow(path: string): Contents {
  try {
    return { text: requireText(readUserFileSync(path)) };
  } catch (error) {
    return unreadable(error);
  }
}

function unreadable(error: unknown): Contents {
  const failure = error as NodeJS.ErrnoException;
  return { text: null, why: failure.code === 'ENOENT' ? 'the file is gone' : readFailure(failure) };
}

function isSame(a: Contents, b: Contents): boolean {
  return a.text === b.text && (a.text !== null || b.text !== null || a.why === b.why);
}

/** The folder and not the file: a file that is replaced by renaming another over it takes its watcher with it. */
function watchFolder(folder: string, file: string, onEvent: () => void): FSWatcher | null {
  try {
    const watcher = watch(folder, { persistent: false }, (_event, name) => {
      if (name === null || name === file) onEvent();
    });
    // The folder was removed, or the system has no more watches to give: looking from time to time goes on.
    watcher.on('error', () => {
      watcher.close();
    });
    return watcher;
  } catch {
    return null;
  }
}
