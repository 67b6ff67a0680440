/** How a trial has ended, by its result file. */
import { cutText } from '../../../../shared/plain-text.ts';
import type { TaskOutcome } from '../../../../shared/stream.ts';
import { isScoreDespiteException } from '../attempts.ts';
import { safeMessage } from '../messages.ts';
import type { TrialResult } from './document.ts';

export interface TrialEnd {
  readonly outcome: TaskOutcome;
  readonly score: number | null;
  /** What was raised: "AgentTimeoutError: …", on one line. */
  readonly message: string | null;
}

interface Raised {
  readonly type: string | null;
  readonly message: string | null;
}

const mostMessageCharacters = 300;
/** The agent used up its time. The verifier then judges what it did, and the benchmark counts that. */
const agentTimeouts: ReadonlySet<string | null> = new Set(['AgentTimeoutError', 'agent_timeout']);
const cancelled: ReadonlySet<string | null> = new Set(['CancelledError', 'cancelled']);
/** What terminal-bench 1 writes when nothing went wrong. */
const noFailure: ReadonlySet<string | null> = new Set(['none', 'unset', null]);

/**
 * Returns the end of a trial. A reward wins over an exception, except that a reward of 0 beside an exception is no score: the verifier
 * judged a machine on which the agent never worked. It is a score if the agent ran out of time.
 *
 * @param isRaised a report of an exception lies beside a result file that is only known in part
 */
export function endOfTrial(result: TrialResult, isRaised = false): TrialEnd {
  const raised = raisedIn(result) ?? (isRaised ? { type: null, message: null } : null);
  const message = raised === null ? null : raisedText(raised);
  if (raised !== null && cancelled.has(raised.type)) return { outcome: 'interrupted', score: null, message };
  const score = scoreIn(result);
  const isScore =
    score !== null && (raised === null || isScoreDespiteException(score) || agentTimeouts.has(raised.type));
  if (isScore) return { outcome: 'scored', score, message };
  return { outcome: raised === null ? 'lost' : 'exception', score: null, message };
}

function raisedIn({ exception_info, status, error, failure_mode }: TrialResult): Raised | null {
  if (exception_info !== null)
    return { type: exception_info.exception_type, message: exception_info.exception_message };
  if (status === 'cancelled') return { type: status, message: null };
  // An agent that gave up was judged all the same: cua-bench tells its error without an exception.
  if (status === 'failed' && error !== null) return { type: null, message: error };
  return noFailure.has(failure_mode) ? null : { type: failure_mode, message: null };
}

/** The key `reward`, or the only one, as Harbor's own mean takes it. Several others have no order. */
function scoreIn({ verifier_result, is_resolved }: TrialResult): number | null {
  if (is_resolved !== null) return is_resolved ? 1 : 0;
  const rewards = verifier_result?.rewards ?? {};
  const values = Object.values(rewards);
  const reward = rewards['reward'] ?? (values.length === 1 ? values[0] : undefined) ?? null;
  return reward !== null && reward >= 0 && reward <= 1 ? reward : null;
}

/** An exception quotes the command that failed, and that may set environment variables. A cut key would not be known as one. */
function raisedText({ type, message }: Raised): string | null {
  const words = [type, message].filter((word) => word !== null).join(': ');
  return words === '' ? null : cutText(safeMessage(words), mostMessageCharacters);
}
