/** A plain SSH client for the simulated VM, and what the tests need around it. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import ssh2, { type Client, type ClientChannel, type ConnectConfig } from 'ssh2';
import type { SimulatedVm } from '../../../src/main/engine/demo/index.ts';
import {
  followFile as followVmFile,
  openChannels,
  openFollow,
  type FileEvents,
  type FollowChannel,
} from '../../../src/main/engine/vm/index.ts';

/** Logs in as the configuration says, host key included. Rejects when that fails. */
export async function logIn(vm: SimulatedVm, changes: Partial<ConnectConfig> = {}): Promise<Client> {
  const { host, port, username, privateKey, hostKey } = vm.vmConfig.ssh;
  const key = await readFile(privateKey ?? '');
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    client.once('ready', () => {
      resolve(client.setNoDelay(true));
    });
    // Stays: once logged in, an error only says that the connection is lost, which 'close' says as well.
    client.on('error', reject);
    client.connect({
      host: host ?? '',
      port,
      username,
      privateKey: key,
      // On a busy machine a handshake takes long.
      readyTimeout: 0,
      hostVerifier: (offered: Buffer) =>
        `SHA256:${createHash('sha256').update(offered).digest('base64').replace('=', '')}` === hostKey,
      ...changes,
    });
  });
}

export interface Followed {
  readonly bytes: () => Buffer;
  readonly notices: string[];
  readonly isClosed: () => boolean;
  readonly channel: FollowChannel;
}

/** Follows a file from a byte on (0 is the first), and keeps what comes. */
export function followFile(
  client: Client,
  command: string,
  { path, inode }: { readonly path: string; readonly inode: string },
  offset: number,
): Followed {
  return keep((events) =>
    followVmFile(openChannels(client), command, { path, inode, offset, size: 0 }, events),
  );
}

export function follow(client: Client, command: string, words: readonly string[]): Followed {
  return keep((events) => openFollow(openChannels(client), command, words, events));
}

function keep(open: (events: FileEvents) => FollowChannel): Followed {
  const chunks: Buffer[] = [];
  const notices: string[] = [];
  let closed = false;
  const channel = open({
    data: (chunk) => void chunks.push(chunk),
    notice: (text) => void notices.push(text),
    closed: () => (closed = true),
  });
  return { bytes: () => Buffer.concat(chunks), notices, isClosed: () => closed, channel };
}

/** Runs a command with some input, to its end. */
export function run(
  client: Client,
  command: string,
  input: string,
): Promise<{ code: number; stderr: string }> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error: Error | undefined, channel: ClientChannel) => {
      if (error) return reject(error);
      let code = -1;
      let stderr = '';
      channel.on('exit', (exitCode: number) => (code = exitCode));
      channel.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      channel.on('close', () => resolve({ code, stderr }));
      channel.resume();
      channel.end(input);
    });
  });
}
