/**
 * Where the Azure CLI is installed. A program that was started from the desktop has a shorter PATH than a terminal: on a Mac it lacks
 * what Homebrew installs.
 */
import { join } from 'node:path';

/** Folders in which `az` usually lies. Sources: the installation pages of the Azure CLI, Homebrew's, and pip's user scheme. */
export function usualAzFolders(platform: NodeJS.Platform, home: string): readonly string[] {
  switch (platform) {
    case 'darwin':
      return ['/opt/homebrew/bin', '/usr/local/bin', join(home, '.local', 'bin')];
    case 'win32':
      return [
        'C:\\Program Files\\Microsoft SDKs\\Azure\\CLI2\\wbin',
        'C:\\Program Files (x86)\\Microsoft SDKs\\Azure\\CLI2\\wbin',
      ];
    default:
      return [
        '/usr/bin',
        '/usr/local/bin',
        join(home, '.local', 'bin'),
        '/home/linuxbrew/.linuxbrew/bin',
        '/opt/az/bin',
      ];
  }
}

/** The PATH with which `az` is found, where it is anywhere; the same PATH where it is found already, or is nowhere. */
export function pathWithAz(
  path: string,
  platform: NodeJS.Platform,
  folders: readonly string[],
  exists: (file: string) => boolean,
): string {
  const [separator, slash] = platform === 'win32' ? [';', '\\'] : [':', '/'];
  const names = platform === 'win32' ? ['az.cmd', 'az.exe'] : ['az'];
  const holdsAz = (folder: string): boolean =>
    folder !== '' && names.some((name) => exists(`${folder}${slash}${name}`));
  if (path.split(separator).some(holdsAz)) return path;
  const folder = folders.find(holdsAz);
  if (folder === undefined) return path;
  return path === '' ? folder : `${path}${separator}${folder}`;
}
