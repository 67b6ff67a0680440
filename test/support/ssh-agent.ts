import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { until } from './wait.ts';

/** Exit code of ssh-add when nobody answers at the socket. */
const noAgent = 2;

/** Starts an SSH agent without keys for the rest of the test. Resolves when it answers at `socket`. */
export async function startSshAgent(socket: string): Promise<void> {
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  onTestFinished(async () => {
    const ended = once(agent, 'exit');
    agent.kill();
    await ended;
  });
  const env = { ...process.env, SSH_AUTH_SOCK: socket };
  // The socket is there a moment before anybody listens.
  await until(
    () => ![null, noAgent].includes(spawnSync('ssh-add', ['-l'], { env, stdio: 'ignore' }).status),
    'the SSH agent answers',
  );
}
