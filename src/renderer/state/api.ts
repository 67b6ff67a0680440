/** Reads the recorded results of a run. */
import type { RunRecord, TaskResult } from './model.ts';

type TaskView = Omit<TaskResult, 'outcome'> & {
  /** Null while it runs. */
  readonly outcome: TaskResult['outcome'] | null;
};
type RunAnswer = Omit<RunRecord, 'results'> & { readonly tasks: readonly TaskView[] };

/** @throws when the server does not answer properly, or does not know the run (any more) */
export async function fetchRun(base: URL, runId: string): Promise<RunRecord> {
  const url = new URL(`/api/runs/${encodeURIComponent(runId)}`, base);
  const { tasks, run_id, ended_at, model, agent } = (await fetchJson(url)) as RunAnswer;
  const results = tasks.flatMap((task) =>
    task.outcome === null ? [] : [{ ...task, outcome: task.outcome }],
  );
  return { run_id, ended_at, model, agent, results };
}

async function fetchJson(url: URL): Promise<unknown> {
  const answer = await fetch(url, { headers: { Accept: 'application/json' } });
  if (!answer.ok) throw new Error(`${url.pathname}: ${String(answer.status)} ${answer.statusText}`);
  return answer.json();
}
