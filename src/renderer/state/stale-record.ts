/** When the history is to be read again. Pure. */
import type { ProgressPayload } from '../../shared/stream.ts';
import type { StreamMessage } from '../../shared/stream-message.ts';

/** @returns whether the record of the run says more than before, or something else */
export function isRecordStale(
  known: ProgressPayload | null,
  progress: ProgressPayload,
  news: readonly StreamMessage[],
): boolean {
  return tag(known) !== tag(progress) || isCorrected(known, progress) || news.some(isMismatch(progress.vm));
}

/** When this changes, its arguments and plan are known, or how it ended. */
function tag(progress: ProgressPayload | null): string {
  if (progress === null) return '';
  return JSON.stringify([progress.run_id, progress.state, progress.max_steps, progress.total_tasks]);
}

/** A result file may say something else than the log did. No second `task_complete` tells that. */
function isCorrected(known: ProgressPayload | null, progress: ProgressPayload): boolean {
  return (
    known?.tasks_completed === progress.tasks_completed &&
    (known.succeeded !== progress.succeeded || known.score_sum !== progress.score_sum)
  );
}

const isMismatch =
  (vm: string) =>
  (message: StreamMessage): boolean =>
    message.event === 'problem' && message.data.code === 'result_mismatch' && message.data.vm === vm;
