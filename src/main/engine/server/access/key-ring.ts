/** The API keys as a running server knows them: read again whenever their file has changed. */
import { statSync } from 'node:fs';
import { findKey, readKeys, type StoredKey } from './api-keys.ts';
import type { ServerLog } from '../http/fault-log.ts';

export interface KeyRing {
  /** @returns the id of the key, or null when it is none of ours */
  idOf(key: string): string | null;
  has(id: string): boolean;
  close(): void;
}

/** A key that was removed lets nobody in after this time. */
const lookEveryMs = 1000;

/**
 * @param onChange called when other keys are in force than before
 * @throws UserError when the file cannot be read now. Later that is logged, and no key is in force until it can.
 */
export function openKeyRing(file: string, log: ServerLog, onChange: () => void): KeyRing {
  let seen = stampOf(file);
  let keys: readonly StoredKey[] = readKeys(file);
  const timer = setInterval(() => {
    const stamp = stampOf(file);
    if (stamp === seen) return;
    seen = stamp;
    try {
      keys = readKeys(file);
      log.info({ keys: keys.length }, 'The API keys have been read again');
    } catch (error) {
      keys = [];
      log.error({ err: error }, 'The API keys cannot be read: no other machine is let in');
    }
    onChange();
  }, lookEveryMs).unref();

  return {
    idOf: (key) => findKey(keys, key)?.id ?? null,
    has: (id) => keys.some((key) => key.id === id),
    close() {
      clearInterval(timer);
    },
  };
}

/** Changes with the file, since a change puts another one in its place. Empty where there is none. */
function stampOf(file: string): string {
  try {
    const { ino, mtimeNs, size } = statSync(file, { bigint: true });
    return `${String(ino)} ${String(mtimeNs)} ${String(size)}`;
  } catch {
    return '';
  }
}
