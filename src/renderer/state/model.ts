/** What the page knows, as one value that is replaced and never changed. */
import type {
  ErrorPayload,
  ProgressPayload,
  StatusPayload,
  TaskCompletePayload,
} from '../../shared/stream.ts';

/** Whether the stream is there. All times are epoch milliseconds by the clock of this browser. */
export interface Link {
  /** `connecting`: for the first time. `lost`: it was there, or could not be had. */
  readonly kind: 'connecting' | 'open' | 'lost';
  /** When the server was heard last; null before the first time. */
  readonly heardAtMs: number | null;
}

/** A finished attempt: what `task_complete` and the recorded run have in common. */
export type TaskResult = Pick<
  TaskCompletePayload,
  | 'task_id'
  | 'domain'
  | 'attempt'
  | 'success'
  | 'score'
  | 'steps'
  | 'duration_seconds'
  | 'outcome'
  | 'message'
  | 'finished_at'
> & {
  /** Only the history has it. */
  readonly instruction?: string | null;
};

/** What the history adds to the stream about a run. */
export interface RunRecord {
  readonly run_id: string;
  readonly ended_at: string | null;
  readonly model: string | null;
  readonly agent: string | null;
  /** When it was read: how many tasks had ended, also unseen. */
  readonly tasks_completed: number;
  readonly cost_usd: number | null;
  readonly results: readonly TaskResult[];
}

/** An error that is shown: a condition until it recovers, a moment until the next run begins or somebody puts it away. */
export type ShownError = ErrorPayload;

export interface VmView {
  readonly name: string;
  readonly status: StatusPayload | null;
  readonly progress: ProgressPayload | null;
  /** Of the run in `progress`; null until it has been read. */
  readonly record: RunRecord | null;
  /** Of the run in `progress`, in the order in which they ended. */
  readonly results: readonly TaskResult[];
  readonly problems: readonly ShownError[];
}

export interface DashboardState {
  /** In the order of the configuration; null until the server has said which VMs it watches. */
  readonly vms: readonly VmView[] | null;
  /** Version of BenchTray; null before the first contact. */
  readonly version: string | null;
  /** When the newest stream was opened, epoch milliseconds by the clock of this browser; null before the first contact. */
  readonly connectedAtMs: number | null;
  /** Add this to the clock of this browser to get the server's. */
  readonly clockOffsetMs: number;
}

export const initialState: DashboardState = {
  vms: null,
  version: null,
  connectedAtMs: null,
  clockOffsetMs: 0,
};

/** Whether a run goes on. One that is stalled may go on any moment. */
export const isOn = ({ state }: Pick<ProgressPayload, 'state'>): boolean =>
  state === 'running' || state === 'stalled';
