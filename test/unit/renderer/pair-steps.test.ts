import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stepName } from '../../../src/renderer/features/film/film-steps.ts';
import { indexAt, jointSteps, whyNotThere } from '../../../src/renderer/features/film/pair-steps.ts';

const film = (...numbers: readonly number[]) => numbers.map((step) => ({ step }));
const a = film(0, 1, 2, 2, 3);
const b = film(1, 2, 3, 5, 6);

describe('two films', () => {
  it('have the steps of both, in order', () => {
    const joint = jointSteps(a, b);
    expect(joint.map((_, index) => stepName(joint, index))).toEqual(['0', '1', '2', '2.2', '3', '5', '6']);
    expect(jointSteps(a, [])).toEqual(a);
  });

  it.for([
    ['0', 0, 0],
    ['2', 2, 1],
    ['2.2', 3, 1],
    ['2.9', 3, 1],
    ['4', 4, 2],
    ['6', 4, 4],
    [null, 0, 0],
  ] as const)('are at the step %s, or the last one before it', ([name, inA, inB]) => {
    expect([indexAt(a, name), indexAt(b, name)]).toEqual([inA, inB]);
  });

  it('say why one of them is not at the step', () => {
    expect(whyNotThere(a, '2')).toBeNull();
    expect(whyNotThere(b, '0')).toBe('nothing from before the first step');
    expect(whyNotThere(b, '2.2')).toBe('step 2 has no action 2 here');
    expect(whyNotThere(b, '4')).toBe('no step 4 here');
    expect(whyNotThere(a, '6')).toBe('ended before step 6');
  });

  it('never go back while their steps go on, and both come to their ends', () => {
    const numbers = fc
      .array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 30 })
      .map((list) => film(...list.sort((one, other) => one - other)));
    fc.assert(
      fc.property(numbers, numbers, (one, other) => {
        const joint = jointSteps(one, other);
        for (const steps of [one, other]) {
          const places = joint.map((_, index) => indexAt(steps, stepName(joint, index)));
          expect(places).toEqual([...places].sort((x, y) => x - y));
          expect(new Set(places)).toEqual(new Set(steps.keys()));
        }
      }),
    );
  });
});
