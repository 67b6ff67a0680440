/** `GET /api/tasks`: background tasks, in the form that older clients know. */
import { createRoute } from '@hono/zod-openapi';
import type { BackgroundTask } from '../../../../shared/background-task.ts';
import { backgroundTasksSchema } from './answer-schemas.ts';
import { answerJson } from './answer.ts';
import type { App } from './app.ts';
import { answers } from './described.ts';

const route = createRoute({
  method: 'get',
  path: '/api/tasks',
  operationId: 'listBackgroundTasks',
  summary: 'VM, container and run as background tasks',
  responses: answers({ content: { 'application/json': backgroundTasksSchema } }),
});

export function addTasksRoute(app: App, backgroundTasks: () => readonly BackgroundTask[]): void {
  app.openapi(route, (c) => answerJson(c, backgroundTasks()));
}
