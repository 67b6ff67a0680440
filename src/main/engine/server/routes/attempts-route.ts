/** `GET /api/runs/{id}/tasks/{task}/attempts`: the attempts at a task, in its run and in others. The journal answers, so nothing of the task needs to be kept. */
import { createRoute } from '@hono/zod-openapi';
import type { Feed } from '../../feed/index.ts';
import { answerJson, answerProblem } from './answer.ts';
import type { App } from './app.ts';
import { answers, unreadable } from './described.ts';
import { attemptQuerySchema, findInJournal, taskParams } from './screen-task.ts';
import { attemptsSchema } from './steps-schema.ts';
import { attemptsView } from './steps-view.ts';

const route = createRoute({
  method: 'get',
  path: '/api/runs/{id}/tasks/{task}/attempts',
  operationId: 'listAttempts',
  summary: 'The attempts at a task, in its run and in others',
  request: { params: taskParams, query: attemptQuerySchema },
  responses: answers({
    content: { 'application/json': attemptsSchema },
    others: { ...unreadable, 404: 'There is no such run or task.' },
  }),
});

export function addAttemptsRoute(app: App, feed: Feed): void {
  app.openapi(route, (c) => {
    const found = findInJournal(feed, { ...c.req.valid('param'), ...c.req.valid('query') });
    if (!found.ok) return answerProblem(c, found.problem);
    const { attempt, record } = found.value;
    return answerJson(c, attemptsView(feed, attempt, record));
  });
}
