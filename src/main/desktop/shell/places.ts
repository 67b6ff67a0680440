import { join } from 'node:path';
import { app } from '#electron';
import { defaultConfig, resolveDataDir, type ConfigSources } from '../../engine/config/index.ts';
import { makeOwnFolder } from '../../engine/files/index.ts';
import { packageRoot } from '../../engine/common/package.ts';

/** Where the app's own files lie. */
export const places = {
  page: join(packageRoot(), 'out', 'renderer'),
  preload: join(packageRoot(), 'out', 'preload', 'index.cjs'),
  /** Beside app.asar once packed, because Windows reads icons by their path. */
  trayImages: () =>
    app.isPackaged ? join(process.resourcesPath, 'tray') : join(packageRoot(), 'build', 'tray'),
  window: () => join(app.getPath('userData'), 'window.json'),
} as const;

/**
 * Puts Chromium's files, and with them the lock of the single instance, below our own data. The demo has a place of its own,
 * so that it runs beside the real one. Has to come before everything else.
 */
export function chooseUserData(sources: Pick<ConfigSources, 'env' | 'platformDirs'>, isDemo: boolean): void {
  if (app.commandLine.hasSwitch('user-data-dir')) return;
  const folder = join(resolveDataDir(defaultConfig, sources), isDemo ? 'desktop-demo' : 'desktop');
  makeOwnFolder(folder);
  app.setPath('userData', folder);
}
