/** Finished tasks, added up for one banner. */
import type { TaskCompletePayload } from '../../../shared/stream.ts';
import type { NotificationSettings, TaskTally } from './model.ts';
import { cutText, plainText } from '../../../shared/plain-text.ts';
import { formatDuration, plural } from '../../../shared/wording.ts';

const mostFailedNames = 3;
const longestName = 60;

/** Interrupted attempts do not count as finished: what interrupted the run is told by an `error`. */
export function isWanted(task: TaskCompletePayload, setting: NotificationSettings['taskComplete']): boolean {
  if (task.outcome === 'interrupted' || setting === 'none') return false;
  return setting === 'all' || !task.success;
}

export function tallyOf(task: TaskCompletePayload): TaskTally {
  const vm = plainText(task.vm);
  return {
    finished: 1,
    succeeded: task.success ? 1 : 0,
    vm: task.vm,
    runId: task.run_id,
    newest: {
      vm: task.vm,
      runId: task.run_id,
      taskId: task.task_id,
      title: `${verdictOf(task)} on ${vm}`,
      body: [nameOf(task), ...factsOf(task)].join(', '),
    },
    failedNames: task.success ? [] : [nameOf(task)],
  };
}

export function addTallies(earlier: TaskTally | null, later: TaskTally): TaskTally {
  if (earlier === null) return later;
  return {
    finished: earlier.finished + later.finished,
    succeeded: earlier.succeeded + later.succeeded,
    vm: earlier.vm === later.vm ? later.vm : null,
    runId: earlier.runId === later.runId ? later.runId : null,
    newest: later.newest,
    failedNames: [...earlier.failedNames, ...later.failedNames].slice(0, mostFailedNames),
  };
}

/** "4 tasks finished on waa-eval-vm: 3 passed, 1 did not". @param vm null: no VM is named */
export function tallyText({ finished, succeeded }: TaskTally, vm: string | null): string {
  const tasks = `${plural(finished, 'task')} finished${vm === null ? '' : ` on ${vm}`}`;
  if (succeeded === 0) return `${tasks}, none passed`;
  if (succeeded === finished) return `${tasks}, all passed`;
  return `${tasks}: ${succeeded} passed, ${finished - succeeded} did not`;
}

/** "Not passed: a, b, c and 2 more."; null where all passed. */
export function failuresText({ finished, succeeded, failedNames }: TaskTally): string | null {
  if (failedNames.length === 0) return null;
  const more = finished - succeeded - failedNames.length;
  return `Not passed: ${failedNames.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
}

function nameOf({ domain, task_id: taskId }: TaskCompletePayload): string {
  return cutText(plainText(domain === null ? taskId : `${domain}/${taskId}`), longestName);
}

function verdictOf({ outcome, success }: TaskCompletePayload): string {
  switch (outcome) {
    case 'scored':
      return success ? 'Task passed' : 'Task failed';
    case 'exception':
      return 'Task ended with an exception';
    case 'lost':
      return 'Task was lost';
    case 'interrupted':
      return 'Task was interrupted';
  }
}

function factsOf(task: TaskCompletePayload): readonly string[] {
  return [
    task.score === null ? null : `score ${Number(task.score.toFixed(3))}`,
    plural(task.steps, 'step'),
    task.duration_seconds === null ? null : formatDuration(task.duration_seconds),
    task.attempt > 1 ? `attempt ${task.attempt}` : null,
  ].filter((fact) => fact !== null);
}
