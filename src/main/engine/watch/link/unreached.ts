/** Why there is no connection to a VM, and whether that says anything about the VM itself. Pure. */
import { isGone } from '../cloud/cloud-sight.ts';
import type { Sight } from '../sight.ts';

/** Returns why there is no connection, in one sentence; null while there is one, or before it is known. */
export function unreachedReason(sight: Pick<Sight, 'ssh' | 'cloud'>): string | null {
  const { ssh, cloud } = sight;
  if (ssh.kind !== 'down' || isGone(sight)) return null;
  if (ssh.problem !== null)
    return ssh.problem.code === 'ssh_unreachable' ? ssh.problem.detail : ssh.problem.message;
  // The address was to come from Azure.
  return cloud?.isAddressWanted === true && cloud.facts === null ? (cloud.problem?.message ?? null) : null;
}

/**
 * Whether the VM may well be up, although it was never reached: it was not even tried, or something answered at its address and refused.
 * Otherwise a VM that does not answer counts as off.
 */
export function isBeyondKnowing(sight: Pick<Sight, 'ssh' | 'cloud'>): boolean {
  const { ssh, cloud } = sight;
  if (ssh.kind !== 'down' || isGone(sight)) return false;
  if (ssh.problem !== null) return ssh.problem.isUntried === true || ssh.problem.code !== 'ssh_unreachable';
  return cloud?.isAddressWanted === true && cloud.facts === null && cloud.problem !== null;
}
