/** Reports errors that have no end: single events, and faults of BenchTray itself. */
import { messageOf } from '../../../shared/message-of.ts';
import type { ErrorPayload } from '../../../shared/stream.ts';
import type { Logger } from '../common/app-log.ts';
import type { Clock } from '../common/clock.ts';
import type { Feed } from '../feed/index.ts';

export type Moment = Pick<ErrorPayload, 'code' | 'severity' | 'message' | 'detail' | 'hint'>;

export interface Report {
  /** Emits an `error` event that has no end. */
  readonly moment: (moment: Moment) => void;
  /** Reports a fault of BenchTray or a full disk, at most once a minute. Everything else goes on. */
  readonly failure: (error: unknown) => void;
}

const failureEveryMs = 60_000;

export function createReport(vm: string, feed: Pick<Feed, 'commit'>, log: Logger, clock: Clock): Report {
  let lastFailureMs = Number.NEGATIVE_INFINITY;

  function moment(moment: Moment): void {
    try {
      const at = clock.wallMs();
      feed.commit({ vm, at, moments: [{ ...moment, vm, began_at: new Date(at).toISOString() }] });
    } catch (error) {
      log.error({ vm, err: error, moment }, 'a moment could not be reported');
    }
  }

  return {
    moment,
    failure(error) {
      log.error({ vm, err: error }, 'a change could not be written into the journal');
      if (clock.monotonicMs() - lastFailureMs < failureEveryMs) return;
      lastFailureMs = clock.monotonicMs();
      moment({
        code: 'internal',
        severity: 'critical',
        message: 'BenchTray could not write down what it has read.',
        detail: messageOf(error),
        hint: 'Is the disk of this computer full? The log of BenchTray says more.',
      });
    },
  };
}
