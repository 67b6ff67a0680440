import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder that holds this program's package.json, from the sources and from the bundle alike. */
export function packageRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`There is no package.json above ${import.meta.dirname}.`);
    folder = parent;
  }
  return folder;
}
