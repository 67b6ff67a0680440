/** The newest picture of every VM, and whether a new one says anything that the one before did not. Kept in memory only. */
import type { ProgressPayload, StatusPayload } from '../../../shared/stream.ts';

export interface Snapshot {
  readonly status: StatusPayload | null;
  readonly progress: ProgressPayload | null;
}

export interface Verdict {
  /** Something other than a clock has moved. */
  readonly isNews: boolean;
  /** Phase, connected or waa_ready differ from before, or there was nothing before. */
  readonly isUrgent: boolean;
}

const nothing: Snapshot = { status: null, progress: null };

export function createSnapshots() {
  const byVm = new Map<string, Snapshot>();
  const get = (vm: string): Snapshot => byVm.get(vm) ?? nothing;
  return {
    get,
    setStatus(vm: string, status: StatusPayload): Verdict {
      const before = get(vm).status;
      byVm.set(vm, { ...get(vm), status });
      const isUrgent =
        before?.phase !== status.phase ||
        before.connected !== status.connected ||
        before.waa_ready !== status.waa_ready;
      return { isUrgent, isNews: before === null || restingStatus(before) !== restingStatus(status) };
    },
    /** @returns whether something other than a clock has moved */
    setProgress(vm: string, progress: ProgressPayload): boolean {
      const before = get(vm).progress;
      byVm.set(vm, { ...get(vm), progress });
      return before === null || restingProgress(before) !== restingProgress(progress);
    },
    /** @returns whether there was anything to forget */
    forget: (vm: string): boolean => byVm.delete(vm),
  };
}

/** A status without what moves by itself while nothing happens. */
function restingStatus(status: StatusPayload): string {
  const cost = status.cost === null ? null : { ...status.cost, so_far_usd: 0 };
  return JSON.stringify({ ...status, checked_at: null, cost });
}

function restingProgress(progress: ProgressPayload): string {
  return JSON.stringify({ ...progress, elapsed_seconds: 0, eta_seconds: null });
}
