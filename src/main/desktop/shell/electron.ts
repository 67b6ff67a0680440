/**
 * The one place that imports Electron. In plain Node the real module starts a download and then throws, so whoever runs the
 * app without Electron puts a stand-in here (package.json, "imports").
 */
export {
  app,
  BrowserWindow,
  clipboard,
  dialog,
  ipcMain,
  Menu,
  nativeImage,
  nativeTheme,
  Notification,
  powerMonitor,
  protocol,
  screen,
  session,
  shell,
  Tray,
} from 'electron';
