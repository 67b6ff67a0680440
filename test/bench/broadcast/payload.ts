/** What is sent in the measurements: ends of tasks that carry the time at which they were published. */
import type { ErrorPayload, TaskCompletePayload } from '../../../src/shared/stream.ts';
import type { TaskRecord } from '../../../src/main/engine/feed/index.ts';

export interface BenchEvent {
  /** When it was published, by `monotonicUs`. */
  readonly atUs: number;
  /** Tells one event from all others, such as the last of a burst: letters and digits. */
  readonly mark: string;
  /** How many bytes it takes beyond the usual ones. */
  readonly extraBytes: number;
}

export const vmName = 'waa-eval-vm';
const runId = 'waa-eval-vm-20260128T220000Z';
/** Of 2026-01-28, so that every event is equally long. */
const endedAtMs = 1_769_637_600_000;
const durationMs = 187_250;

/** Microseconds by a clock that all processes of this machine share (CLOCK_MONOTONIC). */
export const monotonicUs = (): number => Number(process.hrtime.bigint() / 1000n);

/** As `readStamps` finds it again. */
const taskId = ({ atUs, mark }: BenchEvent): string => `${String(atUs).padStart(16, '0')}@${mark}-WOS`;

export function taskRecord(event: BenchEvent): TaskRecord {
  return {
    runId,
    vm: vmName,
    taskId: taskId(event),
    domain: 'settings',
    attempt: 1,
    worker: '0',
    instruction: 'Turn off the notifications for my system in the settings of Windows.',
    steps: 12,
    startedAt: endedAtMs - durationMs,
    endedAt: endedAtMs,
    outcome: 'scored',
    score: 1,
    success: true,
    message: null,
    catchUp: false,
  };
}

/** What BenchTray tells of such a record: for the broadcaster that knows nothing of records. */
export function taskPayload(event: BenchEvent): TaskCompletePayload {
  return {
    task_id: taskId(event),
    success: true,
    score: 1,
    vm: vmName,
    run_id: runId,
    domain: 'settings',
    attempt: 1,
    steps: 12,
    duration_seconds: durationMs / 1000,
    outcome: 'scored',
    finished_at: new Date(endedAtMs).toISOString(),
    catch_up: false,
  };
}

/** A journal event that can be of any size. */
export function errorPayload(event: BenchEvent): ErrorPayload {
  return {
    message: 'The benchmark run has crashed.',
    vm: vmName,
    code: 'run_crashed',
    severity: 'critical',
    detail: 'x'.repeat(event.extraBytes),
    hint: taskId(event),
    began_at: new Date(endedAtMs).toISOString(),
  };
}

const stampPattern = /"(\d{16})@/g;

/** The times at which the events of a text were published, and where behind the last of them to read on. */
export function readStamps(text: string): { readonly atUs: readonly number[]; readonly end: number } {
  const atUs: number[] = [];
  let end = 0;
  for (const match of text.matchAll(stampPattern)) {
    atUs.push(Number(match[1]));
    end = match.index + match[0].length;
  }
  return { atUs, end };
}
