/** Programs that tests need and that are not npm packages. scripts/test.ts installs what it can before the tests begin. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where scripts/test.ts unpacks programs that are not to be installed: they would start as services of the machine. */
export const unpackedTools = join(import.meta.dirname, '../../node_modules/.cache/benchtray-tools');

/** Where scripts/test.ts unpacks this Debian package, which would not fit beside the others: two have a /bin/busybox. */
export const unpackedPackage = (debianPackage: string): string =>
  join(unpackedTools, 'packages', debianPackage);

const folders = [
  ...(process.env['PATH'] ?? '').split(':'),
  ...['/usr/sbin', '/sbin', '/usr/local/sbin'],
  ...['usr/bin', 'usr/sbin'].map((folder) => join(unpackedTools, folder)),
];

function find(...names: string[]): string | null {
  const paths = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return paths.find((path) => existsSync(path)) ?? null;
}

export const findSshd = (): string | null => (process.platform === 'win32' ? null : find('sshd'));

export const findNginx = (): string | null => (process.platform === 'win32' ? null : find('nginx'));

export const findCaddy = (): string | null => (process.platform === 'win32' ? null : find('caddy'));

/** Needs root, and what Debian installs beside it. */
export const findPodman = (): string | null =>
  process.platform === 'linux' && process.getuid?.() === 0 ? find('podman') : null;
export const findRunc = (): string | null => (process.platform === 'linux' ? find('runc') : null);

/** It works only as it is installed: owned by root, with its rules in /etc. */
export const findSudo = (): string | null =>
  process.platform === 'linux' && existsSync('/etc/sudoers') ? find('sudo') : null;

function findBusybox(debianPackage: string): string | null {
  const path = join(unpackedPackage(debianPackage), 'bin/busybox');
  return process.platform === 'linux' && existsSync(path) ? path : null;
}
/** Debian's two builds differ: the shell of the static one takes its own tools before those of the machine. */
export const findDynamicBusybox = (): string | null => findBusybox('busybox');
export const findStaticBusybox = (): string | null => findBusybox('busybox-static');

/** Chromium without what only a desktop needs: a page costs half the CPU time. */
export const findHeadlessShell = (): string | null =>
  process.env['BENCHTRAY_CHROMIUM'] ?? find('chromium-headless-shell');
export const findChromium = (): string | null =>
  findHeadlessShell() ?? find('chromium', 'chromium-browser', 'google-chrome');

/** A Python 3 that has the package `requests`: the first one of the path need not be it. */
export function findPython(): string | null {
  const name = process.platform === 'win32' ? 'python.exe' : 'python3';
  const there = folders.map((folder) => join(folder, name)).filter((path) => existsSync(path));
  return there.find((path) => spawnSync(path, ['-c', 'import requests']).status === 0) ?? null;
}

/** OpenSSH's server, by its absolute path, as it wants to be started; null where it cannot be had. */
export const sshdPath = findSshd();

/** Reverse proxies; null where they cannot be had. */
export const nginxPath = findNginx();
export const caddyPath = findCaddy();

/** A container engine, with what runs its containers; null where it cannot be had. */
export const podmanPath = findRunc() === null ? null : findPodman();

/** Null where it cannot be had. */
export const sudoPath = findSudo();

/** Shells and tools as small machines and containers have them; null where they cannot be had. */
export const busyboxPath = findDynamicBusybox();
export const busyboxStaticPath = findStaticBusybox();

/** A browser for the tests of the page; null where none can be had. */
export const chromiumPath = findChromium();

/** How a test starts that browser. Without one, Playwright takes the one that it installs itself, and says how where it has not. */
export const chromiumLaunch: { readonly executablePath?: string; readonly args: string[] } = {
  ...(chromiumPath === null ? {} : { executablePath: chromiumPath }),
  args: [
    // Tests talk to this machine only.
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
    // Chromium refuses to run its sandbox as root, which is who tests run as in containers.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  ],
};
