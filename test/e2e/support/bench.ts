/** A real server on a real feed that the test drives, and a browser page that must not complain about anything. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect, type ConsoleMessage, type Page } from '@playwright/test';
import { demoVmName } from '../../../src/main/engine/setup/index.ts';
import { createKeptNotes, createLogReader, openFileReader } from '../../../src/main/engine/archive/index.ts';
import { openFeed, type Feed, type RunRecord } from '../../../src/main/engine/feed/index.ts';
import type { Screens } from '../../../src/shared/screens.ts';
import { liveScreens } from './live-screens.ts';
import { keptLogOf } from '../../support/kept-log.ts';
import { openTestSetup, type TestSetup } from '../../support/set-up.ts';
import { startServer, type ConfiguredVm, type RunningServer } from '../../../src/main/engine/server/index.ts';

export const assetsDir = join(import.meta.dirname, '..', '..', '..', 'out', 'renderer');

export interface Bench {
  /** Replaced by `comeBack`. */
  readonly feed: Feed;
  readonly url: string;
  readonly dataDir: string;
  /** May be changed at any time. */
  vms: readonly ConfiguredVm[];
  /** What reads the files of the tasks of watched VMs; null: no VM is connected. */
  screens: Screens | null;
  /** Keeps this text as the log of a run. */
  keepLog(run: Pick<RunRecord, 'vm' | 'runId' | 'log'>, text: string): void;
  /** What VMs are set up by; a VM that is saved is not watched by itself here. */
  readonly setup: TestSetup;
  /** The server ends, and with it every stream. */
  goAway(): Promise<void>;
  /** The server is there again: same port and, unless it `forgets`, same journal. */
  comeBack(options?: { readonly forgets: boolean }): Promise<void>;
}

interface Fixtures {
  readonly bench: Bench;
  /** What the browser complained about: broken CSP rules, exceptions, failed requests. */
  readonly complaints: string[];
}

export const vmName = 'waa-eval-vm';

export const test = base.extend<Fixtures>({
  bench: async ({ page }, use) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'benchtray-e2e-'));
    let isDemo = false as boolean;
    const setup = openTestSetup({
      demo: {
        isOn: () => isDemo,
        turn(on) {
          isDemo = on;
          const others = bench.vms.filter(({ name }) => name !== demoVmName);
          bench.vms = on ? [...others, { name: demoVmName, address: '127.0.0.1' }] : others;
          return Promise.resolve({ ok: true, value: { on } });
        },
      },
    });
    const start = async (port: number): Promise<{ feed: Feed; server: RunningServer }> => {
      const feed = openFeed({ dataDir });
      const logs = createLogReader(dataDir);
      const server = await startServer({
        feed,
        vms: () => bench.vms,
        setup,
        settings: setup.settings.desk,
        screens: (vm) => (bench.vms.some(({ name }) => name === vm) ? bench.screens : null),
        files: openFileReader(dataDir),
        logs,
        kept: createKeptNotes({
          ...{ feed, logs },
          settings: () => ({ screenshots: 'failures', maxMegabytes: 2000, logs: true }),
          isWatched: (vm) => bench.vms.some(({ name }) => name === vm),
        }),
        backgroundTasks: () => [],
        names: [],
        allowedOrigins: [],
        maxConnections: 1000,
        version: '1.2.3',
        assetsDir,
        log: { info: () => undefined, warn: () => undefined, error: () => undefined },
        onDemand: () => undefined,
        port,
      });
      return { feed, server };
    };
    let isAway = false as boolean;
    let vms: readonly ConfiguredVm[] = [{ name: vmName, address: '20.123.45.67' }];
    const bench: Bench = {
      dataDir,
      setup,
      screens: liveScreens(),
      keepLog(run, text) {
        keptLogOf(dataDir, run, text);
      },
      get vms() {
        return vms;
      },
      set vms(next) {
        vms = next;
        if (!isAway) running.feed.setVms(next.map(({ name }) => name));
      },
      get feed() {
        return running.feed;
      },
      get url() {
        return running.server.url;
      },
      async goAway() {
        isAway = true;
        await running.server.close();
        running.feed.close();
      },
      async comeBack({ forgets } = { forgets: false }) {
        if (forgets)
          for (const name of readdirSync(dataDir)) rmSync(join(dataDir, name), { recursive: true });
        running = await start(running.server.port);
        isAway = false;
      },
    };
    let running = await start(0);
    await use(bench);
    // While the server ends, an open page complains that nobody answers.
    await page.close();
    if (!isAway) await bench.goAway();
    rmSync(dataDir, { recursive: true });
    setup.remove();
  },
  complaints: [
    async ({ page }, use) => {
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error' && !isOvertaken(message)) complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(String(error)));
      await use(complaints);
      expect(complaints).toEqual([]);
    },
    { auto: true },
  ],
});

/** The page asks for the screenshots of the task that is on. When the task has ended meanwhile, there may be none: no fault. */
function isOvertaken(message: ConsoleMessage): boolean {
  return message.text().includes('404') && /\/tasks\/[^/]+\/screens/.test(message.location().url);
}

/** What of an element is needed here; the types of a browser are not at hand in a test. */
export interface Box {
  readonly scrollWidth: number;
  readonly clientWidth: number;
}

/** The page must never be wider than its window. */
export async function expectNoSidewaysScrolling(page: Page): Promise<void> {
  const overflow = await page.locator('html').evaluate((root: Box) => root.scrollWidth - root.clientWidth);
  expect(overflow).toBe(0);
}

export { expect };
