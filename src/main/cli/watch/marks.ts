/** The state of a VM as one character: shapes differ, not only colours. */
import type { ChalkInstance } from 'chalk';
import { badnessOf } from '../../../shared/badness.ts';
import type { NamedVm } from './state.ts';

export function markOf(vm: NamedVm, paint: ChalkInstance): string {
  if (vm.isLost || vm.status === null) return paint.yellow('?');
  switch (badnessOf(vm)) {
    case 3:
      return paint.red('✗');
    case 2:
      return paint.yellow('!');
    case 1:
      return paint.yellow('?');
    case 0:
      if (vm.status.waa_ready) return paint.green('●');
      return vm.status.connected ? paint.yellow('○') : paint.dim('·');
  }
}
