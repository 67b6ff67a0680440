/** Asks Azure about one VM again and again: often while things change, seldom while they do not, and never more often than allowed. */
import type { Logger } from '../common/app-log.ts';
import type { AzureConfig } from '../config/index.ts';
import { inBackground } from '../common/in-background.ts';
import type { Azure } from './azure.ts';
import type { AzureAnswer, AzureFacts, AzureProblem } from './model.ts';
import { fastestMs, isNews, pollDelayMs } from './poll-delay.ts';

export interface AzureVmWatchOptions {
  readonly azure: Azure;
  readonly vm: AzureConfig;
  readonly onFacts: (facts: AzureFacts) => void;
  readonly onProblem: (problem: AzureProblem) => void;
  readonly monotonicMs: () => number;
  readonly log: Pick<Logger, 'error'>;
  /** Whether the VM is waited for, since it is not reached; default: it is not. */
  readonly isWaitedFor?: () => boolean;
  /** For tests: what stands in for the 30 s. */
  readonly fastestMs?: number;
}

export interface AzureVmWatch {
  /** Something has happened to the VM: asks as soon as may be. */
  hurry(): void;
  close(): void;
}

interface Answered {
  readonly answer: AzureAnswer<AzureFacts>;
  readonly beganAtMs: number;
}

/** Newest answers: a watching that begins anew, as with every change of the configuration, is no reason to ask again. */
const newest = new WeakMap<Azure, Map<string, Answered>>();

export function watchAzureVm(options: AzureVmWatchOptions): AzureVmWatch {
  const { azure, vm, monotonicMs, fastestMs: unitMs = fastestMs } = options;
  const ending = new AbortController();
  const known = newest.get(azure) ?? new Map<string, Answered>();
  newest.set(azure, known);
  const key = JSON.stringify(vm);
  let timer: NodeJS.Timeout | null = null;
  let facts: AzureFacts | null = null;
  let calm = 0;
  let misses = 0;
  let retryAfterMs: number | null = null;
  let beganAtMs = Number.NEGATIVE_INFINITY;
  let notBeforeMs = Number.NEGATIVE_INFINITY;
  let isLooking = false;

  function take(answer: AzureAnswer<AzureFacts>): void {
    if (answer.ok) {
      calm = isNews(facts, answer.value) ? 0 : calm + 1;
      facts = answer.value;
      misses = 0;
      retryAfterMs = null;
      options.onFacts(answer.value);
      return;
    }
    misses += 1;
    ({ retryAfterMs } = answer.problem);
    if (retryAfterMs !== null) notBeforeMs = monotonicMs() + retryAfterMs;
    options.onProblem(answer.problem);
  }

  /** @param atMs by the monotonic clock; the look may come later */
  function plan(atMs: number): void {
    if (ending.signal.aborted || isLooking) return;
    if (timer !== null) clearTimeout(timer);
    const dueMs = Math.max(atMs, beganAtMs + unitMs, notBeforeMs);
    timer = setTimeout(
      () => inBackground(look(), options.log, 'a look at Azure'),
      Math.max(0, dueMs - monotonicMs()),
    );
  }

  function planNext(): void {
    const isWaitedFor = options.isWaitedFor?.() ?? false;
    plan(beganAtMs + pollDelayMs({ facts, calm, misses, retryAfterMs, isWaitedFor }, unitMs));
  }

  async function look(): Promise<void> {
    isLooking = true;
    beganAtMs = monotonicMs();
    try {
      const answer = await azure.look(vm, ending.signal);
      if (ending.signal.aborted) return;
      known.set(key, { answer, beganAtMs });
      take(answer);
    } finally {
      // Also after a fault of ours: the next answer of Azure may be good.
      isLooking = false;
      planNext();
    }
  }

  const before = known.get(key);
  if (before !== undefined && monotonicMs() - before.beganAtMs < unitMs) {
    ({ beganAtMs } = before);
    // Whoever watches is told when it is ready for it, as with every other answer.
    queueMicrotask(() => {
      if (ending.signal.aborted) return;
      take(before.answer);
      planNext();
    });
  } else {
    plan(monotonicMs());
  }

  return {
    hurry() {
      calm = 0;
      plan(monotonicMs());
    },
    close() {
      ending.abort();
      if (timer !== null) clearTimeout(timer);
    },
  };
}
