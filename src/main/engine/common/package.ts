/** The package that this program is a part of: its folder and its version. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Set by the build; missing when the sources run as they are. */
declare const __BENCHTRAY_VERSION__: string | undefined;

/** Returns the folder that holds package.json, for the sources and for the bundle alike. */
export function packageRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`There is no package.json above ${import.meta.dirname}.`);
    folder = parent;
  }
  return folder;
}

function versionFromPackage(): string {
  const content = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as {
    version: string;
  };
  return content.version;
}

/** Version of BenchTray, such as "0.1.0". */
export const version: string =
  typeof __BENCHTRAY_VERSION__ === 'undefined' ? versionFromPackage() : __BENCHTRAY_VERSION__;
