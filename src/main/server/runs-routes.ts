/** `GET /api/runs`, `/api/runs/{id}`, `/api/runs/{id}/tasks`: what the journal remembers. */
import type { Feed, StoredRun } from '../feed/index.ts';
import { toCsv } from './csv.ts';
import { sendProblem } from './problem.ts';
import { parseRunLimit, parseTableFormat, parseVm } from './query.ts';
import { route, sendBody, sendJson, type Asked, type Route } from './routing.ts';
import { runView, taskColumns, taskView } from './run-view.ts';

/** @param vmNames the configured ones: a VM without a run yet is known all the same */
export function runsRoutes(feed: Feed, vmNames: () => readonly string[]): Route[] {
  function withRun({ response, id }: Asked, answer: (run: StoredRun) => void): void {
    const run = feed.run(id);
    if (run === null)
      sendProblem(response, { status: 404, detail: `There is no run ${JSON.stringify(id)}.` });
    else answer(run);
  }

  return [
    route('/api/runs', ({ response, query }) => {
      const vm = parseVm(query, vmNames());
      const limit = parseRunLimit(query);
      const wrong = [vm, limit].find((parsed) => !parsed.ok);
      if (wrong?.ok === false) sendProblem(response, wrong.problem);
      if (!vm.ok || !limit.ok) return;
      const before = query.get('before');
      const runs = feed.runs({
        limit: limit.value,
        ...(vm.value === null ? {} : { vm: vm.value }),
        ...(before === null ? {} : { before }),
      });
      sendJson(response, runs.map(runView));
    }),
    route('/api/runs/:id', (asked) => {
      withRun(asked, (run) => {
        sendJson(asked.response, { ...runView(run), tasks: feed.tasksOf(run.runId).map(taskView) });
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
