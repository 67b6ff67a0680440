import { EventEmitter } from 'node:events';

/** What the program gave away to the system, oldest first. */
export const given = {
  opened: [] as string[],
  copied: [] as string[],
  errorBoxes: [] as { readonly title: string; readonly content: string }[],
};

export const clipboard = {
  writeText(text: string) {
    given.copied.push(text);
    return Promise.resolve();
  },
} satisfies Pick<Electron.Clipboard, 'writeText'>;

export const shell = {
  openExternal(url: string) {
    given.opened.push(url);
    return Promise.resolve();
  },
} satisfies Pick<Electron.Shell, 'openExternal'>;

export const dialog = {
  showErrorBox(title: string, content: string) {
    given.errorBoxes.push({ title, content });
    process.send?.({ errorBox: { title, content } });
  },
} satisfies Pick<Electron.Dialog, 'showErrorBox'>;

export const powerEvents = new EventEmitter();

export const powerMonitor = {
  on: powerEvents.on.bind(powerEvents) as unknown as Electron.PowerMonitor['on'],
} satisfies Pick<Electron.PowerMonitor, 'on'>;

const workArea = { x: 0, y: 0, width: 1600, height: 900 };

export const screen = {
  getAllDisplays: () => [{ workArea, scaleFactor: 1 } as Electron.Display],
} satisfies Pick<Electron.Screen, 'getAllDisplays'>;
