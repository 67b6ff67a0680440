/** The routes of the pages. `parse-route.ts` reads them from an address, `hash.ts` writes them into one. */
import type { AttemptChoice } from '../../shared/comparison.ts';
import type { LogLevel } from '../../shared/log-line.ts';

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

/** The log of a run, as one opens it: without a place it shows its end. */
export const logRouteOf = (runId: string, changes: Partial<LogRoute> = {}): LogRoute => ({
  ...{ page: 'log', runId, from: null, q: null, level: null, task: null },
  ...changes,
});
