/** `GET /api/runs/{id}/report`: a run as one HTML file. */
import { createRoute } from '@hono/zod-openapi';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { ServerResponse } from 'node:http';
import pLimit from 'p-limit';
import { z } from 'zod';
import { exportName } from '../../../../shared/export-name.ts';
import type { Result } from '../../../../shared/result.ts';
import { readKeptScreens, type FileReader } from '../../archive/index.ts';
import { runEvents, type EventsJournal, type Feed, type StoredRun } from '../../feed/index.ts';
import { reportPolicy, writeReport, type ReportInput } from '../../report/index.ts';
import { PacedAnswer } from '../http/paced-answer.ts';
import type { Problem } from '../http/problem.ts';
import { goneWith } from '../stream/check-stream.ts';
import { answerProblem } from './answer.ts';
import type { App } from './app.ts';
import { answers, runId } from './described.ts';
import { runView, taskView, unknownRun, type ThresholdOf } from './run-view.ts';

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
    others: {
      404: 'There is no such run.',
      503: 'Too many reports are being made or sent: see `Retry-After`.',
    },
  }),
});

/** Sources of a report. */
export interface ReportSource {
  readonly history: EventsJournal & Pick<Feed, 'run' | 'poolOf' | 'keptTask'>;
  /** The kept files of tasks; null: none are kept. */
  readonly files: FileReader | null;
  readonly thresholdOf: ThresholdOf;
  /** Version of BenchTray. */
  readonly version: string;
}

/** Reports that wait, are made or are sent. Each may have 15 MB in memory. */
const mostInHand = 8;
/** A client that takes less is cut: slow ones would take all places. So all of a report takes five minutes at most. */
const paceLimits = { windowMs: 30_000, leastShare: 0.1 };

const busy: Problem = {
  status: 503,
  detail: `BenchTray makes one report at a time, and ${mostInHand} are being made or sent. Try again in a moment.`,
  headers: { 'Retry-After': '10' },
};

export function addReportRoute(app: App, source: ReportSource): void {
  const oneAtOnce = pLimit(1);
  const inHand = new Set<ServerResponse>();

  app.openapi(route, async (c) => {
    const { incoming, outgoing } = c.env;
    const { id } = c.req.valid('param');
    const run = source.history.run(id);
    if (run === null) return answerProblem(c, unknownRun(id));
    const isHead = incoming.method === 'HEAD';
    if (!isHead && inHand.size >= mostInHand) return answerProblem(c, busy);
    outgoing.setHeader('Content-Type', 'text/html; charset=utf-8');
    outgoing.setHeader('Content-Disposition', `attachment; filename="${exportName(run.runId, 'report')}"`);
    outgoing.setHeader('Content-Security-Policy', `${reportPolicy}; sandbox`);
    outgoing.setHeader('Cache-Control', 'no-store');
    if (isHead) {
      outgoing.end();
      return RESPONSE_ALREADY_SENT;
    }
    inHand.add(outgoing);
    outgoing.once('close', () => inHand.delete(outgoing));
    const { signal } = goneWith(outgoing);
    await oneAtOnce(() => make(outgoing, () => inputOf(source, run), signal));
    return RESPONSE_ALREADY_SENT;
  });
}

/** Makes a report as fast as it can be made. The client takes it while the next one is made: a slow one holds up no other. */
async function make(outgoing: ServerResponse, input: () => ReportInput, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const answer = new PacedAnswer(outgoing, paceLimits);
  for await (const piece of writeReport(input(), signal)) answer.write(piece);
  answer.end();
}

/** Returns what the report of a run is made from, or a 404. */
export function reportOf(source: ReportSource, id: string): Result<ReportInput, Problem> {
  const run = source.history.run(id);
  return run === null ? { ok: false, problem: unknownRun(id) } : { ok: true, value: inputOf(source, run) };
}

function inputOf({ history, files, thresholdOf, version }: ReportSource, run: StoredRun): ReportInput {
  const madeAtMs = Date.now();
  const keptOf: ReportInput['pictures']['of'] = ({ domain, task_id: taskId, attempt }) =>
    history.keptTask({ runId: run.runId, domain, taskId, attempt });
  const { events, errorsFrom } = runEvents(history, run, madeAtMs);
  return {
    run: runView(run, history, thresholdOf),
    tasks: history
      .tasksOf(run.runId)
      .map(taskView)
      .flatMap((task) => (task.outcome === null ? [] : [{ ...task, outcome: task.outcome }])),
    facts: {
      resultDir: run.arguments.resultDir,
      endMessage: run.endMessage,
    },
    incidents: events.filter((event) => event.kind === 'error' || event.kind === 'silence'),
    incidentsFrom: errorsFrom,
    pictures: {
      of: keptOf,
      async screensOf(task) {
        const kept = keptOf(task);
        return kept === null || files === null ? [] : readKeptScreens(kept, files);
      },
      read: (file) => files?.read(file) ?? Promise.resolve(null),
    },
    version,
    madeAtMs,
  };
}
