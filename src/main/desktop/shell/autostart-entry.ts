/** The entry that has a Linux desktop start the app at login (specifications.freedesktop.org/autostart-spec). */
import { readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeOwnFolder, writeOwnFile } from '../../engine/files/index.ts';

/** Returns whether there is an entry that no desktop has switched off. */
export function isEntryOn(file: string): boolean {
  try {
    const text = readFileSync(file, 'utf8');
    return !/^\s*(?:Hidden\s*=\s*true|X-GNOME-Autostart-enabled\s*=\s*false)\s*$/m.test(text);
  } catch {
    return false;
  }
}

/** @throws what the system says if it cannot be written */
export function writeEntry(file: string, program: string, args: readonly string[]): void {
  const text = [
    '[Desktop Entry]',
    'Type=Application',
    'Name=BenchTray',
    'Comment=Watches agent benchmarks on VMs',
    `Exec=${[program, ...args].map(quoted).join(' ')}`,
    'Icon=benchtray',
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n');
  makeOwnFolder(dirname(file));
  // A crash leaves the old entry or the new one.
  writeOwnFile(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

/** @throws what the system says if it cannot be removed */
export function removeEntry(file: string): void {
  rmSync(file, { force: true });
}

/**
 * Returns a word of `Exec` in quotes. The escapes of the quotes come first, and those of a string value on top of them
 * (specifications.freedesktop.org/desktop-entry-spec, "The Exec key").
 */
export function quoted(word: string): string {
  if (/[\n\r]/.test(word)) throw new Error('a path with line breaks cannot be started at login');
  const inQuotes = word.replaceAll(/["`$\\]/g, String.raw`\$&`).replaceAll('%', '%%');
  return `"${inQuotes.replaceAll('\\', '\\\\')}"`;
}
