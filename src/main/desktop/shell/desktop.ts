import { homedir } from 'node:os';
import { join } from 'node:path';
import { app, Notification } from '#electron';
import type { Logger } from '../../engine/common/app-log.ts';
import { inBackground } from '../../engine/common/in-background.ts';
import { pauseFor, type Pause } from '../notify/index.ts';
import type { TrayAction } from '../tray/index.ts';
import type { CallResult } from '../../../shared/ipc.ts';
import type { AppServer } from './app-server.ts';
import { createBanners, showTestBanner } from './banners.ts';
import { createLoginItem, type LoginItemOptions } from './login-item.ts';
import { createMainWindow } from './main-window.ts';
import { startNotifications } from './notifications.ts';
import { answerPageCalls } from './page-calls.ts';
import { servePage } from './page-files.ts';
import { createPersonActions } from './person-actions.ts';
import { places } from './places.ts';
import { secureSession } from './security.ts';
import { feedFromStream } from './stream-feed.ts';
import { watchPower } from './system.ts';
import { showTrayIcon, type ShownTray } from './tray-icon.ts';
import { createTrayImages } from './tray-images.ts';
import { keepTray } from './tray-keeper.ts';

export interface Desktop {
  /** Brings the window to the front. */
  readonly show: () => void;
  /** Tells the person one sentence, in the window. */
  readonly tell: (text: string) => void;
  /** Quitting has begun: from now on the window closes. */
  readonly letGo: () => void;
  readonly close: () => void;
}

export interface DesktopOptions {
  readonly server: Pick<
    AppServer,
    'url' | 'isForeign' | 'eventIdAtStart' | 'setupCode' | 'notificationSettings'
  >;
  /** False: this desktop shows no tray icons, and the window is all there is. */
  readonly hasTray: boolean;
  /** Without opening the window, as far as there is an icon to open it by. */
  readonly hidden: boolean;
  readonly login: LoginItemOptions;
  readonly log: Logger;
}

/** Puts window, tray icon and notifications on the screen, and keeps them at what the stream tells. Electron is ready. */
export function showDesktop({ server, hasTray, hidden, login, log }: DesktopOptions): Desktop {
  secureSession(() => server.url);
  servePage(places.page, () => server.url);

  const window = createMainWindow({
    preloadFile: places.preload,
    placeFile: places.window(),
    closesToTray: () => hasTray,
    onFocus: (focused) =>
      // The page shows every VM.
      notifications.input({ kind: 'focus', view: focused ? { vm: null, taskId: null } : null }),
    log,
  });
  const tell = (text: string): void => window.send({ kind: 'notice', text });

  let isFailureTold = false;
  function tellNoBanners(why: string): void {
    if (isFailureTold) return;
    isFailureTold = true;
    log.warn({ why }, 'there are no notifications');
    tell(`Notifications are not shown on this system: ${why}`);
  }
  const banners = createBanners(
    {
      onClick(key, target) {
        notifications.input({ kind: 'clicked', key });
        window.send({ kind: 'show', target });
        window.show();
      },
      onClose: (key) => notifications.input({ kind: 'closed', key }),
      onFailure(key, reason) {
        notifications.input({ kind: 'failed', key });
        tellNoBanners(reason);
      },
    },
    log,
  );
  const notifications = startNotifications({
    settings: server.notificationSettings,
    perform: (action) => (action.kind === 'show' ? banners.show(action) : banners.withdraw(action.key)),
  });
  if (!Notification.isSupported()) tellNoBanners('it has no service for them.');

  let icon: ShownTray | null = null;
  const tray = keepTray((view) => icon?.render(view));
  if (server.isForeign) tray.input({ kind: 'attached', address: server.url });
  const actions = createPersonActions({
    statusOf: (vm) => tray.picture().statuses.get(vm),
    serverUrl: server.url,
    log,
  });

  async function tellFailure(outcome: Promise<CallResult>): Promise<void> {
    const answer = await outcome;
    if (!answer.ok) tell(answer.reason);
  }
  function pause(next: Pause): void {
    tray.input({ kind: 'pause', pause: next });
    notifications.input({ kind: 'pause', pause: next });
  }
  function onAction(action: TrayAction): void {
    switch (action.kind) {
      case 'open':
        return window.show();
      case 'open-doctor':
        window.send({ kind: 'page', page: 'doctor' });
        return window.show();
      case 'open-vnc':
        return inBackground(tellFailure(actions.openVnc(action.vm)), log, 'the way to the screen of a VM');
      case 'copy-endpoint':
        return inBackground(tellFailure(actions.copyEndpoint()), log, 'a copy of the address');
      case 'pause':
        return pause(pauseFor(action.length, Date.now()));
      case 'resume':
        return pause({ kind: 'off' });
      case 'quit':
        return app.quit();
    }
  }

  if (hasTray) {
    const imageOf = createTrayImages(places.trayImages());
    icon = showTrayIcon(tray.view(), { imageOf, onClick: window.toggle, onAction });
  }
  const loginItem = createLoginItem(login);
  answerPageCalls(
    {
      serverInfo: () => ({ baseUrl: server.url }),
      openVnc: actions.openVnc,
      openExport: actions.openExport,
      copyEndpoint: actions.copyEndpoint,
      copyText: actions.copyText,
      setupCode: () => ({ code: server.setupCode }),
      chooseKeyFile: async () => ({
        path: await window.chooseFile('Choose a private key', join(homedir(), '.ssh')),
      }),
      testNotification: showTestBanner,
      loginItem: loginItem.read,
      setLoginItem: loginItem.set,
      listening() {
        window.pageListens();
        return null;
      },
    },
    window.isOurs,
    log,
  );
  // macOS: a click on the icon in the Dock.
  app.on('activate', window.show);
  watchPower((kind) => notifications.input({ kind }));
  const feed = feedFromStream({
    serverUrl: server.url,
    sinceEventId: server.eventIdAtStart,
    tray,
    notifications,
    log,
  });
  if (!hidden || !hasTray) window.show();

  return {
    show: window.show,
    tell,
    letGo: window.letGo,
    close() {
      feed.close();
      tray.close();
      notifications.close();
    },
  };
}
