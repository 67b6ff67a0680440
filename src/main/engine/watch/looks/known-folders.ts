/** Folders on the VM that have been seen to be the benchmark's. They are looked into also when its process and its container are gone. */
import { hostPath, isSendable, repositoryOf, type Runner } from '../../vm/index.ts';
import type { Sight } from '../sight.ts';

export interface KnownFolders {
  remember(sight: Sight): void;
  /** Arguments of the shell function `host`. */
  words(): string[];
}

/** The newest are kept: a machine that has served for weeks is not looked through from end to end. */
const most = 8;

export function createKnownFolders(): KnownFolders {
  const kinds = new Map<string, 'logs' | 'trials'>();

  function add(kind: 'logs' | 'trials', folder: string | null): void {
    if (folder === null || !isSendable(folder)) return;
    kinds.delete(folder);
    kinds.set(folder, kind);
    for (const oldest of [...kinds.keys()].slice(0, -most)) kinds.delete(oldest);
  }

  return {
    remember({ container, host, inside, results }) {
      if (container.kind === 'running') {
        const { mounts } = container;
        for (const folder of inside?.folders ?? []) add('logs', hostPath(mounts, folder));
        add('trials', repositoryOf(mounts));
      }
      for (const { cwd, results } of host?.runners ?? []) {
        add('logs', cwd);
        add('logs', results);
      }
      if (results !== null) add('logs', results.where === 'host' ? results.path : results.hostPath);
    },
    words: () => [...kinds].flatMap(([folder, kind]) => [kind, folder]),
  };
}

/** Arguments of the shell function `inside`: where these processes may write logs to. */
export function runnerFolders(runners: readonly Runner[]): string[] {
  const folders = new Set(runners.flatMap(({ cwd, results }) => [cwd, results]));
  const logs = [...folders].flatMap((folder) =>
    folder === null || usualFolders.includes(folder) || !isSendable(folder) ? [] : ['logs', folder],
  );
  return [...logs, ...runnerFiles(runners)];
}

/** The same for `host`, which is told the folders as well when their processes are gone. */
export function runnerFiles(runners: readonly Runner[]): string[] {
  return runners.flatMap(({ output }) =>
    output?.startsWith('/') === true && isSendable(output) ? ['file', output] : [],
  );
}

/** The container's shell looks into these by itself. */
const usualFolders: readonly string[] = ['/client/results', '/results'];
