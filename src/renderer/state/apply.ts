/** What is known after something was heard. Pure: `apply…(state, news) → state`. */
import type { StreamMessage } from '../../shared/stream-message.ts';
import { momentCodes, openErrorsIn } from '../../shared/stream.ts';
import type { ProgressPayload, StatusPayload, TaskCompletePayload } from '../../shared/stream.ts';
import type { DashboardState, ShownError, RunRecord, TaskResult, VmView } from './model.ts';

/** @param heardAtMs when it came, epoch milliseconds by this browser's clock */
export function applyMessage(
  state: DashboardState,
  message: StreamMessage,
  heardAtMs: number,
): DashboardState {
  switch (message.event) {
    case 'connected': {
      const serverMs = Date.parse(message.data.timestamp);
      const clockOffsetMs = Number.isNaN(serverMs) ? 0 : serverMs - heardAtMs;
      // The server may have a new journal. It sends snapshots only of runs that it knows, and they follow at once.
      const vms = message.data.gap === true ? (state.vms?.map(withoutRun) ?? null) : state.vms;
      return { ...state, vms, version: message.data.version, connectedAtMs: heardAtMs, clockOffsetMs };
    }
    case 'vms':
      return withVms(
        state,
        message.data.vms.map(({ name }) => name),
      );
    case 'status':
      return changeVm(withVm(state, message.data.vm), message.data.vm, (vm) => withStatus(vm, message.data));
    case 'progress':
      return changeVm(state, message.data.vm, (vm) => withProgress(vm, message.data));
    case 'task_complete':
      return changeVm(state, message.data.vm, (vm) => withResult(vm, message.data));
    case 'problem':
      return changeVm(state, message.data.vm, (vm) => withProblem(vm, message.data));
    case 'recovered': {
      const { code } = message.data;
      return changeVm(state, message.data.vm, (vm) => ({
        ...vm,
        problems: vm.problems.filter((problem) => problem.code !== code),
      }));
    }
  }
}

/** Takes over what the history says of a run, if that is still the run which is shown. */
export function applyRecord(state: DashboardState, vmName: string, record: RunRecord): DashboardState {
  return changeVm(state, vmName, (vm) => {
    if (vm.progress?.run_id !== record.run_id) return vm;
    const recorded = new Set(record.results.map(resultKey));
    const newer = vm.results.filter((result) => !recorded.has(resultKey(result)));
    return { ...vm, record, results: [...record.results, ...newer] };
  });
}

export function dismissProblem(state: DashboardState, dismissed: ShownError): DashboardState {
  return changeVm(state, dismissed.vm, (vm) => ({
    ...vm,
    problems: vm.problems.filter((problem) => problem !== dismissed),
  }));
}

/** A thing that happened and has no end, so that no `recovered` will ever take it away. */
export function isMoment(problem: ShownError): boolean {
  return (momentCodes as readonly string[]).includes(problem.code);
}

/** Tells one attempt from every other of its run. */
export function resultKey(result: TaskResult): string {
  return JSON.stringify([result.domain, result.task_id, result.attempt]);
}

function emptyVm(name: string): VmView {
  return { name, status: null, progress: null, record: null, results: [], problems: [] };
}

function withoutRun({ name, status }: VmView): VmView {
  return { ...emptyVm(name), status };
}

/** Takes over the list of VMs and its order, and keeps what is known of the VMs that stay. */
function withVms(state: DashboardState, names: readonly string[]): DashboardState {
  const known = new Map(state.vms?.map((vm) => [vm.name, vm]));
  return { ...state, vms: names.map((name) => known.get(name) ?? emptyVm(name)) };
}

/** Adds a VM that an older server did not list. The journal also has VMs that are not watched any more. */
function withVm(state: DashboardState, name: string): DashboardState {
  const vms = state.vms ?? [];
  return vms.some((vm) => vm.name === name) ? state : { ...state, vms: [...vms, emptyVm(name)] };
}

function changeVm(state: DashboardState, name: string, change: (vm: VmView) => VmView): DashboardState {
  if (state.vms === null) return state;
  return { ...state, vms: state.vms.map((vm) => (vm.name === name ? change(vm) : vm)) };
}

/** Takes over the open errors of a status. Moments stay. */
function withStatus(vm: VmView, status: StatusPayload): VmView {
  const open = openErrorsIn(status);
  if (open === undefined) return { ...vm, status };
  const problems = [...vm.problems.filter(isMoment), ...open];
  return { ...vm, status, problems: problems.sort((a, b) => a.began_at.localeCompare(b.began_at)) };
}

function withProgress(vm: VmView, progress: ProgressPayload): VmView {
  if (vm.progress?.run_id === progress.run_id) return { ...vm, progress };
  // What happened to the run before is over with it; on the first sight of a run there was none before.
  const problems = vm.progress === null ? vm.problems : vm.problems.filter((problem) => !isMoment(problem));
  return { ...vm, progress, record: null, results: [], problems };
}

/** Results of other runs are not shown; those of a run that is not known yet come with its record. */
function withResult(vm: VmView, result: TaskCompletePayload): VmView {
  if (vm.progress?.run_id !== result.run_id) return vm;
  const others = vm.results.filter(
    (known) =>
      known.task_id !== result.task_id || known.domain !== result.domain || known.attempt !== result.attempt,
  );
  return { ...vm, results: [...others, result] };
}

function withProblem(vm: VmView, problem: ShownError): VmView {
  // Several things of one kind may happen in one moment; the same one may be told twice.
  const isSame = (known: ShownError): boolean =>
    known.code === problem.code &&
    (!isMoment(known) || (known.began_at === problem.began_at && known.message === problem.message));
  return { ...vm, problems: [...vm.problems.filter((known) => !isSame(known)), problem] };
}
