/**
 * Result files → what the log has not said, or has said otherwise. Pure. A file wins over the log: it is what the benchmark's own tools
 * count. It is written once, when a task is over; a run that begins may wipe the files of those before.
 */
import { isEnded, isScoreDespiteException, newestAttempt } from './attempts.ts';
import { resultsDialect, resultsWorker } from './correction.ts';
import { datedKey } from './dialects/dialect.ts';
import type { RunEvent, RunState, TaskAttempt } from './model.ts';
import { parseScore } from './python-repr.ts';

/** One `result.txt`, as it was found; macOSWorld writes `eval_result.txt`, or `fail.flag` in its place. */
export interface ResultFile {
  readonly domain: string;
  readonly taskId: string;
  /** Where a task is played several times, and each try has a file: which of them this is. */
  readonly sample?: number;
  /** Where it lies on the VM. */
  readonly path: string;
  /** Epoch milliseconds of our clock. */
  readonly modifiedAt: number;
  readonly text: string;
  /** The reason of a failure that the program wrote beside it, which may be empty: a score of 0 is then no result. Missing: none. */
  readonly raised?: string;
}

export interface ReconcileOptions {
  /** Epoch milliseconds. */
  readonly nowMs: number;
  /**
   * Set if there is no log of the run: results then start a run by themselves, and after a silence of this many milliseconds
   * that run is over.
   */
  readonly silentAfterMs?: number | undefined;
}

/** Folders beside those of the domains and tasks. */
const noDomains: ReadonlySet<string> = new Set(['logs', 'summary']);
/** OSWorld's own example, which is no task. */
const noTasks: ReadonlySet<string> = new Set(['onboard', 'logs']);
/** The log's own line comes within milliseconds of the file; this long it is waited for. */
const settleMs = 10_000;
/** Times of files are whole seconds on some systems, and two clocks never agree entirely. */
const clockSlackMs = 5_000;
/** The end of an attempt in the log may be earlier than its file: an exception after the evaluation, a process found dead. */
const afterEndMs = 60_000;
/** A log writes scores with two decimals. */
const logPrecision = 0.005 + 1e-9;

/** What a file says of its task. */
type FileOutcome =
  | { readonly outcome: 'scored'; readonly score: number; readonly message: null }
  | { readonly outcome: 'exception'; readonly score: null; readonly message: string | null };
type ScoredFile = ResultFile & FileOutcome;

/** Returns the events that make the run agree with its result files. */
export function reconcile(
  run: RunState | null,
  files: readonly ResultFile[],
  options: ReconcileOptions,
): readonly RunEvent[] {
  const { nowMs, silentAfterMs } = options;
  const scored = files.flatMap(readScore).toSorted((a, b) => a.modifiedAt - b.modifiedAt);
  if (silentAfterMs !== undefined) return followResults(run, scored, nowMs, silentAfterMs);
  // What begins behind the run is about to show whose files these are.
  if (run === null || run.dialect === resultsDialect || run.next !== null) return [];
  return scored.flatMap((scoredFile) => {
    const file = inDomainOf(run, scoredFile);
    const attempt = attemptOf(run, file);
    return isNews(run, file, attempt, nowMs) ? [correction(file, attempt)] : [];
  });
}

/** Some programs have no folders of domains. Then the folder above the task's is that of a model or a run, and the log names the domain. */
function inDomainOf({ tasks, plan }: RunState, file: ScoredFile): ScoredFile {
  const isDomain = [...tasks, ...(plan ?? [])].some(({ domain }) => domain === file.domain);
  const [domain, ...others] = new Set(
    tasks.filter(({ taskId }) => taskId === file.taskId).map((task) => task.domain),
  );
  return isDomain || domain == null || others.length > 0 ? file : { ...file, domain };
}

/** Whether a correction contradicts what the log had said, as opposed to being more exact, or to telling what the log did not. */
export function isContradiction(before: TaskAttempt, score: number): boolean {
  if (before.outcome === 'exception') return true;
  return before.score !== null && Math.abs(before.score - score) > logPrecision;
}

/** An empty file is one that is being written, and any other text none that a benchmark writes. */
function readScore(file: ResultFile): readonly ScoredFile[] {
  const isTask = !noDomains.has(file.domain) && !noTasks.has(file.taskId);
  const score = scoreIn(file);
  if (score === null || !isTask) return [];
  const isException = score === 'none' || (file.raised !== undefined && !isScoreDespiteException(score));
  if (!isException) return [{ ...file, outcome: 'scored', score, message: null }];
  const reason = file.raised ?? '';
  return [{ ...file, outcome: 'exception', score: null, message: reason === '' ? null : reason }];
}

/** Returns `none` if the benchmark says that there is no score; null: the file says nothing. */
function scoreIn({ path, text }: ResultFile): number | 'none' | null {
  switch (path.slice(path.lastIndexOf('/') + 1)) {
    case 'fail.flag':
      return 'none';
    case 'eval_result.txt':
      if (text.trim() === 'eval_failed') return 'none';
      return /^\d{1,3}$/.test(text.trim()) ? parseScore(String(Number(text) / 100)) : null;
    default:
      return parseScore(text);
  }
}

/** A file belongs to the newest attempt at its task. If each try has its own file, it belongs to the attempt that ended when it was written. */
function attemptOf(run: RunState, file: ScoredFile): TaskAttempt | undefined {
  const { taskId, domain, sample, modifiedAt } = file;
  if (sample === undefined) return newestAttempt(run, taskId, domain);
  const begun = run.tasks.filter(
    (task) =>
      task.taskId === taskId &&
      (task.domain ?? domain) === domain &&
      (task.startedAt ?? 0) <= modifiedAt + clockSlackMs,
  );
  const distanceMs = ({ endedAt }: TaskAttempt): number => Math.abs((endedAt ?? Infinity) - modifiedAt);
  const [nearest] = begun.toSorted((a, b) => distanceMs(a) - distanceMs(b));
  return nearest !== undefined && distanceMs(nearest) <= afterEndMs ? nearest : begun.at(-1);
}

/** Whether the file says what the run does not know yet, and is its own. */
function isNews(run: RunState, file: ScoredFile, attempt: TaskAttempt | undefined, nowMs: number): boolean {
  // Other files are those of earlier and later runs.
  if (file.modifiedAt < (run.startedAt ?? Number.POSITIVE_INFINITY) - clockSlackMs) return false;
  if (run.endedAt !== null && file.modifiedAt > run.endedAt + afterEndMs) return false;
  if (attempt !== undefined && file.modifiedAt < (attempt.startedAt ?? 0) - clockSlackMs) return false;
  if (attempt !== undefined && isEnded(attempt)) {
    const isNear = file.modifiedAt <= (attempt.endedAt ?? 0) + afterEndMs;
    // A script may play several tries in one attempt. Each has a file, and so has the result of all.
    const isOfAttempt =
      isNear ||
      (file.sample === undefined && (attempt.outcome === file.outcome || attempt.outcome === 'scored'));
    return isOfAttempt && saysOtherwise(file, attempt);
  }
  const isSettled = nowMs - file.modifiedAt >= settleMs;
  return isSettled && (attempt !== undefined || belongsTo(run, file));
}

/** Whether the file adds to what the attempt knows. A zero adds nothing if the log reported an exception. */
function saysOtherwise(file: ScoredFile, attempt: TaskAttempt): boolean {
  if (attempt.outcome === file.outcome)
    return attempt.score !== file.score || (attempt.isUnexplained === true && file.message !== null);
  return attempt.outcome !== 'exception' || file.score === null || isScoreDespiteException(file.score);
}

/** A task of which the log says nothing, but to plan it. Several workers may share a result folder. */
function belongsTo(run: RunState, file: ScoredFile): boolean {
  if (run.plan === null) return (run.arguments.workers ?? 1) === 1;
  return run.plan.some(({ domain, taskId }) => taskId === file.taskId && domain === file.domain);
}

function correction(file: ScoredFile, of?: TaskAttempt): RunEvent {
  const { taskId, domain, sample, outcome, score, message, modifiedAt: at } = file;
  const which = sample === undefined || of === undefined ? {} : { attempt: of.attempt };
  return { type: 'task_corrected', at, taskId, domain, ...which, outcome, score, message };
}

/** Tasks that run elsewhere: only their results appear. The first new one begins a run, and nothing tells its end. */
function followResults(
  run: RunState | null,
  files: readonly ScoredFile[],
  nowMs: number,
  silentAfterMs: number,
): readonly RunEvent[] {
  const current = run?.dialect === resultsDialect && run.state === 'running' ? run : null;
  const sinceMs = current?.startedAt ?? Math.max(lastGroupMs(files, nowMs, silentAfterMs), overMs(run));
  const events: RunEvent[] = [];
  let newestMs = current?.lastEventAt ?? null;
  const ofTasks = Map.groupBy(
    files.filter(({ modifiedAt }) => modifiedAt >= sinceMs),
    keyOf,
  );
  for (const file of files) {
    const { modifiedAt: at } = file;
    if (at < sinceMs) continue;
    const ofTask = ofTasks.get(keyOf(file)) ?? [];
    const before = ofTask.indexOf(file);
    if (current !== null && isTaken(current, file, before)) {
      const attempt = madeFrom(current, file, ofTask);
      if (attempt !== undefined && saysOtherwise(file, attempt)) events.push(correction(file, attempt));
      continue;
    }
    if (newestMs !== null && at - newestMs > silentAfterMs) {
      events.push(ended(newestMs));
      newestMs = null;
    }
    if (newestMs === null)
      events.push({ type: 'run_started', at, dialect: resultsDialect, key: `results-${datedKey(at)}` });
    newestMs = Math.max(at, newestMs ?? at);
    events.push(...wholeTask(file));
  }
  return newestMs !== null && nowMs - newestMs > silentAfterMs ? [...events, ended(newestMs)] : events;
}

/** Whether an attempt of the run was made from this file. @param before how many files of its task come before it */
function isTaken(run: RunState, file: ScoredFile, before: number): boolean {
  if (file.sample !== undefined) return attemptsAt(run, file).length > before;
  const known = newestAttempt(run, file.taskId, file.domain);
  return file.modifiedAt <= (known?.endedAt ?? Number.NEGATIVE_INFINITY) + clockSlackMs;
}

/**
 * Returns the attempt that was made from this file. The reason of a failure may come behind its zero. If files of several models lie
 * side by side and are equally old, nothing shows which attempt is whose. @param ofTask all files of its task
 */
function madeFrom(run: RunState, file: ScoredFile, ofTask: readonly ScoredFile[]): TaskAttempt | undefined {
  if (file.sample !== undefined) return attemptsAt(run, file)[ofTask.indexOf(file)];
  const isNear = (atMs: number | null): boolean =>
    Math.abs((atMs ?? Infinity) - file.modifiedAt) <= clockSlackMs;
  const [known, ...others] = attemptsAt(run, file).filter(({ endedAt }) => isNear(endedAt));
  const isAlone = others.length === 0 && ofTask.filter(({ modifiedAt }) => isNear(modifiedAt)).length === 1;
  return isAlone && known === newestAttempt(run, file.taskId, file.domain) ? known : undefined;
}

function attemptsAt({ tasks }: RunState, { taskId, domain }: ScoredFile): readonly TaskAttempt[] {
  return tasks.filter((task) => task.taskId === taskId && task.domain === domain);
}

const keyOf = ({ domain, taskId }: ScoredFile): string => JSON.stringify([domain, taskId]);

/** Where the newest files begin that came without a long silence between them, up to now. Files before them are history. */
function lastGroupMs(files: readonly ScoredFile[], nowMs: number, silentAfterMs: number): number {
  return files.reduceRight(
    (since, { modifiedAt }) => (since - modifiedAt > silentAfterMs ? since : Math.min(since, modifiedAt)),
    nowMs,
  );
}

/** Results from up to here belong to the run that was. */
function overMs(run: RunState | null): number {
  const lastMs = run?.endedAt ?? run?.lastEventAt ?? null;
  return lastMs === null ? Number.NEGATIVE_INFINITY : lastMs + clockSlackMs + 1;
}

function ended(at: number): RunEvent {
  return { type: 'run_ended', at, state: 'finished', averageScore: null, message: null };
}

function wholeTask({
  taskId,
  domain,
  outcome,
  score,
  message,
  modifiedAt: at,
}: ScoredFile): readonly RunEvent[] {
  const result = { outcome, score, verdict: null, message } as const;
  return [
    { type: 'task_started', at: null, worker: resultsWorker, domain, taskId },
    { type: 'task_ended', at, worker: resultsWorker, taskId, domain, ...result },
  ];
}
