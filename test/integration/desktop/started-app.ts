/** The built app on the stand-in for Electron, as a process of its own. */
import { fork } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { Request, Sight } from '../../stand-in/control.ts';
import { asChild, type Child } from '../../support/child.ts';
import { Hopeless, until } from '../../support/wait.ts';

/** The app itself takes two seconds. A busy machine needs longer. */
const endWithinMs = 30_000;
const root = join(import.meta.dirname, '..', '..', '..');

export interface Desk {
  /** Data, configuration and programs of one imagined user. */
  readonly folder: string;
  /** Whether its desktop has a place for tray icons. */
  setTrayHost(there: boolean): void;
  start(...words: readonly string[]): StartedApp;
  close(): Promise<void>;
}

export interface StartedApp {
  readonly out: () => string;
  readonly err: () => string;
  readonly exit: Promise<number | null>;
  /** "http://127.0.0.1:<port>", once it listens. */
  listening(): Promise<string>;
  ask(request: Request): Promise<unknown>;
  look(): Promise<Sight>;
  /** Looks until it sees it. */
  see<T>(find: (sight: Sight) => T | null | undefined | false, what: string, timeoutMs?: number): Promise<T>;
  /** The page in the window. */
  page(): Promise<Page>;
  kill(signal: NodeJS.Signals): void;
  errorBoxes(): readonly { readonly title: string; readonly content: string }[];
}

export function openDesk(): Desk {
  const folder = mkdtempSync(join(tmpdir(), 'benchtray-desk-'));
  const programs = join(folder, 'bin');
  mkdirSync(programs);
  writeFileSync(join(folder, 'config.json'), '{}');
  const started: { readonly child: Child; readonly browsers: Browser[] }[] = [];

  function setTrayHost(there: boolean): void {
    for (const name of ['busctl', 'gdbus']) {
      writeFileSync(join(programs, name), `#!/bin/sh\necho 'b ${String(there)}'\n`);
      chmodSync(join(programs, name), 0o755);
    }
  }
  setTrayHost(true);

  return {
    folder,
    setTrayHost,
    start(...words) {
      const forked = fork(join(root, 'out', 'main', 'index.js'), [...words], {
        execArgv: ['--import', join(root, 'test', 'stand-in', 'register.ts')],
        cwd: folder,
        env: {
          PATH: `${programs}:${process.env['PATH'] ?? ''}`,
          HOME: folder,
          TMPDIR: folder,
          BENCHTRAY_CHROMIUM: process.env['BENCHTRAY_CHROMIUM'],
          BENCHTRAY_DATA_DIR: join(folder, 'data'),
          BENCHTRAY_CONFIG: join(folder, 'config.json'),
        },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      });
      const child = asChild(forked);
      const browsers: Browser[] = [];
      started.push({ child, browsers });
      return startedApp(child, browsers);
    },
    async close() {
      for (const { child, browsers } of started) {
        for (const browser of browsers) await browser.close().catch(() => undefined);
        // First gently: a process that is killed leaves its Chromium behind for a while.
        const forced = setTimeout(() => child.process.kill('SIGKILL'), endWithinMs);
        await child.stop('SIGTERM');
        clearTimeout(forced);
      }
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

type Message =
  | { readonly id: number; readonly answer?: unknown; readonly error?: string }
  | { readonly errorBox: { readonly title: string; readonly content: string } };

function startedApp(child: Child, browsers: Browser[]): StartedApp {
  const { process: forked, out, err, exit } = child;
  const errorBoxes: { readonly title: string; readonly content: string }[] = [];
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let asked = 0;
  forked.on('message', (message: Message) => {
    if ('errorBox' in message) {
      errorBoxes.push(message.errorBox);
      return;
    }
    const promise = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error === undefined) promise?.resolve(message.answer);
    else promise?.reject(new Error(message.error));
  });
  const hasExited = (): Hopeless => new Hopeless(`The app has exited.\n${out()}${err()}`);
  forked.on('close', () => {
    for (const { reject } of waiting.values()) reject(hasExited());
    waiting.clear();
  });

  const app: StartedApp = {
    out,
    err,
    exit,
    listening: () => child.listening(),
    ask(request) {
      if (!forked.connected) return Promise.reject(hasExited());
      asked += 1;
      const promise = Promise.withResolvers<unknown>();
      waiting.set(asked, promise);
      forked.send({ id: asked, request });
      return promise.promise;
    },
    look: async () => (await app.ask({ do: 'look' })) as Sight,
    see: (find, what, timeoutMs) => until(async () => find(await app.look()), what, timeoutMs),
    async page() {
      const address = await app.see((sight) => sight.debuggingAddress, 'Chromium is up');
      const browser = browsers[0] ?? (await chromium.connectOverCDP(address));
      browsers[0] = browser;
      return until(
        () =>
          browser
            .contexts()[0]
            ?.pages()
            .find((page) => page.url().startsWith('http://benchtray-app.')),
        'the page',
      );
    },
    kill: (signal) => void forked.kill(signal),
    errorBoxes: () => errorBoxes,
  };
  return app;
}
