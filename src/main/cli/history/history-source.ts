/** The questions of the history commands. A running BenchTray answers them, or the data folder. */
import type { AttemptChoice, ComparisonView } from '../../../shared/comparison.ts';
import type { RunQuery } from '../../engine/feed/index.ts';
import type { RunLogView, RunView, StatusAnswer, TaskView } from '../../engine/server/index.ts';
import type { ServerClient } from './server-client.ts';

/** Answers questions about the history, from a running BenchTray or from the data folder. All answers have the shapes of docs/api.md. */
export interface HistorySource {
  readonly origin:
    | { readonly kind: 'server'; readonly client: ServerClient }
    | { readonly kind: 'folder'; readonly dataDir: string };
  /** As `/api/status`. From the data folder, it is what was last heard. */
  status(): Promise<StatusAnswer>;
  /** As `/api/runs`: newest first, at most 1,000. */
  runs(query: RunQuery): Promise<readonly RunView[]>;
  /** Null: there is no run with this id. */
  run(runId: string): Promise<RunView | null>;
  /** As `/api/runs/{id}/tasks`: in the order in which they ended. */
  tasks(runId: string): Promise<readonly TaskView[]>;
  /** As `/api/compare`. @param a null: the comparable run before B. @throws UserError if there is none */
  compare(a: string | null, b: string, attempt: AttemptChoice): Promise<ComparisonView>;
  /** As `/api/runs/{id}/log`, as JSON. @throws UserError if there is no log of it */
  log(runId: string, query: LogQuery): Promise<RunLogView>;
  /** As `/api/runs/{id}/report`, in pieces. @throws UserError while they come, if there is no such run or the answer breaks off */
  report(runId: string): AsyncIterable<string>;
  close(): void;
}

/** A slice of a log, or a search in it; see docs/api.md. */
export interface LogQuery {
  readonly from: number;
  readonly bytes?: number;
  readonly q?: string;
}
