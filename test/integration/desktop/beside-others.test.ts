import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../src/main/engine/common/app-log.ts';
import { defaultConfig } from '../../../src/main/engine/config/index.ts';
import { startMonitor, type Monitor } from '../../../src/main/engine/monitor.ts';
import { freePort } from '../../support/free-port.ts';
import { startStopwatch } from '../../support/stopwatch.ts';
import { chromiumPath } from '../../support/tools.ts';
import { openDesk, type Desk } from './started-app.ts';

describe.skipIf(chromiumPath === null)('the app beside other programs', () => {
  let desk: Desk;
  let other: Monitor | null;
  beforeEach(() => {
    desk = openDesk();
    other = null;
  });
  afterEach(async () => {
    await desk.close();
    await other?.close();
  });

  async function startOther(dataDir: string, port = 0): Promise<Monitor> {
    const config = { ...defaultConfig, server: { ...defaultConfig.server, port } };
    other = await startMonitor({ config, dataDir, log: silentLog(), version: '9.9.9', assetsDir: null });
    return other;
  }

  it('stops when it is there already, and the first one shows itself', async () => {
    const first = desk.start('--hidden', '--port', '0');
    await first.listening();
    await first.see(({ window, tray }) => window?.visible === false && tray, 'the first one in the tray');
    const second = desk.start('--port', '0');
    expect(await second.exit).toBe(0);
    expect(second.out()).toBe('');
    await first.see(({ window }) => window?.visible && window.focused, 'the first one shows itself');
  });

  it('runs as the demo beside the real one', async () => {
    const real = desk.start('--hidden', '--port', '0');
    const demo = desk.start('--demo', '--hidden', '--port', '0');
    expect(await real.listening()).not.toBe(await demo.listening());
  });

  it.each(['the port', 'the data folder'])('attaches to the BenchTray that has %s', async (what) => {
    const isPort = what === 'the port';
    const { url } = await startOther(join(desk.folder, isPort ? 'other-data' : 'data'));
    const app = desk.start('--hidden', '--port', isPort ? new URL(url).port : '0');
    expect(await app.listening()).toBe(url);
    await app.see(({ tray }) => tray?.menu.includes(`Attached to ${url}`), 'that it is attached');
    await app.see(({ tray }) => tray?.menu.includes('No VM configured'), 'what the other one tells');
    void app.ask({ do: 'click-menu', label: 'Quit BenchTray' }).catch(() => undefined);
    expect(await app.exit).toBe(0);
    expect((await fetch(new URL('/healthz', url))).status).toBe(200);
  });

  it('shows that the stream is lost when the other one ends, and has it back', async () => {
    const port = await freePort();
    const before = await startOther(join(desk.folder, 'other-data'), port);
    const app = desk.start('--hidden', '--port', String(port));
    await app.listening();
    await app.see(({ tray }) => tray?.menu.includes('No VM configured'), 'the stream');
    await before.close();
    await app.see(({ tray }) => tray?.image.startsWith('stale'), 'that it is lost');
    await startOther(join(desk.folder, 'other-data'), port);
    await app.see(({ tray }) => tray?.image.startsWith('offline'), 'that it is back');
  });

  it('says that the other one is too old when it does not name its VMs', async () => {
    const old = createServer(({ url = '', headers }, response) => {
      if (url === '/healthz') {
        response.setHeader('Content-Type', 'application/json');
        response.end(JSON.stringify({ status: 'ok', app: 'BenchTray', version: '0.0.9' }));
      } else if (url.startsWith('/api/benchmark-sse')) {
        const timestamp = new Date().toISOString();
        const connected = { timestamp, interval: 5, version: '0.0.9', replayed: 0 };
        response.setHeader('Access-Control-Allow-Origin', headers.origin ?? '*');
        response.setHeader('Content-Type', 'text/event-stream');
        response.write(`event: connected\nid: abcdefgh-1\ndata: ${JSON.stringify(connected)}\n\n`);
      } else {
        response.writeHead(404).end();
      }
    });
    old.listen(0, '127.0.0.1');
    await once(old, 'listening');
    try {
      const { port } = old.address() as AddressInfo;
      const app = desk.start('--port', String(port));
      expect(await app.listening()).toBe(`http://127.0.0.1:${port}`);
      const page = await app.page();
      await page.getByText('Reading which VMs there are…').waitFor();
      await page.getByText(`The BenchTray at 127.0.0.1:${port} is too old`).waitFor({ timeout: 60_000 });
      expect(await page.getByRole('main').innerText()).toContain('Its version is 0.0.9.');
      const told = 'The attached BenchTray is too old (version 0.0.9)';
      await app.see(({ tray }) => tray?.menu.includes(told), 'the tray says so as well');
    } finally {
      old.close();
      old.closeAllConnections();
    }
  });

  it('says in a sentence that a stranger has the port', async () => {
    const stranger = createServer((_request, response) => response.end('hello'));
    stranger.listen(0, '127.0.0.1');
    await once(stranger, 'listening');
    try {
      const { port } = stranger.address() as AddressInfo;
      const app = desk.start('--port', String(port));
      expect(await app.exit).toBe(1);
      expect(app.errorBoxes()).toHaveLength(1);
      expect(app.errorBoxes()[0]?.content).toContain(`Port ${port} is taken`);
      expect(app.err()).toContain(`Port ${port} is taken`);
      expect(app.err()).not.toMatch(/^\s+at /m);
    } finally {
      stranger.close();
      stranger.closeAllConnections();
    }
  });

  it.each([
    ['{ "server": { "port": "x" } }', [], 'config.json'],
    ['{}', ['--port', 'x'], '--port'],
    ['{}', ['--no-sandbox'], '--no-sandbox'],
  ])('refuses a configuration %s and options %j', async (config, options, named) => {
    writeFileSync(join(desk.folder, 'config.json'), config);
    const app = desk.start(...options);
    expect(await app.exit).toBe(2);
    expect(app.errorBoxes()[0]?.content).toContain(named);
    expect(app.out()).toBe('');
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('quits cleanly on %s', async (signal) => {
    const app = desk.start('--port', '0');
    const url = await app.listening();
    await app.see(({ tray }) => tray, 'the tray');
    const stream = await fetch(new URL('/api/benchmark-sse?vm=*', url));
    const closing = startStopwatch();
    app.kill(signal);
    expect(await app.exit).toBe(0);
    expect(closing.stop()).toBeLessThan(2500);
    await expect(stream.text()).resolves.toContain('event: connected');
  });
});

describe.skipIf(chromiumPath === null)('messages to the app', () => {
  let desk: Desk;
  beforeEach(() => {
    desk = openDesk();
  });
  afterEach(() => desk.close());

  it('are taken from the topmost frame of its own page only, and only as they are meant', async () => {
    const app = desk.start('--port', '0');
    const baseUrl = await app.listening();
    await app.page();
    const good = {
      do: 'call-main',
      channel: 'benchtray:serverInfo',
      parameters: [],
      url: 'benchtray://app/',
      isTop: true,
      fromOwnWindow: true,
    } as const;
    expect(await app.ask(good)).toEqual({ baseUrl });
    for (const foreign of [
      { url: 'https://evil.example/' },
      { url: 'benchtray://app.evil.example/' },
      { url: baseUrl },
      { isTop: false },
      { fromOwnWindow: false },
    ])
      await expect(app.ask({ ...good, ...foreign })).rejects.toThrow('Refused.');
    for (const malformed of [
      { parameters: ['too', 'much'] },
      { channel: 'benchtray:openVnc', parameters: [] },
      { channel: 'benchtray:openVnc', parameters: [{ vm: 'x' }] },
      { channel: 'benchtray:openExport', parameters: ['run-1', 'exe'] },
    ])
      await expect(app.ask({ ...good, ...malformed })).rejects.toThrow('Malformed.');
    const unknownVm = { ...good, channel: 'benchtray:openVnc', parameters: ['https://evil.example/'] };
    expect(await app.ask(unknownVm)).toMatchObject({ ok: false });
    expect((await app.look()).opened).toEqual([]);
    // Whatever a run is called, the address is one of its tasks.
    const exported = { ...good, channel: 'benchtray:openExport', parameters: ['../x?y#z', 'csv'] };
    expect(await app.ask(exported)).toEqual({ ok: true });
    const file = new URL('/api/runs/..%2Fx%3Fy%23z/tasks?format=csv', baseUrl).href;
    expect((await app.look()).opened).toEqual([file]);
  });

  it('come from a page that may reach its server and nothing else', async () => {
    const app = desk.start('--port', '0');
    const baseUrl = await app.listening();
    const page = await app.page();
    const reach = (url: string) =>
      page.evaluate(async (address) => {
        try {
          return (await fetch(address)).status;
        } catch {
          return 'refused';
        }
      }, url);
    expect(await reach(new URL('/healthz', baseUrl).href)).toBe(200);
    expect(await reach('http://127.0.0.1:1/')).toBe('refused');
    expect(await reach('https://evil.example/')).toBe('refused');
    expect(await page.evaluate(() => Object.isFrozen(Reflect.get(globalThis, 'benchtray')))).toBe(true);
  });
});
