import { readFileSync, watch, type FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { ConfigSources } from './find.ts';
import { problem } from './problem.ts';
import { configFromText, type ConfigResult } from './read.ts';

export interface WatchConfigOptions extends Pick<ConfigSources, 'env' | 'platformDirs'> {
  /** How long a file has to be left alone before it is read. Editors write in several steps. */
  readonly debounceMs?: number;
  /**
   * How often the file is looked at besides, for folders that tell nothing (network shares, links) or do not exist yet.
   * Longer than `debounceMs`.
   */
  readonly pollMs?: number;
}

/**
 * Calls `onChange` whenever what stands in the file has changed: edited, replaced, gone, there again. A result that is
 * not `ok` leaves the last good configuration in force. What stands there at the time of the call is taken as known.
 */
export function watchConfig(
  path: string,
  onChange: (result: ConfigResult) => void,
  { debounceMs = 200, pollMs = 2000, ...sources }: WatchConfigOptions,
): { close(): void } {
  let known = textOf(path);
  let timer: NodeJS.Timeout | null = null;

  const look = () => {
    const text = textOf(path);
    if (text === known) return;
    known = text;
    onChange(
      text === null
        ? { ok: false, problems: [problem(path, '', null, 'the file is gone or cannot be read')] }
        : configFromText(text, path, sources),
    );
  };
  const lookSoon = () => {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(look, debounceMs);
  };

  const folder = watchFolder(dirname(path), basename(path), lookSoon);
  const poll = setInterval(() => {
    if (textOf(path) !== known) lookSoon();
  }, pollMs).unref();

  return {
    close() {
      folder?.close();
      clearInterval(poll);
      if (timer !== null) clearTimeout(timer);
    },
  };
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
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
