/** Which VM needs a person most. Pure. */
import { worstSeverity } from '../../../shared/severity.ts';
import type { VmView } from '../../state/model.ts';

/** 0: nothing is wrong. 3: critical. */
function badnessOf({ problems, progress, status }: VmView): number {
  const severity = worstSeverity(problems);
  if (severity === 'critical' || progress?.state === 'crashed') return 3;
  if (severity === 'warning' || progress?.state === 'stalled' || progress?.state === 'interrupted') return 2;
  return status?.phase === 'unknown' && !status.connected ? 1 : 0;
}

export const isCritical = (vm: VmView): boolean => badnessOf(vm) === 3;

/** Returns the VM in the worst state, the first of several; null while nothing is wrong. */
export function worstVm(vms: readonly VmView[]): VmView | null {
  const [worst] = vms.toSorted((a, b) => badnessOf(b) - badnessOf(a));
  return worst === undefined || badnessOf(worst) === 0 ? null : worst;
}
