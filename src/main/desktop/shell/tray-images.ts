import { join } from 'node:path';
import { nativeImage, nativeTheme, screen } from '#electron';
import type { TrayIcon } from '../tray/index.ts';

export interface Surroundings {
  readonly platform: NodeJS.Platform;
  /** Whether the taskbar is dark. */
  readonly isDark: boolean;
  /** Of the sharpest screen: 1, 1.25, 2, … */
  readonly scaleFactor: number;
}

/** Path of an icon below the folder of tray icons (`build/tray`, as scripts/icons.ts writes it). */
export function trayImagePath(icon: TrayIcon, { platform, isDark, scaleFactor }: Surroundings): string {
  const on = isDark ? 'on-dark' : 'on-light';
  if (platform === 'darwin') return join('mac', `${icon}Template.png`);
  if (platform === 'win32') return join('windows', `${icon}-${on}.ico`);
  // Linux takes one picture and scales it itself. Which colour the panel has nobody knows: most are dark.
  const sizePx = scaleFactor <= 1 ? 22 : scaleFactor <= 1.5 ? 32 : 48;
  return join('linux', `${icon}-on-dark-${sizePx}.png`);
}

/** Gives the picture of an icon as it suits the screen now, read once. */
export function createTrayImages(folder: string): (icon: TrayIcon) => Electron.NativeImage {
  const images = new Map<string, Electron.NativeImage>();
  return (icon) => {
    const path = trayImagePath(icon, {
      platform: process.platform,
      isDark: nativeTheme.shouldUseDarkColorsForSystemIntegratedUI,
      scaleFactor: Math.max(...screen.getAllDisplays().map((display) => display.scaleFactor)),
    });
    const image = images.get(path) ?? nativeImage.createFromPath(join(folder, path));
    images.set(path, image);
    return image;
  };
}
