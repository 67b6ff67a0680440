/** Of which step a screenshot is, and whether it shows the screen before or after the action. */
import { describe, expect, it } from 'vitest';
import { screensBeside, screensOfSteps } from '../../../../src/main/engine/run/index.ts';
import { screenPlaceText, stepOf, type Screen } from '../../../../src/shared/screens.ts';
import { entryOf, fileOf, linesOf, readAll } from './support.ts';

const screenOf = (name: string): Screen => ({ name, step: stepOf(name), takenAt: 0, sizeBytes: 1 });
const placesOf = (screens: readonly Screen[]): readonly string[] =>
  screens.map(({ step, moment = null }) => screenPlaceText(step ?? -1, moment));

const v2Line = (step: number): object => ({
  ...{ step_num: step, action_timestamp: `20260128@22551${step}`, action: 'click()' },
  screenshot: `screenshot/screenshot-step_${step - 1}_x.png`,
});

describe('the place of a screenshot', () => {
  it('of WAA-V2 is before its action, and after the last action for the final one', () => {
    const screens = [0, 1, 2].map((index) => screenOf(`screenshot-step_${index}_x.png`));
    const reading = readAll([fileOf('traj.jsonl', linesOf(v2Line(1), v2Line(2)))]);
    expect(placesOf(screensOfSteps(reading, screens))).toEqual([
      'Before step 1',
      'Before step 2',
      'After step 2',
    ]);
  });

  it('of OSWorld is after its action, and that of the state before the first step stays there', () => {
    const first = 'step_1_20260128@225511.png';
    const screens = [screenOf('step_reset_x.png'), screenOf(first), screenOf('step_2_x.png')];
    const reading = readAll([fileOf('traj.jsonl', linesOf(entryOf(1, { screenshot_file: first })))]);
    // The text lags behind the second screenshot.
    expect(placesOf(screensOfSteps(reading, screens))).toEqual([
      'Before the first step',
      'After step 1',
      'After step 2',
    ]);
  });

  it('of openadapt-evals is before its action, and counts from 1', () => {
    const step = { step_idx: 0, screenshot_path: 'screenshots/step_000.png', action: { type: 'click' } };
    const reading = readAll([fileOf('execution.json', JSON.stringify({ steps: [step] }))]);
    expect(placesOf(screensOfSteps(reading, [screenOf('step_000.png')]))).toEqual(['Before step 1']);
  });

  it('is that of its name without texts, and nothing tells the moment', () => {
    const reading = readAll([]);
    expect(placesOf(screensOfSteps(reading, [screenOf('step_3.png')]))).toEqual(['Step 3']);
  });

  it('is counted as the one that is told while the task is on', () => {
    const screens = ['screenshot-step_reset_x.png', 'screenshot-step_0_x.png'].map(screenOf);
    const told = { name: 'screenshot-step_0_x.png', step: 1, moment: 'after' } as const;
    expect(placesOf(screensBeside(told, screens))).toEqual(['Before the first step', 'After step 1']);
    expect(screensBeside(undefined, screens)).toBe(screens);
  });
});
