/** Does something in the midst of a piece of work that knows no pause: when it makes its first file in a folder. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname } from 'node:path';

export function watchForFresh<Result>(folder: string, meanwhile: () => void, work: () => Result): Result {
  const { fsyncSync, openSync } = fs;
  let isOurs = false;
  fs.openSync = (path, ...rest) => {
    isOurs = dirname(String(path)) === folder && String(path).endsWith('.new');
    return openSync(path, ...rest);
  };
  fs.fsyncSync = (handle) => {
    fsyncSync(handle);
    if (!isOurs) return;
    isOurs = false;
    meanwhile();
  };
  syncBuiltinESMExports();
  try {
    return work();
  } finally {
    Object.assign(fs, { fsyncSync, openSync });
    syncBuiltinESMExports();
  }
}
