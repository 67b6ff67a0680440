/** The steps of two films by their numbers, so that both can be at the same one. Pure. */
import { stepName } from './film-steps.ts';

interface Numbered {
  readonly step: number;
}

/** A step, and which of its actions: from 1. */
type Place = readonly [step: number, action: number];

const placesOf = (steps: readonly Numbered[]): readonly Place[] => {
  const actions = new Map<number, number>();
  return steps.map(({ step }) => {
    const action = (actions.get(step) ?? 0) + 1;
    actions.set(step, action);
    return [step, action];
  });
};

const compare = (a: Place, b: Place): number => a[0] - b[0] || a[1] - b[1];

/** Returns the steps that either film has, in order; a step of several actions comes several times. */
export function jointSteps(...films: readonly (readonly Numbered[])[]): readonly Numbered[] {
  const joint = new Map(films.flatMap(placesOf).map((place) => [place.join('.'), place]));
  return [...joint.values()].sort(compare).map(([step]) => ({ step }));
}

/** Returns the place of a named step in a film. If the film has no such step, it is the last one before it. */
export function indexAt(steps: readonly Numbered[], name: string | null): number {
  const [step = 0, action = 1] = (name ?? '0').split('.').map(Number);
  return Math.max(
    0,
    placesOf(steps).findLastIndex((place) => compare(place, [step, action]) <= 0),
  );
}

/** Returns why a film is not at the step where both should be; null: it is there. */
export function whyNotThere(steps: readonly Numbered[], name: string): string | null {
  const index = indexAt(steps, name);
  if (stepName(steps, index) === name) return null;
  const [step = '0', action] = name.split('.');
  const hasStep = steps.some((one) => String(one.step) === step);
  if (hasStep) return `step ${step} has no action ${action ?? '1'} here`;
  if (step === '0') return 'nothing from before the first step';
  return index === steps.length - 1 ? `ended before step ${step}` : `no step ${step} here`;
}
