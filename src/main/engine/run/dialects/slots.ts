/**
 * Tasks that are on at the same time in a log that names no processes: each is played in a slot, which stands for the
 * worker in the events.
 */
import type { RunEvent } from '../model.ts';

export interface Slot {
  /** "worker-1": the first that was free. */
  readonly worker: string;
  readonly domain: string | null;
  readonly taskId: string;
}

export interface SlotStep {
  readonly slots: readonly Slot[];
  readonly events: readonly RunEvent[];
}

/** How a task ended, as a line tells it. */
export interface SlotEnd {
  readonly outcome: 'scored' | 'exception' | 'lost';
  readonly score: number | null;
  readonly verdict: boolean | null;
  readonly message: string | null;
}

/** More than any program plays at the same time. */
const mostSlots = 500;

/** Where too many are on, nothing is taken in. */
export function occupySlot(
  slots: readonly Slot[],
  task: { readonly domain: string | null; readonly taskId: string },
  at: number | null,
): SlotStep {
  if (slots.length >= mostSlots) return { slots, events: [] };
  let number = 1;
  while (slots.some(({ worker }) => worker === `worker-${String(number)}`)) number += 1;
  const slot: Slot = { worker: `worker-${String(number)}`, ...task };
  return { slots: [...slots, slot], events: [{ type: 'task_started', at, ...slot }] };
}

export function freeSlot(slots: readonly Slot[], slot: Slot, how: SlotEnd, at: number | null): SlotStep {
  return {
    slots: slots.filter((one) => one !== slot),
    events: [{ type: 'task_ended', at, ...slot, ...how }],
  };
}

/** Their tasks ended without a word. */
export function loseSlots(slots: readonly Slot[], at: number | null): SlotStep {
  const how: SlotEnd = { outcome: 'lost', score: null, verdict: null, message: null };
  return { slots: [], events: slots.flatMap((slot) => freeSlot(slots, slot, how, at).events) };
}

export function stepEvents(slot: Slot | undefined, step: number, at: number | null): readonly RunEvent[] {
  return slot === undefined ? [] : [{ type: 'task_step', at, worker: slot.worker, step }];
}
