/** Where a VM is reached: by SSH, and on its screen. */
import type { Result } from '../../../../shared/result.ts';
import type { AzureFacts } from '../../azure/index.ts';
import type { VmConfig } from '../../config/index.ts';
import { sshTarget, type SshPlaces, type SshProblem, type SshTarget } from '../../vm/index.ts';
import { messageOf } from '../../../../shared/message-of.ts';

export type FoundTarget = Result<SshTarget, SshProblem>;

/**
 * Where to connect to, or why that cannot be told.
 * @param hostKeyAlias the name under which its key is known whatever its address is; null: its address is its name
 */
export function findTarget(
  config: VmConfig,
  host: string,
  places: SshPlaces,
  hostKeyAlias: string | null = null,
): FoundTarget {
  try {
    const target = sshTarget(config.ssh, host, places);
    return { ok: true, value: { ...target, hostKeyAlias: target.hostKeyAlias ?? hostKeyAlias } };
  } catch (error) {
    return failed(
      messageOf(error),
      'Correct it, or name address, port, user and key in the configuration of BenchTray.',
    );
  }
}

/** The same for a VM of which Azure tells the address: its key is known by the VM's own id, since the address may be another's tomorrow. */
export function azureTarget(
  config: VmConfig,
  address: string,
  { vmId }: Pick<AzureFacts, 'vmId'>,
  places: SshPlaces,
): FoundTarget {
  const alias = vmId !== undefined && /^[\w-]+$/.test(vmId) ? `azure-${vmId}` : null;
  return findTarget(config, address, places, alias);
}

/** The VM runs in Azure and has no address that is to be had. */
export function withoutAddress(vmName: string): FoundTarget {
  return failed(
    `The VM ${vmName} has no public address in Azure.`,
    'Give it one, or name in "ssh.host" the address at which this computer reaches it (by VPN, Bastion or a jump host).',
  );
}

/** "http://vm:8006"; null where no address is known. */
export function vncUrl(config: VmConfig, found: FoundTarget | null): string | null {
  const host = found?.ok === true ? found.value.host : config.ssh.host;
  if (host === null) return null;
  return `http://${host.includes(':') ? `[${host}]` : host}:${config.vnc.port}`;
}

function failed(detail: string, hint: string): FoundTarget {
  const code = 'ssh_unreachable';
  const problem = { code, message: 'SSH connection failed', detail, hint, isUntried: true } as const;
  return { ok: false, problem };
}
