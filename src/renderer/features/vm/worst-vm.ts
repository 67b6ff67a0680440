/** Which VM needs a person most. Pure. */
import { badnessOf } from '../../../shared/badness.ts';
import type { VmView } from '../../state/model.ts';

export const isCritical = (vm: VmView): boolean => badnessOf(vm) === 3;

/** Returns the VM in the worst state, the first of several; null while nothing is wrong. */
export function worstVm(vms: readonly VmView[]): VmView | null {
  const [worst] = vms.toSorted((a, b) => badnessOf(b) - badnessOf(a));
  return worst === undefined || badnessOf(worst) === 0 ? null : worst;
}
