import { app, BrowserWindow, dialog, nativeTheme, screen } from '#electron';
import type { Logger } from '../../engine/common/app-log.ts';
import type { CommandChannel, PageCommand } from '../../../shared/ipc.ts';
import { createMailbox } from './mailbox.ts';
import { appUrl, security } from './security.ts';
import { fitBounds, leastSize, readPlace, writePlace } from './window-place.ts';

export interface MainWindowOptions {
  /** The built preload file. */
  readonly preloadFile: string;
  /** Where the window's place is kept. */
  readonly placeFile: string;
  /** Whether closing only hides it: there is a tray icon to get it back by. */
  readonly closesToTray: () => boolean;
  /** The window is in front and has the focus, or not any more. */
  readonly onFocus: (focused: boolean) => void;
  readonly log: Logger;
}

export interface MainWindow {
  /** Brings it to the front, as soon as there is something to see in it. */
  readonly show: () => void;
  /** What a click on the tray icon means: away with it where it is in front, else to the front. */
  readonly toggle: () => void;
  /** Tells the page something, once it listens. */
  readonly send: (command: PageCommand) => void;
  /** The page listens. */
  readonly pageListens: () => void;
  /** Has the person choose one file, beginning in this folder; null: none was chosen. */
  readonly chooseFile: (title: string, folder: string) => Promise<string | null>;
  readonly isOurs: (contents: object) => boolean;
  /** From now on closing means closing. */
  readonly letGo: () => void;
}

/** The page's own colours (tokens.css) until it is there: a dark window does not open with a white flash. */
const background = { dark: '#11151a', light: '#f4f5f7' };
/** On Windows a click on the tray icon takes the focus from the window before the icon tells of the click. */
const blurGraceMs = 400;
/** A page that dies more often than this within the time is not started again. */
const deaths = { most: 3, withinMs: 60_000 };
const commandChannel: CommandChannel = 'benchtray:command';

/** Makes the window, hidden. To be called once Electron is ready. */
export function createMainWindow(options: MainWindowOptions): MainWindow {
  const { preloadFile, placeFile, log } = options;
  const place = readPlace(placeFile);
  const workAreas = screen.getAllDisplays().map((display) => display.workArea);
  const window = new BrowserWindow({
    ...fitBounds(place?.bounds ?? null, workAreas),
    minWidth: leastSize.width,
    minHeight: leastSize.height,
    show: false,
    title: 'BenchTray',
    backgroundColor: nativeTheme.shouldUseDarkColors ? background.dark : background.light,
    webPreferences: { ...security.webPreferences, preload: preloadFile, devTools: !app.isPackaged },
  });
  const { webContents } = window;
  const mailbox = createMailbox<PageCommand>((command) => {
    if (!webContents.isDestroyed()) webContents.send(commandChannel, command);
  });
  let isGoing = false;
  let isPainted = false;
  let isWanted = false;
  let blurredAtMs = -Infinity;
  let diedAtMs: readonly number[] = [];

  function present(): void {
    if (window.isDestroyed()) return;
    isWanted = true;
    if (!isPainted) return;
    // In the Dock and in the list of Cmd-Tab as long as there is a window to go to.
    if (process.platform === 'darwin') app.setActivationPolicy('regular');
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  }

  function hide(): void {
    isWanted = false;
    keepPlace();
    window.hide();
    if (process.platform === 'darwin') app.setActivationPolicy('accessory');
  }

  function keepPlace(): void {
    writePlace(placeFile, { bounds: window.getNormalBounds(), isMaximized: window.isMaximized() });
  }

  function onPainted(): void {
    if (isPainted) return;
    isPainted = true;
    if (place?.isMaximized === true && isWanted) window.maximize();
    if (isWanted) present();
  }

  // With Wayland a window that waits for its first painting may wait for being shown in turn.
  if (process.platform === 'linux') webContents.once('did-finish-load', onPainted);
  else window.once('ready-to-show', onPainted);

  window.on('close', (event) => {
    if (isGoing || !options.closesToTray()) {
      keepPlace();
      return;
    }
    event.preventDefault();
    // Not within the event: with Wayland the window would be left half closed.
    setImmediate(() => {
      if (!window.isDestroyed()) hide();
    });
  });
  window.on('focus', () => options.onFocus(true));
  window.on('blur', () => {
    blurredAtMs = performance.now();
    options.onFocus(false);
  });
  window.on('hide', () => options.onFocus(false));
  // Windows ends the session: there is no time for anything, and no `before-quit` to count on.
  window.on('query-session-end', () => {
    isGoing = true;
  });
  window.on('session-end', () => app.quit());

  webContents.on('did-start-loading', mailbox.close);
  webContents.on('did-fail-load', (_event, code, description, url) => {
    log.error({ code, description, url }, 'the page cannot be loaded');
    onPainted();
  });
  webContents.on('preload-error', (_event, path, error) => {
    log.error({ err: error, path }, 'the bridge to the page has failed');
  });
  webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    if (reason === 'clean-exit' || isGoing) return;
    const nowMs = performance.now();
    diedAtMs = [...diedAtMs, nowMs].filter((atMs) => nowMs - atMs < deaths.withinMs);
    const isHopeless = diedAtMs.length > deaths.most;
    log.error({ reason, exitCode, isHopeless }, 'the page has died');
    mailbox.close();
    if (!isHopeless) webContents.reload();
  });
  window.loadURL(appUrl).catch((error: unknown) => log.error({ err: error }, 'the page cannot be loaded'));

  return {
    show: present,
    toggle() {
      const isInFront =
        window.isVisible() && (window.isFocused() || performance.now() - blurredAtMs < blurGraceMs);
      if (isInFront && process.platform !== 'linux') hide();
      else present();
    },
    send: mailbox.put,
    pageListens: mailbox.open,
    async chooseFile(title, folder) {
      const { canceled, filePaths } = await dialog.showOpenDialog(window, {
        title,
        defaultPath: folder,
        // Keys lie in a folder whose name begins with a dot.
        properties: ['openFile', 'showHiddenFiles', 'dontAddToRecent'],
      });
      return canceled ? null : (filePaths[0] ?? null);
    },
    isOurs: (contents) => contents === webContents,
    letGo() {
      isGoing = true;
      if (!window.isDestroyed()) keepPlace();
    },
  };
}
