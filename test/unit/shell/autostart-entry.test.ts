import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  isEntryOn,
  quoted,
  removeEntry,
  writeEntry,
} from '../../../src/main/desktop/shell/autostart-entry.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'benchtray-autostart-'));
  file = join(folder, 'autostart', 'benchtray.desktop');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the entry for the start at login', () => {
  it('is written whole, and removed', () => {
    expect(isEntryOn(file)).toBe(false);
    writeEntry(file, '/opt/My Apps/BenchTray', ['--hidden', '--config', '/home/me/b.json']);
    expect(readdirSync(dirname(file))).toEqual(['benchtray.desktop']);
    expect(readFileSync(file, 'utf8')).toContain(
      '\nExec="/opt/My Apps/BenchTray" "--hidden" "--config" "/home/me/b.json"\n',
    );
    expect(isEntryOn(file)).toBe(true);
    removeEntry(file);
    removeEntry(file);
    expect(isEntryOn(file)).toBe(false);
  });

  it.each(['Hidden=true', 'X-GNOME-Autostart-enabled = false'])('is off if the desktop wrote %s', (line) => {
    writeEntry(file, '/opt/BenchTray', []);
    writeFileSync(file, readFileSync(file, 'utf8').replace('X-GNOME-Autostart-enabled=true', line));
    expect(isEntryOn(file)).toBe(false);
  });

  it('quotes every word, first for Exec and then for a value', () => {
    expect(quoted('a b')).toBe('"a b"');
    expect(quoted('100%')).toBe('"100%%"');
    expect(quoted('a"b`c$d')).toBe(String.raw`"a\\"b\\` + '`' + String.raw`c\\$d"`);
    expect(quoted(String.raw`a\b`)).toBe(String.raw`"a\\\\b"`);
    expect(() => quoted('a\nExec=evil')).toThrow('line breaks');
  });
});
