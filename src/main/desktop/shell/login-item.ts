/** Starting the app at login, by the means of each system. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { app } from '#electron';
import { messageOf } from '../../../shared/message-of.ts';
import type { CallResponse, CallResult } from '../../../shared/ipc.ts';
import { isEntryOn, removeEntry, writeEntry } from './autostart-entry.ts';

export interface LoginItemOptions {
  /** The configuration that the app was started with, absolute; null: the usual one. */
  readonly configFile: string | null;
  readonly isDemo: boolean;
}

export interface LoginItem {
  readonly read: () => CallResponse<'loginItem'>;
  readonly set: (on: boolean) => CallResult;
}

export function createLoginItem({ configFile, isDemo }: LoginItemOptions): LoginItem {
  const args = ['--hidden', ...(configFile === null ? [] : ['--config', configFile])];
  const obstacle = obstacleOf(isDemo);
  const isLinux = process.platform === 'linux';

  return {
    read() {
      if (obstacle !== null) return { state: 'unavailable', reason: obstacle };
      const isOn = isLinux ? isEntryOn(entryFile()) : app.getLoginItemSettings({ args }).openAtLogin;
      return { state: isOn ? 'on' : 'off', reason: null };
    },
    set(on) {
      if (obstacle !== null) return { ok: false, reason: obstacle };
      try {
        if (!isLinux) app.setLoginItemSettings({ openAtLogin: on, args });
        // An AppImage runs from a folder that is another one at each start.
        else if (on) writeEntry(entryFile(), process.env['APPIMAGE'] ?? process.execPath, args);
        else removeEntry(entryFile());
        return { ok: true };
      } catch (error) {
        return { ok: false, reason: `BenchTray could not change what starts at login: ${messageOf(error)}.` };
      }
    },
  };
}

/** Returns whether the system has started the app at login. Only macOS tells: elsewhere `--hidden` says so. */
export function isStartedAtLogin(): boolean {
  return process.platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin;
}

/** The folder of programs that start at login (specifications.freedesktop.org/autostart-spec). */
function entryFile(): string {
  const configHome = process.env['XDG_CONFIG_HOME'] ?? '';
  return join(configHome === '' ? join(homedir(), '.config') : configHome, 'autostart', 'benchtray.desktop');
}

function obstacleOf(isDemo: boolean): string | null {
  if (isDemo) return 'This is the demo.';
  return app.isPackaged
    ? null
    : 'BenchTray runs from its source folder. Only the installed app can start at login.';
}
