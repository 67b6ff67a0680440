/** The circumstances in which an event is heard, and what hearing it leads to. */
import type { Banner } from './banners.ts';
import type { Held, HoldReason, NotificationSettings, NotifyAction, PolicyState } from './model.ts';
import { silenceOf } from './silence.ts';

/** What is replayed comes in one go: when nothing more came for this long, that was all. */
export const settleMs = 2000;

export interface Hearing {
  readonly settings: NotificationSettings;
  readonly nowMs: number;
  /** Not null: nothing may be shown at once. */
  readonly hold: Hold | null;
}

export interface Hold {
  readonly reason: HoldReason;
  /** Epoch milliseconds. */
  readonly settledAtMs: number;
}

export interface Reaction {
  readonly state: PolicyState;
  readonly actions: readonly NotifyAction[];
}

/** @param isPast it happened while nobody here was listening */
export function hearingOf(
  state: PolicyState,
  settings: NotificationSettings,
  nowMs: number,
  isPast: boolean,
): Hearing {
  const silence = silenceOf(state, settings, nowMs);
  if (isPast)
    return {
      settings,
      nowMs,
      hold: { reason: silence?.reason ?? 'away', settledAtMs: nowMs + settleMs },
    };
  const hold = silence && { reason: silence.reason, settledAtMs: state.held?.settledAtMs ?? 0 };
  return { settings, nowMs, hold };
}

export function silently(state: PolicyState): Reaction {
  return { state, actions: [] };
}

/** Shows a banner under a key of its own. */
export function showing(
  state: PolicyState,
  prefix: 'error' | 'recovered' | 'tasks' | 'summary',
  { title, body, urgency, target }: Banner,
): Reaction & { readonly key: string } {
  const key = `${prefix}-${state.nextKey}`;
  return {
    state: { ...state, nextKey: state.nextKey + 1 },
    actions: [{ kind: 'show', key, title, body, urgency, target }],
    key,
  };
}

/** Adds to what is held. The first reason names the summary. */
export function holding(
  state: PolicyState,
  hold: Hold,
  add: (held: Held) => Partial<Held> = () => ({}),
): PolicyState {
  const held: Held = state.held ?? {
    reason: hold.reason,
    tasks: null,
    moments: [],
    unnamedMomentCount: 0,
    overCount: 0,
    cameAndWentCount: 0,
    settledAtMs: 0,
  };
  return { ...state, held: { ...held, ...add(held), settledAtMs: hold.settledAtMs } };
}
