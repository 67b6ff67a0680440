/** Starts the desktop app where that can be, and says why where it cannot. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { defaultConfig, platformDirs, readConfig } from '../src/main/engine/config/index.ts';
import { findElectron } from './electron-program.ts';

export type StartResult =
  | { readonly kind: 'started'; readonly app: ChildProcess }
  /** The app itself had the last word: it refused a configuration, or brought the one to the front that runs already. */
  | { readonly kind: 'ended'; readonly exitCode: number }
  /** `why` is a sentence without its full stop. */
  | { readonly kind: 'impossible'; readonly why: string };

/** An app that lives this long has started, even if it does not report. A busy machine may need seconds to fail. */
const startWithinMs = 15_000;
const lookEveryMs = 50;

/**
 * @param words for the app
 * @param onSpawn called with the process as soon as there is one, before it is clear what becomes of it
 */
export async function startDesktop(
  root: string,
  words: readonly string[],
  onSpawn: (app: ChildProcess) => void,
): Promise<StartResult> {
  if (!hasDisplay()) return { kind: 'impossible', why: 'No display' };
  const electron = await findElectron(join(root, 'node_modules', 'electron'));
  if (electron.kind === 'missing') return { kind: 'impossible', why: `Electron ${electron.why}` };
  return launch(electron.path, [root, ...words], onSpawn);
}

function hasDisplay(): boolean {
  if (process.platform !== 'linux') return true;
  return ['DISPLAY', 'WAYLAND_DISPLAY'].some((name) => (process.env[name] ?? '') !== '');
}

async function launch(
  program: string,
  words: readonly string[],
  onSpawn: (app: ChildProcess) => void,
): Promise<StartResult> {
  const folder = mkdtempSync(join(tmpdir(), 'benchtray-start-'));
  const report = join(folder, 'report');
  const env = { ...process.env, BENCHTRAY_START_REPORT: report };
  // Set in the terminals of some editors that are Electron themselves: it would make a plain Node of ours.
  Reflect.deleteProperty(env, 'ELECTRON_RUN_AS_NODE');
  const app = spawn(program, words, { env, stdio: ['inherit', 'pipe', 'pipe'] });
  onSpawn(app);
  const releases = [holdBack(app.stdout, process.stdout), holdBack(app.stderr, process.stderr)];
  const print = (): void => releases.forEach((release) => release());
  try {
    const end = await firstEnd(app, () => existsSync(report));
    if (end === null) {
      print();
      return { kind: 'started', app };
    }
    if (typeof end === 'number' && existsSync(report)) {
      print();
      return { kind: 'ended', exitCode: end };
    }
    return { kind: 'impossible', why: `Electron does not start (${endText(end)})` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Until it is clear that the app runs: a program that dies at once has nothing to say to a person. @returns lets it go on */
function holdBack(from: Readable, to: Writable): () => void {
  const held: Buffer[] = [];
  let isHeld = true;
  from.on('data', (chunk: Buffer) => {
    if (isHeld) held.push(chunk);
    else to.write(chunk);
  });
  return () => {
    isHeld = false;
    for (const chunk of held) to.write(chunk);
  };
}

type End = number | NodeJS.Signals | Error;

/** How it has ended; null when it runs. */
function firstEnd(app: ChildProcess, hasReported: () => boolean): Promise<End | null> {
  return new Promise((resolve) => {
    const settle = (end: End | null): void => {
      clearTimeout(limit);
      clearInterval(timer);
      resolve(end);
    };
    const limit = setTimeout(() => settle(null), startWithinMs);
    const timer = setInterval(() => {
      if (hasReported() && app.exitCode === null && app.signalCode === null) settle(null);
    }, lookEveryMs);
    app.once('error', settle);
    // Everything that it printed has come by then.
    app.once('close', (code: number | null, signal: NodeJS.Signals | null) => settle(code ?? signal));
  });
}

function endText(end: End): string {
  if (typeof end === 'number') return `exit code ${end}`;
  return typeof end === 'string' ? end : end.message;
}

/** ", dashboard at http://localhost:8765/", as far as that is known beforehand. */
export async function dashboardText(command: 'serve' | 'demo', words: readonly string[]): Promise<string> {
  const { values } = parseArgs({
    args: [...words],
    strict: false,
    options: { port: { type: 'string' }, config: { type: 'string' } },
  });
  const read = await readConfig({
    configFlag: typeof values.config === 'string' ? values.config : undefined,
    env: process.env,
    platformDirs: platformDirs(),
  });
  const { server } = command === 'serve' && read.ok ? read.config : defaultConfig;
  const port = Number(values.port ?? server.port);
  return Number.isInteger(port) && port > 0 ? `, dashboard at http://localhost:${port}/` : '';
}
