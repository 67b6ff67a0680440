/** What a run has to do, as far as its log tells. */
import { countsOf } from './counts.ts';
import type { RunEvent, RunState } from './model.ts';

/**
 * A list of tasks is more to be trusted than a number, and a newer one more than an older one of its kind. A run that goes on where it
 * stopped plans only what is left: the plan of the whole stays.
 */
export function planRun(run: RunState, event: Extract<RunEvent, { type: 'run_planned' }>): RunState {
  const tasksBefore = run.parts.at(-1)?.tasksBefore ?? 0;
  const isWhole = run.parts.length === 1;
  const domainPlan = (isWhole ? event.domains : null) ?? run.domainPlan;
  if (run.plan !== null && (event.tasks === null || !isWhole)) return { ...run, domainPlan };
  const planned = {
    ...run,
    totalTasks: tasksBefore + event.totalTasks,
    plan: isWhole ? event.tasks : null,
    domainPlan,
  };
  if (event.completedTasks === undefined) return planned;
  const seen = countsOf({ ...run, unseenTasks: 0 }).tasksCompleted;
  return { ...planned, unseenTasks: Math.max(0, tasksBefore + event.completedTasks - seen) };
}
