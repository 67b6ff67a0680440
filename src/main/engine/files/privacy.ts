/** Checks whether others can reach the data folder and the TLS key. The journal, the API keys and the log are for this user only. */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { keepToOwner, tooOpenMode } from './own-file.ts';

/** Only names of ours: somebody may have named a folder that holds other things too. */
const ownNames = [
  ...['journal.sqlite*', 'lock.sqlite*', 'owner.json', 'keys.json*', 'known_hosts'],
  ...['logs', 'logs/*benchtray.log*', 'archive'],
];

/** Everybody with write access to a folder can replace every file in it. */
const folderTooOpenBits = 0o022;

/** Removes the rights of others from our files. An older BenchTray, or a copy, may have left them open. */
export function tightenDataFolder(dataDir: string): void {
  if (process.platform === 'win32') return;
  for (const name of globSync(ownNames, { cwd: dataDir })) keepToOwner(join(dataDir, name));
}

/** Returns the mode of the data folder if others may write into it; else null. */
export function dataFolderTooOpen(dataDir: string): number | null {
  return tooOpenMode(dataDir, folderTooOpenBits);
}

/** A group that may read the key is usual, such as `ssl-cert`; everybody is not. */
const keyTooOpenBits = 0o027;

/** Returns the mode of a TLS key if everybody may read it, or others may change it; else null. */
export function tlsKeyTooOpen(path: string): number | null {
  return tooOpenMode(path, keyTooOpenBits);
}
