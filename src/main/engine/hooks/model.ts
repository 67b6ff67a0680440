/** The words of this room. */
import type { HookEvent } from '../config/index.ts';
import type { RunFigures } from '../feed/index.ts';
import type {
  ErrorPayload,
  RecoveredPayload,
  RunOutcome,
  TaskCompletePayload,
} from '../../../shared/stream.ts';

/** What a run has come to. Names and meanings are those of `progress`. */
export interface RunEndPayload extends RunFigures {
  readonly vm: string;
  readonly run_id: string;
  readonly state: RunOutcome;
  readonly tasks_completed: number;
  /** 0 while unknown. */
  readonly total_tasks: number;
  readonly succeeded: number;
  readonly score_sum: number;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  readonly elapsed_seconds: number | null;
  /** Why it ended, where it did not end by itself. */
  readonly detail: string | null;
}

/** The test message of a hook. */
export interface TestPayload {
  readonly message: string;
}

/** What a hook is given, as JSON. */
export interface HookMessage {
  /** `test`: a person tries the hook. No hook asks for it. */
  readonly event: HookEvent | 'test';
  /**
   * The event's id on the stream; `<run id>-end` for `run_end`, which the stream does not have; `test-<time>` for a test. The same however
   * often it is tried.
   */
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly timestamp: string;
  readonly vm: string;
  /** As on the stream. */
  readonly data: ErrorPayload | RecoveredPayload | TaskCompletePayload | RunEndPayload | TestPayload;
  /** One sentence for a person, on one line. */
  readonly text: string;
}

/** The result of one attempt. */
export type DeliveryResult =
  | { readonly kind: 'done' }
  | {
      readonly kind: 'failed';
      /** A sentence without secrets. */
      readonly reason: string;
      /** What the program said, for the log only. */
      readonly said?: string;
      /** Whether another attempt may go better. */
      readonly mayRetry: boolean;
      /** What the other side asked for, milliseconds; null where it did not. */
      readonly retryAfterMs?: number | null;
    };

/** One attempt. Never rejects; ends soon after `signal` fires. */
export type Deliver = (message: HookMessage, signal: AbortSignal) => Promise<DeliveryResult>;

/** As `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** As pino has it. */
export interface HookLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}
