/** `node scripts/run.ts <arguments>`: builds where that is needed, then runs the command line with these arguments. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const built = join(root, 'out', 'main', 'cli.js');
const sources = ['src', 'vite.config.ts', 'package-lock.json'].map((name) => join(root, name));

/** Time of the newest file in a folder, or of the file itself. A folder's own time tells of files that were removed. */
function newestMs(path: string): number {
  const own = statSync(path);
  if (!own.isDirectory()) return own.mtimeMs;
  return Math.max(own.mtimeMs, ...readdirSync(path).map((name) => newestMs(join(path, name))));
}

function needsBuild(): boolean {
  if (!existsSync(built)) return true;
  const builtMs = statSync(built).mtimeMs;
  return sources.some((source) => newestMs(source) > builtMs);
}

/** True when it worked; what the build said is shown only when it did not. */
function build(): boolean {
  process.stderr.write('building…\n');
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [vite, 'build', '--app'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status === 0) return true;
  process.stderr.write(`${stdout}${stderr}\nThe build failed.\n`);
  return false;
}

if (needsBuild() && !build()) process.exit(1);

const launcher = join(root, 'bin', 'benchtray.js');
const child = spawn(process.execPath, [launcher, ...process.argv.slice(2)], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => child.kill(signal));
}
// npm ends on SIGTERM together with the shell that it runs scripts in, and the shell passes nothing on: left without a
// parent, this is what was meant to end.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) child.kill('SIGTERM');
}, 250).unref();
child.on('exit', (code, signal) => {
  process.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
});
