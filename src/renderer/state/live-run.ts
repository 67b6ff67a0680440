/** A recorded run with what the stream says of it now. Pure. */
import type { ProgressPayload } from '../../shared/stream.ts';
import type { RunSummary } from './api.ts';
import type { VmView } from './model.ts';

/** Returns the newest progress of a run; null if no watched VM is at it, or was at it last. */
export function progressOfRun(vms: readonly VmView[] | null, runId: string): ProgressPayload | null {
  return vms?.find(({ progress }) => progress?.run_id === runId)?.progress ?? null;
}

/** The stream is newer than the record, which is read again only now and then. */
export function withProgress<Run extends RunSummary>(run: Run, progress: ProgressPayload | null): Run {
  if (progress === null) return run;
  const { state, total_tasks, tasks_completed, succeeded, tasks_scored, mean_score, pass_rate } = progress;
  return { ...run, state, total_tasks, tasks_completed, succeeded, tasks_scored, mean_score, pass_rate };
}

/** Returns what changes whenever another run has begun on one of the VMs, or one has ended. */
export function runsTag(vms: readonly VmView[] | null): string {
  return JSON.stringify(vms?.map(({ progress }) => [progress?.run_id, progress?.state]) ?? null);
}

/** Returns what changes whenever the record of the run says something else. */
export function recordTag(progress: ProgressPayload | null): string {
  if (progress === null) return '';
  const { state, total_tasks, tasks_completed, succeeded, score_sum, max_steps } = progress;
  return JSON.stringify([state, total_tasks, tasks_completed, succeeded, score_sum, max_steps]);
}
