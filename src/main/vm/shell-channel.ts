/** A resident shell on the VM or in its container: requests go in as lines, answers come back in frames, in any order. */
import { randomBytes } from 'node:crypto';
import type { Client, ClientChannel } from 'ssh2';
import { requestLine, shellScript } from './shell-script.ts';

export interface ShellChannel {
  /**
   * Asks for one fact. Resolves with what the function printed (64 KiB at most), or null where no answer came within the time
   * limit and two seconds, or the channel has closed. What was asked in vain is ended on the VM.
   */
  ask(limitSeconds: number, words: readonly string[]): Promise<string | null>;
  readonly closed: boolean;
  close(): void;
}

const longestLine = 8_192;

/**
 * Opens a channel, starts `command` (a Bourne shell) on it and sends it the script. `onClosed` is told once, with what the shell
 * said on stderr: a container that is gone, or no permission.
 */
export function openShell(client: Client, command: string, onClosed: (stderr: string) => void): ShellChannel {
  const waiting = new Map<
    string,
    { parts: Buffer[]; resolve: (answer: string | null) => void; timer: NodeJS.Timeout }
  >();
  let stream: ClientChannel | null = null;
  let closed = false;
  let stderr = '';
  let rest = '';
  const unsent: string[] = [shellScript];

  function finish(nonce: string, answer: string | null): void {
    const request = waiting.get(nonce);
    if (request === undefined) return;
    waiting.delete(nonce);
    clearTimeout(request.timer);
    request.resolve(answer);
  }

  function read(chunk: Buffer): void {
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = (lines.pop() ?? '').slice(0, longestLine);
    for (const line of lines) {
      const [, nonce, base64, hex, last] =
        /^([0-9a-f]{16}) (?:\+ ([A-Za-z0-9+/=]*)|x ([0-9a-f ]*)|(=))$/.exec(line) ?? [];
      if (nonce === undefined) continue;
      const parts = waiting.get(nonce)?.parts;
      if (last !== undefined) finish(nonce, Buffer.concat(parts ?? []).toString('utf8'));
      else if (base64 !== undefined) parts?.push(Buffer.from(base64, 'base64'));
      else if (hex !== undefined) parts?.push(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
    }
  }

  function end(): void {
    if (closed) return;
    closed = true;
    for (const nonce of [...waiting.keys()]) finish(nonce, null);
    stream?.close();
    onClosed(stderr);
  }

  client.exec(command, (error, channel) => {
    if (error) {
      stderr = error.message;
      return end();
    }
    stream = channel;
    if (closed) return channel.close();
    channel.on('data', read);
    channel.stderr.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString('utf8')).slice(-2_000);
    });
    channel.on('error', end);
    channel.on('close', end);
    for (const text of unsent.splice(0)) channel.write(text);
  });
  client.once('close', end);

  return {
    get closed() {
      return closed;
    },
    ask(limitSeconds, words) {
      if (closed) return Promise.resolve(null);
      const nonce = randomBytes(8).toString('hex');
      const line = requestLine(['ask', nonce, String(limitSeconds), ...words]);
      return new Promise((resolve) => {
        const timer = setTimeout(
          () => {
            finish(nonce, null);
            if (!closed) stream?.write(requestLine(['drop', nonce]));
          },
          (limitSeconds + 2) * 1000,
        );
        waiting.set(nonce, { parts: [], resolve, timer });
        if (stream === null) unsent.push(line);
        else stream.write(line);
      });
    },
    close() {
      client.off('close', end);
      end();
    },
  };
}
