/** What this machine offers for logging in over SSH: its home folder, its agent, and the host keys that BenchTray has seen. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createHostKeys, type ConnectTools, type SshPlaces } from './vm/index.ts';

export interface SshToolsOptions extends Pick<ConnectTools, 'keys'> {
  readonly dataDir: string;
  /** Whether the key of a host that is seen for the first time is recorded and trusted. */
  readonly trustsNewHosts: boolean;
}

export interface SshTools {
  readonly tools: ConnectTools;
  readonly places: SshPlaces;
}

export function sshTools({ dataDir, keys, trustsNewHosts }: SshToolsOptions): SshTools {
  const places = { home: homedir() };
  const hostKeys = createHostKeys({ ownFile: join(dataDir, 'known_hosts'), places, keep: trustsNewHosts });
  return { tools: { keys, hostKeys, agentSocket: agentSocket() }, places };
}

/** Returns the socket of the SSH agent; null: there is none. Windows has OpenSSH's agent behind a pipe of a fixed name. */
function agentSocket(): string | null {
  return (
    process.env['SSH_AUTH_SOCK'] ?? (process.platform === 'win32' ? '\\\\.\\pipe\\openssh-ssh-agent' : null)
  );
}
