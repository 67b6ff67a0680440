/** `GET /api/tasks`: what runs in the background, in the form that the clients of old know. */
import type { BackgroundTask } from '../../../../shared/background-task.ts';
import { route, sendJson, type Route } from '../http/routing.ts';

export function tasksRoute(backgroundTasks: () => readonly BackgroundTask[]): Route {
  return route('/api/tasks', ({ response }) => {
    sendJson(response, backgroundTasks());
  });
}
