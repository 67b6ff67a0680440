/** The picture of one VM: takes in what is learnt, and tells the feed what that means. Told by edges: a trouble once when it begins. */
import type { ErrorPayload, StateCode } from '../../../shared/stream.ts';
import type { Logger } from '../common/app-log.ts';
import type { Clock } from '../common/clock.ts';
import type { EndedCondition, Feed, OpenCondition } from '../feed/index.ts';
import { assess, otherwiseSentence, recoveredSentence } from './rules/conditions.ts';
import type { ConditionSettings, Trouble } from './rules/rule.ts';
import { type CloudSight, firstSight, type Sight } from './sight.ts';
import { statusOf, type StatusFrame } from './status.ts';

export type Moment = Pick<ErrorPayload, 'code' | 'severity' | 'message' | 'detail' | 'hint'>;

export interface Picture {
  readonly sight: Sight;
  /** Codes of the troubles that hold. */
  readonly troubles: Pick<ReadonlySet<StateCode>, 'has' | 'size'>;
  /** Takes news in, and tells them. */
  readonly learn: (news: Partial<Sight>) => void;
  /** Tells the picture as it is, unless it is held. */
  readonly tell: () => void;
  /** Tells something that happens once and has no end. */
  readonly tellMoment: (moment: Moment) => void;
  /** What could not be written down: a fault of ours, or a full disk here. Said once in a while; everything else goes on. */
  readonly tellFailure: (error: unknown) => void;
  /** Nothing is taken in or told any more. */
  close(): void;
}

export interface PictureOptions {
  readonly vm: string;
  readonly feed: Feed;
  readonly log: Logger;
  readonly clock: Clock;
  readonly conditions: ConditionSettings;
  readonly frame: () => StatusFrame;
  /** Half a picture would be a wrong one: while this is so, nothing is told. */
  readonly isHeld: () => boolean;
  /** What there is to be asked besides the VM itself: known from the first picture on. */
  readonly cloud: CloudSight | null;
}

/** A reported error and its start by the steady clock; null: it began in an earlier process. */
interface Told {
  readonly message: string;
  readonly beganAtMs: number | null;
}

const failureEveryMs = 60_000;

export function createPicture(options: PictureOptions): Picture {
  const { vm, feed, log, clock } = options;
  /** What was told of each trouble that holds. */
  const troubles = new Map<StateCode, Told>(
    feed.openConditions(vm).map(({ code, error }) => [code, { message: error.message, beganAtMs: null }]),
  );
  let sight: Sight = { ...firstSight, cloud: options.cloud };
  let lastFailureMs = Number.NEGATIVE_INFINITY;
  let isClosed = false;

  function tellTroubles(): void {
    const { holding, clear } = assess(sight, options.conditions);
    const began: Trouble[] = [];
    const ended: EndedCondition[] = [];
    const end = (code: StateCode, message: string): void => {
      const beganAtMs = troubles.get(code)?.beganAtMs ?? null;
      const lasted = beganAtMs === null ? {} : { lastedMs: clock.steadyMs() - beganAtMs };
      ended.push({ code, message, ...lasted });
    };
    for (const code of clear) if (troubles.has(code)) end(code, recoveredSentence[code]);
    for (const trouble of holding) {
      const { code, message } = trouble;
      const otherwise = otherwiseSentence[code];
      if (!troubles.has(code)) began.push(trouble);
      else if (otherwise !== undefined && troubles.get(code)?.message !== message) {
        end(code, otherwise);
        began.push(trouble);
      }
    }
    if (began.length === 0 && ended.length === 0) return;
    feed.commit({ vm, at: clock.wallMs(), began: began.map(toCondition), ended });
    for (const { code } of ended) troubles.delete(code);
    const beganAtMs = clock.steadyMs();
    for (const { code, message } of began) troubles.set(code, { message, beganAtMs });
    log.info({ vm, began, ended }, 'troubles have changed');
  }

  function toCondition(trouble: Trouble): OpenCondition {
    const beganAt = clock.wallMs();
    const began_at = new Date(beganAt).toISOString();
    return { vm, code: trouble.code, beganAt, error: { ...trouble, vm, began_at } };
  }

  function tell(): void {
    if (isClosed || options.isHeld()) return;
    try {
      feed.setStatus(vm, statusOf(sight, options.frame()));
      tellTroubles();
    } catch (error) {
      log.error({ vm, err: error }, 'the picture could not be told');
    }
  }

  function tellMoment(moment: Moment): void {
    try {
      const at = clock.wallMs();
      feed.commit({ vm, at, moments: [{ ...moment, vm, began_at: new Date(at).toISOString() }] });
    } catch (error) {
      log.error({ vm, err: error, moment }, 'a moment could not be told');
    }
  }

  return {
    get sight() {
      return sight;
    },
    troubles,
    learn(news) {
      if (isClosed) return;
      sight = { ...sight, ...news };
      tell();
    },
    tell,
    tellMoment,
    tellFailure(error) {
      log.error({ vm, err: error }, 'what the log says could not be written');
      if (clock.monotonicMs() - lastFailureMs < failureEveryMs) return;
      lastFailureMs = clock.monotonicMs();
      tellMoment({
        code: 'internal',
        severity: 'critical',
        message: 'BenchTray could not write down what it has read.',
        detail: error instanceof Error ? error.message : String(error),
        hint: 'Is the disk of this computer full? The log of BenchTray says more.',
      });
    },
    close() {
      isClosed = true;
    },
  };
}
