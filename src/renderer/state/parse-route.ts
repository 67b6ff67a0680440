/** Reads a route from the part of an address behind `#`. Pure. */
import { logLevels } from '../../shared/log-line.ts';
import {
  compareFilterNames,
  nowRoute,
  runFilterNames,
  runTabs,
  taskFilterNames,
  timelineNames,
  type CompareRoute,
  type LogRoute,
  type Route,
  type TaskRoute,
} from './route.ts';

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

function filtersIn<Name extends string>(
  search: URLSearchParams,
  names: readonly Name[],
): Readonly<Record<Name, string | null>> {
  return Object.fromEntries(names.map((name) => [name, search.get(name)])) as Record<Name, string | null>;
}

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
