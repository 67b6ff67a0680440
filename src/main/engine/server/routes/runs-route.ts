/** `GET /api/runs`: the runs of the journal. */
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { inTurns } from '../../common/in-turns.ts';
import type { Feed, History, RunQuery, StoredRun } from '../../feed/index.ts';
import { compareRuns } from '../../run/compare.ts';
import type { Problem } from '../http/problem.ts';
import { runsSchema, type RunView } from './run-schemas.ts';
import { answerJson, answerProblem } from './answer.ts';
import type { App } from './app.ts';
import { answers, unreadable } from './described.ts';
import { findVm, numberParameter, textParameter } from './parameters.ts';
import { runView, type ThresholdOf } from './run-view.ts';

const limit = { default: 100, min: 1, max: 1000, rule: 'must be a whole number from 1 to 1000' };

/** Each comparison takes the event loop some 20 ms. */
const mostCompared = 10;

const states = ['running', 'finished', 'crashed', 'interrupted'] as const;
const state = `(?:${states.join('|')})`;
const oneText = (about: string) => textParameter(z.string().optional().describe(about));

export const runsQuerySchema = z.object({
  vm: textParameter(
    z
      .string()
      .optional()
      .describe('Name of a VM of the configuration or of a recorded run; `*`: all, as without it.'),
  ),
  limit: numberParameter(
    z
      .int(limit.rule)
      .min(limit.min, limit.rule)
      .max(limit.max, limit.rule)
      .default(limit.default)
      .describe('How many at most.'),
  ),
  before: textParameter(z.string().optional().describe('Id of a run: only older ones.')),
  state: textParameter(
    z
      .string()
      .regex(
        new RegExp(`^(?:${state}(?:,${state})*)?$`),
        `must be one or more of ${states.join(', ')}, separated by commas`,
      )
      .optional()
      .describe('Only runs in one of these states, such as `crashed,interrupted`.'),
  ),
  agent: oneText('Only runs of this agent. Case does not matter.'),
  model: oneText('Only runs of this model. Case does not matter.'),
  q: textParameter(
    z
      .string()
      .max(200, 'must have at most 200 characters')
      .optional()
      .describe(
        'Only runs with each of these words in their id, VM, agent, model, dialect or log. Case does not matter.',
      ),
  ),
  compare: textParameter(
    z
      .enum(['before'], 'must be "before"')
      .optional()
      .describe(
        `Each run says in \`compared_with\` how it differs from the comparable run before it. Needs a \`limit\` of at most ${mostCompared}.`,
      ),
  ),
});

const route = createRoute({
  method: 'get',
  path: '/api/runs',
  operationId: 'listRuns',
  summary: 'The recorded runs, newest first',
  description: 'Of several filters, a run has to fit all. An empty one but `vm` filters nothing.',
  request: { query: runsQuerySchema },
  responses: answers({
    content: { 'application/json': runsSchema },
    others: { ...unreadable, 404: 'There is no such VM.' },
  }),
});

/** @param vmNames the configured VMs; they count as known before their first run */
export function addRunsRoute(
  app: App,
  feed: Feed,
  thresholdOf: ThresholdOf,
  vmNames: () => readonly string[],
): void {
  app.openapi(route, async (c) => {
    const asked = c.req.valid('query');
    const vm = findVm(asked.vm, [...new Set([...vmNames(), ...feed.vmsWithRuns()])]);
    if (!vm.ok) return answerProblem(c, vm.problem);
    const isCompared = asked.compare !== undefined;
    if (isCompared && asked.limit > mostCompared) return answerProblem(c, tooManyCompared);
    const runs = feed.runs(runQuery(asked, vm.value));
    if (isCompared) return answerJson(c, await inTurns(comparedViews(runs, feed, thresholdOf)));
    return answerJson(
      c,
      runs.map((run) => runView(run, feed, thresholdOf)),
    );
  });
}

function* comparedViews(
  runs: readonly StoredRun[],
  feed: Feed,
  thresholdOf: ThresholdOf,
): Generator<undefined, readonly RunView[]> {
  const views: RunView[] = [];
  for (const run of runs) {
    views.push({ ...runView(run, feed, thresholdOf), compared_with: comparedWith(run, feed) });
    yield;
  }
  return views;
}

const tooManyCompared: Problem = {
  status: 400,
  detail: `"limit" must be at most ${mostCompared} with "compare".`,
};

/** Returns how a run differs from the comparable run before it; null if there is none. */
function comparedWith(
  run: StoredRun,
  history: Pick<History, 'tasksOf' | 'comparableBefore'>,
): NonNullable<RunView['compared_with']> | null {
  const before = history.comparableBefore(run);
  if (before === null) return null;
  const { changes, meanScore, isDecisive } = compareRuns(
    history.tasksOf(before.runId),
    history.tasksOf(run.runId),
    'first',
  );
  return {
    run_id: before.runId,
    improved: changes.improved,
    regressed: changes.regressed,
    score_delta: meanScore.delta,
    decisive: isDecisive,
  };
}

/** @param vm null: all */
export function runQuery(asked: z.infer<typeof runsQuerySchema>, vm: string | null): RunQuery {
  const { limit: count, before, agent, model, q, state: wanted = '' } = asked;
  return {
    limit: count,
    ...(vm === null ? {} : { vm }),
    ...(wanted === '' ? {} : { states: states.filter((each) => wanted.split(',').includes(each)) }),
    ...(agent === undefined || agent === '' ? {} : { agent }),
    ...(model === undefined || model === '' ? {} : { model }),
    ...(q === undefined ? {} : { text: q }),
    ...(before === undefined ? {} : { before }),
  };
}
