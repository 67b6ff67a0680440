/**
 * `npm run bench`: measures the built program beside a poller that spawns ssh, against a real OpenSSH server on this machine; and how the
 * event stream is served beside a plain broadcaster; and how fast the pages are on a large history beside a small one.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { chromium } from '@playwright/test';
import { Command, Option } from 'commander';
import { chromiumPath, sshdPath } from '../test/support/tools.ts';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'test', 'bench');

const parts = ['watching', 'footprint', 'copying', 'odd-logs', 'delivery', 'dead-readers', 'replay', 'pages'];

const options = new Command('npm run bench --')
  .description(
    'Measures how VMs are watched, beside a poller that spawns ssh, how the stream is served, beside a plain broadcaster, and how fast the pages are on a large history, beside a small one.',
  )
  .option('--quick', 'shorter periods and fewer tasks, rougher figures')
  .addOption(new Option('--only <part>', 'this part alone').choices(parts))
  .option('--whole', 'copy all files of a run of 154 tasks (about half an hour)')
  .option('--json <file>', 'write the figures into this file as well')
  .option('--program <file>', 'measure another build: its bin/benchtray.js')
  .parse()
  .opts<{ quick?: true; whole?: true; only?: string; json?: string; program?: string }>();

/** The others need neither the built program nor SSH. */
const watches =
  options.only === undefined || ['watching', 'footprint', 'copying', 'odd-logs'].includes(options.only);

/** Why this machine cannot measure; null: it can. */
function obstacle(): string | null {
  if (process.platform !== 'linux') return 'it reads what processes use from /proc, which only Linux has.';
  const needsBrowser = options.only === undefined || options.only === 'pages';
  if (needsBrowser && chromiumPath === null && !existsSync(chromium.executablePath()))
    return 'no Chromium is installed. Install one: npx playwright install chromium.';
  if (!watches) return null;
  if (sshdPath === null) return 'an OpenSSH server (sshd) is not installed.';
  if (spawnSync('ssh', ['-V']).error !== undefined) return 'an OpenSSH client (ssh) is not installed.';
  return null;
}

function stop(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

const reason = obstacle();
if (reason !== null) stop(`The benchmark cannot run here: ${reason}`);

if (watches && options.program === undefined) {
  // It builds where that is needed, and says why when it cannot.
  const built = spawnSync(process.execPath, [join(root, 'scripts', 'run.ts'), '--version'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (built.status !== 0) process.exit(1);
}

const settings = {
  program: resolve(options.program ?? join(root, 'bin', 'benchtray.js')),
  periodSeconds: options.quick ? 20 : 60,
  isWhole: options.whole ?? false,
  taskCount: options.quick ? 100 : 300,
};
const json = options.json === undefined ? null : resolve(options.json);
const child = spawn(
  process.execPath,
  [join(folder, 'main.ts'), JSON.stringify([settings, json, options.only ?? null])],
  {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    detached: true,
  },
);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (child.connected) child.disconnect();
  });
}
child.on('exit', (code) => process.exit(code ?? 1));
