/** `GET /api/runs/{id}/tasks/{task}/screens`: which screenshots of a task there are, as its VM lists them. */
import { createRoute } from '@hono/zod-openapi';
import type { Screen, ScreenTask } from '../../../../shared/screens.ts';
import { goneWith } from '../stream/check-stream.ts';
import { screensSchema, type ScreensView } from './answer-schemas.ts';
import { answerJson, answerProblem } from './answer.ts';
import type { App } from './app.ts';
import type { ReadAttempt } from './attempt-reading.ts';
import { answers, unreadable } from './described.ts';
import {
  attemptQuerySchema,
  findScreens,
  screensProblem,
  screenUrl,
  taskParams,
  vmFails,
  type ScreenSource,
} from './screen-task.ts';

const route = createRoute({
  method: 'get',
  path: '/api/runs/{id}/tasks/{task}/screens',
  operationId: 'listScreens',
  summary: "Which pictures of a task's screen there are",
  request: { params: taskParams, query: attemptQuerySchema },
  responses: answers({
    content: { 'application/json': screensSchema },
    others: { ...unreadable, 404: 'There is no such run, task or folder.', ...vmFails },
  }),
});

export function addScreensRoute(app: App, source: ScreenSource, readAttempt: ReadAttempt): void {
  app.openapi(route, async (c) => {
    const found = findScreens(source, { ...c.req.valid('param'), ...c.req.valid('query') });
    if (!found.ok) return answerProblem(c, found.problem);
    const { screens, task, record } = found.value;
    const { signal } = goneWith(c.env.outgoing);
    // The texts say how the names of the screenshots count. While a task is on they grow with each step, and a page looks at each step:
    // the VM would send all of them again and again.
    const read = record === null ? null : await readAttempt(found.value, signal);
    const told = read?.ok === true && read.value.screens.length > 0 ? read.value : null;
    const listed =
      told === null ? await screens.list(task, signal) : ({ ok: true, value: told.screens } as const);
    if (!listed.ok) return answerProblem(c, screensProblem(listed.problem));
    return answerJson(c, {
      run_id: task.runId,
      task_id: task.taskId,
      domain: task.domain,
      attempt: task.attempt,
      screens: listed.value.map((screen) => screenView(screen, task)),
      missing: told?.missing ?? null,
    } satisfies ScreensView);
  });
}

function screenView(screen: Screen, task: ScreenTask): ScreensView['screens'][number] {
  return {
    step: screen.step,
    moment: screen.moment ?? null,
    name: screen.name,
    taken_at: new Date(screen.takenAt).toISOString(),
    size_bytes: screen.sizeBytes,
    width: screen.size?.width ?? null,
    height: screen.size?.height ?? null,
    kept: screen.isKept ?? false,
    url: screenUrl(screen.name, task),
  };
}
