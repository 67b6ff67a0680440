/** Which tasks of two runs are the same task, and which attempt at each counts. Pure. */
import type { AttemptChoice } from '../../../shared/comparison.ts';
import { isEnded } from './attempts.ts';
import type { EndedAttempt, TaskAttempt } from './model.ts';

/** A task of one run, by the attempt that counts. */
export interface CountedTask {
  readonly task: EndedAttempt;
  /** How many attempts have ended. */
  readonly attempts: number;
}

/** The same task in two runs; null: the run has not ended it. */
export type TaskPair =
  | { readonly a: CountedTask; readonly b: CountedTask }
  | { readonly a: CountedTask; readonly b: null }
  | { readonly a: null; readonly b: CountedTask };

/** Returns every task that one of the runs has ended, by domain and id. The order of the attempts does not matter. */
export function pairTasks(
  a: readonly TaskAttempt[],
  b: readonly TaskAttempt[],
  choice: AttemptChoice,
): readonly TaskPair[] {
  const left = countedTasks(a, choice);
  const right = countedTasks(b, choice);
  // Made before the first pair is taken out: a task that has a pair still makes its id ambiguous.
  const keys = [exactKey, caseFreeKey, domainFreeKey(left, right)];
  const pairs: TaskPair[] = keys.flatMap((keyOf) => takePairs(left, right, keyOf));
  for (const task of left) pairs.push({ a: task, b: null });
  for (const task of right) pairs.push({ a: null, b: task });
  return pairs.toSorted(byDomainAndId);
}

/** Takes those tasks out of both sets that are the only ones with their key. */
function takePairs(left: Set<CountedTask>, right: Set<CountedTask>, keyOf: KeyOf): TaskPair[] {
  const rivals = Map.groupBy(left, ({ task }) => keyOf(task));
  const candidates = Map.groupBy(right, ({ task }) => keyOf(task));
  return Array.from(rivals).flatMap(([key, [a, ...others]]) => {
    const [b, ...moreOthers] = candidates.get(key) ?? [];
    if (key === null || a === undefined || b === undefined || others.length + moreOthers.length > 0)
      return [];
    left.delete(a);
    right.delete(b);
    return [{ a, b }];
  });
}

/** Returns the domain of a pair: a log that names none does not hide the domain that the other names. */
export function domainOf({ a, b }: TaskPair): string | null {
  return a?.task.domain ?? b?.task.domain ?? null;
}

/** Returns whether the benchmark judged an attempt. An exception, a lost and an interrupted attempt have no verdict. */
export function isJudged({ outcome }: TaskAttempt): boolean {
  return outcome === 'scored';
}

function countedTasks(tasks: readonly TaskAttempt[], choice: AttemptChoice): Set<CountedTask> {
  const groups = Map.groupBy(tasks.filter(isEnded), exactKey);
  return new Set(
    [...groups.values()].flatMap((group) => {
      const attempts = group.toSorted((one, other) => one.attempt - other.attempt);
      const task = countedAttempt(attempts, choice);
      return task === undefined ? [] : [{ task, attempts: attempts.length }];
    }),
  );
}

/** @param attempts oldest first */
function countedAttempt(attempts: readonly EndedAttempt[], choice: AttemptChoice): EndedAttempt | undefined {
  const [first, ...others] = attempts.filter(isJudged);
  if (first === undefined)
    return attempts.findLast(({ outcome }) => outcome !== 'interrupted') ?? attempts.at(-1);
  if (choice === 'first') return first;
  return others.reduce((best, other) => (worthOf(other) > worthOf(best) ? other : best), first);
}

/** Some benchmarks only tell whether a task passed. */
function worthOf({ score, success }: EndedAttempt): number {
  return score ?? (success ? 1 : 0);
}

type KeyOf = (task: TaskAttempt) => string | null;

function exactKey({ domain, taskId }: Pick<TaskAttempt, 'domain' | 'taskId'>): string {
  return JSON.stringify([domain, taskId]);
}

/** Logs and result folders do not agree on the case of an id. */
function caseFreeKey(task: TaskAttempt): string {
  return exactKey(task).toLowerCase();
}

/** Fits a task without a domain to the only one with its id, whatever that one's domain is. */
function domainFreeKey(left: ReadonlySet<CountedTask>, right: ReadonlySet<CountedTask>): KeyOf {
  const ambiguous = new Set<string>();
  const domainless = new Set<string>();
  for (const side of [left, right]) {
    const seen = new Set<string>();
    for (const { task } of side) {
      const id = task.taskId.toLowerCase();
      if (seen.has(id)) ambiguous.add(id);
      if (task.domain === null) domainless.add(id);
      seen.add(id);
    }
  }
  return ({ taskId }) => {
    const id = taskId.toLowerCase();
    return domainless.has(id) && !ambiguous.has(id) ? id : null;
  };
}

/** The same order on every machine, and when the runs change places. Tasks without a domain come first. */
function byDomainAndId(one: TaskPair, other: TaskPair): number {
  const [oneKey, otherKey] = [orderKey(one), orderKey(other)];
  const part = oneKey.findIndex((text, index) => text !== otherKey[index]);
  return part === -1 ? 0 : (oneKey[part] ?? '') < (otherKey[part] ?? '') ? -1 : 1;
}

/** The id itself last: two tasks of one run may differ in case alone. */
function orderKey(pair: TaskPair): readonly string[] {
  const { taskId } = (pair.a ?? pair.b).task;
  return [(domainOf(pair) ?? '').toLowerCase(), taskId.toLowerCase(), taskId];
}
