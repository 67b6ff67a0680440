/** One record of the runner of openadapt-evals (`benchmarks/runner.py`) → what it says. */
import { parseScore } from '../python-repr.ts';

export type EvRunnerLine =
  /** `Evaluating 10 tasks on waa-live` */
  | { readonly says: 'begin'; readonly total: number }
  /** `Task 3/10: notepad_1`, told before each task where they are played one after the other */
  | { readonly says: 'task'; readonly number: number; readonly total: number; readonly taskId: string }
  /** `Resetting environment for task notepad_1`: told in any case */
  | { readonly says: 'reset'; readonly taskId: string }
  /** `Step 0: …`, of which the first is step 1 */
  | { readonly says: 'step'; readonly step: number }
  | {
      readonly says: 'ended';
      readonly taskId: string;
      readonly outcome: 'scored' | 'exception';
      readonly score: number | null;
      readonly verdict: boolean | null;
      readonly message: string | null;
    }
  /** `Evaluation complete: 3/10 (30.0%) success, 8.1 avg steps` */
  | { readonly says: 'complete' };

const maxMessageChars = 1000;

/** Some formats have the logger's name in front of the message. Other loggers than those of the runners say nothing that counts. */
export function withoutLoggerName(message: string): string {
  return message.replace(/^(?:__main__|run_full_eval|[\w.]*\brunner): /, '');
}

/** Null: nothing that counts. */
export function parseEvRunnerLine(level: string, message: string): EvRunnerLine | null {
  const text = withoutLoggerName(message);
  switch (text[0]) {
    case 'S':
      return stepLine(text);
    case 'T':
      return taskLine(text) ?? taskEnd(text, level);
    case '[':
      return success(text);
    case 'R': {
      const taskId = /^Resetting environment for task (\S+)$/.exec(text)?.[1];
      return taskId === undefined ? null : { says: 'reset', taskId };
    }
    case 'E':
      return evaluation(text) ?? taskError(text);
    default:
      return null;
  }
}

function stepLine(text: string): EvRunnerLine | null {
  const step = /^Step (\d{1,6}): /.exec(text)?.[1];
  return step === undefined ? null : { says: 'step', step: Number(step) + 1 };
}

function taskLine(text: string): EvRunnerLine | null {
  const [, number, total, taskId] = /^Task ([1-9]\d{0,5})\/(\d{1,6}): (\S+)$/.exec(text) ?? [];
  if (taskId === undefined) return null;
  return { says: 'task', number: Number(number), total: Number(total), taskId };
}

function taskEnd(text: string, level: string): EvRunnerLine | null {
  const [, taskId, word] = /^Task (\S+): (SUCCESS|FAIL)$/.exec(text) ?? [];
  if (taskId !== undefined) return scored(taskId, null, word === 'SUCCESS');
  if (level !== 'ERROR') return null;
  const [, failedId, score] = /^Task (\S+) failed \(score: (\S+)\)$/.exec(text) ?? [];
  if (failedId !== undefined && score !== undefined) return scored(failedId, parseScore(score), false);
  const [, brokenId, reason] = /^Task (\S+) failed with error: (.*)$/s.exec(text) ?? [];
  return brokenId === undefined ? null : raised(brokenId, reason);
}

function success(text: string): EvRunnerLine | null {
  const [, taskId, score] =
    /^\[SUCCESS\] Task (\S+) completed successfully \(score: (\S+)\)$/.exec(text) ?? [];
  return taskId === undefined || score === undefined ? null : scored(taskId, parseScore(score), true);
}

function evaluation(text: string): EvRunnerLine | null {
  const total = /^Evaluating (\d{1,6}) tasks on \S+$/.exec(text)?.[1];
  if (total !== undefined) return { says: 'begin', total: Number(total) };
  return /^Evaluation complete: \d+\/\d+ \(/.test(text) ? { says: 'complete' } : null;
}

function taskError(text: string): EvRunnerLine | null {
  const [, taskId, reason] = /^Error running task ([^\s:]+): (.*)$/s.exec(text) ?? [];
  return taskId === undefined ? null : raised(taskId, reason);
}

function scored(taskId: string, score: number | null, verdict: boolean): EvRunnerLine {
  return { says: 'ended', taskId, outcome: 'scored', score, verdict, message: null };
}

function raised(taskId: string, message = ''): EvRunnerLine {
  const text = message.slice(0, maxMessageChars);
  return { says: 'ended', taskId, outcome: 'exception', score: null, verdict: null, message: text };
}
