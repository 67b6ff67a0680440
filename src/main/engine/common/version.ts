import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from './package-root.ts';

/** Put in by the build; missing when the sources run as they are. */
declare const __BENCHTRAY_VERSION__: string | undefined;

function versionFromPackage(): string {
  const content = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as {
    version: string;
  };
  return content.version;
}

/** Version of BenchTray, such as "0.1.0". */
export const version: string =
  typeof __BENCHTRAY_VERSION__ === 'undefined' ? versionFromPackage() : __BENCHTRAY_VERSION__;
