import { app, session } from '#electron';
import { UserError } from '../../../shared/user-error.ts';
import { contentSecurityPolicy } from '../../engine/server/index.ts';

/** Where the page lives: a scheme of its own, which no other program can serve and which is an origin to check for. */
export const appScheme = 'benchtray';
export const appOrigin = `${appScheme}://app`;
export const appUrl = `${appOrigin}/`;

/**
 * Every decision about what the page may do, in one place (Electron's security checklist,
 * https://www.electronjs.org/docs/latest/tutorial/security).
 */
export const security = {
  webPreferences: {
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    safeDialogs: true,
    // It would fetch its dictionaries from a server.
    spellcheck: false,
  },

  /** No `bypassCSP`, no service workers, no extensions. */
  scheme: {
    scheme: appScheme,
    privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
  },

  /** All that Chromium asks before a page of another origin may talk to this machine. Everything else is refused. */
  permissions: ['local-network', 'local-network-access', 'loopback-network'],

  /** @param serverUrl of the event stream: "http://127.0.0.1:8765" */
  headers: (serverUrl: string) => ({
    'Content-Security-Policy': contentSecurityPolicy(`'self' ${new URL(serverUrl).origin}`),
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
  }),

  /** Whether this may be asked for at all, by the page or by anything else that Chromium loads. */
  allowsRequest(url: string, serverUrl: string | null, isPackaged: boolean): boolean {
    const parsed = URL.parse(url);
    if (parsed === null) return false;
    if (isPage(url)) return true;
    if (parsed.protocol === 'data:') return true;
    if (parsed.protocol === 'devtools:') return !isPackaged;
    return serverUrl !== null && parsed.origin === new URL(serverUrl).origin;
  },
} as const;

/** Whether this is an address of our own page. A scheme that Node does not know has the origin "null" there. */
export function isPage(url: string): boolean {
  const parsed = URL.parse(url);
  return (
    parsed?.protocol === `${appScheme}:` &&
    parsed.host === 'app' &&
    parsed.username === '' &&
    parsed.password === ''
  );
}

/** Puts the decisions above in force for every window. To be called once Electron is ready. */
export function secureSession(serverUrl: () => string | null): void {
  const mayHave = (permission: string, url: string): boolean =>
    isPage(url) && (security.permissions as readonly string[]).includes(permission);
  const { defaultSession } = session;
  // Without a handler Electron grants everything.
  defaultSession.setPermissionRequestHandler((_contents, permission, decide, details) => {
    decide(mayHave(permission, details.requestingUrl));
  });
  defaultSession.setPermissionCheckHandler((_contents, permission, requestingOrigin) =>
    mayHave(permission, requestingOrigin),
  );
  defaultSession.setDevicePermissionHandler(() => false);
  defaultSession.webRequest.onBeforeRequest(({ url }, decide) => {
    decide({ cancel: !security.allowsRequest(url, serverUrl(), app.isPackaged) });
  });
}

/**
 * The page shows texts that come from elsewhere: it is not run without Chromium's sandbox, whoever asks for that.
 * @throws UserError with exit code 2
 */
export function requireSandbox(): void {
  if (app.commandLine.hasSwitch('no-sandbox')) {
    throw new UserError('BenchTray does not run with --no-sandbox.', {
      exitCode: 2,
      hint:
        process.env['APPIMAGE'] === undefined
          ? 'Start it without that switch, and not as root. Without a desktop: benchtray serve'
          : 'The AppImage adds it where the system forbids user namespaces. Install the .deb, which brings a permission for them.',
    });
  }
  app.enableSandbox();
}

/** Nobody leaves the page, opens another window, or embeds one. To be called before the first window is made. */
export function refuseNavigation(): void {
  app.on('web-contents-created', (_created, contents) => {
    contents.on('will-navigate', (event) => {
      if (!isPage(event.url)) event.preventDefault();
    });
    contents.on('will-frame-navigate', (event) => {
      if (!isPage(event.url)) event.preventDefault();
    });
    contents.on('will-redirect', (event) => {
      if (!isPage(event.url)) event.preventDefault();
    });
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
}
