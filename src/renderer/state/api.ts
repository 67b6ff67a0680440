/** What the page asks for besides the stream: which VMs there are, what is wrong now, and what a run has brought so far. */
import type { ErrorPayload } from '../../shared/stream.ts';
import type { RunRecord, TaskResult } from './model.ts';

export interface VmListing {
  readonly name: string;
  /** Conditions that hold; null where the server does not tell. */
  readonly openErrors: readonly ErrorPayload[] | null;
}

interface StatusAnswer {
  readonly vms: readonly { readonly name: string; readonly open_errors?: readonly ErrorPayload[] }[];
}

type TaskView = Omit<TaskResult, 'outcome'> & {
  /** Null while it runs. */
  readonly outcome: TaskResult['outcome'] | null;
};
type RunAnswer = Omit<RunRecord, 'results'> & { readonly tasks: readonly TaskView[] };

/** The configured VMs, in order. @throws when the server does not answer properly */
export async function fetchVms(base: URL): Promise<readonly VmListing[]> {
  const answer = (await fetchJson(new URL('/api/status', base))) as StatusAnswer;
  return answer.vms.map(({ name, open_errors: openErrors }) => ({ name, openErrors: openErrors ?? null }));
}

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
