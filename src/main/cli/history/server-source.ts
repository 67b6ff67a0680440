/** The history as a running BenchTray answers it. */
import { z } from 'zod';
import type { ComparisonView } from '../../../shared/comparison.ts';
import type { RunLogView, RunView, StatusAnswer, TaskView } from '../../engine/server/index.ts';
import { refused, type ServerClient } from './server-client.ts';
import type { HistorySource } from './history-source.ts';

/**
 * Checks the fields that the commands rely on. A running BenchTray may be older or newer than this command: it may know other fields and other words, and
 * `--json` passes on all that it sends.
 */
const runShape = z.looseObject({
  run_id: z.string(),
  vm: z.string(),
  state: z.string(),
  started_at: z.string().nullable(),
  ended_at: z.string().nullable(),
  total_tasks: z.number(),
  tasks_completed: z.number(),
});
const taskShape = z.looseObject({
  task_id: z.string(),
  domain: z.string().nullable(),
  attempt: z.number(),
  outcome: z.string().nullable(),
  success: z.boolean(),
  score: z.number().nullable(),
  steps: z.number(),
});
const statusShape = z.looseObject({
  as_of: z.string(),
  vms: z.array(
    z.looseObject({
      name: z.string(),
      status: z.looseObject({ phase: z.string(), connected: z.boolean(), waa_ready: z.boolean() }),
      progress: z
        .looseObject({ state: z.string(), tasks_completed: z.number(), total_tasks: z.number() })
        .nullable(),
      run: runShape.nullable(),
      open_errors: z.array(z.looseObject({ code: z.string(), severity: z.string(), message: z.string() })),
    }),
  ),
  journal: z.looseObject({ ok: z.boolean() }),
});

const shareShape = z.looseObject({ count: z.number(), value: z.number().nullable() });
const sharesShape = z.looseObject({ a: shareShape, b: shareShape, delta: z.number().nullable() });
const comparedTasksShape = z.array(z.looseObject({ task_id: z.string(), change: z.string() }));
const comparisonShape = z.looseObject({
  a: z.looseObject({ run_id: z.string(), vm: z.string(), state: z.string() }),
  b: z.looseObject({ run_id: z.string(), vm: z.string(), state: z.string() }),
  sentence: z.string(),
  notes: z.array(z.string()),
  counts: z.looseObject({ same: z.number(), only_a: z.number(), only_b: z.number() }),
  mean_score: sharesShape,
  pass_rate: sharesShape,
  compared: z.number(),
  domains: z.array(z.looseObject({ common: z.number(), mean_score: sharesShape, counts: z.looseObject({}) })),
  improved: comparedTasksShape,
  regressed: comparedTasksShape,
  invalid: comparedTasksShape,
});

const rangeShape = z.looseObject({ from: z.number(), to: z.number() });
const logShape = z.looseObject({
  size_bytes: z.number(),
  next: z.number(),
  lines: z.array(rangeShape.extend({ text: z.string() })),
  missing: z.array(rangeShape),
});

const notFound = 404;

export function serverSource(client: ServerClient): HistorySource {
  const pathOf = (runId: string): string => `api/runs/${encodeURIComponent(runId)}`;

  return {
    origin: { kind: 'server', client },
    async status() {
      const answer = await client.askJson('api/status', statusShape);
      if (!answer.ok) throw refused(answer.problem);
      return answer.value as unknown as StatusAnswer;
    },
    async runs({ states, text, ...query }) {
      const parameters = { ...query, state: states?.join(','), q: text };
      const answer = await client.askJson('api/runs', z.array(runShape), parameters);
      if (!answer.ok) throw refused(answer.problem);
      return answer.value as unknown as readonly RunView[];
    },
    async run(runId) {
      const answer = await client.askJson(pathOf(runId), runShape);
      if (answer.ok) {
        // The route answers with the tasks of the run as well.
        const { tasks: _tasks, ...run } = answer.value;
        return run as unknown as RunView;
      }
      if (answer.problem.status === notFound) return null;
      throw refused(answer.problem);
    },
    async tasks(runId) {
      const answer = await client.askJson(`${pathOf(runId)}/tasks`, z.array(taskShape));
      if (!answer.ok) throw refused(answer.problem);
      return answer.value as unknown as readonly TaskView[];
    },
    async compare(a, b, attempt) {
      const parameters = { a: a ?? undefined, b, attempt };
      const answer = await client.askJson('api/compare', comparisonShape, parameters);
      if (!answer.ok) throw refused(answer.problem);
      return answer.value as unknown as ComparisonView;
    },
    async log(runId, query) {
      const answer = await client.askJson(`${pathOf(runId)}/log`, logShape, { ...query, format: 'json' });
      if (!answer.ok) throw refused(answer.problem);
      return answer.value as unknown as RunLogView;
    },
    report: (runId) => client.askText(`${pathOf(runId)}/report`, 'text/html'),
    close: () => undefined,
  };
}
