/**
 * API keys as they are kept: in a file of the data folder, for this user only, by their hashes. A key is 32 random bytes, which
 * nobody can guess from its hash, so that the hash may be a quick one: slow ones are for what people think up.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { messageOf } from '../../../../shared/message-of.ts';
import { UserError } from '../../../../shared/user-error.ts';
import { makeOwnFolder, readUserFileSync } from '../../files/index.ts';

const storedKeySchema = z.object({
  id: z.string(),
  /** As the person calls it; null where it has no name. */
  name: z.string().nullable(),
  /** ISO 8601. */
  created_at: z.string(),
  /** Of the whole key, in hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
const keyFileSchema = z.object({ keys: z.array(storedKeySchema) });

/** A key without what would let anybody in. */
export type StoredKey = Readonly<z.infer<typeof storedKeySchema>>;

/** A key takes about 200 bytes. */
const mostKeyBytes = 16 * 1_048_576;

/** Known by its first letters, so that logs can leave it out wherever it stands. */
const keyPrefix = 'bt_';

export function keyFileIn(dataDir: string): string {
  return join(dataDir, 'keys.json');
}

/**
 * Oldest first. A file that is not there holds none.
 * @throws UserError when it cannot be read
 */
export function readKeys(file: string): readonly StoredKey[] {
  let text: string;
  try {
    text = readUserFileSync(file, { maxBytes: mostKeyBytes }).toString();
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw new UserError(`The API keys in ${file} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
  try {
    return keyFileSchema.parse(JSON.parse(text)).keys;
  } catch (error) {
    throw new UserError(`${file} does not hold API keys in the form that "benchtray key" writes.`, {
      hint: 'Fix the file, or remove it and add new keys.',
      cause: error,
    });
  }
}

/**
 * Makes a key and keeps its hash.
 * @returns the key itself, which can never be told again
 * @throws UserError when the name is taken, or the file cannot be read or written
 */
export async function addKey(
  file: string,
  name: string | null,
): Promise<{ readonly key: string; readonly stored: StoredKey }> {
  const key = keyPrefix + randomBytes(32).toString('base64url');
  const stored = {
    id: randomBytes(4).toString('hex'),
    name,
    created_at: new Date().toISOString(),
    sha256: hashOf(key).toString('hex'),
  };
  await changeKeys(file, (keys) => {
    if (name !== null && keys.some((other) => other.name === name)) {
      throw new UserError(`There is a key named ${JSON.stringify(name)} already.`, {
        hint: 'Remove that one first, or choose another name.',
      });
    }
    return { keys: [...keys, stored], changed: stored };
  });
  return { key, stored };
}

/**
 * @param wanted an id or a name
 * @throws UserError when there is no such key, or the file cannot be read or written
 */
export function removeKey(file: string, wanted: string): Promise<StoredKey> {
  return changeKeys(file, (keys) => {
    const found = keys.find(({ id }) => id === wanted) ?? keys.find(({ name }) => name === wanted);
    if (found === undefined) {
      throw new UserError(`There is no key with the id or the name ${JSON.stringify(wanted)}.`, {
        hint: '"benchtray key list" shows which there are.',
      });
    }
    return { keys: keys.filter((key) => key !== found), changed: found };
  });
}

/** The key that was shown, or null. Takes as long for a wrong one as for a right one. */
export function findKey(keys: readonly StoredKey[], shown: string): StoredKey | null {
  const hash = hashOf(shown);
  return keys.reduce<StoredKey | null>(
    (found, key) => (timingSafeEqual(Buffer.from(key.sha256, 'hex'), hash) ? key : found),
    null,
  );
}

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

const waitForOtherMs = 2000;
/** A change takes milliseconds: whoever began one this long ago has died over it. */
const abandonedAfterMs = 10_000;

/**
 * Writes a new file beside the old one and puts it in its place: a reader sees the one or the other. The new file is the lock,
 * too: while it is there, somebody else is about to change the keys.
 */
async function changeKeys(
  file: string,
  change: (keys: readonly StoredKey[]) => {
    readonly keys: readonly StoredKey[];
    readonly changed: StoredKey;
  },
): Promise<StoredKey> {
  const fresh = `${file}.new`;
  try {
    makeOwnFolder(dirname(file));
    const handle = await takeFile(fresh);
    let isOpen = true;
    try {
      const { keys, changed } = change(readKeys(file));
      writeFileSync(handle, `${JSON.stringify({ keys }, null, 2)}\n`);
      fsyncSync(handle);
      closeSync(handle);
      isOpen = false;
      renameSync(fresh, file);
      return changed;
    } catch (error) {
      if (isOpen) closeSync(handle);
      rmSync(fresh, { force: true });
      throw error;
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`The API keys in ${file} cannot be changed: ${messageOf(error)}.`, { cause: error });
  }
}

async function takeFile(fresh: string): Promise<number> {
  const giveUpAtMs = performance.now() + waitForOtherMs;
  for (;;) {
    try {
      return openSync(fresh, 'wx', 0o600);
    } catch (error) {
      if (!hasCode(error, 'EEXIST') || performance.now() > giveUpAtMs) throw error;
      const { mtimeMs } = statSync(fresh, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
      if (Date.now() - mtimeMs > abandonedAfterMs) rmSync(fresh, { force: true });
      else await delay(20);
    }
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
