/** The shells that a VM or a container may have, with the tools beside them, for tests of the script. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { busyboxPath, busyboxStaticPath } from '../../support/tools.ts';

export type Shell = readonly [name: string, program: readonly [string, ...string[]]];

const machineFolders = ['/usr/local/bin', '/usr/bin', '/bin'];
const find = (name: string): string | null =>
  machineFolders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;

/** The tools of a machine that the script may use, apart from docker, curl and wget. */
const tools = [
  ...['sh', 'cat', 'date', 'find', 'head', 'sort', 'tail', 'tr', 'uniq', 'grep', 'ls', 'df', 'sleep', 'true'],
  ...['base64', 'od', 'stat', 'timeout', 'seq', 'echo', 'sed', 'tar', 'nice'],
];

/** Makes a folder for PATH with the tools that the script may use, but for these. It lives as long as the test file that asks. */
export function toolsWithout(...missing: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'benchtray-path-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(folder, { recursive: true });
  for (const name of tools.filter((tool) => !missing.includes(tool))) {
    const path = find(name);
    if (path !== null) symlinkSync(path, join(folder, name));
  }
  return folder;
}

function shell(name: string, path: string | null, ...options: string[]): Shell[] {
  return process.platform === 'linux' && path !== null ? [[name, [path, ...options]]] : [];
}

/** Take what PATH leads to before anything of their own. */
export const shellsOfPath: readonly Shell[] = [
  ...shell('dash', find('dash')),
  ...shell('bash', find('bash')),
  ...shell('bash --posix', find('bash'), '--posix'),
  ...shell('busybox sh', busyboxPath, 'sh'),
];

function poorShell(): Shell[] {
  const path = toolsWithout('stat', 'timeout', 'base64', 'grep');
  const grep = String.raw`#!/bin/sh
case "$1" in -*z*) echo 'grep: unrecognized option: z' >&2; exit 2;; esac
exec ${find('grep') ?? 'grep'} "$@"
`;
  writeFileSync(join(path, 'grep'), grep, { mode: 0o755 });
  return shell(
    'dash without stat, timeout, base64 and grep -z',
    '/usr/bin/env',
    `PATH=${path}`,
    find('dash') ?? 'dash',
  );
}

/** Returns all shells, for the test file that asks: one of them has a folder of tools that is removed with the file. */
export const allShells = (): readonly Shell[] => [
  ...shellsOfPath,
  ...shell('busybox sh with its own tools', busyboxStaticPath, 'sh'),
  ...poorShell(),
];
