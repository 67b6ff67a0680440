/** The words of fault finding: what is collected while a task is on, and what is concluded from it. Plain JSON throughout. */
import type { TaskFault, TaskOutcome } from '../../../../shared/stream-words.ts';

/** A line of the log, as evidence. */
export interface Quote {
  /** The message of the line, without secrets, at most 300 characters. */
  readonly text: string;
  /** Null: the text is not from the log. */
  readonly log: LogPoint | null;
}

/** A place in the log of one start of a run. */
export interface LogPoint {
  /** Id of the start, as in `RunPart.runId`. Null: the log has no start of a run. */
  readonly start: string | null;
  /** Bytes from the first byte of that start. For a run of one start this is the place in the log of the run. */
  readonly offset: number;
}

export interface FaultEvidence extends Quote {
  /** Name of the rule that found the fault. */
  readonly rule: string;
}

export interface Verdict {
  readonly fault: TaskFault;
  /** Null: the fault needs no evidence (`none`), or there is none (`unknown`). */
  readonly evidence: FaultEvidence | null;
}

/** What one line says about the model, the machine or the judge. */
export const signNames = [
  /** The client of the model got 429 or 5xx, or asks again. A later step shows that it recovered. */
  'model_retry',
  /** The agent went on without an answer of the model, or the model refused the key or the account. */
  'model_error',
  /** The same while the task is judged: an evaluator asks a model. */
  'judge_error',
  /** The runner has no screenshot, and burns a step. */
  'no_observation',
  /** The server in the guest gave no screenshot after all tries. A later step shows that there was one. */
  'no_screenshot',
  /** The runner gave up waiting for the machine, and goes on. */
  'machine_not_ready',
  /** The last try to set up the task failed, and the runner goes on. */
  'setup_failed',
  /** The server in the guest failed to hand out a file to the evaluator (5xx). */
  'file_unavailable',
  /** The evaluator could not reach the server in the guest. */
  'guest_unreachable',
  /** The disk of the runner is full. */
  'disk_full',
] as const;
export type SignName = (typeof signNames)[number];

/** What makes earlier signs void. */
export type Relief =
  /** The client of the model got an answer. */
  | 'model_answered'
  /** The agent acted, other than by giving up or waiting. */
  | 'acted';

export interface SeenSign {
  readonly count: number;
  readonly first: Quote;
}

/** The signs that the log has shown of a running task. There is one entry for each kind of sign, so it stays small. */
export interface SignRecord {
  readonly signs: Partial<Record<SignName, SeenSign>>;
  /** The agent is done, and the task is being judged. */
  readonly isJudging?: true;
}

/** Which part of a benchmark the code of a traceback belongs to. */
export type CodeArea = 'agent' | 'evaluator' | 'environment';

/** A traceback behind the line that tells of an exception. */
export interface Trace {
  /** Its last line: type and message. */
  readonly quote: Quote;
  /** `evaluator` if any frame is in one, else the area of the innermost frame of the benchmark's own code. Null: unknown code. */
  readonly area: CodeArea | null;
  /** Name of the function of that frame; null: unknown. */
  readonly functionName: string | null;
}

/** All that the rules see of a task: what happened between its start and its end, and nothing else. */
export interface TaskEvidence extends SignRecord {
  readonly outcome: TaskOutcome;
  readonly score: number | null;
  readonly success: boolean;
  /** Highest step of the agent. */
  readonly steps: number;
  /** The agent logs elsewhere, so missing steps prove nothing. */
  readonly isHandedOver: boolean;
  /** What the exception said: the message of the log, or the reason in a result file. */
  readonly raised: Quote | null;
  readonly trace: Trace | null;
}

/** Faults by which a task says nothing about its agent. */
const notValid: ReadonlySet<TaskFault> = new Set<TaskFault>(['model_api', 'environment', 'evaluator']);

/** Returns whether the result of a task with this fault counts for its agent. */
export function isValid(fault: TaskFault): boolean {
  return !notValid.has(fault);
}
