/** Files on this machine: reads files that a person names with limits, and keeps our own files to this user. Uses no other room. */
export { dataFolderTooOpen, tightenDataFolder, tlsKeyTooOpen } from './privacy.ts';
export { requireRegularOrMissing, UnfitFile } from './fit-file.ts';
export { appendOwnFile, createOwnFile, keepToOwner, makeOwnFolder, writeOwnFile } from './own-file.ts';
export { readUserFile, readUserFileSync, withFileLimit, type ReadOptions } from './user-file.ts';
