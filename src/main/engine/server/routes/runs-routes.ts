/** `GET /api/runs`, `/api/runs/{id}`, `/api/runs/{id}/tasks`: what the journal remembers. */
import type { Feed, StoredRun } from '../../feed/index.ts';
import type { RunView } from './answer-schemas.ts';
import { toCsv } from './csv.ts';
import { sendProblem } from '../http/problem.ts';
import { findVm, parseQuery, parseTableFormat, runsQuerySchema } from './query.ts';
import { route, sendBody, sendJson, type Asked, type Route } from '../http/routing.ts';
import { runView, taskColumns, taskView } from './run-view.ts';

/** @param vmNames the configured ones: a VM without a run yet is known all the same */
export function runsRoutes(feed: Feed, vmNames: () => readonly string[]): Route[] {
  function withRun({ response, id }: Asked, answer: (run: StoredRun) => void): void {
    const run = feed.run(id);
    if (run === null)
      sendProblem(response, { status: 404, detail: `There is no run ${JSON.stringify(id)}.` });
    else answer(run);
  }

  const view = (run: StoredRun): RunView => runView(run, feed.poolOf(run.runId)?.poolId ?? null);

  return [
    route('/api/runs', ({ response, query }) => {
      const parsed = parseQuery(runsQuerySchema, query);
      if (!parsed.ok) {
        sendProblem(response, parsed.problem);
        return;
      }
      const { limit, before } = parsed.value;
      const vm = findVm(parsed.value.vm, vmNames());
      if (!vm.ok) {
        sendProblem(response, vm.problem);
        return;
      }
      const runs = feed.runs({
        limit,
        ...(vm.value === null ? {} : { vm: vm.value }),
        ...(before === undefined ? {} : { before }),
      });
      sendJson(response, runs.map(view));
    }),
    route('/api/runs/:id', (asked) => {
      withRun(asked, (run) => {
        sendJson(asked.response, { ...view(run), tasks: feed.tasksOf(run.runId).map(taskView) });
      });
    }),
    route('/api/runs/:id/tasks', (asked) => {
      const { request, response, query } = asked;
      response.appendHeader('Vary', 'Accept');
      const format = parseTableFormat(query, request.headers.accept);
      if (!format.ok) {
        sendProblem(response, format.problem);
        return;
      }
      withRun(asked, (run) => {
        const tasks = feed.tasksOf(run.runId).map(taskView);
        if (format.value === 'json') {
          sendJson(response, tasks);
          return;
        }
        const name = run.runId.replace(/[^\w.-]+/g, '-');
        response.setHeader('Cache-Control', 'no-store');
        response.setHeader('Content-Disposition', `attachment; filename="${name}.csv"`);
        sendBody(response, 'text/csv; charset=utf-8; header=present', toCsv(tasks, taskColumns));
      });
    }),
  ];
}
