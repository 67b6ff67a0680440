/** One bare connection to an SSH port: who answers, and how it fails. Never at a rate: OpenSSH 9.8 and newer shuts out who only knocks. */
import { connect } from 'node:net';

export type Greeting =
  | { readonly kind: 'ssh'; readonly banner: string }
  | { readonly kind: 'refused' | 'closed' | 'unknown-name' | 'silent'; readonly detail: string };

const withinMs = 8_000;
/** Lines may come before the server's own one (RFC 4253, 4.2). */
const mostBytes = 8_192;
/** The server's own line has at most 255 characters, with its line end. */
const bannerPattern = /^SSH-[\x20-\x7e]{0,249}/m;

export function greet(host: string, port: number, signal: AbortSignal): Promise<Greeting> {
  return new Promise((resolve) => {
    let isConnected = false;
    let text = '';
    const socket = connect({ host, port });
    const timer = setTimeout(() => {
      end(
        isConnected
          ? { kind: 'silent', detail: 'it takes the connection and says nothing' }
          : { kind: 'closed', detail: 'no answer' },
      );
    }, withinMs);
    const abort = (): void => end({ kind: 'closed', detail: 'given up' });
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();

    function end(greeting: Greeting): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      socket.destroy();
      resolve(greeting);
    }
    socket.once('connect', () => {
      isConnected = true;
    });
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const banner = bannerPattern.exec(text)?.[0];
      if (banner !== undefined) end({ kind: 'ssh', banner });
      else if (text.length > mostBytes)
        end({ kind: 'silent', detail: 'what answers there is no SSH server' });
    });
    socket.once('end', () => {
      end({ kind: 'silent', detail: 'it ends the connection at once' });
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      end(failure(error, isConnected));
    });
  });
}

function failure({ code, message }: NodeJS.ErrnoException, isConnected: boolean): Greeting {
  switch (code) {
    case 'ECONNREFUSED':
      return { kind: 'refused', detail: 'connection refused: nothing listens there' };
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return { kind: 'unknown-name', detail: 'the host name is not known' };
    case 'ECONNRESET':
      return isConnected
        ? { kind: 'silent', detail: 'it resets the connection' }
        : { kind: 'refused', detail: 'the connection is reset' };
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return { kind: 'closed', detail: 'there is no way to that address' };
    default:
      return { kind: 'closed', detail: code ?? message };
  }
}
