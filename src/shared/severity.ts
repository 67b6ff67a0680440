/** How bad that is which is open on one VM, all of it together. Pure. */
import type { Severity } from './stream-words.ts';

interface Told {
  readonly code: string;
  readonly severity: Severity;
}

/**
 * Of one among all that is open on its VM: that a VM which is told to be off does not answer is no trouble beside that. Whether being
 * off is one, that says itself.
 */
export function severityAmong({ code, severity }: Told, open: readonly Told[]): Severity {
  const isOff = open.some((other) => other.code === 'vm_not_running');
  return code === 'ssh_unreachable' && isOff ? 'warning' : severity;
}

/** Null: nothing is open. */
export function worstSeverity(open: readonly Told[]): Severity | null {
  if (open.length === 0) return null;
  return open.some((one) => severityAmong(one, open) === 'critical') ? 'critical' : 'warning';
}
