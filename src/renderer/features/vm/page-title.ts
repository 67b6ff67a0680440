/** The title of the browser tab. Pure. */
import type { PageName } from '../../../shared/ipc.ts';
import type { VmView } from '../../state/model.ts';
import { countOfTotal } from '../run/run-words.ts';
import { isCritical, worstVm } from './vm-words.ts';

export interface TitleContext {
  readonly vms: readonly VmView[];
  readonly isConnected: boolean;
  readonly page: PageName;
  /** Place of the VM that the address leads to; null: the address names none. */
  readonly vmInView: number | null;
}

const pageWords: Readonly<Record<Exclude<PageName, 'dashboard'>, string>> = {
  doctor: 'Doctor',
  setup: 'Add a VM',
};

/**
 * Returns "5/12 – waa-eval-vm – BenchTray", or "37/154 – pool of 4 – BenchTray". A VM with a critical error comes first, marked
 * with "!"; then the one in view, then one with any other trouble, then one whose run is on.
 */
export function pageTitle({ vms, isConnected, page, vmInView }: TitleContext): string {
  const about = page === 'dashboard' ? aboutVm(vms, vmInView) : [pageWords[page]];
  return [...(isConnected ? [] : ['Not connected']), ...about, 'BenchTray'].join(' – ');
}

function aboutVm(vms: readonly VmView[], vmInView: number | null): readonly string[] {
  const worst = worstVm(vms);
  const named = worst !== null && isCritical(worst) ? worst : undefined;
  const shown =
    named ??
    (vmInView === null ? undefined : vms[vmInView]) ??
    worst ??
    vms.find((vm) => vm.progress?.state === 'running') ??
    vms.find((vm) => vm.progress) ??
    vms[0];
  if (shown === undefined) return [];
  const { name, progress } = shown;
  // The whole of a pool counts, unless one VM of it is in trouble.
  const pool = named === undefined ? (progress?.pool ?? null) : null;
  const counted = pool ?? progress;
  const count = counted === null ? null : countOfTotal(counted.tasks_completed, counted.total_tasks);
  const whose = pool === null ? name : `pool of ${String(pool.workers)}`;
  const mark = named === undefined ? '' : '! ';
  return count === null ? [`${mark}${whose}`] : [`${mark}${count}`, whose];
}
