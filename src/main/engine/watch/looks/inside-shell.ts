/** The shell inside the watched container: opened again with the container, and ended with it. */
import {
  containerShell,
  openShell,
  shellThroughHost,
  type Channels,
  type DockerCommand,
  type OwnShellChannel,
  type ShellChannel,
} from '../../vm/index.ts';

export interface InsideShell {
  readonly shell: ShellChannel | null;
  open(docker: DockerCommand, container: string): void;
  close(): void;
}

export interface InsideShellOptions {
  readonly channels: Channels;
  readonly host: OwnShellChannel;
  readonly monotonicMs: () => number;
  /**
   * The shell has ended by itself, as it does when the container stops.
   * @param reopenInMs after this time, it is worth trying to open it again
   * @param reason what the engine said; empty: nothing
   */
  readonly onEnded: (reopenInMs: number | undefined, reason: string) => void;
}

/** A shell that cannot be opened is tried less and less often. */
const reopenAfterMs = [1_500, 3_000, 6_000, 12_000, 30_000];
/** A shell that lasted this long worked. */
const worksAfterMs = 10_000;

export function createInsideShell({ channels, host, monotonicMs, onEnded }: InsideShellOptions): InsideShell {
  let shell: ShellChannel | null = null;
  let openedAtMs = Number.NEGATIVE_INFINITY;
  let failedOpenings = 0;
  /** A client of the engine that hangs outlives its channel. Only the shell on the VM can end it. */
  let hasHung = false;
  let opened: { readonly docker: DockerCommand; readonly container: string } | null = null;

  function close(): void {
    const closing = shell;
    shell = null;
    opened = null;
    closing?.close();
  }

  function ended(reason: string): void {
    shell = null;
    if (host.closed) return;
    const hasWorked = monotonicMs() - openedAtMs >= worksAfterMs;
    failedOpenings = hasWorked ? 0 : failedOpenings + 1;
    onEnded(reopenAfterMs[Math.min(failedOpenings, reopenAfterMs.length - 1)], reason);
  }

  function open(docker: DockerCommand, container: string): void {
    close();
    opened = { docker, container };
    // The log needs the sessions that the server allows more than this shell does.
    const isThroughHost = channels.isShort || hasHung;
    const own = isThroughHost
      ? shellThroughHost(host, docker, container)
      : openShell(channels, containerShell(docker, container));
    shell = own;
    own.onEnd(({ kind, detail }) => {
      hasHung ||= kind === 'silent';
      if (shell === own) ended(detail);
    });
  }

  channels.onShort(() => {
    if (opened !== null) open(opened.docker, opened.container);
  });

  return {
    get shell() {
      return shell;
    },
    open(docker, container) {
      if (shell === null) openedAtMs = monotonicMs();
      if (shell === null || shell.closed || opened?.container !== container) open(docker, container);
    },
    close,
  };
}
