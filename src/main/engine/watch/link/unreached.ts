/** Why there is no connection to a VM, and whether that says anything about the VM itself. Pure. */
import type { Sight } from '../sight.ts';

/** Returns why there is no connection, in one sentence; null while there is one, or before it is known. */
export function unreachedReason({ ssh, cloud }: Pick<Sight, 'ssh' | 'cloud'>): string | null {
  if (ssh.kind !== 'down') return null;
  if (ssh.problem !== null)
    return ssh.problem.code === 'ssh_unreachable' ? ssh.problem.detail : ssh.problem.message;
  // The address was to come from Azure.
  return cloud?.isAddressWanted === true && cloud.facts === null ? (cloud.problem?.message ?? null) : null;
}

/**
 * Whether the VM may well be up, although it was never reached: it was not even tried, or something answered at its address and refused.
 * Otherwise a VM that does not answer counts as off.
 */
export function isBeyondKnowing({ ssh, cloud }: Pick<Sight, 'ssh' | 'cloud'>): boolean {
  if (ssh.kind !== 'down') return false;
  if (ssh.problem !== null) return ssh.problem.isUntried === true || ssh.problem.code !== 'ssh_unreachable';
  return cloud?.isAddressWanted === true && cloud.facts === null && cloud.problem !== null;
}
