/** Silence that the user asks for. */
import type { Pause } from './model.ts';

export type PauseLength = 'hour' | 'until-tomorrow' | 'until-turned-on';

const hourMs = 3_600_000;
/** Before this hour people still call it the evening before. */
const dayBeginsAtHour = 4;
const morningHour = 8;

/** The pause that begins now. "Tomorrow" begins at 8 in the morning, local time: nobody means midnight. */
export function pauseFor(length: PauseLength, nowMs: number): Pause {
  switch (length) {
    case 'hour':
      return { kind: 'until', untilMs: nowMs + hourMs };
    case 'until-tomorrow': {
      const morning = new Date(nowMs - dayBeginsAtHour * hourMs);
      morning.setDate(morning.getDate() + 1);
      morning.setHours(morningHour, 0, 0, 0);
      return { kind: 'until', untilMs: morning.getTime() };
    }
    case 'until-turned-on':
      return { kind: 'until-turned-on' };
  }
}

export function isPaused(pause: Pause, nowMs: number): boolean {
  return pause.kind === 'until' ? nowMs < pause.untilMs : pause.kind === 'until-turned-on';
}
