/** The addresses of the pages: what follows `#` ↔ a route. Pure. */
import type { AttemptChoice } from '../../shared/comparison.ts';
import { logLevels, type LogLevel } from '../../shared/log-line.ts';

export type Route =
  /** `place`: id of an element that the address leads to, as `#pool-run-0` does. */
  | { readonly page: 'now'; readonly place: string | null }
  | { readonly page: 'vm'; readonly vm: string }
  /** `picked`: ids of the runs selected for a comparison, at most two. */
  | { readonly page: 'runs'; readonly filters: RunFilters; readonly picked?: readonly string[] }
  | RunRoute
  | LogRoute
  | CompareRoute
  | TaskRoute
  | { readonly page: 'doctor' }
  | { readonly page: 'settings' }
  | { readonly page: 'setup' }
  /** No page has this address. */
  | { readonly page: 'unknown'; readonly hash: string };

/** A run: its tasks, or another view of it. */
export interface RunRoute {
  readonly page: 'run';
  readonly runId: string;
  readonly tab: RunTab;
  readonly filters: TaskFilters;
  /** Missing: all of the run. */
  readonly timeline?: TimelineView;
}

export const timelineNames = ['at', 'zoom', 'kind'] as const;
/** View of the timeline: a moment, the span around it, events of one kind; null: all. */
export type TimelineView = Readonly<Record<(typeof timelineNames)[number], string | null>>;

/** The log of a run, as a view of the page of the run. */
export interface LogRoute {
  readonly page: 'log';
  readonly runId: string;
  /** A byte of the line that is marked; null: none. */
  readonly from: number | null;
  /** Text that is searched for; null: none. */
  readonly q: string | null;
  /** How bad the lines that are searched for are at least; null: any line. */
  readonly level: LogLevel | null;
  /** The attempt that is looked for, until its place is known. */
  readonly task: LoggedTask | null;
}

export type LoggedTask = Pick<TaskRoute, 'taskId' | 'domain' | 'attempt'>;

/** Two runs, task by task. */
export interface CompareRoute {
  readonly page: 'compare';
  /** Null: the comparable run before B, which the server finds. */
  readonly a: string | null;
  /** Null: not chosen yet. */
  readonly b: string | null;
  readonly attempt: AttemptChoice;
  readonly filters: CompareFilters;
  /** Missing: the list of tasks is shown. */
  readonly film?: PairedFilm;
}

/** The films of both runs of one task, side by side. */
export interface PairedFilm {
  readonly taskId: string;
  /** Null: of any domain. */
  readonly domain: string | null;
  /** Step of both films, or of A; named as in `TaskRoute`. */
  readonly step: string | null;
  /** Null: B moves together with A. */
  readonly stepB: string | null;
}

export const compareFilterNames = ['domain', 'q'] as const;
/** Which of the compared tasks are shown; null: all. An empty domain stands for the tasks without one. */
export type CompareFilters = Readonly<Record<(typeof compareFilterNames)[number], string | null>>;

/** An attempt at a task, step by step. */
export interface TaskRoute {
  readonly page: 'task';
  readonly runId: string;
  readonly taskId: string;
  /** Null: of any domain. */
  readonly domain: string | null;
  /** Null: the newest. */
  readonly attempt: number | null;
  /** "3", or "3.2" for the second action of step 3; null: the first. */
  readonly step: string | null;
}

export const runFilterNames = ['vm', 'state', 'agent', 'model', 'q'] as const;
/** Which runs of the history are shown; null: all. */
export type RunFilters = Readonly<Record<(typeof runFilterNames)[number], string | null>>;

export const runTabs = ['tasks', 'charts', 'timeline', 'details'] as const;
export type RunTab = (typeof runTabs)[number];

export const taskFilterNames = ['domain', 'outcome', 'q'] as const;
/** Which tasks of a run are shown; null: all. An empty domain stands for the tasks without one. */
export type TaskFilters = Readonly<Record<(typeof taskFilterNames)[number], string | null>>;

export const allRuns: RunFilters = { vm: null, state: null, agent: null, model: null, q: null };
export const allTasks: TaskFilters = { domain: null, outcome: null, q: null };
export const wholeTimeline: TimelineView = { at: null, zoom: null, kind: null };
export const allCompared: CompareFilters = { domain: null, q: null };
export const nowRoute: Route = { page: 'now', place: null };

/** @param hash of an address, with its `#` */
export function parseRoute(hash: string): Route {
  const unknown: Route = { page: 'unknown', hash };
  if (hash === '' || hash === '#' || hash === '#/') return nowRoute;
  if (!hash.startsWith('#/')) return { page: 'now', place: decoded(hash.slice(1)) };
  const [path = '', query = ''] = splitOnce(hash.slice(2), '?');
  const segments = path.split('/').map(decoded);
  if (segments.includes(null)) return unknown;
  const [page, name, tab, task, ...rest] = segments as string[];
  const search = new URLSearchParams(query);
  if (page === 'runs' && tab === 'tasks' && name && task && rest.length === 0)
    return taskRoute(name, task, search);
  if (page === 'runs' && tab === 'log' && name && task === undefined) return logRoute(name, search);
  if (task !== undefined || name === '') return unknown;
  switch (page) {
    case 'vms':
      return name === undefined || tab !== undefined ? unknown : { page: 'vm', vm: name };
    case 'runs':
      return name === undefined
        ? { page: 'runs', filters: filtersIn(search, runFilterNames), ...pickedIn(search) }
        : runRoute(name, tab, search, unknown);
    case 'compare':
      return name === undefined ? compareRoute(search) : unknown;
    case 'doctor':
    case 'settings':
    case 'setup':
      return name === undefined ? { page } : unknown;
    default:
      return unknown;
  }
}

function runRoute(
  runId: string,
  segment: string | undefined,
  search: URLSearchParams,
  unknown: Route,
): Route {
  const tab =
    segment === undefined ? 'tasks' : runTabs.find((known) => known === segment && known !== 'tasks');
  if (tab === undefined) return unknown;
  const run = { page: 'run', runId, tab, filters: filtersIn(search, taskFilterNames) } as const;
  const timeline = filtersIn(search, timelineNames);
  const isWhole = Object.values(timeline).every((value) => value === null);
  return tab === 'timeline' && !isWhole ? { ...run, timeline } : run;
}

function logRoute(runId: string, search: URLSearchParams): LogRoute {
  const from = search.get('from') ?? '';
  const taskId = search.get('task');
  return {
    page: 'log',
    runId,
    from: /^\d{1,15}$/.test(from) ? Number(from) : null,
    q: search.get('q') === '' ? null : search.get('q'),
    level: logLevels.find((level) => level === search.get('level')) ?? null,
    task:
      taskId === null || taskId === ''
        ? null
        : { taskId, domain: search.get('domain'), attempt: attemptIn(search) },
  };
}

function compareRoute(search: URLSearchParams): CompareRoute {
  const idIn = (name: string): string | null => {
    const id = search.get(name);
    return id === '' ? null : id;
  };
  const filters = filtersIn(search, compareFilterNames);
  const taskId = idIn('task');
  return {
    page: 'compare',
    a: idIn('a'),
    b: idIn('b'),
    attempt: search.get('attempt') === 'best' ? 'best' : 'first',
    // Beside a task, `domain` is the domain of the task.
    ...(taskId === null
      ? { filters }
      : {
          filters: { ...filters, domain: search.get('in') },
          film: {
            ...{ taskId, domain: filters.domain },
            step: stepIn(search, 'step'),
            stepB: stepIn(search, 'step_b'),
          },
        }),
  };
}

function stepIn(search: URLSearchParams, name: string): string | null {
  const step = search.get(name) ?? '';
  return /^\d{1,6}(?:\.\d{1,4})?$/.test(step) ? step : null;
}

function pickedIn(search: URLSearchParams): { readonly picked?: readonly string[] } {
  const ids = new Set(search.getAll('pick').filter((id) => id !== ''));
  return ids.size === 0 ? {} : { picked: [...ids].slice(0, 2) };
}

function taskRoute(runId: string, taskId: string, search: URLSearchParams): TaskRoute {
  return {
    page: 'task',
    ...{ runId, taskId },
    domain: search.get('domain'),
    attempt: attemptIn(search),
    step: stepIn(search, 'step'),
  };
}

function attemptIn(search: URLSearchParams): number | null {
  const attempt = search.get('attempt') ?? '';
  return /^[1-9]\d{0,5}$/.test(attempt) ? Number(attempt) : null;
}

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
/** @param at a moment of the run, ISO 8601 */
export const timelineHash = (runId: string, at: string): string =>
  hashOf({
    ...{ page: 'run', runId, tab: 'timeline', filters: allTasks },
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

/** The log of a run, as one opens it: without a place it shows its end. */
export const logRouteOf = (runId: string, changes: Partial<LogRoute> = {}): LogRoute => ({
  ...{ page: 'log', runId, from: null, q: null, level: null, task: null },
  ...changes,
});

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

function filtersIn<Name extends string>(
  search: URLSearchParams,
  names: readonly Name[],
): Readonly<Record<Name, string | null>> {
  return Object.fromEntries(names.map((name) => [name, search.get(name)])) as Record<Name, string | null>;
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

/** Returns null for a text that is not encoded properly. */
function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}
