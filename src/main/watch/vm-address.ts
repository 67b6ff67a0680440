/** Where a VM is reached: by SSH, and on its screen. */
import type { VmConfig } from '../config/index.ts';
import { sshTarget, type SshPlaces, type SshProblem, type SshTarget } from '../vm/index.ts';

export type FoundTarget =
  { readonly ok: true; readonly target: SshTarget } | { readonly ok: false; readonly problem: SshProblem };

/** Where to connect to, or why that cannot be told. */
export function findTarget(config: VmConfig, places: SshPlaces): FoundTarget {
  if (config.ssh.host === null) {
    return failed(
      'The address is to be taken from Azure, which this version cannot do yet.',
      `Name the address of ${config.name} in "ssh.host".`,
    );
  }
  try {
    return { ok: true, target: sshTarget(config.ssh, config.ssh.host, places) };
  } catch (error) {
    return failed(
      error instanceof Error ? error.message : String(error),
      'Correct it, or name address, port, user and key in the configuration of BenchTray.',
    );
  }
}

/** "http://vm:8006"; null where no address is known. */
export function vncUrl(config: VmConfig, found: FoundTarget): string | null {
  const host = found.ok ? found.target.host : config.ssh.host;
  if (host === null) return null;
  return `http://${host.includes(':') ? `[${host}]` : host}:${config.vnc.port}`;
}

function failed(detail: string, hint: string): FoundTarget {
  const problem = { code: 'ssh_unreachable', message: 'SSH connection failed', detail, hint } as const;
  return { ok: false, problem };
}
