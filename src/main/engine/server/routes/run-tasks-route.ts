/** `GET /api/runs/{id}/tasks`: the tasks of a run, as JSON or as CSV. */
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { exportName } from '../../../../shared/export-name.ts';
import type { Feed } from '../../feed/index.ts';
import { tasksSchema } from './run-schemas.ts';
import { answerBody, answerJson, answerProblem } from './answer.ts';
import type { App } from './app.ts';
import { toCsv } from './csv.ts';
import { answers, runId, unreadable } from './described.ts';
import { acceptedQuality, textParameter } from './parameters.ts';
import { taskColumns, taskView, unknownRun } from './run-view.ts';

export const tableQuerySchema = z.object({
  format: textParameter(
    z.enum(['json', 'csv'], 'must be "json" or "csv"').optional().describe('Wins over the header `Accept`.'),
  ),
});

const route = createRoute({
  method: 'get',
  path: '/api/runs/{id}/tasks',
  operationId: 'listTasks',
  summary: 'The tasks of a run, as JSON or as CSV',
  description:
    "CSV for `?format=csv`, or where `Accept` likes `text/csv` better. It (RFC 4180) has the fields of `Task` as columns, in that order; what a spreadsheet would take for a formula has a `'` before it.",
  request: { params: z.object({ id: runId }), query: tableQuerySchema },
  responses: answers({
    content: { 'application/json': tasksSchema, 'text/csv': null },
    others: { ...unreadable, 404: 'There is no such run.' },
  }),
});

export function addRunTasksRoute(app: App, feed: Feed): void {
  app.openapi(route, (c) => {
    const { incoming, outgoing } = c.env;
    const { id } = c.req.valid('param');
    outgoing.appendHeader('Vary', 'Accept');
    const run = feed.run(id);
    if (run === null) return answerProblem(c, unknownRun(id));
    const tasks = feed.tasksOf(run.runId).map(taskView);
    if (tableFormat(c.req.valid('query').format, incoming.headers.accept) === 'json')
      return answerJson(c, tasks);
    outgoing.setHeader('Cache-Control', 'no-store');
    outgoing.setHeader('Content-Disposition', `attachment; filename="${exportName(run.runId, 'csv')}"`);
    return answerBody(c, 'text/csv; charset=utf-8; header=present', toCsv(tasks, taskColumns));
  });
}

/** Returns `?format=`, else what `Accept` prefers. JSON where both are equally welcome. */
export function tableFormat(asked: 'json' | 'csv' | undefined, accept: string | undefined): 'json' | 'csv' {
  const csv = acceptedQuality(accept, 'text', 'csv');
  return asked ?? (csv > acceptedQuality(accept, 'application', 'json') ? 'csv' : 'json');
}
