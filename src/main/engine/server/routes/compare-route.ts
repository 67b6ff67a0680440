/** `GET /api/compare`: two runs, task by task. */
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { attemptChoices, comparisonSchema, type ComparisonView } from '../../../../shared/comparison.ts';
import type { Result } from '../../../../shared/result.ts';
import type { Feed, History, StoredRun } from '../../feed/index.ts';
import type { Problem } from '../http/problem.ts';
import { answerJson, answerProblem } from './answer.ts';
import type { App } from './app.ts';
import { compareView, type RunWithTasks } from './compare-view.ts';
import { answers, unreadable } from './described.ts';
import { textParameter } from './parameters.ts';
import { unknownRun } from './run-view.ts';

export const compareQuerySchema = z.object({
  a: textParameter(
    z
      .string()
      .optional()
      .describe(
        'Id of run A. Without it: the newest run before B that is over, of the same benchmark, and has scored at least half of the tasks that B has scored.',
      ),
  ),
  b: textParameter(
    z.string('must be the id of a run').min(1, 'must be the id of a run').describe('Id of run B.'),
  ),
  attempt: textParameter(
    z
      .enum(attemptChoices, 'must be "first" or "best"')
      .default('first')
      .describe('Which scored attempt at a task counts. Without one, it is the newest not interrupted.'),
  ),
});

const route = createRoute({
  method: 'get',
  path: '/api/compare',
  operationId: 'compareRuns',
  summary: 'Two runs compared, task by task',
  description:
    'Tasks are paired by domain and id. `invalid` are tasks that one of the runs has ended without a result. All figures are over the tasks with a result in both.',
  request: { query: compareQuerySchema },
  responses: answers({
    content: { 'application/json': comparisonSchema },
    others: { ...unreadable, 404: 'There is no such run, or without `a`, none that compares to B.' },
  }),
});

type CompareQuery = z.infer<typeof compareQuerySchema>;

export function addCompareRoute(app: App, feed: Feed): void {
  app.openapi(route, (c) => {
    const comparison = compareInHistory(feed, c.req.valid('query'));
    return comparison.ok ? answerJson(c, comparison.value) : answerProblem(c, comparison.problem);
  });
}

/** Returns the comparison that is asked for, or a 404 that names the run that is missing. */
export function compareInHistory(
  history: Pick<History, 'run' | 'tasksOf' | 'comparableBefore'>,
  { a: idOfA = '', b: idOfB, attempt }: CompareQuery,
): Result<ComparisonView, Problem> {
  const b = history.run(idOfB);
  if (b === null) return { ok: false, problem: unknownRun(idOfB) };
  const a = idOfA === '' ? history.comparableBefore(b) : history.run(idOfA);
  if (a === null) return { ok: false, problem: idOfA === '' ? noneBefore(idOfB) : unknownRun(idOfA) };
  const withTasks = (run: StoredRun): RunWithTasks => ({ run, tasks: history.tasksOf(run.runId) });
  return { ok: true, value: compareView(withTasks(a), withTasks(b), attempt) };
}

function noneBefore(runId: string): Problem {
  const detail = `No run before ${JSON.stringify(runId)} compares to it: it would be over, of the same benchmark, and share half of the scored tasks.`;
  return { status: 404, detail };
}
