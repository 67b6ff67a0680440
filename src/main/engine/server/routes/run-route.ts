/** `GET /api/runs/{id}`: one run with its tasks. */
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { Feed } from '../../feed/index.ts';
import { runWithTasksSchema } from './answer-schemas.ts';
import { answerJson, answerProblem } from './answer.ts';
import type { App } from './app.ts';
import { answers, runId } from './described.ts';
import { runView, taskView, unknownRun } from './run-view.ts';

const route = createRoute({
  method: 'get',
  path: '/api/runs/{id}',
  operationId: 'getRun',
  summary: 'One run with its tasks',
  request: { params: z.object({ id: runId }) },
  responses: answers({
    content: { 'application/json': runWithTasksSchema },
    others: { 404: 'There is no such run.' },
  }),
});

export function addRunRoute(app: App, feed: Feed): void {
  app.openapi(route, (c) => {
    const { id } = c.req.valid('param');
    const run = feed.run(id);
    if (run === null) return answerProblem(c, unknownRun(id));
    return answerJson(c, { ...runView(run, feed), tasks: feed.tasksOf(run.runId).map(taskView) });
  });
}
