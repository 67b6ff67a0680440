/** `GET /api/runs`: the runs of the journal. */
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { Feed } from '../../feed/index.ts';
import { runsSchema } from './answer-schemas.ts';
import { answerJson, answerProblem } from './answer.ts';
import type { App } from './app.ts';
import { answers, unreadable } from './described.ts';
import { findVm, numberParameter, textParameter, vmParameter } from './parameters.ts';
import { runView } from './run-view.ts';

const limit = { default: 100, min: 1, max: 1000, rule: 'must be a whole number from 1 to 1000' };

export const runsQuerySchema = z.object({
  vm: vmParameter,
  limit: numberParameter(
    z
      .int(limit.rule)
      .min(limit.min, limit.rule)
      .max(limit.max, limit.rule)
      .default(limit.default)
      .describe('How many at most.'),
  ),
  before: textParameter(z.string().optional().describe('Id of a run: only older ones.')),
});

const route = createRoute({
  method: 'get',
  path: '/api/runs',
  operationId: 'listRuns',
  summary: 'The recorded runs, newest first',
  request: { query: runsQuerySchema },
  responses: answers({
    content: { 'application/json': runsSchema },
    others: { ...unreadable, 404: 'There is no such VM.' },
  }),
});

/** @param vmNames the configured VMs; they count as known before their first run */
export function addRunsRoute(app: App, feed: Feed, vmNames: () => readonly string[]): void {
  app.openapi(route, (c) => {
    const { vm: asked, limit: count, before } = c.req.valid('query');
    const vm = findVm(asked, vmNames());
    if (!vm.ok) return answerProblem(c, vm.problem);
    const runs = feed.runs({
      limit: count,
      ...(vm.value === null ? {} : { vm: vm.value }),
      ...(before === undefined ? {} : { before }),
    });
    return answerJson(
      c,
      runs.map((run) => runView(run, feed)),
    );
  });
}
