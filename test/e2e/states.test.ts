/**
 * Every state of the page has no finding of axe and is never wider than its window. Contrast, half of the time of axe, is looked at here
 * in the states with most of the parts of the page, in each scheme; `npm run screens` checks all states in all forms.
 */
import { expect, test } from './support/bench.ts';
import { allStates } from './support/all-states.ts';
import { expectAccessible, forms, showIn } from './support/looks.ts';

/** States with most of the parts of the page: of each of its pages at least one. */
const inAllForms = new Set([
  ...['now-two-vms', 'several-vms', '150-tasks', 'pool-of-4', 'costs'],
  ...['runs-many', 'run-details', 'run-charts-with-errors', 'timeline'],
  ...['task', 'pair', 'log-search', 'compare'],
  ...['settings-invalid', 'setup-errors', 'doctor-failed'],
]);
/** Others are looked at in each layout, and not for contrast. */
const layouts = forms
  .filter(({ name }) => name === 'light' || name === 'narrow')
  .map((form) => ({ ...form, rules: form.name === 'light' ? 'all but contrast' : 'none' }) as const);

for (const state of allStates) {
  test(state.name, async ({ bench, page, complaints }) => {
    test.slow();
    await state.arrange(bench, page);
    await page.goto(bench.url);
    await state.reach(page, bench);
    for (const form of inAllForms.has(state.name) ? forms : layouts) {
      await showIn(page, form);
      await expectAccessible(page, form);
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
