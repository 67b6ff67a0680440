import { EventEmitter } from 'node:events';
import { existsSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';

type App = Pick<
  Electron.App,
  | 'isPackaged'
  | 'commandLine'
  | 'enableSandbox'
  | 'exit'
  | 'getLoginItemSettings'
  | 'getPath'
  | 'on'
  | 'quit'
  | 'requestSingleInstanceLock'
  | 'setActivationPolicy'
  | 'setAppUserModelId'
  | 'setLoginItemSettings'
  | 'setPath'
  | 'whenReady'
>;

const events = new EventEmitter();
const paths = new Map<string, string>();
/** Closes every window; false where one of them refused. Set by whoever makes windows. */
const windows = { closeAll: () => true };
let isReady = false;
const ready = new Promise<void>((resolve) => {
  // Not before the program's own code has run, as with Electron.
  setImmediate(() => {
    isReady = true;
    events.emit('ready');
    resolve();
  });
});

function pathOf(name: string): string {
  const path = paths.get(name);
  if (path === undefined) throw new Error(`The stand-in has no path "${name}".`);
  return path;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Only the file names are ours: like Electron's, the lock belongs to the folder `userData`. */
function takeLock(): boolean {
  const folder = pathOf('userData');
  const lock = join(folder, 'stand-in-lock');
  const knock = join(folder, 'stand-in-knock');
  if (existsSync(lock) && isAlive(Number(readFileSync(lock, 'utf8')))) {
    writeFileSync(knock, String(process.pid));
    return false;
  }
  writeFileSync(lock, String(process.pid));
  process.on('exit', () => rmSync(lock, { force: true }));
  watch(folder, { persistent: false }, (_event, name) => {
    if (name !== 'stand-in-knock' || !existsSync(knock)) return;
    rmSync(knock, { force: true });
    events.emit('second-instance', {}, [], '', undefined);
  });
  return true;
}

/** Electron's events carry a way to prevent what they tell of. */
export function preventable(): {
  readonly event: { readonly preventDefault: () => void };
  readonly isPrevented: () => boolean;
} {
  let prevented = false;
  return {
    event: { preventDefault: () => void (prevented = true) },
    isPrevented: () => prevented,
  };
}

export const app = {
  isPackaged: false,
  commandLine: { hasSwitch: (name: string) => process.argv.includes(`--${name}`) } satisfies Pick<
    Electron.CommandLine,
    'hasSwitch'
  > as unknown as Electron.CommandLine,
  enableSandbox() {
    if (isReady) throw new Error('app.enableSandbox() can only be called before app is ready');
  },
  on: events.on.bind(events) as unknown as Electron.App['on'],
  whenReady: () => ready,
  getPath: pathOf,
  setPath: (name: string, path: string) => void paths.set(name, path),
  requestSingleInstanceLock: takeLock,
  setActivationPolicy: (_policy: string) => undefined,
  setAppUserModelId: (_id: string) => undefined,
  // The app runs from its source folder here, and cannot start at login.
  getLoginItemSettings: (_options?: Electron.LoginItemSettingsOptions): Electron.LoginItemSettings => {
    throw new Error('The stand-in has no programs that start at login.');
  },
  setLoginItemSettings: (_settings: Electron.Settings) => undefined,
  quit() {
    const before = preventable();
    events.emit('before-quit', before.event);
    if (before.isPrevented() || !windows.closeAll()) return;
    const will = preventable();
    events.emit('will-quit', will.event);
    if (!will.isPrevented()) app.exit(0);
  },
  exit(code?: number): void {
    process.exit(code ?? 0);
  },
} satisfies App;

/** For the other parts of the stand-in. */
export const appEvents = events;
export const appWindows = windows;
