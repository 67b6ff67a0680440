/** The shell inside the watched container: opened anew with the container, and ended with it. */
import type { Client } from 'ssh2';
import { containerShell, openShell, type DockerCommand, type ShellChannel } from '../../vm/index.ts';

export interface InsideShell {
  readonly shell: ShellChannel | null;
  open(docker: DockerCommand, container: string): void;
  close(): void;
}

/** @param onEnded the shell has ended by itself, as it does when the container stops */
export function createInsideShell(client: Client, onEnded: () => void): InsideShell {
  let shell: ShellChannel | null = null;
  let container: string | null = null;

  function close(): void {
    const closing = shell;
    shell = null;
    container = null;
    closing?.close();
  }

  return {
    get shell() {
      return shell;
    },
    open(docker, name) {
      if (shell !== null && container === name) return;
      close();
      container = name;
      const opened = openShell(client, containerShell(docker, name), () => {
        if (shell !== opened) return;
        shell = null;
        onEnded();
      });
      shell = opened;
    },
    close,
  };
}
