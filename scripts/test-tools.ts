/** Programs that the tests need and npm does not bring: an OpenSSH server, Chromium, Python, proxies, BusyBox, podman, sudo. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  findCaddy,
  findChromium,
  findDynamicBusybox,
  findHeadlessShell,
  findNginx,
  findPodman,
  findPython,
  findRunc,
  findSshd,
  findStaticBusybox,
  findSudo,
  unpackedPackage,
  unpackedTools,
} from '../test/support/tools.ts';

export interface Tool {
  readonly name: string;
  /** Its name in test files: without the tool, files that mention this name are skipped. */
  readonly mark: string;
  readonly debianPackage: string;
  /**
   * The package is unpacked and not installed, because it would start a service or take the place of a program. `apart`: into a folder
   * of its own.
   */
  readonly isUnpacked?: boolean | 'apart';
  readonly find: () => string | null;
  /** The program that tests run best with: it is brought, or where its package does not exist the one above. */
  readonly best?: { readonly find: () => string | null; readonly package: string };
}

const installLimitMs = 240_000;
export const tools: readonly Tool[] = [
  { name: 'OpenSSH server (sshd)', mark: 'sshdPath', debianPackage: 'openssh-server', find: findSshd },
  {
    name: 'Chromium',
    mark: 'chromiumPath',
    debianPackage: 'chromium',
    find: findChromium,
    best: { find: findHeadlessShell, package: 'chromium-headless-shell' },
  },
  {
    name: 'Python 3 with requests',
    mark: 'pythonPath',
    debianPackage: 'python3-requests',
    find: findPython,
  },
  { name: 'nginx', mark: 'nginxPath', debianPackage: 'nginx', isUnpacked: true, find: findNginx },
  { name: 'Caddy', mark: 'caddyPath', debianPackage: 'caddy', isUnpacked: true, find: findCaddy },
  {
    name: 'BusyBox',
    mark: 'busyboxPath',
    debianPackage: 'busybox',
    isUnpacked: 'apart',
    find: findDynamicBusybox,
  },
  {
    name: 'BusyBox (static)',
    mark: 'busyboxStaticPath',
    debianPackage: 'busybox-static',
    isUnpacked: 'apart',
    find: findStaticBusybox,
  },
  { name: 'podman', mark: 'podmanPath', debianPackage: 'podman', find: findPodman },
  { name: 'runc', mark: 'podmanPath', debianPackage: 'runc', find: findRunc },
  { name: 'sudo', mark: 'sudoPath', debianPackage: 'sudo', find: findSudo },
];

/** Whether it can be brought to the tests: it is missing, or only a second choice is there. */
export const isWanted = ({ find, best }: Tool): boolean => (best?.find ?? find)() === null;

/** Installs what is missing where that is possible without asking anybody: on Debian and its kin, as root. */
export function bring(wanted: readonly Tool[]): void {
  const isDebian = existsSync('/usr/bin/apt-get');
  if (wanted.length === 0 || !isDebian || process.getuid?.() !== 0) return;
  console.log(`Bringing ${wanted.map(({ name }) => name).join(', ')} for the tests…`);
  const folder = mkdtempSync(join(tmpdir(), 'benchtray-packages-'));
  const apt = (...words: string[]): boolean => {
    const result = spawnSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=60', ...words], {
      cwd: folder,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: installLimitMs,
    });
    return result.status === 0;
  };
  const toInstall = wanted.filter(({ isUnpacked }) => isUnpacked === undefined);
  const install = (...packages: string[]): boolean =>
    packages.length === 0 || apt('install', '-y', '--no-install-recommends', ...packages);
  const installBest = (): boolean =>
    install(...toInstall.map((tool) => tool.best?.package ?? tool.debianPackage));
  const unpack = ({ debianPackage, isUnpacked }: Tool): boolean => {
    if (!apt('download', debianPackage)) return false;
    const target = isUnpacked === 'apart' ? unpackedPackage(debianPackage) : unpackedTools;
    const file = readdirSync(folder).find((name) => name.startsWith(`${debianPackage}_`));
    if (file === undefined) return false;
    mkdirSync(target, { recursive: true });
    return spawnSync('dpkg-deb', ['-x', join(folder, file), target]).status === 0;
  };
  // A fresh machine knows no packages yet.
  let hasUpdated = false;
  const orAfterUpdate = (work: () => boolean): boolean => {
    if (work()) return true;
    if (hasUpdated) return false;
    // Once, whatever comes of it: without a network it takes its time.
    hasUpdated = true;
    return apt('update') && work();
  };
  // One that does not exist here must not keep the others away.
  if (!orAfterUpdate(installBest))
    for (const { find, debianPackage, best } of toInstall)
      if (best === undefined || (!install(best.package) && find() === null)) install(debianPackage);
  for (const tool of wanted.filter(({ isUnpacked }) => isUnpacked !== undefined))
    orAfterUpdate(() => unpack(tool));
  rmSync(folder, { recursive: true, force: true });
}
