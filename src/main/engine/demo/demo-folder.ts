/** The temporary folders of a demo: its key and its data. A killed demo cannot remove them, so the next one does. */
import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Process ids mean nothing on another host, which may share the folder. */
const prefix = `benchtray-demo-${hostname().replace(/[^a-z0-9]+/gi, '_')}-`;

/** Makes a folder that only this user can read, and removes those of demos that no longer run. */
export async function makeDemoFolder(): Promise<string> {
  await removeAbandoned(tmpdir());
  return mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
}

async function removeAbandoned(parent: string): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  for (const name of names) {
    const pid = pidIn(name);
    if (pid === null || isRunning(pid)) continue;
    const path = join(parent, name);
    // The folder belongs to another user, or another demo removes it at this moment.
    if (await isOwnFolder(path)) await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

function pidIn(name: string): number | null {
  if (!name.startsWith(prefix)) return null;
  const digits = /^(\d{1,10})-\w{6}$/.exec(name.slice(prefix.length))?.[1];
  return digits === undefined ? null : Number(digits);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

async function isOwnFolder(path: string): Promise<boolean> {
  const facts = await lstat(path).catch(() => null);
  return facts?.isDirectory() === true && (process.getuid === undefined || facts.uid === process.getuid());
}
