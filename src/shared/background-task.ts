/** One thing that goes on in the background, as `GET /api/tasks` tells it: the preparing of a VM, its container, or a run. */
export interface BackgroundTask {
  readonly task_id: string;
  readonly task_type: 'vm_provision' | 'docker_container' | 'benchmark_run';
  readonly status: 'running' | 'completed' | 'failed' | 'pending';
  readonly phase: string;
  readonly title: string;
  readonly description: string;
  /** 0..100; null where it is not known. */
  readonly progress_percent: number | null;
  readonly elapsed_seconds: number | null;
  readonly metadata: Readonly<Record<string, unknown>>;
}
