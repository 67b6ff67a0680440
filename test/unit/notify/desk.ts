/** A desk on which banners lie, driven by the policy: what a shell does, without a shell. */
import { expect } from 'vitest';
import { defaultConfig } from '../../../src/main/engine/config/index.ts';
import {
  initialPolicyState,
  policyStep,
  type NotificationSettings,
  type NotifyAction,
  type PolicyInput,
} from '../../../src/main/desktop/notify/index.ts';
import type { StreamEvent } from '../../../src/shared/stream.ts';

export type Shown = NotifyAction & { readonly kind: 'show' };

export interface Desk {
  settings: NotificationSettings;
  readonly nowMs: () => number;
  readonly wakeAtMs: () => number | null;
  /** Every banner that was ever shown. */
  readonly shown: readonly Shown[];
  /** Banners that are neither clicked, closed, failed nor withdrawn. */
  readonly lying: ReadonlyMap<string, Shown>;
  /** @returns what was answered */
  tell(input: PolicyInput): readonly NotifyAction[];
  /** Gives the event the next id if it goes into the journal. */
  hear(event: StreamEvent): readonly NotifyAction[];
  /** Time passes, and the policy is called when it asked to be. */
  wait(seconds: number): readonly NotifyAction[];
}

/** Noon of a Wednesday, local time. */
export const noonMs = new Date(2026, 0, 28, 12, 0, 0).getTime();

export function newDesk(change: Partial<NotificationSettings> = {}, startMs = noonMs): Desk {
  let nowMs = startMs;
  let state = initialPolicyState;
  let wakeAtMs: number | null = null;
  let lastNumber = 0;
  const shown: Shown[] = [];
  const lying = new Map<string, Shown>();

  function tell(input: PolicyInput): readonly NotifyAction[] {
    if (input.kind === 'clicked' || input.kind === 'closed' || input.kind === 'failed')
      lying.delete(input.key);
    const step = policyStep(state, input, desk.settings, nowMs);
    ({ state, wakeAtMs } = step);
    for (const action of step.actions) {
      if (action.kind === 'show') {
        expect(
          shown.map(({ key }) => key),
          'a key is used once',
        ).not.toContain(action.key);
        shown.push(action);
        lying.set(action.key, action);
      } else {
        expect(lying.has(action.key), `${action.key} is withdrawn while it lies there`).toBe(true);
        lying.delete(action.key);
      }
    }
    if (wakeAtMs !== null) expect(wakeAtMs, 'the next call lies ahead').toBeGreaterThan(nowMs);
    return step.actions;
  }

  const desk: Desk = {
    settings: { ...defaultConfig.notifications, ...change },
    nowMs: () => nowMs,
    wakeAtMs: () => wakeAtMs,
    shown,
    lying,
    tell,
    hear(event) {
      const isKept = event.type === 'task_complete' || event.type === 'error' || event.type === 'recovered';
      if (isKept) lastNumber += 1;
      return tell({ kind: 'stream', event, id: isKept ? `j1-${lastNumber}` : null });
    },
    wait(seconds) {
      const endMs = nowMs + seconds * 1000;
      const actions: NotifyAction[] = [];
      while (wakeAtMs !== null && wakeAtMs <= endMs) {
        nowMs = wakeAtMs;
        actions.push(...tell({ kind: 'tick' }));
      }
      nowMs = endMs;
      return actions;
    },
  };
  return desk;
}

/** Title and body of what was shown. */
export function wordsOf(actions: readonly NotifyAction[]): readonly (readonly [string, string])[] {
  return actions.filter((action) => action.kind === 'show').map(({ title, body }) => [title, body] as const);
}
