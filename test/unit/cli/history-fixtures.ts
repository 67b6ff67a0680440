/** A history in memory, and things to put into it. A test names only what it is about. */
import type { HistorySource } from '../../../src/main/cli/history/history-source.ts';
import type { RunView, StatusAnswer, TaskView } from '../../../src/main/engine/server/index.ts';
import { runView, taskView } from '../../../src/main/engine/server/routes/run-view.ts';
import { runFigures } from '../../../src/main/engine/run/score-figures.ts';
import { runOf, statusOf, taskOf } from '../feed/fixtures.ts';

const nothingElse = { poolOf: () => null, heard: () => null };

export function runViewOf(runId: string, changes: Partial<RunView> = {}): RunView {
  const run = runOf(runId, { scored: 3, scoredSucceeded: 1, scoreSum: 1.5, tasksCompleted: 4 });
  const stored = { ...run, figures: runFigures(run, run.totalTasks), benchmark: 'waa' };
  return { ...runView(stored, nothingElse, () => null), ...changes };
}

export function taskViewOf(taskId: string, changes: Partial<TaskView> = {}): TaskView {
  return { ...taskView(taskOf(taskId)), ...changes };
}

type VmPicture = StatusAnswer['vms'][number];

export function pictureOf(name: string, changes: Partial<VmPicture> = {}): VmPicture {
  const status = statusOf(name, { connected: true, phase: 'ready', waa_ready: true });
  return { name, status, progress: null, run: null, open_errors: [], ...changes };
}

export function statusAnswerOf(vms: readonly VmPicture[], changes: Partial<StatusAnswer> = {}): StatusAnswer {
  return {
    version: '1.2.3',
    state_version: 1,
    as_of: '2026-01-28T22:55:08.000Z',
    vms,
    hooks: [],
    journal: { ok: true, error: null, since: null },
    ...changes,
  };
}

/** @param runs newest first */
export function sourceOf(runs: readonly RunView[], tasks: readonly TaskView[] = []): HistorySource {
  return {
    origin: { kind: 'folder', dataDir: '/data' },
    status: () => Promise.resolve(statusAnswerOf([])),
    runs({ vm, limit, before }) {
      const from = before === undefined ? 0 : runs.findIndex((run) => run.run_id === before) + 1;
      const ofVm = runs.slice(from).filter((run) => vm === undefined || run.vm === vm);
      return Promise.resolve(ofVm.slice(0, limit));
    },
    run: (runId) => Promise.resolve(runs.find((run) => run.run_id === runId) ?? null),
    tasks: () => Promise.resolve(tasks),
    compare: () => Promise.reject(new Error('nothing is compared here')),
    log: () => Promise.reject(new Error('no log is read here')),
    report: () => {
      throw new Error('no report is made here');
    },
    close: () => undefined,
  };
}
