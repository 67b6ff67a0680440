/** One Chromium for all windows of the process, with a door for the test (DevTools protocol). */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';
import { findChromium } from '../support/tools.ts';
import { startPageProxy } from './page-proxy.ts';

const profile = mkdtempSync(join(tmpdir(), 'benchtray-stand-in-'));

let started: Promise<BrowserContext> | null = null;

export function browser(): Promise<BrowserContext> {
  started ??= start();
  return started;
}

async function start(): Promise<BrowserContext> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error('There is no Chromium.');
  const proxy = await startPageProxy();
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    viewport: { width: 1100, height: 760 },
    // Signals are the app's. Playwright would end the process by itself, with another exit code if it was quicker.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    args: [
      '--remote-debugging-port=0',
      // Electron has it off as well: pages of another origin may talk to this machine.
      '--disable-features=LocalNetworkAccessChecks',
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ...proxy,
    ],
  });
  // Behind Playwright's own listener, which kills Chromium: one that lives would write on.
  process.on('exit', () => rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));
  return context;
}

/** Where the test attaches: "http://127.0.0.1:<port>". Null until Chromium is up. */
export function debuggingAddress(): string | null {
  const file = join(profile, 'DevToolsActivePort');
  if (!existsSync(file)) return null;
  const [port = ''] = readFileSync(file, 'utf8').split('\n');
  return port === '' ? null : `http://127.0.0.1:${port}`;
}
