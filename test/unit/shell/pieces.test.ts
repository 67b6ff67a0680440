import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { parseAppOptions } from '../../../src/main/desktop/shell/app-options.ts';
import { bodyText } from '../../../src/main/desktop/shell/banners.ts';
import { createMailbox } from '../../../src/main/desktop/shell/mailbox.ts';
import { trayImagePath } from '../../../src/main/desktop/shell/tray-images.ts';
import { vncAddress } from '../../../src/main/desktop/shell/vnc-address.ts';
import { firstSize, fitBounds, readPlace, writePlace } from '../../../src/main/desktop/shell/window-place.ts';
import { trayIcons } from '../../../src/main/desktop/tray/index.ts';
import { UserError } from '../../../src/shared/user-error.ts';
import type { StatusPayload } from '../../../src/shared/stream.ts';

// Nothing here touches Electron, but the modules name it.
vi.mock('#electron', () => ({}));

describe('the screen of a VM', () => {
  it.each([
    ['http://20.1.2.3:8006', 'azureuser@20.1.2.3:22', 'http://20.1.2.3:8006/'],
    ['https://VM.example:8006/vnc', 'a@vm.example:22', 'https://vm.example:8006/vnc'],
    ['http://[2001:db8::1]:8006', 'a@2001:db8::1:22', 'http://[2001:db8::1]:8006/'],
    ['http://20.1.2.4:8006', 'azureuser@20.1.2.3:22', null],
    ['http://20.1.2.3.evil.example:8006', 'azureuser@20.1.2.3:22', null],
    ['http://20.1.2.3@evil.example/', 'azureuser@20.1.2.3:22', null],
    ['http://user:pass@20.1.2.3/', 'azureuser@20.1.2.3:22', null],
    ['javascript:alert(1)', 'azureuser@20.1.2.3:22', null],
    ['file://20.1.2.3/share', 'azureuser@20.1.2.3:22', null],
    ['ms-settings:20.1.2.3', 'azureuser@20.1.2.3:22', null],
    ['http://20.1.2.3:8006', null, null],
    [null, 'azureuser@20.1.2.3:22', null],
  ])('at %j of the VM at %j is opened as %j', (vnc_url, address, expected) => {
    const status = { probe: { vnc_url }, detail: { address } } as StatusPayload;
    expect(vncAddress(status)?.href ?? null).toBe(expected);
  });

  it('has no address before the VM is known', () => {
    expect(vncAddress(undefined)).toBeNull();
  });
});

describe('the place of the window', () => {
  const screen = { x: 0, y: 0, width: 1920, height: 1080 };
  const second = { x: 1920, y: 0, width: 1280, height: 1024 };

  it.each([
    ['none yet', null, [screen], firstSize],
    [
      'where it was',
      { x: 100, y: 80, width: 900, height: 700 },
      [screen],
      { x: 100, y: 80, width: 900, height: 700 },
    ],
    [
      'on a screen that is gone',
      { x: 2000, y: 80, width: 900, height: 700 },
      [screen],
      { width: 900, height: 700 },
    ],
    [
      'on the second screen',
      { x: 2000, y: 80, width: 900, height: 700 },
      [screen, second],
      { x: 2000, y: 80, width: 900, height: 700 },
    ],
    [
      'with its title above the screen',
      { x: 100, y: -60, width: 900, height: 700 },
      [screen],
      { width: 900, height: 700 },
    ],
    [
      'too small to be read',
      { x: 100, y: 80, width: 10, height: 10 },
      [screen],
      { x: 100, y: 80, width: 360, height: 320 },
    ],
  ])('%s', (_name, bounds, workAreas, expected) => {
    expect(fitBounds(bounds, workAreas)).toEqual(expected);
  });

  it('is kept in a file, which may be missing or broken', () => {
    const folder = mkdtempSync(join(tmpdir(), 'benchtray-place-'));
    try {
      const file = join(folder, 'window.json');
      expect(readPlace(file)).toBeNull();
      const place = { bounds: { x: 1, y: 2, width: 800, height: 600 }, isMaximized: true };
      writePlace(file, place);
      expect(readPlace(file)).toEqual(place);
      writeFileSync(file, '{"bounds":');
      expect(readPlace(file)).toBeNull();
      expect(() => writePlace(join(folder, 'absent', 'window.json'), place)).not.toThrow();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

it.each(
  (['darwin', 'win32', 'linux'] as const).flatMap((platform) =>
    [true, false].flatMap((isDark) => [1, 1.25, 2].map((scaleFactor) => ({ platform, isDark, scaleFactor }))),
  ),
)('has a picture of its own for every state: %j', (surroundings) => {
  const paths = trayIcons.map((icon) => trayImagePath(icon, surroundings));
  expect(new Set(paths).size).toBe(trayIcons.length);
  const folder = join(import.meta.dirname, '../../../build/tray');
  expect(paths.filter((path) => !existsSync(join(folder, path)))).toEqual([]);
});

it('escapes markup where the system reads it', () => {
  expect(bodyText('a < b & <b>c</b>', 'linux')).toBe('a &lt; b &amp; &lt;b&gt;c&lt;/b&gt;');
  expect(bodyText('a < b & c', 'win32')).toBe('a < b & c');
});

describe('what is sent to a page', () => {
  it('waits until somebody is there, again after every load, and only the newest of it', () => {
    const delivered: number[] = [];
    const mailbox = createMailbox<number>((letter) => delivered.push(letter));
    for (let letter = 1; letter <= 25; letter += 1) mailbox.put(letter);
    expect(delivered).toEqual([]);
    mailbox.open();
    expect(delivered).toEqual(Array.from({ length: 20 }, (_, index) => index + 6));
    mailbox.put(26);
    mailbox.close();
    mailbox.put(27);
    expect(delivered.at(-1)).toBe(26);
    mailbox.open();
    expect(delivered.at(-1)).toBe(27);
  });
});

describe('options of the app', () => {
  it('are read from among those of Chromium', () => {
    const words = [
      '--ozone-platform=x11',
      '--demo',
      '--speed',
      '20',
      '--gtk-version=3',
      '--port=0',
      '--hidden',
    ];
    expect(parseAppOptions(words)).toEqual({ demo: true, speed: 20, seed: 1, port: 0, hidden: true });
    expect(parseAppOptions([])).toEqual({ demo: false, speed: 1, seed: 1, hidden: false });
  });

  it.each([[['--port', '65536']], [['--speed', '0']], [['--log-level', 'loud']], [['--config']]])(
    'refuses %j as wrong usage',
    (words) => {
      expect(() => parseAppOptions(words)).toThrow(
        expect.objectContaining({ constructor: UserError, exitCode: 2 }),
      );
    },
  );
});
