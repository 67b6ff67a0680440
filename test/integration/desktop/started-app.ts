/** The built app on the stand-in for Electron, as a process of its own. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { Request, Sight } from '../../stand-in/control.ts';
import { until } from '../../support/wait.ts';

/** Twice as long as the app itself takes at most. */
const endWithinMs = 4000;
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
  const started: {
    readonly child: ChildProcess;
    readonly exit: Promise<unknown>;
    readonly browsers: Browser[];
  }[] = [];

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
      const child = fork(join(root, 'out', 'main', 'index.js'), [...words], {
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
      const one = {
        child,
        exit: once(child, 'close').then(([code]) => code as number | null),
        browsers: [] as Browser[],
      };
      started.push(one);
      return startedApp(one.child, one.exit, one.browsers);
    },
    async close() {
      for (const { child, exit, browsers } of started) {
        for (const browser of browsers) await browser.close().catch(() => undefined);
        // First gently: a program that is killed leaves its Chromium behind for a while.
        child.kill('SIGTERM');
        const forced = setTimeout(() => child.kill('SIGKILL'), endWithinMs);
        await exit;
        clearTimeout(forced);
      }
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

type Message =
  | { readonly id: number; readonly answer?: unknown; readonly error?: string }
  | { readonly errorBox: { readonly title: string; readonly content: string } };

function startedApp(child: ChildProcess, exit: Promise<number | null>, browsers: Browser[]): StartedApp {
  let out = '';
  let err = '';
  const errorBoxes: { readonly title: string; readonly content: string }[] = [];
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let asked = 0;
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
  child.on('message', (message: Message) => {
    if ('errorBox' in message) {
      errorBoxes.push(message.errorBox);
      return;
    }
    const promise = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error === undefined) promise?.resolve(message.answer);
    else promise?.reject(new Error(message.error));
  });
  child.on('close', () => {
    for (const { reject } of waiting.values()) reject(new Error(`The app has ended.\n${out}${err}`));
    waiting.clear();
  });

  const app: StartedApp = {
    out: () => out,
    err: () => err,
    exit,
    listening: () =>
      until(() => {
        if (child.exitCode !== null) throw new Error(`The app has ended.\n${out}${err}`);
        return /^listening on (\S+)\n/m.exec(out)?.[1];
      }, 'the app listens'),
    ask(request) {
      asked += 1;
      const promise = Promise.withResolvers<unknown>();
      waiting.set(asked, promise);
      child.send({ id: asked, request });
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
    kill: (signal) => void child.kill(signal),
    errorBoxes: () => errorBoxes,
  };
  return app;
}
