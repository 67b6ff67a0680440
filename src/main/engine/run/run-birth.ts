/** A run before anything has happened in it, its id, and one that comes back from the journal. */
import type { RunArguments, RunEvent, RunState } from './model.ts';

const noArguments: RunArguments = {
  maxSteps: null,
  model: null,
  agent: null,
  resultDir: null,
  emulatorIp: null,
  workerId: null,
  workers: null,
  trialId: null,
};

/**
 * Returns the id of a run, the same on every reading of the log, whole or from a copy: `waa-eval-vm-20260128-225508318` where the log
 * tells when the run began, `waa-eval-vm-3f9a1c20-0` (log fingerprint and byte offset) where it tells no date. Safe in a URL.
 */
export function runIdFor(vm: string, fingerprint: string, key: string): string {
  const offset = /^offset-(\d+)$/.exec(key)?.[1];
  const parts = offset === undefined ? [vm, key] : [vm, fingerprint.slice(0, 8), offset];
  return parts.map((part) => part.replace(/[^\w.~-]/g, '-')).join('-');
}

export function newRun(runId: string, event: Extract<RunEvent, { type: 'run_started' }>): RunState {
  return {
    runId,
    dialect: event.dialect,
    state: 'running',
    startedAt: event.at,
    lastEventAt: event.at,
    endedAt: null,
    totalTasks: 0,
    arguments: noArguments,
    plan: null,
    domainPlan: null,
    pauses: [0, 0],
    parts: [{ runId, attemptsBefore: 0, tasksBefore: 0 }],
    next: null,
    tasks: [],
    averageScore: null,
    endMessage: null,
    successThresholds: [],
  };
}

/** The state as the journal gave it back. What an older version did not know yet is filled in. */
export function restoreRun(stored: StoredRunState): RunState {
  const { runId, startedAt: at, dialect } = stored;
  const { successThresholds: _, ...fresh } = newRun(runId, { type: 'run_started', at, dialect, key: '' });
  return { ...fresh, ...stored, arguments: { ...noArguments, ...stored.arguments } };
}

type StoredRunState = Partial<RunState> & Pick<RunState, 'runId' | 'dialect' | 'startedAt'>;
