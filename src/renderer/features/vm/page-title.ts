/** The title of the browser tab. Pure. */
import type { VmView } from '../../state/model.ts';
import type { Route } from '../../state/route.ts';
import { countOfTotal } from '../run/run-words.ts';
import { isCritical, worstVm } from './vm-words.ts';

export interface TitleContext {
  readonly vms: readonly VmView[];
  readonly isConnected: boolean;
  readonly route: Route;
  /** Title that the page of a run, a task or two films gives itself; empty before it is read. */
  readonly runTitle: string;
}

/**
 * Returns "5/12 – waa-eval-vm – BenchTray", or "37/154 – pool of 4 – BenchTray". A VM with a critical error comes first, marked
 * with "!"; then the one in view, then one with any other trouble, then one whose run is on.
 */
export function pageTitle({ vms, isConnected, route, runTitle }: TitleContext): string {
  const about = route.page === 'now' ? aboutVm(vms, null) : aboutPage(vms, route, runTitle);
  return [...(isConnected ? [] : ['Not connected']), ...about, 'BenchTray'].join(' – ');
}

function aboutPage(
  vms: readonly VmView[],
  route: Exclude<Route, { readonly page: 'now' }>,
  runTitle: string,
): readonly string[] {
  switch (route.page) {
    case 'vm': {
      const inView = vms.find(({ name }) => name === route.vm);
      return inView === undefined ? [route.vm] : aboutVm(vms, inView);
    }
    case 'runs':
      return ['Runs'];
    case 'run':
    case 'log':
      return [runTitle === '' ? 'Run' : runTitle];
    case 'compare':
      return [route.film === undefined || runTitle === '' ? 'Compare two runs' : runTitle];
    case 'task':
      return [runTitle === '' ? 'Task' : runTitle];
    case 'doctor':
      return ['Doctor'];
    case 'settings':
      return ['Settings'];
    case 'setup':
      return ['Add a VM'];
    case 'unknown':
      return ['No such page'];
  }
}

function aboutVm(vms: readonly VmView[], inView: VmView | null): readonly string[] {
  const worst = worstVm(vms);
  const named = worst !== null && isCritical(worst) ? worst : undefined;
  const shown =
    named ??
    inView ??
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
