/** `GET /api/runs/{id}/events`: what happened in the time of a run. */
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { isBetween, lasts, runEvents, type Feed, type TimelineEvent } from '../../feed/index.ts';
import { answerJson, answerProblem } from './answer.ts';
import type { App } from './app.ts';
import { answers, runId, unreadable } from './described.ts';
import { eventKinds, runEventsSchema, type RunEventView } from './events-schema.ts';
import { numberParameter, textParameter } from './parameters.ts';
import { isoTime, taskView, unknownRun } from './run-view.ts';

const limit = { usual: 500, most: 2000, rule: 'must be a whole number from 1 to 2000' };
const offsetRule = 'must be a whole number from 0 on';
const timeRule = 'must be a time with its zone, such as 2026-01-29T03:12:00Z';
const kind = `(?:${eventKinds.join('|')})`;

const timeParameter = (about: string) =>
  textParameter(z.iso.datetime({ offset: true, error: timeRule }).optional().describe(about));

export const eventsQuerySchema = z.object({
  from: timeParameter('Only what was on at this time or after it.'),
  to: timeParameter('Only what was on at this time or before it.'),
  kind: textParameter(
    z
      .string()
      .regex(
        new RegExp(`^(?:${kind}(?:,${kind})*)?$`),
        `must be one or more of ${eventKinds.join(', ')}, separated by commas`,
      )
      .optional()
      .describe('Only events of these kinds, such as `error,silence`.'),
  ),
  limit: numberParameter(
    z
      .int(limit.rule)
      .min(1, limit.rule)
      .max(limit.most, limit.rule)
      .default(limit.usual)
      .describe('How many at most.'),
  ),
  offset: numberParameter(
    z.int(offsetRule).min(0, offsetRule).default(0).describe('How many to leave out from the beginning.'),
  ),
});

const route = createRoute({
  method: 'get',
  path: '/api/runs/{id}/events',
  operationId: 'listEvents',
  summary: 'What happened in the time of a run: its tasks, and the errors of its VM',
  description:
    'Errors that were open up to 15 minutes before and after the run are among them. The same time as `from` and `to` gives what was on at that moment.',
  request: { params: z.object({ id: runId }), query: eventsQuerySchema },
  responses: answers({
    content: { 'application/json': runEventsSchema },
    others: { ...unreadable, 404: 'There is no such run.' },
  }),
});

export function addEventsRoute(app: App, feed: Feed): void {
  app.openapi(route, (c) => {
    const { id } = c.req.valid('param');
    const asked = c.req.valid('query');
    const run = feed.run(id);
    if (run === null) return answerProblem(c, unknownRun(id));
    const { from, to, errorsFrom, events } = runEvents(feed, run, Date.now());
    const wanted = events.filter(isWanted(asked));
    const end = asked.offset + asked.limit;
    return answerJson(c, {
      run_id: run.runId,
      vm: run.vm,
      from: isoTime(from),
      to: isoTime(to),
      errors_from: isoTime(errorsFrom),
      total: wanted.length,
      offset: asked.offset,
      next: end < wanted.length ? end : null,
      events: wanted.slice(asked.offset, end).map(eventView),
    });
  });
}

function isWanted({
  from,
  to,
  kind: kinds = '',
}: z.infer<typeof eventsQuerySchema>): (event: TimelineEvent) => boolean {
  const isBounded = from !== undefined || to !== undefined;
  const fromMs = from === undefined ? -Infinity : Date.parse(from);
  const toMs = to === undefined ? Infinity : Date.parse(to);
  return (event) =>
    (kinds === '' || kinds.split(',').includes(event.kind)) && (!isBounded || isBetween(event, fromMs, toMs));
}

function eventView(event: TimelineEvent): RunEventView {
  const span = { began_at: isoTime(event.beganAt), ended_at: isoTime(event.endedAt), lasts: lasts(event) };
  switch (event.kind) {
    case 'run': {
      const { what, state, message } = event;
      return { kind: 'run', ...span, what, state, message };
    }
    case 'task': {
      const { task_id, domain, attempt, outcome, success, score, steps, instruction, message } = taskView(
        event.task,
      );
      return {
        kind: 'task',
        ...span,
        ...{ task_id, domain, attempt, outcome, success, score, steps, instruction, message },
      };
    }
    case 'error': {
      const { message, code, severity, detail, hint } = event.error;
      return {
        kind: 'error',
        ...span,
        ...{ code, severity, message, detail, hint },
        recovered: event.ending,
        lasted_seconds: event.lastedMs === null ? null : event.lastedMs / 1000,
      };
    }
    case 'silence':
      return { kind: 'silence', ...span, why: event.why };
  }
}
