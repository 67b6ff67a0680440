/** `GET /api/runs/{id}/log/tasks`: where each attempt at a task is in the log of its run. */
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { Feed } from '../../feed/index.ts';
import type { AttemptPlace } from '../../run/index.ts';
import { logTasksSchema, type LogTasksView } from './answer-schemas.ts';
import { answerJson, answerProblem } from './answer.ts';
import type { App } from './app.ts';
import { answers, runId } from './described.ts';
import type { PlacesInLogs } from './log-places.ts';
import { unknownRun } from './run-view.ts';

const route = createRoute({
  method: 'get',
  path: '/api/runs/{id}/log/tasks',
  operationId: 'listLogTasks',
  summary: 'Where the tasks of a run are in its log',
  request: { params: z.object({ id: runId }) },
  responses: answers({
    content: { 'application/json': logTasksSchema },
    others: { 404: 'There is no such run.' },
  }),
});

export function addLogTasksRoute(app: App, feed: Feed, places: PlacesInLogs): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const run = feed.run(id);
    if (run === null) return answerProblem(c, unknownRun(id));
    const found = await places.attempts(run);
    const view: LogTasksView = {
      run_id: run.runId,
      tasks: found.ok ? found.value.map(taskPlace) : [],
      problem: found.ok ? null : found.problem,
    };
    return answerJson(c, view);
  });
}

function taskPlace({
  taskId,
  domain,
  attempt,
  from,
  to,
  error,
}: AttemptPlace): LogTasksView['tasks'][number] {
  return { task_id: taskId, domain, attempt, from, to, error };
}
