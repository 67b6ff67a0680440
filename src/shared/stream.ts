/**
 * What goes over the event stream, field by field. Tray, dashboard, `watch` and any other client read exactly this.
 * Fields may be added; they are never renamed or removed. All times are ISO 8601 in UTC, all durations are seconds.
 */

/** How far the machine has come, from nothing to a Windows that answers. */
export const phases = [
  'offline',
  'starting',
  'downloading',
  'extracting',
  'configuring',
  'building',
  'booting',
  'oobe',
  'ready',
  'stopping',
  'unknown',
] as const;
export type Phase = (typeof phases)[number];

/** Codes of conditions that last and are told to be over by a `recovered` event. */
export const stateCodes = [
  'ssh_unreachable',
  'ssh_auth_failed',
  'ssh_host_key_changed',
  'vm_not_running',
  'azure_auth_failed',
  'azure_unavailable',
  'container_missing',
  'container_exited',
  'probe_down',
  'docker_denied',
  'kvm_missing',
  'disk_full',
  'log_unreadable',
  'run_stalled',
  'vm_idle',
] as const;
/** Codes of things that happen once and have no end. */
export const momentCodes = ['container_oom', 'run_crashed', 'run_interrupted', 'internal'] as const;
export type StateCode = (typeof stateCodes)[number];
export type MomentCode = (typeof momentCodes)[number];
export type ErrorCode = StateCode | MomentCode;
export type Severity = 'warning' | 'critical';

/** First event of every stream. Its id is the position from which the stream continues. */
export interface ConnectedPayload {
  readonly timestamp: string;
  /** Seconds between two snapshots, after clamping to 1..60. */
  readonly interval: number;
  /** Version of BenchTray. */
  readonly version: string;
  /** How many missed journal events follow. */
  readonly replayed: number;
  /** Present when some of what the client missed is gone. */
  readonly gap?: true;
}

export interface Cost {
  readonly per_hour_usd: number;
  readonly so_far_usd: number;
  readonly since: string;
}

/** What was found on the VM and why it was chosen, for a person who asks "what is it looking at?". */
export interface StatusDetail {
  /** The phase in words, with what is known of its progress: "Downloading Windows 11 (45.3%)". */
  readonly text: string;
  /** 0..100 while downloading, extracting or building, where the VM tells it. */
  readonly percent: number | null;
  /** "user@host:port" as connected to. */
  readonly address: string | null;
  readonly container: string | null;
  /** Where `/probe` is asked: "localhost:5000", or "container:172.30.0.2:5000". */
  readonly probe_address: string | null;
  /** The log that is followed: a path on the VM, or "container:/path". */
  readonly log: string | null;
  /** Command line of the benchmark process, reduced to known and harmless arguments. */
  readonly runner: string | null;
}

export interface StatusPayload {
  readonly type: 'vm_status';
  readonly connected: boolean;
  readonly phase: Phase;
  readonly waa_ready: boolean;
  readonly probe: { readonly status: string; readonly vnc_url: string | null };
  readonly vm: string;
  /** What the cloud says ("running", "deallocated", …); null where it was not asked. */
  readonly power_state: string | null;
  readonly detail: StatusDetail;
  /** When the VM was last looked at; null before the first look. */
  readonly checked_at: string | null;
  readonly cost: Cost | null;
}

export type RunOutcome = 'running' | 'finished' | 'crashed' | 'interrupted' | 'stalled';

export interface ProgressPayload {
  readonly tasks_completed: number;
  /** 0 while unknown. */
  readonly total_tasks: number;
  readonly current_task: string | null;
  readonly current_step: number;
  readonly vm: string;
  readonly run_id: string;
  readonly domain: string | null;
  readonly max_steps: number | null;
  readonly instruction: string | null;
  readonly succeeded: number;
  readonly score_sum: number;
  /** Mean score over tasks that were scored, 0..1; null before the first. */
  readonly success_rate_evaluated: number | null;
  /** Score sum over all planned tasks, errors counted as 0; null while the total is unknown. */
  readonly success_rate_planned: number | null;
  readonly started_at: string | null;
  readonly elapsed_seconds: number;
  /** Null while it would mean nothing. */
  readonly eta_seconds: number | null;
  readonly state: RunOutcome;
}

export type TaskOutcome = 'scored' | 'exception' | 'lost' | 'interrupted';

export interface TaskCompletePayload {
  readonly task_id: string;
  readonly success: boolean;
  readonly score: number | null;
  readonly vm: string;
  readonly run_id: string;
  readonly domain: string | null;
  readonly attempt: number;
  readonly steps: number;
  readonly duration_seconds: number | null;
  readonly outcome: TaskOutcome;
  readonly finished_at: string | null;
  /** True when it had already finished before BenchTray could see it. */
  readonly catch_up: boolean;
}

export interface ErrorPayload {
  /** One sentence for a person. */
  readonly message: string;
  readonly vm: string;
  readonly code: ErrorCode;
  readonly severity: Severity;
  readonly detail: string | null;
  /** What to do about it. */
  readonly hint: string | null;
  readonly began_at: string;
}

export interface RecoveredPayload {
  readonly message: string;
  readonly vm: string;
  readonly code: StateCode;
  readonly began_at: string;
  readonly lasted_seconds: number;
}

/** Events that are kept in the journal, carry an id, and are replayed. */
export type JournalPayload =
  | { readonly type: 'task_complete'; readonly data: TaskCompletePayload }
  | { readonly type: 'error'; readonly data: ErrorPayload }
  | { readonly type: 'recovered'; readonly data: RecoveredPayload };

/** Snapshots: only the newest counts; no id, never replayed. */
export type SnapshotPayload =
  | { readonly type: 'status'; readonly data: StatusPayload }
  | { readonly type: 'progress'; readonly data: ProgressPayload };

export type StreamEvent =
  { readonly type: 'connected'; readonly data: ConnectedPayload } | JournalPayload | SnapshotPayload;
