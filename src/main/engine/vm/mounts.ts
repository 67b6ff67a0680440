/** What a container shares with the machine it runs on: where a folder inside lies outside. Pure. */
import { posix } from 'node:path';

export interface Mount {
  /** On the VM. */
  readonly source: string;
  /** In the container. */
  readonly destination: string;
}

/** Where a path of the container lies on the VM; null: only inside. The innermost mount counts, as it does in the container. */
export function hostPath(mounts: readonly Mount[], containerPath: string): string | null {
  // A ".." leads out of the mount: behind it, the two machines have different files.
  const path = withoutSlash(posix.normalize(containerPath));
  const mount = mounts
    .filter(({ destination }) => isWithin(path, destination))
    .sort((a, b) => b.destination.length - a.destination.length)[0];
  if (mount === undefined) return null;
  const rest = path.slice(withoutSlash(mount.destination).length);
  return withoutSlash(mount.source) + rest;
}

/**
 * The checkout of WAA that the container's /client comes from: `REPO/src/win-arena-container/client` in the official layout, of
 * which WAA-V2 writes its logs into `REPO/logs`.
 */
export function repositoryOf(mounts: readonly Mount[]): string | null {
  const client = mounts.find(({ destination }) => withoutSlash(destination) === '/client')?.source;
  return /^(\/.+?)\/src\/win-arena-container\/client\/?$/.exec(client ?? '')?.[1] ?? null;
}

function isWithin(path: string, folder: string): boolean {
  return `${path}/`.startsWith(`${withoutSlash(folder)}/`);
}

function withoutSlash(folder: string): string {
  return folder.replace(/\/+$/, '');
}
