/** `GET /api/runs/{id}/report`: a run as one HTML file. */
import { createRoute } from '@hono/zod-openapi';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import pLimit from 'p-limit';
import { z } from 'zod';
import { exportName } from '../../../../shared/export-name.ts';
import type { FileReader } from '../../archive/index.ts';
import { runEvents, type EventsJournal, type Feed } from '../../feed/index.ts';
import { reportPolicy, writeReport, type ReportInput } from '../../report/index.ts';
import { goneWith } from '../stream/check-stream.ts';
import { answerProblem } from './answer.ts';
import type { App } from './app.ts';
import { answers, runId } from './described.ts';
import type { Parsed } from './parameters.ts';
import { runView, taskView, unknownRun } from './run-view.ts';

const route = createRoute({
  method: 'get',
  path: '/api/runs/{id}/report',
  operationId: 'getReport',
  summary: 'A run as one HTML file that opens without BenchTray and without a network',
  description:
    'At most 15 MB, without scripts and secrets. It comes in pieces, because thumbnails of the kept screenshots take time: if the answer breaks off, it is not whole.',
  request: { params: z.object({ id: runId }) },
  responses: answers({
    content: { 'text/html': null },
    others: { 404: 'There is no such run.' },
  }),
});

/** Sources of a report. */
export interface ReportSource {
  readonly history: EventsJournal & Pick<Feed, 'run' | 'poolOf' | 'keptTask'>;
  /** The kept files of tasks; null: none are kept. */
  readonly files: FileReader | null;
  /** Returns the success threshold of a configured VM; null for any other VM. */
  readonly successThreshold: (vm: string) => number | null;
  /** Version of BenchTray. */
  readonly version: string;
}

/** A client that takes nothing for this long is cut: the next one waits for it. */
const takenWithinMs = 60_000;

export function addReportRoute(app: App, source: ReportSource): void {
  const oneAtOnce = pLimit(1);

  app.openapi(route, async (c) => {
    const { incoming, outgoing } = c.env;
    const { id } = c.req.valid('param');
    const input = reportOf(source, id);
    if (!input.ok) return answerProblem(c, input.problem);
    outgoing.setHeader('Content-Type', 'text/html; charset=utf-8');
    outgoing.setHeader(
      'Content-Disposition',
      `attachment; filename="${exportName(input.value.run.run_id, 'report')}"`,
    );
    outgoing.setHeader('Content-Security-Policy', `${reportPolicy}; sandbox`);
    outgoing.setHeader('Cache-Control', 'no-store');
    if (incoming.method === 'HEAD') outgoing.end();
    else await oneAtOnce(() => send(outgoing, input.value));
    return RESPONSE_ALREADY_SENT;
  });
}

async function send(outgoing: ServerResponse, input: ReportInput): Promise<void> {
  if (outgoing.destroyed) return;
  const { signal } = goneWith(outgoing);
  for await (const piece of writeReport(input, signal)) {
    if (outgoing.write(piece)) continue;
    const cut = setTimeout(() => outgoing.destroy(), takenWithinMs);
    try {
      await once(outgoing, 'drain', { signal });
    } finally {
      clearTimeout(cut);
    }
  }
  outgoing.end();
}

/** Returns what the report of a run is made from, or a 404. */
export function reportOf(
  { history, files, successThreshold, version }: ReportSource,
  id: string,
): Parsed<ReportInput> {
  const run = history.run(id);
  if (run === null) return { ok: false, problem: unknownRun(id) };
  const heard = history.heard(run.vm);
  const madeAtMs = Date.now();
  const { events, errorsFrom } = runEvents(history, run, madeAtMs);
  return {
    ok: true,
    value: {
      run: runView(run, history),
      tasks: history
        .tasksOf(run.runId)
        .map(taskView)
        .flatMap((task) => (task.outcome === null ? [] : [{ ...task, outcome: task.outcome }])),
      facts: {
        resultDir: run.arguments.resultDir,
        endMessage: run.endMessage,
        perHourUsd: heard?.cost?.per_hour_usd ?? null,
        isSpot: heard?.azure?.isSpot ?? null,
        successThreshold: successThreshold(run.vm),
      },
      incidents: events.filter((event) => event.kind === 'error' || event.kind === 'silence'),
      incidentsFrom: errorsFrom,
      pictures: {
        of: ({ domain, task_id: taskId, attempt }) =>
          history.keptTask({ runId: run.runId, domain, taskId, attempt }),
        read: (file) => files?.read(file) ?? Promise.resolve(null),
      },
      version,
      madeAtMs,
    },
  };
}
