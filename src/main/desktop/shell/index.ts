/**
 * The only room that touches Electron: one instance, one window, the tray icon, banners, the bridge to the page, the way in and
 * the way out. What the tray shows and what is worth a banner is decided elsewhere (tray/, notify/); what is known comes from
 * the event stream, of which the app is a client like any other.
 */
export { parseAppOptions, type AppOptions } from './app-options.ts';
export { startAppServer, withPort } from './app-server.ts';
export { showDesktop, type Desktop } from './desktop.ts';
export { isStartedAtLogin } from './login-item.ts';
export { registerPageScheme } from './page-files.ts';
export { chooseUserData, places } from './places.ts';
export { quitCleanly } from './quit.ts';
export { refuseNavigation, requireSandbox } from './security.ts';
export { refuseToStart, reportStart, takeSingleInstance } from './start.ts';
export { introduceApp, logDeadProcesses } from './system.ts';
export { hasTrayHost } from './tray-host.ts';
