/** An SSH server that lets one key in and does on each step what a test says: cuts, floods, or stays silent. */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2, { type AuthContext, type ServerChannel } from 'ssh2';
import { makeVmConfig, type VmConfig } from '../../src/main/engine/config/index.ts';

export interface ScriptedSsh {
  readonly config: VmConfig;
  readonly port: number;
  /** Times (epoch milliseconds) at which a login was accepted. */
  readonly loginsAt: readonly number[];
  /** Path of the key that is right. */
  readonly privateKey: string;
  /** How many are open now. */
  readonly connections: () => number;
  readonly close: () => Promise<void>;
}

export interface SshScript {
  /** The key is right. Default: accept it. */
  readonly onLogin?: (context: AuthContext, socket: Socket) => void;
  /** A command is asked for. Default: the channel opens and stays silent. */
  readonly onCommand?: (channel: ServerChannel, command: string) => void;
  /** As a jump host it is asked for a connection to this port, which it then never answers. Default: refuse it. */
  readonly onForward?: (toPort: number) => void;
}

export async function startScriptedSsh({ onLogin, onCommand, onForward }: SshScript): Promise<ScriptedSsh> {
  const folder = mkdtempSync(join(tmpdir(), 'benchtray-ssh-'));
  const key = (): string =>
    generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    }).privateKey;
  const privateKey = join(folder, 'id');
  writeFileSync(privateKey, key(), { mode: 0o600 });
  const loginsAt: number[] = [];
  const sockets = new Set<Socket>();
  const ssh = new ssh2.Server({ hostKeys: [key()] });
  const newest: { socket: Socket | null } = { socket: null };
  ssh.on('connection', (connection) => {
    const { socket } = newest;
    connection.on('error', () => undefined);
    connection.on('authentication', (context) => {
      if (context.method !== 'publickey') return context.reject(['publickey']);
      // Without a signature, the client only asks whether it may use this key.
      if (context.signature === undefined || socket === null) return context.accept();
      loginsAt.push(Date.now());
      if (onLogin === undefined) context.accept();
      else onLogin(context, socket);
    });
    if (onForward !== undefined)
      connection.on('tcpip', (_accept, _reject, { destPort }) => onForward(destPort));
    connection.on('session', (acceptSession) => {
      acceptSession().on('exec', (accept, _reject, { command }) => {
        const channel = accept();
        channel.on('error', () => undefined);
        channel.resume();
        onCommand?.(channel, command);
      });
    });
  });
  const listener = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
    newest.socket = socket;
    ssh.injectSocket(socket);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  return {
    port,
    loginsAt,
    privateKey,
    connections: () => sockets.size,
    config: makeVmConfig({
      name: 'vm',
      ssh: { host: '127.0.0.1', port, username: 'ann', privateKey, agent: false },
    }),
    async close() {
      const closed = once(listener, 'close');
      listener.close();
      for (const socket of sockets) socket.destroy();
      await closed;
      rmSync(folder, { recursive: true });
    },
  };
}
