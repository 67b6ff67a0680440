import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Marks the place of the fuses in Electron's executable (electronjs.org/docs/latest/tutorial/fuses). */
const sentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
const fuseVersion = 1;

/**
 * What electron-builder takes from an unpacked Electron for Linux, without the 200 MB: an executable that is nothing but its
 * fuses, and the files that are copied or dropped. `fuses`: '0' (off) or '1' (on) for each, in Electron's order.
 */
export function writeStubElectron(folder: string, fuses: string): void {
  mkdirSync(join(folder, 'resources'), { recursive: true });
  mkdirSync(join(folder, 'locales'));
  for (const language of ['de', 'en-US']) writeFileSync(join(folder, 'locales', `${language}.pak`), '');
  writeFileSync(join(folder, 'LICENSE'), '');
  const executable = Buffer.concat([
    Buffer.from(sentinel),
    Buffer.from([fuseVersion, fuses.length]),
    Buffer.from(`${fuses}the rest`),
  ]);
  writeFileSync(join(folder, 'electron'), executable, { mode: 0o755 });
}
