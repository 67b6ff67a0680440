/** The icons that scripts/icons.ts made are part of the repository: every state has them all, and its own shape. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { trayIcons } from '../../../src/main/desktop/tray/model.ts';

const build = join(import.meta.dirname, '..', '..', '..', 'build');
const backgrounds = ['on-dark', 'on-light'];
const linuxSizesPx = [22, 32, 48];
/** Of the 256 pixels of a small icon, so many must be clearly drawn in one state and clearly empty in the other. */
const fewestDifferentPixels = 40;

/** Width and height of a PNG file, and whether it has an alpha channel (w3.org/TR/png-3: colour type 6). */
function pngHead(path: string): { widthPx: number; heightPx: number; hasAlpha: boolean } {
  const file = readFileSync(join(build, path));
  expect(file.toString('latin1', 1, 4)).toBe('PNG');
  return { widthPx: file.readUInt32BE(16), heightPx: file.readUInt32BE(20), hasAlpha: file[25] === 6 };
}

/** What a Windows icon holds: side in pixels, and where the picture begins in the file. */
function icoEntries(file: Buffer): { sizePx: number; offset: number }[] {
  return Array.from({ length: file.readUInt16LE(4) }, (_, index) => ({
    sizePx: file.readUInt8(6 + index * 16) || 256,
    offset: file.readUInt32LE(6 + index * 16 + 12),
  }));
}

const trayIco = (name: string) => readFileSync(join(build, 'tray', 'windows', `${name}.ico`));

/** How much of each pixel is drawn at 16 pixels, 0 to 255: the picture without its colours. */
function shape(icon: string): number[] {
  const file = trayIco(`${icon}-on-dark`);
  const at = icoEntries(file).find(({ sizePx }) => sizePx === 16)?.offset ?? 0;
  return Array.from({ length: 16 * 16 }, (_, pixel) => file.readUInt8(at + 40 + pixel * 4 + 3));
}

describe.each(trayIcons)('the tray icon "%s"', (icon) => {
  it('is there for every system, in the sizes that it wants', () => {
    expect(pngHead(`tray/mac/${icon}Template.png`)).toEqual({ widthPx: 16, heightPx: 16, hasAlpha: true });
    expect(pngHead(`tray/mac/${icon}Template@2x.png`)).toEqual({ widthPx: 32, heightPx: 32, hasAlpha: true });
    for (const background of backgrounds) {
      expect(icoEntries(trayIco(`${icon}-${background}`)).map(({ sizePx }) => sizePx)).toEqual([
        16, 20, 24, 32, 48,
      ]);
      for (const px of linuxSizesPx) {
        const head = pngHead(`tray/linux/${icon}-${background}-${px}.png`);
        expect(head).toEqual({ widthPx: px, heightPx: px, hasAlpha: true });
      }
    }
  });

  it.each(trayIcons.filter((other) => other !== icon))(
    'has another shape than "%s" at 16 pixels',
    (other) => {
      const theirs = shape(other);
      const different = shape(icon).filter((drawn, pixel) => Math.abs(drawn - (theirs[pixel] ?? 0)) > 127);
      expect(different.length).toBeGreaterThanOrEqual(fewestDifferentPixels);
    },
  );
});

it('has no icon that the tray does not know', () => {
  expect(readdirSync(join(build, 'svg', 'tray')).sort()).toEqual(
    trayIcons.map((icon) => `${icon}.svg`).sort(),
  );
});

it('has an app icon for every system', () => {
  expect(pngHead('icon.png')).toEqual({ widthPx: 1024, heightPx: 1024, hasAlpha: true });
  expect(icoEntries(readFileSync(join(build, 'icon.ico'))).map(({ sizePx }) => sizePx)).toContain(256);
  for (const px of [16, 48, 256, 512]) expect(pngHead(`icons/${px}x${px}.png`).widthPx).toBe(px);
});
