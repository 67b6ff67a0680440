/** Files on this machine: those that a person names are read with limits, those of ours are for this user only. No other room. */
export { dataFolderTooOpen, tightenDataFolder, tlsKeyTooOpen } from './privacy.ts';
export { requireRegularOrMissing, UnfitFile } from './fit-file.ts';
export { appendOwnFile, createOwnFile, keepToOwner, writeOwnFile } from './own-file.ts';
export { readUserFile, readUserFileSync, withFileLimit, type ReadOptions } from './user-file.ts';
