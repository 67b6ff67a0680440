/** The task strip: one cell for each planned task of a run. Pure. */
import { taskKey, type EndedAttempt } from './attempts.ts';
import type { RunOutcome, TaskOutcome } from './stream-words.ts';

export type CellKind =
  'passed' | 'failed' | 'error' | 'lost' | 'interrupted' | 'running' | 'planned' | 'unseen';

export interface Cell {
  /** Tells it from every other cell of its run. */
  readonly key: string;
  readonly kind: CellKind;
  /** The attempt that counts; null while there is none. */
  readonly attempt: EndedAttempt | null;
  /** Null if it is not known which task it is. */
  readonly taskId: string | null;
  readonly domain: string | null;
  readonly instruction: string | null;
}

export interface Strip {
  readonly cells: readonly Cell[];
  /** Tasks that have no cell: there are too many. */
  readonly hidden: number;
}

/** The task that a run is at. */
export interface CurrentTask {
  readonly taskId: string;
  readonly domain: string | null;
  readonly instruction: string | null;
}

/** Benchmarks have a few hundred tasks. A log may claim any number. */
const mostCells = 2000;

/** A run as far as the strip is drawn from it. */
export interface StripRun {
  readonly state: RunOutcome;
  /** 0 while unknown. */
  readonly total_tasks: number;
  readonly tasks_completed: number;
  /** In the order in which they ended. */
  readonly tasks: readonly EndedAttempt[];
}

/**
 * Returns a cell for each task: those that ended unseen, then the seen ones in the order in which they first ended, the running one,
 * and the rest of the plan. If a task was tried several times, the newest attempt that came to an end counts.
 */
export function stripCells(run: StripRun, current: CurrentTask | null): Strip {
  const seen = new Map<string, Cell>();
  for (const attempt of run.tasks) {
    const cell = cellOf(attempt);
    const before = seen.get(cell.key);
    const isNews = before === undefined || cell.kind !== 'interrupted' || before.kind === 'interrupted';
    if (isNews) seen.set(cell.key, { ...cell, instruction: cell.instruction ?? before?.instruction ?? null });
  }
  const ended = [...seen.values()].filter(({ kind }) => kind !== 'interrupted').length;
  if (current !== null && (run.state === 'running' || run.state === 'stalled')) {
    const { taskId, domain, instruction } = current;
    const key = taskKey({ task_id: taskId, domain });
    seen.set(key, { key, kind: 'running', attempt: null, taskId, domain, instruction });
  }
  const unseen = Math.max(0, run.tasks_completed - ended);
  const planned = Math.max(0, run.total_tasks - unseen - seen.size);
  const cells = [
    ...blank('unseen', Math.min(unseen, mostCells)),
    ...seen.values(),
    ...blank('planned', Math.min(planned, mostCells)),
  ].slice(0, mostCells);
  return { cells, hidden: unseen + seen.size + planned - cells.length };
}

/** Kinds in the order of a legend, each with its word and its shape in a box of 12 by 16. */
export const kinds: Readonly<Record<CellKind, { readonly word: string; readonly shape: string }>> = {
  passed: { word: 'Passed', shape: 'M1 1h10v14H1z' },
  failed: {
    word: 'Failed',
    shape: 'M1 1h10v14H1zM2.6 4.6 4.6 8l-2 3.4 1.7 1L6 9.5l1.7 2.9 1.7-1L7.4 8l2-3.4-1.7-1L6 6.5 4.3 3.6z',
  },
  error: { word: 'Error', shape: 'M6 1.5 11.4 14.5H.6z' },
  lost: { word: 'Lost', shape: 'M6 1.5 11 8 6 14.5 1 8zM6 4.7 3.5 8 6 11.3 8.5 8z' },
  interrupted: { word: 'Interrupted', shape: 'M1.5 3h3.2v10H1.5zM7.3 3h3.2v10H7.3z' },
  running: { word: 'Running', shape: 'M1 1h10v14H1zM2.8 2.8v10.4h6.4V2.8zM4 4.5 9 8l-5 3.5z' },
  planned: { word: 'Not begun', shape: 'M3.5 5.5h5v5h-5z' },
  unseen: { word: 'Ended unseen', shape: 'M1 10h10v5H1z' },
};

/** Returns the word behind a count: "1 Error", "22 Errors", "3 Lost". */
export const countedWord = (kind: CellKind, count: number): string =>
  kind === 'error' && count !== 1 ? 'Errors' : kinds[kind].word;

const kindOrder = Object.keys(kinds) as readonly CellKind[];

/** Returns how many cells there are of each kind that occurs. */
export function tallyCells(
  cells: readonly Cell[],
): readonly { readonly kind: CellKind; readonly count: number }[] {
  return kindOrder
    .map((kind) => ({ kind, count: cells.filter((cell) => cell.kind === kind).length }))
    .filter(({ count }) => count > 0);
}

/** Returns a cell in words: "Task 12 of 154: Failed, notepad. Open Notepad and …" */
export function cellText(cell: Cell, index: number, total: number): string {
  const { kind, domain, attempt, instruction, taskId } = cell;
  const state = [kinds[kind].word, ...(domain === null ? [] : [domain])].join(', ');
  const tries = attempt !== null && attempt.attempt > 1 ? `, attempt ${attempt.attempt}` : '';
  const what = instruction ?? taskId;
  return `Task ${index + 1} of ${total}: ${state}${tries}${what === null ? '' : `. ${clipped(what)}`}`;
}

/** The row of the selected task shows the whole text. */
const clipped = (text: string): string => (text.length > 160 ? `${text.slice(0, 159)}…` : text);

function cellOf(attempt: EndedAttempt): Cell {
  const { task_id: taskId, domain, instruction } = attempt;
  return { key: taskKey(attempt), kind: kindOf(attempt), attempt, taskId, domain, instruction };
}

export function kindOf({
  outcome,
  success,
}: {
  readonly outcome: TaskOutcome;
  readonly success: boolean;
}): CellKind {
  switch (outcome) {
    case 'scored':
      return success ? 'passed' : 'failed';
    case 'exception':
      return 'error';
    case 'lost':
    case 'interrupted':
      return outcome;
  }
}

function blank(kind: 'unseen' | 'planned', count: number): readonly Cell[] {
  return Array.from({ length: count }, (_, index) => ({
    key: `${kind} ${index}`,
    kind,
    attempt: null,
    taskId: null,
    domain: null,
    instruction: null,
  }));
}
