import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { appEvents, app, appWindows, preventable } from './app.ts';
import { browser } from './chromium.ts';
import { preloadScript } from './preload-shim.ts';
import { toApp, toPage } from './page-proxy.ts';
import { callMain } from './web-things.ts';

type ContentsMembers = Pick<Electron.WebContents, 'isDestroyed' | 'reload' | 'send' | 'setWindowOpenHandler'>;
type WindowMembers = Pick<
  Electron.BrowserWindow,
  | 'focus'
  | 'getNormalBounds'
  | 'hide'
  | 'isDestroyed'
  | 'isFocused'
  | 'isMaximized'
  | 'isMinimized'
  | 'isVisible'
  | 'loadURL'
  | 'maximize'
  | 'restore'
  | 'show'
>;

const open = new Set<BrowserWindow>();

/** A page that is being closed does nothing more and says nothing about it, as with Electron. */
function letDo(page: Page, work: Promise<unknown>): void {
  work.catch((error: unknown) => {
    if (!page.isClosed()) throw error;
  });
}

class WebContents extends EventEmitter implements ContentsMembers {
  page: Page | null = null;

  isDestroyed(): boolean {
    return this.page === null;
  }

  send(channel: string, ...parameters: unknown[]): void {
    const { page } = this;
    if (page === null) return;
    const delivered = page.evaluate(
      ([name, values]) => {
        (
          globalThis as unknown as { standIn: { deliver(name: string, values: unknown[]): void } }
        ).standIn.deliver(name, values);
      },
      [channel, parameters] as const,
    );
    letDo(page, delivered);
  }

  reload(): void {
    this.emit('did-start-loading');
    const { page } = this;
    if (page === null) return;
    letDo(
      page,
      page.reload().then(() => this.emit('did-finish-load')),
    );
  }

  setWindowOpenHandler(): void {
    // Chromium itself blocks what was not clicked, and the page has no such link.
  }
}

export class BrowserWindow extends EventEmitter implements WindowMembers {
  readonly webContents = new WebContents();
  readonly options: Electron.BrowserWindowConstructorOptions;
  private state = { visible: false, focused: false, maximized: false, destroyed: false };

  constructor(options: Electron.BrowserWindowConstructorOptions = {}) {
    super();
    this.options = options;
    this.state.visible = options.show !== false;
    open.add(this);
    appEvents.emit('web-contents-created', {}, this.webContents);
  }

  async loadURL(url: string): Promise<void> {
    const context = await browser();
    const page = await context.newPage();
    this.webContents.page = page;
    const preload = this.options.webPreferences?.preload;
    await page.exposeBinding('standInInvoke', ({ frame }, channel: string, parameters: unknown[]) =>
      callMain(channel, parameters, this.webContents, {
        url: toApp(frame.url()),
        parent: frame.parentFrame(),
      }),
    );
    if (preload !== undefined) await page.addInitScript(preloadScript(readFileSync(preload, 'utf8')));
    this.webContents.emit('did-start-loading');
    await page.goto(toPage(url));
    this.webContents.emit('did-finish-load');
    this.emit('ready-to-show');
  }

  show(): void {
    this.state.visible = true;
    this.emit('show');
  }
  hide(): void {
    this.blur();
    this.state.visible = false;
    this.emit('hide');
  }
  focus(): void {
    if (!this.state.visible || this.state.focused) return;
    this.state.focused = true;
    this.emit('focus');
  }
  blur(): void {
    if (!this.state.focused) return;
    this.state.focused = false;
    this.emit('blur');
  }
  maximize(): void {
    this.state.maximized = true;
  }
  restore(): void {
    // Nothing minimizes it here.
  }
  isDestroyed = (): boolean => this.state.destroyed;
  isFocused = (): boolean => this.state.focused;
  isMaximized = (): boolean => this.state.maximized;
  isMinimized = (): boolean => false;
  isVisible = (): boolean => this.state.visible;
  getNormalBounds(): Electron.Rectangle {
    const { x = 0, y = 0, width = 800, height = 600 } = this.options;
    return { x, y, width, height };
  }

  /** The person closes it. False where the program kept it. */
  close = (): boolean => {
    if (this.state.destroyed) return true;
    const { event, isPrevented } = preventable();
    this.emit('close', event);
    if (isPrevented()) return false;
    this.blur();
    this.state.visible = false;
    this.state.destroyed = true;
    open.delete(this);
    const { page } = this.webContents;
    if (page !== null) letDo(page, page.close());
    this.webContents.page = null;
    this.emit('closed');
    return true;
  };
}

appWindows.closeAll = () => [...open].every((window) => window.close());

/** The person closes the only window: without anybody who says otherwise, that ends the app. */
export function closeByPerson(): void {
  const [window] = open;
  if (window?.close() !== true || open.size > 0) return;
  if (appEvents.listenerCount('window-all-closed') > 0) appEvents.emit('window-all-closed');
  else app.quit();
}

export function onlyWindow(): BrowserWindow {
  const [window] = open;
  if (window === undefined) throw new Error('There is no window.');
  return window;
}

export const windowCount = (): number => open.size;
