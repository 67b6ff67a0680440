/**
 * A shell in the container without a channel of its own: each request is a `docker exec` of its own, asked by the shell on the VM.
 * Slower, but it works where sshd allows few sessions (MaxSessions).
 */
import type { DockerCommand } from './docker.ts';
import type { OwnShellChannel, ShellChannel } from './shell-channel.ts';
import { shellScript } from './shell-script.ts';
import { shellQuote } from '../common/terminal.ts';

/** First line of an answer from the container. Messages of docker itself lack it. */
const mark = 'inside';

// `limited` may give a command no stdin, so `drop` ends a request that takes too long.
const definitions = `inside_script=${shellQuote(shellScript)}
ask_container() { printf '%s\\ntools\\nlimit=%s\\necho ${mark}\\n{ %s\\n} </dev/null 2>&1\\n' "$inside_script" "$limit" "$3" | $1 exec -i "$2" sh; }
`;

const defined = new WeakSet<OwnShellChannel>();

/** Returns a shell in the container that has no channel. It is closed when the shell on the VM is. */
export function shellThroughHost(
  host: OwnShellChannel,
  docker: DockerCommand,
  container: string,
): ShellChannel {
  let isClosed = false;
  if (!defined.has(host)) {
    defined.add(host);
    host.send(definitions);
  }
  return {
    get closed() {
      return isClosed || host.closed;
    },
    isResident: false,
    async ask(limitSeconds, words) {
      if (isClosed) return null;
      const answer = await host.ask(limitSeconds, [
        'ask_container',
        docker,
        container,
        words.map(shellQuote).join(' '),
      ]);
      return answer?.startsWith(`${mark}\n`) === true ? answer.slice(mark.length + 1) : null;
    },
    close() {
      isClosed = true;
    },
  };
}
