/** The history as the journal in the data folder has it, in the shapes that a running BenchTray answers with. */
import { UserError } from '../../../shared/user-error.ts';
import type { ProgressPayload, StatusPayload } from '../../../shared/stream.ts';
import { createLogReader, openFileReader, readRunLog } from '../../engine/archive/index.ts';
import type { JournalReader } from '../../engine/feed/index.ts';
import { writeReport } from '../../engine/report/index.ts';
import { progressOf } from '../../engine/run/index.ts';
import type { StatusAnswer } from '../../engine/server/index.ts';
import { compareInHistory } from '../../engine/server/routes/compare-route.ts';
import { logView } from '../../engine/server/routes/log-route.ts';
import { findVm } from '../../engine/server/routes/parameters.ts';
import { reportOf } from '../../engine/server/routes/report-route.ts';
import { runView, taskView, unknownRun } from '../../engine/server/routes/run-view.ts';
import { firstStatus, openErrorsOf } from '../../engine/server/stream/pictures.ts';
import type { HistorySource } from './history-source.ts';

export interface FolderSourceOptions {
  readonly dataDir: string;
  readonly journal: JournalReader;
  /** The configured VMs. */
  readonly vms: readonly { readonly name: string; readonly successThreshold: number }[];
  /** Version of BenchTray. */
  readonly version: string;
  /** Ends a report that is being made. */
  readonly stop: AbortSignal;
}

/** @returns the source, which owns the journal from now on */
export function folderSource({ dataDir, journal, vms, version, stop }: FolderSourceOptions): HistorySource {
  const vmNames = vms.map(({ name }) => name);
  const thresholdOf = (vm: string): number | null =>
    vms.find(({ name }) => name === vm)?.successThreshold ?? null;

  function vmPicture(name: string): StatusAnswer['vms'][number] {
    const [run] = journal.runs({ vm: name, limit: 1 });
    return {
      name,
      status: lastStatus(journal, name),
      progress: lastProgress(journal, name),
      run: run === undefined ? null : runView(run, journal, thresholdOf),
      open_errors: openErrorsOf(journal, name),
    };
  }

  return {
    origin: { kind: 'folder', dataDir },
    status() {
      const shown = vmNames.length > 0 ? vmNames : journal.vmNames();
      return Promise.resolve({
        version,
        state_version: 0,
        as_of: new Date().toISOString(),
        vms: shown.map(vmPicture),
        hooks: [],
        journal: { ok: true, error: null, since: null },
      });
    },
    runs({ vm: asked, ...query }) {
      // The same names as for `/api/runs`.
      const vm = findVm(asked, [...new Set([...vmNames, ...journal.vmsWithRuns()])]);
      if (!vm.ok) return Promise.reject(new UserError(vm.problem.detail));
      const runs = journal.runs({ ...query, ...(vm.value === null ? {} : { vm: vm.value }) });
      return Promise.resolve(runs.map((run) => runView(run, journal, thresholdOf)));
    },
    run(runId) {
      const run = journal.run(runId);
      return Promise.resolve(run === null ? null : runView(run, journal, thresholdOf));
    },
    tasks: (runId) => Promise.resolve(journal.tasksOf(runId).map(taskView)),
    compare(a, b, attempt) {
      const comparison = compareInHistory(journal, { b, attempt, ...(a === null ? {} : { a }) });
      return comparison.ok
        ? Promise.resolve(comparison.value)
        : Promise.reject(new UserError(comparison.problem.detail));
    },
    async log(runId, { q, ...query }) {
      const run = journal.run(runId);
      if (run === null) throw new UserError(unknownRun(runId).detail);
      const answer = await readRunLog(createLogReader(dataDir), run, { ...query, text: q });
      if (!answer.ok) throw new UserError(answer.problem);
      return logView(runId, { q }, answer.value);
    },
    async *report(runId) {
      const input = reportOf(
        {
          history: journal,
          files: openFileReader(dataDir),
          thresholdOf,
          version,
        },
        runId,
      );
      if (!input.ok) throw new UserError(input.problem.detail);
      yield* writeReport(input.value, stop);
    },
    close: () => journal.close(),
  };
}

/** Returns what is left of a VM's status while nobody watches it: when it was last heard, its cost then, its open errors. */
function lastStatus(journal: JournalReader, name: string): StatusPayload {
  const heard = journal.heard(name);
  const first = firstStatus({ name, address: null }, openErrorsOf(journal, name));
  const heardAt = heard === null ? null : new Date(heard.at).toISOString();
  return {
    ...first,
    phase: heard === null ? first.phase : 'unknown',
    detail: { ...first.detail, text: 'Not watched: BenchTray is not running' },
    checked_at: heardAt,
    as_of: heardAt,
    cost: heard?.cost == null ? null : { ...heard.cost, unknown: true, as_of: heard.cost.as_of ?? heardAt },
  };
}

/** Returns the newest run of a log as it was when the VM was last heard; null: no log was read. */
function lastProgress(journal: JournalReader, name: string): ProgressPayload | null {
  const run = journal.latestFollow(name)?.run ?? null;
  if (run === null) return null;
  const atMs = journal.heard(name)?.at ?? run.lastEventAt ?? run.startedAt ?? 0;
  return progressOf(run, name, atMs, false, { runMs: atMs, wallMs: atMs });
}
