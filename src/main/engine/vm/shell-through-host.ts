/**
 * A shell in the container without a channel of its own, where sshd allows few sessions (MaxSessions): the shell on the VM starts it, passes
 * its lines on, and writes the requests into its input.
 */
import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { shellQuote } from '../common/terminal.ts';
import type { DockerCommand } from './docker-commands.ts';
import { openShell, type OwnShellChannel, type ShellCarrier, type ShellPipe } from './shell-channel.ts';
import { requestLine } from './request-line.ts';
import { shellScript } from './shell-script.ts';

/**
 *   `container_shell DOCKER NAME MARK`   to be run by `listen`: a line `MARK writer PID`, a line MARK when the shell takes requests, then what it
 *                                        says, and `MARK ended`
 *   `tell PID LINE`                      writes a request
 *
 * A plain shell has no way to open a pipe to a command that it runs in the background. So a process that only waits holds the end of the
 * pipe, and `tell` opens that end by way of /proc. It opens it for reading as well, or it would wait if docker is gone.
 */
const definitions = `inside_script=${shellQuote(shellScript)}
container_shell() {
  {
    {
      read -r writer _ </proc/self/stat
      echo "$3 writer $writer" >&3
      printf '%s\\n' "$inside_script" "begin $3"
      exec sleep 2147483647 3>&-
    } | {
      $1 exec -i "$2" sh 3>&-
      printf '\\n%s ended\\n' "$3"
    }
  } 3>&1
}
tell() { printf '%s\\n' "$2" 1<>"/proc/$1/fd/1"; } 2>/dev/null
`;

const defined = new WeakSet<OwnShellChannel>();
/** A pipe has room for 64 KiB. The shell on the VM must never wait for a container that reads nothing. */
const mostUnread = 16_384;

/** Opens a shell in the container. It ends with the shell on the VM. */
export function shellThroughHost(
  host: OwnShellChannel,
  docker: DockerCommand,
  container: string,
): OwnShellChannel {
  if (!defined.has(host)) {
    defined.add(host);
    host.send(definitions);
  }
  return openShell(carriedBy(host, docker, container), 'sh');
}

function carriedBy(host: OwnShellChannel, docker: DockerCommand, container: string): ShellCarrier {
  return {
    hasScript: true,
    // If the shell on the VM ends, its listeners hear of it.
    onLost: () => () => undefined,
    open(_command, opened) {
      setImmediate(() => {
        opened({ ok: true, channel: openPipe(host, docker, container) });
      });
    },
  };
}

function openPipe(host: OwnShellChannel, docker: DockerCommand, container: string): ShellPipe {
  const events = new EventEmitter();
  const mark = randomBytes(8).toString('hex');
  const unsent: string[] = [];
  let writer: string | null = null;
  let isReady = false;
  let unread = 0;
  const end = (): void => void events.emit('close');
  const listening = host.listen(['container_shell', docker, container, mark], {
    line(text, bytes) {
      if (text === `${mark} ended`) end();
      else if (text === mark) {
        isReady = true;
        for (const line of unsent.splice(0)) tell(line);
      } else if (!isReady)
        writer ??= text.startsWith(`${mark} writer `) ? (text.split(' ')[2] ?? null) : null;
      else {
        unread = 0;
        events.emit('data', Buffer.concat([bytes, lineEnd]));
      }
    },
    ended: end,
  });

  function tell(line: string): void {
    unread += line.length;
    if (writer === null || unread > mostUnread) return end();
    host.send(requestLine(['tell', writer, line.trimEnd()]));
  }

  return {
    on: (event: 'data' | 'close' | 'error', listener: (chunk: Buffer) => void) => events.on(event, listener),
    stderr: { on: () => undefined },
    write: (line) => (isReady ? tell(line) : void unsent.push(line)),
    close: () => listening.stop(),
  };
}

const lineEnd = Buffer.from('\n');
