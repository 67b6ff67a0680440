/**
 * The hands and eyes of the test: it sends a request over the process's message channel, and gets the answer. Everything happens
 * when it is asked for, nothing by time.
 */
import { basename } from 'node:path';
import { messageOf } from '../../src/shared/message-of.ts';
import { closeByPerson, onlyWindow, windowCount } from './browser-window.ts';
import { debuggingAddress } from './chromium.ts';
import { shownNotifications, shownTray } from './desktop-things.ts';
import { refusedUrls } from './page-proxy.ts';
import { given, nextChoice, powerEvents } from './system-things.ts';
import { preventable } from './app.ts';
import { callMain } from './web-things.ts';

/** All that can be seen. */
export interface Sight {
  readonly tray: {
    /** Name of the file. */
    readonly image: string;
    readonly pictures: number;
    readonly tooltip: string;
    /** Labels; what is below a submenu follows behind its label and " > ". */
    readonly menu: readonly string[];
  } | null;
  readonly window: { readonly visible: boolean; readonly focused: boolean } | null;
  readonly notifications: readonly {
    readonly title: string;
    readonly body: string;
    readonly urgency: string;
    readonly isOpen: boolean;
  }[];
  readonly opened: readonly string[];
  readonly copied: readonly string[];
  readonly chosenFrom: readonly { readonly title: string; readonly folder: string }[];
  readonly refusedUrls: readonly string[];
  readonly debuggingAddress: string | null;
}

export type Request =
  | { readonly do: 'look' }
  | { readonly do: 'click-tray' }
  /** The next dialog for a file gets this answer. */
  | { readonly do: 'choose-file'; readonly path: string }
  | { readonly do: 'click-menu'; readonly label: string }
  | { readonly do: 'click-notification' | 'close-notification'; readonly index: number }
  | { readonly do: 'fail-notification'; readonly index: number; readonly reason: string }
  | { readonly do: 'close-window' | 'focus-window' | 'blur-window' | 'kill-page' }
  | { readonly do: 'power'; readonly event: 'suspend' | 'resume' | 'unlock-screen' | 'shutdown' }
  /** A message as from a frame that the program did not make. */
  | {
      readonly do: 'call-main';
      readonly channel: string;
      readonly parameters: readonly unknown[];
      readonly url: string;
      readonly isTop: boolean;
      readonly fromOwnWindow: boolean;
    };

interface Labelled {
  readonly label?: string | undefined;
  readonly click?: unknown;
  readonly submenu?: readonly Labelled[];
}

function flat(
  items: readonly Labelled[],
  before = '',
): { readonly label: string; readonly item: Labelled }[] {
  return items.flatMap((item) => {
    const label = `${before}${item.label ?? '-'}`;
    return [{ label, item }, ...flat(item.submenu ?? [], `${label} > `)];
  });
}

const menuItems = () => flat(shownTray()?.menu ?? []);

function look(): Sight {
  const tray = shownTray();
  const window = windowCount() === 0 ? null : onlyWindow();
  return {
    tray:
      tray === null
        ? null
        : {
            image: basename(tray.image),
            pictures: tray.pictures,
            tooltip: tray.tooltip,
            menu: menuItems().map(({ label }) => label),
          },
    window: window === null ? null : { visible: window.isVisible(), focused: window.isFocused() },
    notifications: shownNotifications.map(({ title, body, urgency, isOpen }) => ({
      title,
      body,
      urgency,
      isOpen,
    })),
    ...given,
    refusedUrls,
    debuggingAddress: debuggingAddress(),
  };
}

function notification(index: number) {
  const shown = shownNotifications[index];
  if (shown === undefined) throw new Error(`There is no notification ${index}.`);
  return shown;
}

/** @returns what the test gets as an answer */
function perform(request: Request): unknown {
  switch (request.do) {
    case 'look':
      return look();
    case 'choose-file':
      nextChoice.path = request.path;
      return null;
    case 'click-tray':
      return shownTray()?.emit('click');
    case 'click-menu': {
      const found = menuItems().find(({ label }) => label === request.label);
      if (typeof found?.item.click !== 'function')
        throw new Error(`The menu has nothing to click: ${request.label}`);
      (found.item.click as () => void)();
      return null;
    }
    case 'click-notification': {
      const clicked = notification(request.index);
      clicked.isOpen = false;
      return clicked.emit('click', {});
    }
    case 'close-notification':
      notification(request.index).close();
      return null;
    case 'fail-notification': {
      const failed = notification(request.index);
      failed.isOpen = false;
      return failed.emit('failed', {}, request.reason);
    }
    case 'close-window':
      closeByPerson();
      return null;
    case 'focus-window':
      onlyWindow().focus();
      return null;
    case 'blur-window':
      onlyWindow().blur();
      return null;
    case 'kill-page':
      return onlyWindow().webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 1 });
    case 'power':
      return powerEvents.emit(request.event, preventable().event);
    case 'call-main': {
      const sender = request.fromOwnWindow ? onlyWindow().webContents : {};
      const frame = { url: request.url, parent: request.isTop ? null : {} };
      return callMain(request.channel, request.parameters, sender, frame);
    }
  }
}

process.on('message', ({ id, request }: { readonly id: number; readonly request: Request }) => {
  new Promise((resolve) => resolve(perform(request))).then(
    (answer) => process.send?.({ id, answer: answer ?? null }),
    (error: unknown) => process.send?.({ id, error: messageOf(error) }),
  );
});

// Whoever sat at this desk has gone.
process.on('disconnect', () => process.exit(1));
