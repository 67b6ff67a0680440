/** Files of a task's folder in memory, and what is read of them. */
import type { TaskText } from '../../../../src/shared/screens.ts';
import { readSteps, type StepsContext, type StepsReading } from '../../../../src/main/engine/run/index.ts';

/** 2026-01-28 22:55:08, as UTC. */
export const startMs = Date.UTC(2026, 0, 28, 22, 55, 8);

export function fileOf(name: string, text: string | Uint8Array, changes: Partial<TaskText> = {}): TaskText {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  return { name, bytes, isCut: false, modifiedAt: startMs + 60_000, ...changes };
}

export const anyAttempt: StepsContext = {
  clockOffsetMs: 0,
  startedAt: startMs,
  isOfAttempt: () => true,
  hasOthers: false,
};

/** An attempt of ten minutes, and others before and after it. */
export const oneOfMany: StepsContext = {
  ...anyAttempt,
  isOfAttempt: (atMs) => atMs >= startMs && atMs < startMs + 600_000,
  hasOthers: true,
};

/** Reads to the end, and counts the pauses. */
export function readAll(
  files: readonly TaskText[],
  context: StepsContext = anyAttempt,
): StepsReading & { readonly pauses: number } {
  const work = readSteps(files, context);
  for (let pauses = 0; ; pauses += 1) {
    const next = work.next();
    if (next.done === true) return { ...next.value, pauses };
  }
}

export const linesOf = (...entries: readonly object[]): string =>
  entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');

/** A line of OSWorld's trajectory. */
export const entryOf = (step: number, changes: object = {}): object => ({
  step_num: step,
  action_timestamp: `20260128@2255${String(10 + step).padStart(2, '0')}`,
  action: `pyautogui.click(${step}, 1)`,
  response: `I click ${step}.`,
  reward: 0,
  done: false,
  info: {},
  screenshot_file: `step_${step}_20260128@2255${String(10 + step).padStart(2, '0')}.png`,
  ...changes,
});
