/** What will happen in one run, decided before it begins: which tasks, how each ends, how long each takes. */
import { actionCode } from './actions.ts';
import type { Random } from './random.ts';
import { type CatalogueTask, isInfeasible, isMisleading, tasksFor } from './tasks.ts';
import type { Timings } from './timings.ts';

/** run.py's own default. */
export const maxSteps = 15;

export interface PlannedStep {
  /** Counts from 1. Steps without an observation are counted and not logged. */
  readonly number: number;
  /** Usually one; an agent may give several for the same step. Empty: there was no observation. */
  readonly actions: readonly string[];
}

export type PlannedEnd =
  | { readonly kind: 'scored'; readonly score: number }
  | { readonly kind: 'exception'; readonly message: string };

export interface PlannedAttempt {
  readonly task: CatalogueTask;
  readonly steps: readonly PlannedStep[];
  readonly end: PlannedEnd;
  /** At speed 1. */
  readonly durationMs: number;
}

export interface RunPlan {
  readonly attempts: readonly PlannedAttempt[];
  readonly model: string;
}

/** Fates that occur in every run, as far as it has tasks for them; at least one task is left to an ordinary one. */
type Fate = 'exception' | 'fraction' | 'all_steps' | 'ordinary';

export function planRun(random: Random, tasks: readonly CatalogueTask[], timings: Timings): RunPlan {
  const special: Fate[] = [
    'exception',
    'fraction',
    'all_steps',
    ...(random.chance(0.4) ? ['exception' as const] : []),
  ];
  const fates = random.shuffle<Fate>([
    ...special.slice(0, Math.max(0, tasks.length - 1)),
    ...Array.from({ length: Math.max(1, tasks.length - special.length) }, () => 'ordinary' as const),
  ]);
  return {
    model: random.pick(['gpt-4o', 'gpt-4o-mini', 'gpt-4.1']),
    attempts: tasks.map((task, index) => ({
      task,
      ...planAttempt(random, task, fates[index] ?? 'ordinary'),
      durationMs: random.integer(timings.shortestTaskMs, timings.longestTaskMs),
    })),
  };
}

/** Returns one misleading task, and the rest at random, in the order of the catalogue: a run goes domain by domain. */
export function chooseTasks(random: Random, count: number): CatalogueTask[] {
  const all = tasksFor(count);
  const misleading = random.pick(all.filter(isMisleading));
  const others = random.shuffle(all.filter((task) => task !== misleading));
  const chosen = new Set([misleading, ...others].slice(0, count));
  return all.filter((task) => chosen.has(task));
}

function planAttempt(random: Random, task: CatalogueTask, fate: Fate): Pick<PlannedAttempt, 'steps' | 'end'> {
  if (fate === 'exception') {
    const steps = planSteps(random, task.domain, random.integer(1, 4), null);
    return { steps, end: { kind: 'exception', message: exceptionMessage(random) } };
  }
  if (fate === 'all_steps') {
    return { steps: planSteps(random, task.domain, maxSteps, null), end: { kind: 'scored', score: 0 } };
  }
  const steps = random.integer(3, 9);
  if (fate === 'fraction') {
    return {
      steps: planSteps(random, task.domain, steps, 'DONE'),
      end: { kind: 'scored', score: random.pick([0.25, 0.5, 0.75]) },
    };
  }
  const succeeds = random.chance(0.6);
  // The right answer to a task that cannot be done is FAIL, which then scores 1.
  const givesUp = isInfeasible(task) ? succeeds : !succeeds && random.chance(0.3);
  return {
    steps: planSteps(random, task.domain, steps, givesUp ? 'FAIL' : 'DONE'),
    end: { kind: 'scored', score: succeeds ? 1 : 0 },
  };
}

/** @param last what the agent says in the last step; null: it says nothing, and goes on as before */
function planSteps(
  random: Random,
  domain: string,
  count: number,
  last: 'DONE' | 'FAIL' | null,
): PlannedStep[] {
  return Array.from({ length: count }, (_, index) => {
    const number = index + 1;
    if (number === count && last !== null) return { number, actions: [last] };
    // Neither the first nor the last step goes without a line: what is read from the log is then what was planned.
    if (number > 1 && number < count && random.chance(0.03)) return { number, actions: [] };
    if (random.chance(0.08)) return { number, actions: ['WAIT'] };
    const actions = [actionCode(random, domain)];
    if (random.chance(0.12)) actions.push(actionCode(random, domain));
    return { number, actions };
  });
}

function exceptionMessage(random: Random): string {
  const connection = `<urllib3.connection.HTTPConnection object at 0x7f${random.hex(10)}>`;
  return random.pick([
    `HTTPConnectionPool(host='172.30.0.2', port=5000): Max retries exceeded with url: /update_computer (Caused by NewConnectionError('${connection}: Failed to establish a new connection: [Errno 111] Connection refused'))`,
    "HTTPConnectionPool(host='172.30.0.2', port=5000): Read timed out. (read timeout=90)",
    "'NoneType' object is not subscriptable",
    "Error code: 429 - {'error': {'message': 'Rate limit reached for requests', 'type': 'requests', 'code': 'rate_limit_exceeded'}}",
  ]);
}
