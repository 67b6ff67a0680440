/** Channels on a connection that has just died: ssh2 throws before it reports the end, and nobody may see that. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import ssh2 from 'ssh2';
import { expect, it, onTestFinished } from 'vitest';
import { openChannels, openFollow, openShell, type Channels } from '../../../src/main/engine/vm/index.ts';
import { startScriptedSsh } from '../../support/scripted-ssh.ts';
import { until } from '../../support/wait.ts';

/** A connection that is logged in, and whose socket is destroyed. Nothing has reported that yet. */
async function deadConnection() {
  const ssh = await startScriptedSsh({});
  const client = new ssh2.Client();
  onTestFinished(async () => {
    client.destroy();
    await ssh.close();
  });
  const socket = connect(ssh.port, '127.0.0.1');
  client.on('error', () => undefined);
  const { username } = ssh.config.ssh;
  client.connect({ sock: socket, username, privateKey: readFileSync(ssh.privateKey) });
  await once(client, 'ready');
  const channels = openChannels(client);
  socket.destroy();
  // This is the fault that the channels hide.
  expect(() => client.exec('sh', () => undefined)).toThrow('Not connected');
  return channels;
}

/** Follows a file. Returns what is heard of it, and the following itself. */
function followFile(channels: Channels) {
  const told: string[] = [];
  const following = openFollow(channels, 'sh', ['follow', '1', '1', '1', '/x'], {
    data: () => told.push('data'),
    notice: (text) => told.push(text),
    closed: () => told.push('closed'),
  });
  return { told, following };
}

it('says of a followed file that it is closed, once, after the call has returned', async () => {
  const channels = await deadConnection();
  const { told } = followFile(channels);
  expect(told).toEqual([]);
  await until(() => told.includes('closed'), 'it is closed');
  // The end of the connection itself comes later than that of the channel.
  await new Promise((resolve) => channels.onLost(() => setImmediate(resolve)));
  expect(told.filter((each) => each === 'closed')).toHaveLength(1);
  expect(told).not.toContain('data');
});

it('tells nobody of a followed file that was given up before', async () => {
  const channels = await deadConnection();
  const { told, following } = followFile(channels);
  following.close();
  await new Promise((resolve) => channels.onLost(() => setImmediate(resolve)));
  expect(told).toEqual([]);
});

it('says of a shell that it is lost, and its questions have no answer', async () => {
  const channels = await deadConnection();
  const shell = openShell(channels, 'sh');
  const ends: string[] = [];
  shell.onEnd(({ kind }) => ends.push(kind));
  expect(await shell.ask(8, ['machine'])).toBeNull();
  expect(ends).toEqual(['lost']);
});
