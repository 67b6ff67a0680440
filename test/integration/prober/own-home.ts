/** What tests of logging in begin with: a home folder of their own, and the agent that they start themselves. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, vi } from 'vitest';
import type { VmConfig } from '../../../src/main/engine/config/index.ts';
import { startSshAgent } from '../../support/ssh-agent.ts';

/** Gives each test of the file a home folder with `.ssh`, and takes the SSH agent away. Returns a function that returns its path. */
export function useOwnHome(): () => string {
  let home = '';
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'benchtray-home-'));
    mkdirSync(join(home, '.ssh'));
    vi.stubEnv('HOME', home);
    vi.stubEnv('SSH_AUTH_SOCK', undefined);
    vi.stubEnv('BENCHTRAY_KEY_PASSPHRASE', undefined);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(home, { recursive: true });
  });
  return () => home;
}

/** Starts an SSH agent in this folder that holds these keys. */
export async function startAgent(
  folder: string,
  keys: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<void> {
  const socket = join(folder, 'agent');
  await startSshAgent(socket);
  vi.stubEnv('SSH_AUTH_SOCK', socket);
  for (const key of keys)
    execFileSync('ssh-add', ['-q', key], { env: { ...process.env, ...env }, stdio: 'ignore' });
}

export function withSsh(config: VmConfig, change: Partial<VmConfig['ssh']>): VmConfig {
  return { ...config, ssh: { ...config.ssh, ...change } };
}
