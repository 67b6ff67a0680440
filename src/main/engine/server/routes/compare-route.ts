/** `GET /api/compare`: two runs, task by task. */
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { attemptChoices, comparisonSchema } from '../../../../shared/comparison.ts';
import type { Feed, StoredRun } from '../../feed/index.ts';
import { answerJson, answerProblem } from './answer.ts';
import type { App } from './app.ts';
import { compareView } from './compare-view.ts';
import { answers, unreadable } from './described.ts';
import { textParameter, type Parsed } from './parameters.ts';
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

export function addCompareRoute(app: App, feed: Feed): void {
  app.openapi(route, (c) => {
    const { a: idOfA, b: idOfB, attempt } = c.req.valid('query');
    const b = feed.run(idOfB);
    if (b === null) return answerProblem(c, unknownRun(idOfB));
    const a = findA(feed, idOfA, b);
    if (!a.ok) return answerProblem(c, a.problem);
    const withTasks = (run: StoredRun) => ({ run, tasks: feed.tasksOf(run.runId) });
    return answerJson(c, compareView(withTasks(a.value), withTasks(b), attempt));
  });
}

function findA(
  feed: Pick<Feed, 'run' | 'comparableBefore'>,
  id: string | undefined,
  b: StoredRun,
): Parsed<StoredRun> {
  const isAsked = id !== undefined && id !== '';
  const a = isAsked ? feed.run(id) : feed.comparableBefore(b);
  if (a !== null) return { ok: true, value: a };
  return { ok: false, problem: isAsked ? unknownRun(id) : { status: 404, detail: noneComparable(b.runId) } };
}

/** For a run without a run before it that is worth a comparison. */
export function noneComparable(runId: string): string {
  return `No run before ${JSON.stringify(runId)} compares to it: it would be over, of the same benchmark, and share half of the scored tasks.`;
}
