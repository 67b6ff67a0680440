/** Evidence → verdict, by the table of rules. Pure. */
import type { TaskFault } from '../../../../shared/stream-words.ts';
import type { TaskAttempt } from '../model.ts';
import type { Quote, TaskEvidence, Trace, Verdict } from './model.ts';
import { isGuestError } from './error-texts.ts';
import { quoteOf } from './quote.ts';
import { rules } from './rules.ts';

const unknown: Verdict = { fault: 'unknown', evidence: null };

/** Returns whose fault the end of a task is. Without a rule that holds, it is `unknown`. */
export function judgeTask(evidence: TaskEvidence): Verdict {
  for (const { name, fault, find } of rules) {
    const found = find(evidence);
    if (found === 'none') return { fault, evidence: null };
    if (found !== null) return { fault, evidence: { rule: name, ...found } };
  }
  return unknown;
}

/** How an attempt ended, or what a result file says of it. */
export interface JudgedEnd extends Pick<TaskEvidence, 'outcome' | 'score' | 'success'> {
  /** What an exception said. */
  readonly message: string | null;
  /** The line that tells of the exception. Missing: it is in no log. */
  readonly line?: Quote;
}

/** Returns the fault of an attempt that ends now, or whose result is corrected. */
export function judgeEnd(task: TaskAttempt, end: JudgedEnd): Pick<TaskAttempt, 'fault' | 'faultEvidence'> {
  const { message, line } = end;
  // The text is that of the message: the line has the names of process and task in front of it.
  const raised = message === null ? null : { ...quoteOf(message, line?.log ?? null) };
  const verdict = judgeTask(evidenceOf(task, end, raised, null));
  const { fault, faultEvidence } = task;
  // A result file knows less than the log: it changes a verdict only if it says more, or that there is nothing to explain.
  const isKept = task.outcome !== null && verdict.fault === 'unknown';
  if (isKept && fault !== undefined && fault !== 'none')
    return { fault, ...(faultEvidence === undefined ? {} : { faultEvidence }) };
  return shownVerdict(verdict, line);
}

/**
 * Returns the fault of an attempt that raised, with its traceback, which the log has behind the end of the task; null: the traceback
 * says no more than was known.
 */
export function judgeTrace(
  task: TaskAttempt,
  trace: Trace,
): Required<Pick<TaskAttempt, 'fault' | 'faultEvidence'>> | null {
  const end = { outcome: 'exception', score: null, success: false } as const;
  const { fault, evidence } = judgeTask(evidenceOf(task, end, null, trace));
  const isMore =
    (task.fault === 'unknown' && fault !== 'unknown') ||
    (task.fault === 'model_api' && fault === 'evaluator') ||
    (task.fault === 'environment' && fault === 'agent' && isGuestError(trace.quote.text));
  return isMore ? { fault, faultEvidence: evidence } : null;
}

function evidenceOf(
  { seen, steps, isHandedOver }: TaskAttempt,
  { outcome, score, success }: Pick<TaskEvidence, 'outcome' | 'score' | 'success'>,
  raised: Quote | null,
  trace: Trace | null,
): TaskEvidence {
  const record = seen ?? { signs: {} };
  return { ...record, outcome, score, success, steps, isHandedOver: isHandedOver === true, raised, trace };
}

/** The evidence quotes the whole line. */
function shownVerdict(
  { fault, evidence }: Verdict,
  line: Quote | undefined,
): Required<Pick<TaskAttempt, 'fault' | 'faultEvidence'>> {
  const isOfLine = evidence !== null && line !== undefined && isSamePoint(evidence, line);
  return {
    fault: fault satisfies TaskFault,
    faultEvidence: isOfLine ? { ...evidence, text: line.text } : evidence,
  };
}

function isSamePoint(a: Quote, b: Quote): boolean {
  return a.log !== null && b.log !== null && a.log.start === b.log.start && a.log.offset === b.log.offset;
}
