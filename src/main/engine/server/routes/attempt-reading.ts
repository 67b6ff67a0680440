/** Reads what the files of an attempt tell of its steps, for all routes that answer with steps or their screenshots. */
import pLimit from 'p-limit';
import type { Result } from '../../../../shared/result.ts';
import {
  isInAttempt,
  type Screen,
  type Screens,
  type ScreensProblem,
  type TaskTexts,
} from '../../../../shared/screens.ts';
import { inTurns } from '../../common/in-turns.ts';
import { readSteps, screensOfSteps, type StepsContext, type StepsReading } from '../../run/index.ts';
import type { FoundAttempt } from './screen-task.ts';

/** Each holds the whole of its files in memory, which may be 50 MB and more. The next ones wait. */
const readAtOnce = 4;

export type FoundTask = FoundAttempt & { readonly screens: Screens };

export interface AttemptReading {
  readonly steps: StepsReading;
  /** With the numbers that the steps have. */
  readonly screens: readonly Screen[];
  /** Why the kept copy has not all files, for a person; null: it has, or there is no copy. */
  readonly missing: string | null;
}

export type ReadAttempt = (
  found: FoundTask,
  signal: AbortSignal,
) => Promise<Result<AttemptReading, ScreensProblem>>;

export function createAttemptReader(): ReadAttempt {
  const inTurn = pLimit(readAtOnce);

  async function read(
    { screens, ...attempt }: FoundTask,
    signal: AbortSignal,
  ): Promise<Result<AttemptReading, ScreensProblem>> {
    signal.throwIfAborted();
    const texts = await screens.texts(attempt.task, signal);
    if (!texts.ok) return texts;
    const { texts: files, screens: found, missing = null } = texts.value;
    const steps = await inTurns(readSteps(files, contextOf(attempt, texts.value)));
    return { ok: true, value: { steps, screens: screensOfSteps(steps, found), missing } };
  }

  return (found, signal) => inTurn(() => read(found, signal));
}

function contextOf({ task, record }: FoundAttempt, { clockOffsetMs }: TaskTexts): StepsContext {
  return {
    clockOffsetMs,
    startedAt: record?.startedAt ?? null,
    isOfAttempt: (atMs) => isInAttempt(atMs, task),
    hasOthers: task.notBefore !== null || task.notFrom !== null,
  };
}
