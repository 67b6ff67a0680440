/** Whether anything may be shown now. */
import type { FocusedView, HoldReason, NotificationSettings, PolicyState } from './model.ts';
import { isPaused } from './pause.ts';
import { quietUntilMs } from './quiet-hours.ts';

/** After a wake, what fails may only need a moment to come back, since the network is not there at once. */
export const wakeGraceMs = 20_000;

export interface Silence {
  readonly reason: HoldReason;
  /** When it will be over by itself, epoch milliseconds; null: not known. */
  readonly untilMs: number | null;
}

/**
 * Null: banners may be shown. Quiet hours and pauses hold back critical errors too: the setting promises "no notification",
 * and somebody asleep repairs nothing. What is still wrong is the first thing said afterwards.
 */
export function silenceOf(state: PolicyState, settings: NotificationSettings, nowMs: number): Silence | null {
  const silences: Silence[] = [];
  const { pause, power } = state;
  if (isPaused(pause, nowMs)) {
    silences.push({ reason: 'paused', untilMs: pause.kind === 'until' ? pause.untilMs : null });
  }
  const quietEndMs = quietUntilMs(settings.quietHours, nowMs);
  if (quietEndMs !== null) silences.push({ reason: 'quiet', untilMs: quietEndMs });
  if (power.kind !== 'awake') {
    silences.push({ reason: 'away', untilMs: power.kind === 'grace' ? power.untilMs : null });
  }
  const [first] = silences;
  if (first === undefined) return null;
  const ends = silences.map((silence) => silence.untilMs ?? Infinity);
  const lastEndMs = Math.max(...ends);
  return { reason: first.reason, untilMs: lastEndMs === Infinity ? null : lastEndMs };
}

/** The state in which a time that has run out is no longer on, also where the clock was set back. */
export function afterTime(state: PolicyState, nowMs: number): PolicyState {
  const { power, pause } = state;
  const graceIsOver =
    power.kind === 'grace' && (power.untilMs <= nowMs || power.untilMs - nowMs > wakeGraceMs);
  const pauseIsOver = pause.kind === 'until' && pause.untilMs <= nowMs;
  return {
    ...state,
    power: graceIsOver ? { kind: 'awake' } : power,
    pause: pauseIsOver ? { kind: 'off' } : pause,
  };
}

/** A second sign of the same wake (the unlocked screen after the wake itself) does not begin another grace. */
export function afterWake(state: PolicyState, nowMs: number): PolicyState {
  if (state.power.kind === 'waking' || state.power.kind === 'grace') return state;
  const power = state.linkUp
    ? ({ kind: 'grace', untilMs: nowMs + wakeGraceMs } as const)
    : ({ kind: 'waking' } as const);
  return { ...state, power };
}

export function afterLink(state: PolicyState, up: boolean, nowMs: number): PolicyState {
  if (up && state.power.kind === 'waking')
    return { ...state, linkUp: up, power: { kind: 'grace', untilMs: nowMs + wakeGraceMs } };
  return { ...state, linkUp: up };
}

/** Whether this VM (`vm` null: several of them), or this task of it, is before the user's eyes. */
export function isOnScreen(view: FocusedView | null, vm: string | null, taskId: string | null): boolean {
  if (view === null) return false;
  const showsVm = view.vm === null || view.vm === vm;
  return showsVm && (view.taskId === null || view.taskId === taskId);
}
