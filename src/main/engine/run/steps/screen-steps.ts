/** Finds the step of each screenshot of an attempt, and whether it shows the screen before or after the action. Pure. */
import { byStep, isReset, stepOf, type Screen, type ScreenMoment } from '../../../../shared/screens.ts';
import type { Step, StepsReading } from './model.ts';

/** A screenshot whose step is known. */
export interface ToldScreen {
  readonly name: string;
  readonly step: number;
  /** Null: not known. */
  readonly moment: ScreenMoment | null;
}

/**
 * Returns the screenshots with the numbers and the moments that the texts of the attempt tell. The names count from 0 in some benchmarks
 * and from 1 in others, so a step whose text names its screenshot decides. The others are counted as the last one that is named, because
 * a text may lag behind.
 */
export function screensOfSteps(
  { steps, screenMoment }: Pick<StepsReading, 'steps' | 'screenMoment'>,
  screens: readonly Screen[],
): readonly Screen[] {
  const told = new Map<Screen, number>();
  let shift = 0;
  for (const { step, screenshot } of steps) {
    const screen = screenNamed(screenshot, screens);
    if (screen === undefined) continue;
    if (!told.has(screen)) told.set(screen, step);
    if (!isReset(screen.name)) shift = step - (stepOf(screen.name) ?? step);
  }
  const last = Math.max(0, ...steps.map(({ step }) => step));
  return screens
    .map((screen) => {
      const step = told.get(screen) ?? shifted(screen, shift);
      // The final one of WAA-V2 is taken before a step that never comes.
      const isFinal = screenMoment === 'before' && steps.length > 0 && step === last + 1;
      return withMoment({ ...screen, step: isFinal ? last : step }, isFinal ? 'after' : screenMoment);
    })
    .sort(byStep);
}

/**
 * Returns the screenshots of the task that is on. Only one of them is told, and the names of the others count alike.
 * @param told missing: none is
 */
export function screensBeside(told: ToldScreen | undefined, screens: readonly Screen[]): readonly Screen[] {
  if (told === undefined) return screens;
  const named = isReset(told.name) ? null : stepOf(told.name);
  const shift = named === null ? 0 : told.step - named;
  return screens.map((screen) => withMoment({ ...screen, step: shifted(screen, shift) }, told.moment));
}

/**
 * Returns the screenshot that a text names. Some programs name another time than that in the name of the file: then the number decides,
 * if it is the only one.
 */
export function screenNamed(name: Step['screenshot'], screens: readonly Screen[]): Screen | undefined {
  if (name === null) return undefined;
  const ofStep = screens.filter(
    (screen) => stepOf(screen.name) !== null && stepOf(screen.name) === stepOf(name),
  );
  return screens.find((screen) => screen.name === name) ?? (ofStep.length === 1 ? ofStep[0] : undefined);
}

function shifted({ name, step }: Screen, shift: number): number | null {
  return step === null || isReset(name) ? step : Math.max(0, step + shift);
}

function withMoment(screen: Screen, moment: ScreenMoment | null): Screen {
  return moment === null ? screen : { ...screen, moment };
}
