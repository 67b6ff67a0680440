/**
 * Stands in for Electron where its binary is missing: the built app runs on it under plain Node, its window is a real Chromium.
 * Tray, menus and notifications keep what they were given and are clicked by whoever started the process (control.ts).
 * What it does not show: real context isolation and sandbox, the custom scheme in Chromium, native looks.
 */
export { app } from './app.ts';
export { BrowserWindow } from './browser-window.ts';
export { Menu, nativeImage, nativeTheme, Notification, Tray } from './desktop-things.ts';
export { clipboard, dialog, powerMonitor, screen, shell } from './system-things.ts';
export { ipcMain, protocol, session } from './web-things.ts';
import './control.ts';
