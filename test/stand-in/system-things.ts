import { EventEmitter } from 'node:events';

/** What the program gave away to the system, oldest first. */
export const given = {
  opened: [] as string[],
  copied: [] as string[],
  /** Titles of the dialogs that were opened to choose a file, and where they begin. */
  chosenFrom: [] as { readonly title: string; readonly folder: string }[],
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

/** What the person chooses in the next dialog; none: it is cancelled. */
export const nextChoice: { path: string | null } = { path: null };

/** @param options always there, as the program calls it; optional so that it is of both forms that Electron has */
const showOpenDialog = (_window: unknown, options: Electron.OpenDialogOptions = {}) => {
  given.chosenFrom.push({ title: options.title ?? '', folder: options.defaultPath ?? '' });
  const { path } = nextChoice;
  nextChoice.path = null;
  return Promise.resolve({ canceled: path === null, filePaths: path === null ? [] : [path] });
};

export const dialog = {
  showOpenDialog,
  showErrorBox(title: string, content: string) {
    given.errorBoxes.push({ title, content });
    process.send?.({ errorBox: { title, content } });
  },
} satisfies Pick<Electron.Dialog, 'showErrorBox' | 'showOpenDialog'>;

export const powerEvents = new EventEmitter();

export const powerMonitor = {
  on: powerEvents.on.bind(powerEvents) as unknown as Electron.PowerMonitor['on'],
} satisfies Pick<Electron.PowerMonitor, 'on'>;

const workArea = { x: 0, y: 0, width: 1600, height: 900 };

export const screen = {
  getAllDisplays: () => [{ workArea, scaleFactor: 1 } as Electron.Display],
} satisfies Pick<Electron.Screen, 'getAllDisplays'>;
