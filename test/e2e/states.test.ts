/**
 * Every state of the page has no finding of axe and is never wider than its window. In the light scheme here, and some states in all
 * forms; `npm run screens` checks all states in all forms.
 */
import { expect, test } from './support/bench.ts';
import { allStates } from './support/all-states.ts';
import { expectAccessible, forms, showIn } from './support/looks.ts';

/** States with most of the parts of the page. */
const inAllForms = new Set([
  '150-tasks',
  'several-vms',
  'costs',
  'setup-errors',
  'doctor-failed',
  'pool-of-4',
]);

for (const state of allStates) {
  test(state.name, async ({ bench, page, complaints }) => {
    test.slow();
    await state.arrange(bench, page);
    await page.goto(bench.url);
    await state.reach(page, bench);
    for (const form of forms) {
      await showIn(page, form);
      if (form.name === 'light' || inAllForms.has(state.name)) await expectAccessible(page, form);
    }
    // A closed page does not complain any more.
    await page.close();
    const isExpected = (text: string): boolean => state.complaint?.test(text) ?? false;
    expect(complaints.filter((text) => !isExpected(text))).toEqual([]);
    complaints.length = 0;
  });
}

test('the states to be seen in all forms exist', () => {
  expect([...inAllForms].filter((name) => !allStates.some((state) => state.name === name))).toEqual([]);
});
