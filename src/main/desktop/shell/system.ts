import { app, Menu, powerMonitor } from '#electron';
import type { Logger } from '../../engine/common/app-log.ts';

/**
 * Set by the build: `desktopName` of package.json without its ending. The installer has the same `appId`, since Windows shows
 * notifications only to the app whose shortcut has it.
 */
declare const __BENCHTRAY_APP_ID__: string;

/** What every system wants to be told once, before the first window. */
export function introduceApp(): void {
  if (process.platform === 'win32')
    app.setAppUserModelId(app.isPackaged ? __BENCHTRAY_APP_ID__ : process.execPath);
  // macOS takes copy and paste from the menu; elsewhere the page needs none.
  Menu.setApplicationMenu(
    process.platform === 'darwin'
      ? Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }])
      : null,
  );
}

/** Tells of the machine falling asleep, and of its waking up or being unlocked. */
export function watchPower(tell: (what: 'sleep' | 'wake') => void): void {
  powerMonitor.on('suspend', () => tell('sleep'));
  powerMonitor.on('resume', () => tell('wake'));
  powerMonitor.on('unlock-screen', () => tell('wake'));
}

/** Logs what ends a process of Electron, such as the one that shows the page. */
export function logDeadProcesses(log: Logger): void {
  app.on('child-process-gone', (_event, { type, reason, exitCode }) => {
    log.error({ type, reason, exitCode }, 'a process of Electron has died');
  });
}
