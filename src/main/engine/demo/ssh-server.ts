/** The SSH server of the simulated machine: loopback only, one user, one key, `exec` only. */
import { createHash } from 'node:crypto';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import ssh2, { type AuthContext, type Connection, type ParsedKey, type ServerChannel } from 'ssh2';
import { generateKeyPair } from './keys.ts';

export interface SshServer {
  readonly port: number;
  /** "SHA256:…", as `ssh-keygen -l` prints it. */
  readonly hostKeyFingerprint: string;
  /** Resets every connection, as a machine does that vanishes. */
  readonly disconnectAll: () => void;
  /** New connections are refused from now on; those that are there stay. */
  readonly stopListening: () => Promise<void>;
  /** Listens on the same port again. */
  readonly listenAgain: () => Promise<void>;
  /** Ends everything: listener and connections. */
  readonly close: () => Promise<void>;
}

export interface SshServerOptions {
  readonly username: string;
  /** The one public key that may log in. */
  readonly publicKey: ParsedKey;
  /** Serves a command on its channel. */
  readonly serve: (command: string, channel: ServerChannel) => void;
  /** Told of connections, log-ins and failures of the transport. */
  readonly debug: (text: string) => void;
}

export async function startSshServer(options: SshServerOptions): Promise<SshServer> {
  const hostKey = generateKeyPair();
  const transport = new ssh2.Server({ hostKeys: [hostKey.privateKey] });
  transport.on('connection', (connection: Connection) => serveConnection(connection, options));

  // A listener of our own instead of ssh2's: that one hides its sockets, and leaves Nagle's algorithm on.
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    transport.injectSocket(socket);
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      listener.once('error', reject);
      listener.listen(port, '127.0.0.1', () => {
        listener.off('error', reject);
        resolve();
      });
    });
  await listen(0);
  const { port } = listener.address() as AddressInfo;

  const disconnectAll = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  // The callback of close() waits for every connection; that nobody can connect any more is true at once.
  const stopListening = async (): Promise<void> => {
    if (listener.listening) listener.close();
    return Promise.resolve();
  };
  return {
    port,
    hostKeyFingerprint: `SHA256:${createHash('sha256').update(hostKey.publicKey.getPublicSSH()).digest('base64').replace(/=+$/, '')}`,
    disconnectAll,
    stopListening,
    listenAgain: () => (listener.listening ? Promise.resolve() : listen(port)),
    close: async () => {
      await stopListening();
      const closed = [...sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
      for (const socket of sockets) socket.destroy();
      await Promise.all(closed);
    },
  };
}

function serveConnection(
  connection: Connection,
  { username, publicKey, serve, debug }: SshServerOptions,
): void {
  debug('connection opened');
  connection.on('error', (error: Error) => debug(`connection failed: ${error.message}`));
  connection.on('close', () => debug('connection closed'));
  connection.on('authentication', (context: AuthContext) => {
    if (isAllowed(context, username, publicKey)) context.accept();
    else context.reject(['publickey']);
  });
  connection.on('session', (acceptSession) => {
    const session = acceptSession();
    session.on('exec', (accept, _reject, { command }) => serve(command, accept()));
  });
}

function isAllowed(context: AuthContext, username: string, publicKey: ParsedKey): boolean {
  if (context.method !== 'publickey' || context.username !== username) return false;
  if (context.key.algo !== publicKey.type || !context.key.data.equals(publicKey.getPublicSSH())) return false;
  // Without a signature the client only asks whether it may try this key.
  if (context.signature === undefined || context.blob === undefined) return true;
  // An Error instead of a boolean where the signature is malformed, whatever the types say.
  const verdict: unknown = publicKey.verify(context.blob, context.signature, context.hashAlgo);
  return verdict === true;
}
