/** Finds the attempt at a task that a client wants files of, and the VM that has them. */
import { z } from 'zod';
import type { Result } from '../../../../shared/result.ts';
import type { Screens, ScreensProblem, ScreenTask } from '../../../../shared/screens.ts';
import { attemptTask, currentAttempt, type Attempt } from '../../archive/index.ts';
import type { Feed, StoredRun, TaskRecord } from '../../feed/index.ts';
import type { Problem } from '../http/problem.ts';
import { runId } from './described.ts';
import { numberParameter, textParameter } from './parameters.ts';
import { unknownRun } from './run-view.ts';

const rule = 'must be a whole number from 1 on';

export const taskParams = z.object({
  id: runId,
  task: z.string().describe('Id of a task, as the log prints it.'),
});

export const attemptQuerySchema = z.object({
  domain: textParameter(z.string().optional().describe('Of the task, where one id stands in several.')),
  attempt: numberParameter(
    z.int(rule).min(1, rule).max(999_999, rule).optional().describe('From 1 on. Without it: the newest.'),
  ),
});

/** Refusals that both routes share. */
export const vmFails = {
  502: 'What came from the VM is not whole.',
  503: 'The VM is not connected, or too many ask at once: see `Retry-After`.',
  504: 'The VM takes too long.',
};

export interface ScreenSource {
  readonly feed: Feed;
  /** Null: that VM is not watched (any more). */
  readonly screens: (vm: string) => Screens | null;
}

export interface FoundAttempt {
  readonly task: ScreenTask;
  /** Null while the attempt runs. */
  readonly record: TaskRecord | null;
}

interface AskedTask extends z.infer<typeof taskParams>, z.infer<typeof attemptQuerySchema> {}

/** Returns where the files of a task can be read. */
export function findScreens(
  { feed, screens }: ScreenSource,
  asked: AskedTask,
): Result<FoundAttempt & { readonly screens: Screens }, Problem> {
  const attempt = findAttempt(feed, asked);
  if (!attempt.ok) return attempt;
  const { vm } = attempt.value.task;
  const found = screens(vm);
  if (found === null)
    return unknown(`The VM ${JSON.stringify(vm)} is not watched any more: its files cannot be read.`);
  return { ok: true, value: { ...attempt.value, screens: found } };
}

/** Returns the place of a screenshot, from the root of the server. */
export function screenUrl(name: string, { runId, taskId, domain, attempt }: ScreenTask): string {
  const path = ['api', 'runs', runId, 'tasks', taskId, 'screens', name];
  const query = new URLSearchParams({
    ...(domain === null ? {} : { domain }),
    ...(attempt === 0 ? {} : { attempt: String(attempt) }),
  });
  return `/${path.map(encodeURIComponent).join('/')}${query.size === 0 ? '' : `?${query.toString()}`}`;
}

const statuses: Readonly<Record<ScreensProblem['kind'], number>> = {
  disconnected: 503,
  absent: 404,
  'too-big': 413,
  late: 504,
  busy: 503,
  broken: 502,
};
/** Seconds after which another try may be worth it. */
const retryAfter: Readonly<Partial<Record<ScreensProblem['kind'], number>>> = { disconnected: 5, busy: 2 };

export function screensProblem({ kind, detail }: ScreensProblem): Problem {
  const seconds = retryAfter[kind];
  return {
    status: statuses[kind],
    detail,
    ...(seconds === undefined ? {} : { headers: { 'Retry-After': String(seconds) } }),
  };
}

/** Returns the attempt whose files are asked for, or a 404 if nothing tells them from those of another attempt. */
function findAttempt(feed: Feed, asked: AskedTask): Result<FoundAttempt, Problem> {
  const known = findInJournal(feed, asked);
  if (!known.ok) return known;
  const { run, attempt, record } = known.value;
  const isKept = feed.keptTask(attempt)?.state === 'done';
  const found = attemptTask(feed, run, attempt, isKept);
  if (found !== null) return { ok: true, value: { task: found, record } };
  return unknown(
    `The task ${JSON.stringify(asked.task)} ran again, and nothing tells when: the screenshots of the run ${JSON.stringify(run.runId)} cannot be told from the others.`,
  );
}

export interface KnownAttempt {
  readonly run: StoredRun;
  readonly attempt: Attempt;
  /** Null while the attempt runs. */
  readonly record: TaskRecord | null;
}

/** Returns the attempt that is asked for, or a 404 if the journal has no such task. */
export function findInJournal(
  feed: Pick<Feed, 'run' | 'tasksOf' | 'snapshot'>,
  { id, task: taskId, attempt, domain }: AskedTask,
): Result<KnownAttempt, Problem> {
  const run = feed.run(id);
  if (run === null) return { ok: false, problem: unknownRun(id) };
  const attempts = feed
    .tasksOf(run.runId)
    .filter((task) => task.taskId === taskId && (domain === undefined || task.domain === domain))
    .filter((task) => attempt === undefined || task.attempt === attempt);
  const current = currentAttempt(feed, run.vm);
  const isCurrent =
    current?.runId === run.runId &&
    current.taskId === taskId &&
    (domain === undefined || domain === current.domain);
  // The journal has an attempt when it is over.
  const record = isCurrent && attempt === undefined ? null : (attempts.at(-1) ?? null);
  const wanted = record ?? (isCurrent && attempt === undefined ? current : null);
  if (wanted !== null) return { ok: true, value: { run, attempt: wanted, record } };
  const which = [
    JSON.stringify(taskId),
    ...(domain === undefined ? [] : [`of the domain ${JSON.stringify(domain)}`]),
    ...(attempt === undefined ? [] : [`with an attempt ${attempt}`]),
  ];
  return unknown(`The run ${JSON.stringify(id)} has no task ${which.join(' ')}.`);
}

function unknown(detail: string): Result<never, Problem> {
  return { ok: false, problem: { status: 404, detail } };
}
