/** `GET /api/runs/{id}/tasks/{task}/steps`: what happened in each step of a task, as the files of its benchmark tell it. */
import { createRoute } from '@hono/zod-openapi';
import type { ScreensProblem } from '../../../../shared/screens.ts';
import type { Feed } from '../../feed/index.ts';
import { stepText, type LogPlace } from '../../run/index.ts';
import { goneWith } from '../stream/check-stream.ts';
import { answerJson, answerProblem } from './answer.ts';
import type { App } from './app.ts';
import type { AttemptReading, ReadAttempt } from './attempt-reading.ts';
import { answers, unreadable } from './described.ts';
import type { PlacesInLogs } from './log-places.ts';
import {
  attemptQuerySchema,
  findScreens,
  screensProblem,
  taskParams,
  vmFails,
  type FoundAttempt,
  type ScreenSource,
} from './screen-task.ts';
import { stepsSchema, type StepsView } from './steps-schema.ts';
import { attemptsView, stepViews, viewsOfScreens, withPlaces } from './steps-view.ts';

const route = createRoute({
  method: 'get',
  path: '/api/runs/{id}/tasks/{task}/steps',
  operationId: 'listSteps',
  summary: 'What happened in each step of a task',
  request: { params: taskParams, query: attemptQuerySchema },
  responses: answers({
    content: { 'application/json': stepsSchema },
    others: {
      ...unreadable,
      404: 'There is no such run, task or folder.',
      413: 'The texts of the task are too large.',
      ...vmFails,
    },
  }),
});

export function addStepsRoute(app: App, source: ScreenSource, read: ReadAttempt, places: PlacesInLogs): void {
  app.openapi(route, async (c) => {
    const found = findScreens(source, { ...c.req.valid('param'), ...c.req.valid('query') });
    if (!found.ok) return answerProblem(c, found.problem);
    const { task } = found.value;
    const { signal } = goneWith(c.env.outgoing);
    const answer = await read(found.value, signal);
    if (!answer.ok) return answerProblem(c, screensProblem(answer.problem));
    const { steps, screens } = answer.value;
    if (steps.steps.length + screens.length === 0 && steps.otherAttemptLines > 0)
      return answerProblem(c, screensProblem(overwritten));
    const run = source.feed.run(task.runId);
    const inLog =
      run === null ? new Map<number, LogPlace>() : await places.steps(run, task, found.value.record);
    const view = viewOf(source.feed, found.value, answer.value);
    return answerJson(c, { ...view, steps: withPlaces(view.steps, inLog) });
  });
}

const overwritten: ScreensProblem = {
  kind: 'absent',
  detail: 'The task ran again later, and its folder has only the steps of that attempt.',
};

function viewOf(
  feed: Feed,
  { task, record }: FoundAttempt,
  { steps: reading, screens, missing }: AttemptReading,
): StepsView {
  const attempt = { task, startedAt: record?.startedAt ?? null };
  const told = record === null ? feed.snapshot(task.vm).progress?.instruction : record.instruction;
  return {
    ...attemptsView(feed, task, record),
    instruction: (told == null ? null : stepText(told)) ?? reading.instruction,
    error: reading.error,
    steps:
      reading.source === null ? viewsOfScreens(screens, attempt) : stepViews(reading.steps, screens, attempt),
    source: reading.source,
    skipped_lines: reading.skippedLines,
    other_attempt_lines: reading.otherAttemptLines,
    truncated: reading.isCut,
    missing,
  };
}
