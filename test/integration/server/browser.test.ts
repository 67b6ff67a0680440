/** What a real browser makes of it: the dashboard from another machine, and pages of strangers. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stepPicture } from '../../../src/main/engine/demo/picture.ts';
import { chromiumPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { startExternalServer, type ExternalServer } from './external-support.ts';
import { launchRebound, startStranger, type Stranger } from './stranger.ts';
import { startTestServer } from './support.ts';

const page = `<!doctype html><title>no</title><script src="/assets/page.js" type="module"></script>`;
const script = `new EventSource('/api/benchmark-sse').addEventListener('connected', () => (document.title = 'connected'));`;

/** Runs in a page: what a page can load without reading it. */
const pageHelpers = `{
  load: (name, attribute, url) =>
    new Promise((resolve) => {
      const made = document.createElement(name);
      if (name === 'link') made.rel = 'stylesheet';
      made.onload = () => resolve('loaded');
      made.onerror = () => resolve('refused');
      made[attribute] = url;
      document.documentElement.append(made);
    }),
  fetchBlindly: (url) =>
    fetch(url, { mode: 'no-cors', credentials: 'include' }).then(() => 'loaded', () => 'refused'),
}`;

describe.skipIf(chromiumPath === null)('in Chromium', () => {
  let browser: Browser;
  let running: ExternalServer;
  let stranger: Stranger;
  const assetsDir = mkdtempSync(join(tmpdir(), 'benchtray-assets-'));
  beforeAll(async () => {
    mkdirSync(join(assetsDir, 'assets'));
    writeFileSync(join(assetsDir, 'index.html'), page);
    writeFileSync(join(assetsDir, 'assets', 'page.js'), script);
    writeFileSync(join(assetsDir, 'assets', 'page.css'), 'html { color: red }');
    writeFileSync(join(assetsDir, 'assets', 'plain.js'), 'void 0;');
    writeFileSync(join(assetsDir, 'assets', 'picture.png'), stepPicture(1, 0));
    running = await startExternalServer({}, { assetsDir });
    stranger = await startStranger();
    browser = await launchRebound();
  });
  afterAll(async () => {
    await browser.close();
    stranger.close();
    await running.remove();
    rmSync(assetsDir, { recursive: true });
  });

  it('shows the dashboard to who has a key, and takes the key out of the address', async () => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const tab = await context.newPage();
    expect((await tab.goto(running.url))?.status()).toBe(401);
    await tab.goto(`${running.url}/?api_key=${running.key}`);
    // Not by waiting in the page: its policy lets nobody evaluate there.
    await until(async () => (await tab.title()) === 'connected', 'the stream');
    expect(tab.url()).toBe(`${running.url}/`);
    expect(await tab.evaluate('document.cookie')).toBe('');
    await context.close();
  });

  it('gives pages of strangers nothing, with or without the key of whoever looks at them', async () => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const tab = await context.newPage();
    await tab.goto(`${running.url}/?api_key=${running.key}`);
    await tab.goto(`http://localhost:${stranger.port}`);
    const read = (url: string) =>
      tab.evaluate(async (address) => {
        const byFetch = await fetch(address, { credentials: 'include' }).then(
          (answer) => answer.text(),
          () => 'refused',
        );
        const opaque = await fetch(address, { mode: 'no-cors', credentials: 'include' }).then(
          (answer) => answer.text(),
          () => 'refused',
        );
        const byEvents = await new Promise((resolve) => {
          const source = new EventSource(address, { withCredentials: true });
          source.onopen = () => {
            resolve('open');
          };
          source.onerror = () => {
            source.close();
            resolve('refused');
          };
        });
        return [byFetch, opaque, byEvents];
      }, url);
    // It can read what is its own, or the refusals below would mean nothing.
    expect((await read(`http://localhost:${stranger.port}/`))[0]).toContain('stranger');
    for (const path of ['/api/status', '/api/benchmark-sse', '/healthz']) {
      const [byFetch, opaque, byEvents] = await read(running.server.url + path);
      expect([byFetch, byEvents]).toEqual(['refused', 'refused']);
      // Without CORS the browser hands out an empty answer, whatever came.
      expect(['', 'refused']).toContain(opaque);
      expect((await read(running.url + path))[0]).toBe('refused');
    }
    await context.close();
  });

  it.each(['loopback', 'another port of localhost', 'external'] as const)(
    'is loaded by no page of strangers, and shown by a link only: %s',
    async (listener) => {
      const base = {
        loopback: running.server.url,
        'another port of localhost': running.server.url.replace('127.0.0.1', 'localhost'),
        external: running.url,
      }[listener];
      const key = listener === 'external' ? `api_key=${running.key}` : '';
      const address = (path: string): string => `${base}${path}?${key}`;
      const context = await browser.newContext({ ignoreHTTPSErrors: true });
      const tab = await context.newPage();
      const run = (call: string): Promise<unknown> => tab.evaluate(`(${pageHelpers}).${call}`);
      const load = (name: string, attribute: string, path: string) =>
        run(`load('${name}', '${attribute}', '${address(path)}')`);
      // Our own page may, or the refusals below would mean nothing.
      await tab.goto(address('/'));
      expect(await load('img', 'src', '/assets/picture.png')).toBe('loaded');

      await tab.goto(`http://localhost:${stranger.port}`);
      running.onDemand.mockClear();
      const statuses: number[] = [];
      tab.on('response', (response) => {
        if (response.url().startsWith(base)) statuses.push(response.status());
      });
      const loaded = await Promise.all([
        load('img', 'src', '/assets/picture.png'),
        load('img', 'src', '/api/benchmark-sse'),
        load('script', 'src', '/assets/plain.js'),
        load('link', 'href', '/assets/page.css'),
        run(`fetchBlindly('${address('/api/status')}')`),
      ]);
      expect(loaded).toEqual(Array(5).fill('refused'));
      // A frame tells nobody what it shows: its answer does.
      load('iframe', 'src', '/').catch(() => undefined);
      await until(() => statuses.length > 0, 'the answer to the frame');
      expect(new Set(statuses)).toEqual(new Set([403]));
      // Null: the stream of the page before has ended, which may take the server until now.
      expect(running.onDemand.mock.calls.filter(([seconds]) => seconds !== null)).toEqual([]);

      // A link opens the dashboard, and the page that it is on gets no hold of its window.
      const [opened] = await Promise.all([
        context.waitForEvent('page'),
        tab.evaluate(`void (window.opened = window.open('${address('/')}'))`),
      ]);
      await until(async () => (await opened.title()) === 'connected', 'the dashboard');
      expect(await opened.evaluate('window.opener')).toBeNull();
      expect(await tab.evaluate('window.opened.closed')).toBe(true);
      await context.close();
    },
  );

  it('lets a page that is allowed read everything, with credentials and with any id', async () => {
    const origin = `http://localhost:${stranger.port}`;
    const open = await startTestServer({ allowedOrigins: [origin] });
    const context = await browser.newContext();
    try {
      const tab = await context.newPage();
      await tab.goto(origin);
      const read = await tab.evaluate(async (url) => {
        const connected = await new Promise<unknown>((resolve) => {
          const source = new EventSource(url, { withCredentials: true });
          source.addEventListener('connected', (event) => {
            source.close();
            resolve((JSON.parse(String((event as MessageEvent).data)) as { version: unknown }).version);
          });
          source.onerror = () => {
            source.close();
            resolve('refused');
          };
        });
        // As EventSource asks when it comes back: one that needs no preflight, one with an unsafe byte, one that is too long.
        const gaps: unknown[] = [];
        for (const id of ['abc-1', 'a(1)', 'x'.repeat(200)]) {
          const answer = await fetch(url, { headers: { 'Last-Event-ID': id }, credentials: 'include' });
          const reader = answer.body?.getReader();
          const read = await reader?.read();
          gaps.push(new TextDecoder().decode(read?.value as Uint8Array).includes('"gap":true'));
          await reader?.cancel();
        }
        return { connected, gaps };
      }, `${open.server.url}/api/benchmark-sse`);
      expect(read).toEqual({ connected: '1.2.3', gaps: [true, true, true] });
    } finally {
      await context.close();
      await open.stop();
    }
  });

  it('does not know a name that was made to lead here', async () => {
    const context = await browser.newContext();
    const tab = await context.newPage();
    const answer = await tab.goto(`http://rebound.example:${running.server.port}/api/status`);
    expect([answer?.status(), await answer?.text()]).toEqual([421, expect.not.stringContaining('vm-a')]);
    await context.close();
  });
});
