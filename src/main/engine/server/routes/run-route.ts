/** `GET /api/runs/{id}`: one run with its tasks. */
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { KeptNotes, KeptOfRun } from '../../archive/index.ts';
import type { Feed } from '../../feed/index.ts';
import { runWithTasksSchema, type KeptView } from './run-schemas.ts';
import { answerJson, answerProblem } from './answer.ts';
import type { App } from './app.ts';
import { answers, runId } from './described.ts';
import { isoTime, runView, taskView, unknownRun, type ThresholdOf } from './run-view.ts';

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

/** @param kept null: nothing is kept here */
export function addRunRoute(app: App, feed: Feed, thresholdOf: ThresholdOf, kept: KeptNotes | null): void {
  app.openapi(route, (c) => {
    const { id } = c.req.valid('param');
    const run = feed.run(id);
    if (run === null) return answerProblem(c, unknownRun(id));
    return answerJson(c, {
      ...runView(run, feed, thresholdOf),
      tasks: feed.tasksOf(run.runId).map(taskView),
      kept: kept === null ? null : keptView(kept(run)),
    });
  });
}

function keptView({ withScreens, withTexts, logBytes, missing }: KeptOfRun): KeptView {
  return {
    with_screenshots: withScreens,
    with_steps: withTexts,
    log_bytes: logBytes,
    missing: missing.map(({ since, ...note }) => ({ ...note, since: isoTime(since) })),
  };
}
