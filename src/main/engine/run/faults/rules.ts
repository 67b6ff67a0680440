/**
 * The rules of fault finding, in one table. The first rule that finds its evidence decides, so the order is the precedence:
 *
 * 1. A task that passed, or got a part of its score, has no fault, whatever was retried.
 * 2. A full disk comes first: everything else that fails then fails because of it.
 * 3. The evaluator comes before the model's service: a judge that gets 429 is the evaluator's fault.
 * 4. The server in the guest comes before other code of the evaluator, which fails without it.
 * 5. An exception says more than a sign: signs of the model and the machine count only until the agent acts again.
 * 6. The agent's own code comes last. A text of the model's service or of the guest in it is the fault of these.
 *
 * A rule looks at evidence that proves its fault. What may have another cause stays `unknown` (an exception, a lost or interrupted
 * task) or `none` (a score of 0).
 */
import type { TaskFault } from '../../../../shared/stream-words.ts';
import { isDiskFull, isGuestError, isMachineError, modelErrorIn, withoutType } from './error-texts.ts';
import { evaluationFailed } from '../dialects/macosworld-lines.ts';
import type { Quote, SignName, TaskEvidence } from './model.ts';

export interface Rule {
  readonly name: string;
  readonly fault: TaskFault;
  /** What proves it; null: it does not hold. `none`: it holds, and needs no evidence. */
  readonly find: (evidence: TaskEvidence) => Quote | 'none' | null;
}

/** So many failures in a row, up to the end of the task, are no hiccup. */
const enoughRetries = 3;
/** A runner burns a step for each missing screenshot. */
const enoughMisses = 3;

export const rules: readonly Rule[] = [
  {
    name: 'passed',
    fault: 'none',
    find: ({ success, score }) => (success || (score !== null && score > 0) ? 'none' : null),
  },
  {
    name: 'disk_full',
    fault: 'environment',
    find: (evidence) => saidBy(evidence, isDiskFull) ?? unlessScored(evidence, 'disk_full'),
  },
  {
    name: 'judge_model_failed',
    fault: 'evaluator',
    find: (evidence) => (isJudged(evidence) ? saidBy(evidence, (text) => modelErrorIn(text) !== null) : null),
  },
  {
    name: 'judge_model_failed_scored',
    fault: 'evaluator',
    find: (evidence) => ifScored(evidence, 'judge_error', 1),
  },
  {
    name: 'guest_unreachable',
    fault: 'environment',
    find: (evidence) => saidBy(evidence, (text) => isGuestError(text, evidence.trace?.area === 'agent')),
  },
  {
    name: 'guest_unreachable_judging',
    fault: 'environment',
    find: (evidence) => ifScored(evidence, 'guest_unreachable', 1),
  },
  { name: 'machine_lost', fault: 'environment', find: (evidence) => saidBy(evidence, isMachineError) },
  {
    name: 'evaluator_raised',
    fault: 'evaluator',
    find: ({ outcome, trace }) =>
      outcome === 'exception' && trace?.area === 'evaluator' ? trace.quote : null,
  },
  {
    name: 'file_unavailable',
    fault: 'evaluator',
    find: (evidence) => ifScored(evidence, 'file_unavailable', 1),
  },
  {
    name: 'model_refused',
    fault: 'model_api',
    find: (evidence) => saidBy(evidence, (text) => modelErrorIn(text) === 'refused'),
  },
  {
    name: 'model_failed',
    fault: 'model_api',
    find: (evidence) => saidBy(evidence, (text) => modelErrorIn(text) === 'failed'),
  },
  { name: 'model_never_answered', fault: 'model_api', find: findNoAnswer },
  {
    name: 'evaluation_failed',
    fault: 'evaluator',
    find: (evidence) => saidBy(evidence, (text) => text === evaluationFailed),
  },
  { name: 'no_screenshot', fault: 'environment', find: findNoScreenshot },
  {
    name: 'never_seen',
    fault: 'environment',
    find: (evidence) => ifScored(evidence, 'no_observation', enoughMisses),
  },
  {
    name: 'machine_not_ready',
    fault: 'environment',
    // Steps show that the machine came up after all. An agent that logs elsewhere shows none.
    find: (evidence) =>
      evidence.steps === 0 && !evidence.isHandedOver ? ifScored(evidence, 'machine_not_ready', 1) : null,
  },
  {
    name: 'setup_failed',
    fault: 'environment',
    find: (evidence) => ifScored(evidence, 'setup_failed', 1),
  },
  {
    name: 'model_gave_no_answer',
    fault: 'model_api',
    find: (evidence) => ifScored(evidence, 'model_error', 1),
  },
  {
    name: 'model_retries_to_the_end',
    fault: 'model_api',
    // An agent that logs elsewhere may have gone on without a step in this log.
    find: (evidence) => (evidence.isHandedOver ? null : ifScored(evidence, 'model_retry', enoughRetries)),
  },
  {
    name: 'agent_raised',
    fault: 'agent',
    find: ({ outcome, trace }) => (outcome === 'exception' && trace?.area === 'agent' ? trace.quote : null),
  },
  { name: 'failed', fault: 'none', find: ({ outcome }) => (outcome === 'scored' ? 'none' : null) },
];

/** Returns the line of an exception whose text passes a test: its message, or the last line of its traceback. */
function saidBy({ outcome, raised, trace }: TaskEvidence, test: (text: string) => boolean): Quote | null {
  if (outcome !== 'exception') return null;
  if (trace !== null && test(trace.quote.text)) return trace.quote;
  return raised !== null && test(raised.text) ? raised : null;
}

function isJudged({ isJudging, trace }: TaskEvidence): boolean {
  return isJudging === true || trace?.area === 'evaluator';
}

/** Returns a sign that still held when a task ended with a score of 0. */
function ifScored({ outcome, signs }: TaskEvidence, name: SignName, atLeast: number): Quote | null {
  const seen = signs[name];
  return outcome === 'scored' && seen !== undefined && seen.count >= atLeast ? seen.first : null;
}

function unlessScored({ outcome, signs }: TaskEvidence, name: SignName): Quote | null {
  return outcome === 'scored' ? null : (signs[name]?.first ?? null);
}

/** AndroidWorld's agents give up with these words after all tries, whatever failed. A try says whether it was the service. */
function findNoAnswer(evidence: TaskEvidence): Quote | null {
  const isGivenUp =
    saidBy(evidence, (text) => withoutType(text).startsWith('Error calling LLM in ')) !== null;
  return isGivenUp ? (evidence.signs.model_retry?.first ?? null) : null;
}

/** The agent encodes the screenshot, and there is none. */
function findNoScreenshot({ outcome, trace, signs }: TaskEvidence): Quote | null {
  if (outcome !== 'exception' || trace === null) return null;
  const isNothing = trace.quote.text.includes("a bytes-like object is required, not 'NoneType'");
  const isEncoding = /^(?:encode|pil_to_base64|resize_image|process_image)/.test(trace.functionName ?? '');
  if (!isNothing) return null;
  return signs.no_screenshot?.first ?? (isEncoding ? trace.quote : null);
}
