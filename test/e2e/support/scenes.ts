/** States of the world, put into the feed as the rest of BenchTray would. */
import type { ErrorPayload, ProgressPayload, StateCode, StatusPayload } from '../../../src/shared/stream.ts';
import type { Feed, TaskRecord } from '../../../src/main/engine/feed/index.ts';
import type { RunArguments } from '../../../src/main/engine/run/index.ts';
import { errorOf, progressOf, runOf, statusOf, taskOf } from '../../unit/feed/fixtures.ts';
import { readyDetail } from '../../support/ready-detail.ts';
import { vmName } from './bench.ts';

export const longTaskId = `${'a-task-whose-name-has-no-end_'.repeat(6)}WOS`;

export function setReady(feed: Feed, changes: Partial<StatusPayload> = {}, vm = vmName): void {
  feed.setStatus(
    vm,
    statusOf(vm, {
      connected: true,
      phase: 'ready',
      waa_ready: true,
      probe: { status: 'ready', vnc_url: 'http://20.123.45.67:8006' },
      power_state: 'running',
      detail: readyDetail,
      checked_at: new Date().toISOString(),
      cost: {
        per_hour_usd: 0.19,
        so_far_usd: 1.23,
        since: '2026-01-28T20:00:00Z',
        unknown: false,
        as_of: null,
      },
      ...changes,
    }),
  );
}

const domains = ['notepad', 'libreoffice_calc', 'settings', 'file_explorer', 'vs_code'] as const;
const secondMs = 1000;

/** The nth task of a run (from 0): most pass, some fail, some raise, as in life. */
export function nthTask(index: number, changes: Partial<TaskRecord> = {}): TaskRecord {
  const outcome = index % 7 === 5 ? 'exception' : 'scored';
  const score = outcome === 'exception' ? null : ([1, 0, 1, 0.5, 1][index % 5] ?? null);
  const endedAt = Date.now() - (200 - index) * 45 * secondMs;
  return taskOf(
    `${String(10_000_000 + index * 7919)}-ea3e-4cf4-9b70-${String(index).padStart(12, '0')}-WOS`,
    {
      vm: vmName,
      domain: domains[index % domains.length] ?? null,
      outcome,
      score,
      success: score === 1,
      steps: 3 + (index % 12),
      startedAt: endedAt - (30 + index) * secondMs,
      endedAt,
      ...changes,
    },
  );
}

/** A run of `total` tasks of which `done` are over. Nothing of it is told as an event. */
export function startRun(
  feed: Feed,
  done: number,
  total: number,
  changes: Partial<ProgressPayload> = {},
  args: Partial<RunArguments> = {},
): void {
  const vm = changes.vm ?? vmName;
  const runId = changes.run_id ?? 'run-1';
  const tasks = Array.from({ length: done }, (_, index) => nthTask(index, { vm, runId }));
  const succeeded = tasks.filter((task) => task.success).length;
  const scored = tasks.filter((task) => task.score !== null).length;
  const scoreSum = tasks.reduce((sum, task) => sum + (task.score ?? 0), 0);
  const meanScore = scored === 0 ? null : scoreSum / scored;
  const { state = 'running' } = changes;
  const endState = state === 'running' || state === 'stalled' ? null : state;
  feed.commit({
    vm,
    at: Date.now(),
    runs: [
      runOf(runId, {
        vm,
        state: endState ?? 'running',
        ...(changes.started_at == null ? {} : { startedAt: Date.parse(changes.started_at) }),
        totalTasks: total,
        tasksCompleted: done,
        succeeded,
        scored,
        scoredSucceeded: succeeded,
        scoreSum,
        endedAt: endState === null ? null : Date.now() - 60 * secondMs,
        arguments: { ...runOf(runId).arguments, ...args },
      }),
    ],
    tasks: tasks.map((record) => ({ record, tell: false })),
  });
  feed.setProgress(
    vm,
    progressOf(vm, {
      run_id: runId,
      tasks_completed: done,
      total_tasks: total,
      current_task: '366de66e-cbae-4d72-b042-26390db2b145-WOS',
      current_step: 7,
      max_steps: 15,
      instruction:
        'Open Notepad, type the three shopping items from the note on the desktop, and save the file.',
      succeeded,
      score_sum: scoreSum,
      tasks_scored: scored,
      mean_score: meanScore,
      pass_rate: scored === 0 ? null : succeeded / scored,
      success_rate_evaluated: meanScore,
      success_rate_planned: scoreSum / total,
      elapsed_seconds: 4321,
      eta_seconds: 6400,
      ...changes,
    }),
    true,
  );
}

/** The next task of the run is over, and its event told. */
export function completeTask(feed: Feed, record: TaskRecord): void {
  feed.commit({ vm: record.vm, at: Date.now(), tasks: [{ record, tell: true }] });
}

export function beginError(feed: Feed, code: StateCode, changes: Partial<ErrorPayload> = {}): void {
  const beganAt = Date.now() - 12_000;
  const error = errorOf(changes.vm ?? vmName, {
    code,
    began_at: new Date(beganAt).toISOString(),
    ...changes,
  });
  feed.commit({ vm: error.vm, at: Date.now(), began: [{ vm: error.vm, code, beganAt, error }] });
}

export function endError(feed: Feed, code: StateCode): void {
  feed.commit({
    vm: vmName,
    at: Date.now(),
    ended: [{ code, message: 'The benchmark server answers again.' }],
  });
}

export function tellMoment(feed: Feed, changes: Partial<ErrorPayload>): void {
  feed.commit({
    vm: vmName,
    at: Date.now(),
    moments: [errorOf(vmName, { began_at: new Date().toISOString(), ...changes })],
  });
}

/** Two errors of different weight, with everything that an error can say. */
export function beginTwoErrors(feed: Feed, vm = vmName): void {
  beginError(feed, 'disk_full', {
    vm,
    severity: 'warning',
    message: 'The disk of the VM is full.',
    detail: '/mnt: 412 MiB free',
    hint: 'On the VM: df -h, then remove old results, images (docker system df) or grow the disk.',
  });
  beginError(feed, 'probe_down', {
    vm,
    severity: 'critical',
    message: 'The benchmark server in Windows has stopped answering.',
    detail: 'Connection refused',
    hint: 'Look at the screen of the guest by VNC. It may be rebooting, or its server may have ended.',
  });
}
