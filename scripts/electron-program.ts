/** Where Electron's program is, fetched first where it is missing: the npm package comes without it. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type ElectronProgram =
  | { readonly kind: 'there'; readonly path: string }
  /** `why` continues a sentence that begins with "Electron ". */
  | { readonly kind: 'missing'; readonly why: string };

const fetchWithinSeconds = 60;
const progressEveryMs = 500;

/** @param packageFolder of Electron's npm package */
export async function findElectron(packageFolder: string): Promise<ElectronProgram> {
  // The same places, and the same variable, as in the package's own index.js.
  const distFolder = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (distFolder !== undefined && distFolder !== '') {
    const path = join(distFolder, namedProgram(packageFolder) ?? 'electron');
    return existsSync(path) ? { kind: 'there', path } : { kind: 'missing', why: `is not at ${path}` };
  }
  const installed = installedProgram(packageFolder);
  if (installed !== null) return { kind: 'there', path: installed };
  if (!existsSync(join(packageFolder, 'install.js'))) return { kind: 'missing', why: 'is not installed' };
  const failure = await fetchProgram(packageFolder);
  const fetched = installedProgram(packageFolder);
  if (fetched !== null) return { kind: 'there', path: fetched };
  return { kind: 'missing', why: `could not be fetched (${failure ?? 'it is not where it should be'})` };
}

function namedProgram(packageFolder: string): string | null {
  try {
    return readFileSync(join(packageFolder, 'path.txt'), 'utf8').trim();
  } catch {
    return null;
  }
}

function installedProgram(packageFolder: string): string | null {
  const name = namedProgram(packageFolder);
  if (name === null) return null;
  const path = join(packageFolder, 'dist', name);
  return existsSync(path) ? path : null;
}

/** @returns what went wrong, in a few words; null when it worked */
async function fetchProgram(packageFolder: string): Promise<string | null> {
  // A folder of its own for what comes in, to see how much of it there is.
  const incoming = mkdtempSync(join(tmpdir(), 'benchtray-electron-'));
  const showsProgress = process.stderr.isTTY;
  const child = spawn(process.execPath, [join(packageFolder, 'install.js')], {
    env: { ...process.env, TMPDIR: incoming, TEMP: incoming, TMP: incoming, ELECTRON_GET_NO_PROGRESS: '1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const timer = setInterval(() => {
    const megabytes = Math.round(folderBytes(incoming) / 1e6);
    if (showsProgress) process.stderr.write(`\rfetching Electron, which is needed once… ${megabytes} MB `);
  }, progressEveryMs);
  try {
    return await new Promise((resolve) => {
      const limit = setTimeout(() => {
        child.kill();
        resolve(`not within ${fetchWithinSeconds} s; "npx install-electron" takes as long as it needs`);
      }, fetchWithinSeconds * 1000);
      child.on('error', (error) => resolve(error.message));
      child.on('exit', (code) => {
        clearTimeout(limit);
        resolve(code === 0 ? null : firstReason(errors));
      });
    });
  } finally {
    clearInterval(timer);
    if (showsProgress) process.stderr.write('\r\u001b[K');
    rmSync(incoming, { recursive: true, force: true });
  }
}

/** "fetch failed" out of a stack trace. */
function firstReason(errors: string): string {
  const [line = ''] = errors.trim().split('\n');
  return line.replace(/^(?:\w*Error: )+/, '') || 'the installer failed';
}

function folderBytes(folder: string): number {
  try {
    return readdirSync(folder, { recursive: true })
      .map((name) => statSync(join(folder, String(name))))
      .reduce((sum, entry) => sum + (entry.isFile() ? entry.size : 0), 0);
  } catch {
    // Something was moved away while it was looked at.
    return 0;
  }
}
