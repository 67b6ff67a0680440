/** Builds `out/` when a source is newer than it. The command line and the tests share this check. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const built = ['renderer/index.html', 'main/cli.js', 'main/index.js', 'main/rooms.js', 'preload/index.cjs'];
const sources = ['src', 'vite.config.ts', 'package-lock.json'].map((name) => join(root, name));

/** Returns false when the build failed. Prints what the build says only then. */
export function buildIfNeeded(): boolean {
  if (!needsBuild()) return true;
  process.stderr.write('building…\n');
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [vite, 'build', '--app'], {
    cwd: root,
    encoding: 'utf8',
    // A test runner sets it to "test", which would put development code into the build.
    env: { ...process.env, NODE_ENV: 'production' },
  });
  if (status === 0) return true;
  process.stderr.write(`${stdout}${stderr}\nThe build failed.\n`);
  return false;
}

function needsBuild(): boolean {
  const files = built.map((name) => join(root, 'out', name));
  if (!files.every((file) => existsSync(file))) return true;
  const builtMs = Math.min(...files.map((file) => statSync(file).mtimeMs));
  return sources.some((source) => newestMs(source) > builtMs);
}

/** Time of the newest file in a folder, or of the file itself. A folder's own time changes when a file is removed. */
function newestMs(path: string): number {
  const own = statSync(path);
  if (!own.isDirectory()) return own.mtimeMs;
  return Math.max(own.mtimeMs, ...readdirSync(path).map((name) => newestMs(join(path, name))));
}
