/** `GET /api/tasks`: what runs in the background, in the form that the clients of old know. */
import { route, sendJson, type Route } from './routing.ts';

/** The preparing of a VM, its container, or a benchmark run. */
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

export function tasksRoute(backgroundTasks: () => readonly BackgroundTask[]): Route {
  return route('/api/tasks', ({ response }) => {
    sendJson(response, backgroundTasks());
  });
}
