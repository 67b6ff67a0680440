/** Writes a route into the part of an address behind `#`. Pure. */
import {
  allCompared,
  allTasks,
  logRouteOf,
  wholeTimeline,
  type CompareRoute,
  type LoggedTask,
  type PairedFilm,
  type Route,
  type TaskFilters,
  type TaskRoute,
} from './route.ts';

/** Returns where a link to the page leads: "#/runs/ID?domain=notepad". */
export function hashOf(route: Route): string {
  switch (route.page) {
    case 'now':
      return route.place === null ? '#/' : `#${encodeURIComponent(route.place)}`;
    case 'vm':
      return `#/vms/${encodeURIComponent(route.vm)}`;
    case 'runs':
      return `#/runs${queryOf(route.filters, route.picked)}`;
    case 'run': {
      const tab = route.tab === 'tasks' ? '' : `/${route.tab}`;
      return `#/runs/${encodeURIComponent(route.runId)}${tab}${queryOf({ ...route.filters, ...route.timeline })}`;
    }
    case 'log': {
      const { runId, from, q, level, task } = route;
      const query = queryOf({ from: numberText(from), q, level, ...taskQuery(task) });
      return `#/runs/${encodeURIComponent(runId)}/log${query}`;
    }
    case 'compare': {
      const { a, b, filters, film } = route;
      const runs = { a, b, attempt: route.attempt === 'first' ? null : route.attempt };
      if (film === undefined) return `#/compare${queryOf({ ...runs, ...filters })}`;
      const { taskId: task, domain, step, stepB } = film;
      const shown = { task, domain, step, step_b: stepB };
      return `#/compare${queryOf({ ...runs, in: filters.domain, q: filters.q, ...shown })}`;
    }
    case 'task': {
      const { runId, taskId, domain, attempt, step } = route;
      const query = queryOf({ domain, attempt: numberText(attempt), step });
      return `#/runs/${encodeURIComponent(runId)}/tasks/${encodeURIComponent(taskId)}${query}`;
    }
    case 'doctor':
    case 'settings':
    case 'setup':
      return `#/${route.page}`;
    case 'unknown':
      return route.hash;
  }
}

export const vmHash = (vm: string): string => hashOf({ page: 'vm', vm });
/**
 * @param at a moment of the run, ISO 8601
 * @param filters of the tasks, for the way back to them
 */
export const timelineHash = (runId: string, at: string, filters: TaskFilters = allTasks): string =>
  hashOf({
    ...{ page: 'run', runId, tab: 'timeline', filters },
    timeline: { ...wholeTimeline, at },
  });
export const runHash = (runId: string): string =>
  hashOf({ page: 'run', runId, tab: 'tasks', filters: allTasks });

/** @param a null: the comparable run before B */
export const compareHash = (a: string | null, b: string): string =>
  hashOf({ page: 'compare', a, b, attempt: 'first', filters: allCompared });

export const taskHash = (
  runId: string,
  { taskId, domain, attempt }: Pick<TaskRoute, 'taskId' | 'domain' | 'attempt'>,
): string => hashOf({ page: 'task', runId, taskId, domain, attempt, step: null });

/** Returns where both films of a task begin. */
export const filmsHash = (
  route: CompareRoute,
  { taskId, domain }: Pick<PairedFilm, 'taskId' | 'domain'>,
): string => hashOf({ ...route, film: { taskId, domain, step: null, stepB: null } });

/** @param at a byte of a line */
export const logHash = (runId: string, at: number | null = null): string =>
  hashOf(logRouteOf(runId, { from: at }));

export const logHashOfTask = (runId: string, task: LoggedTask): string => hashOf(logRouteOf(runId, { task }));

/** Returns what tells one page from another: filters, tabs and steps change within a page. */
export function pageKey(route: Route): string {
  switch (route.page) {
    case 'vm':
      return vmHash(route.vm);
    case 'run':
    case 'log':
      return runHash(route.runId);
    case 'task':
      return taskHash(route.runId, route);
    case 'compare':
      return route.film === undefined ? route.page : filmsHash(route, route.film);
    default:
      return route.page;
  }
}

function queryOf(filters: Readonly<Record<string, string | null>>, picked: readonly string[] = []): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(filters)) if (value !== null) search.set(name, value);
  for (const id of picked) search.append('pick', id);
  const query = search.toString();
  return query === '' ? '' : `?${query}`;
}

function taskQuery(task: LoggedTask | null): Record<string, string | null> {
  if (task === null) return {};
  const { taskId, domain, attempt } = task;
  return { task: taskId, domain, attempt: numberText(attempt) };
}

const numberText = (value: number | null): string | null => (value === null ? null : String(value));
