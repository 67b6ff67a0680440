/** Every state of the page has no finding of axe, in either scheme and in the narrowest window, and is never wider than its window. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, expectNoSidewaysScrolling, test } from './support/bench.ts';
import { allStates } from './support/all-states.ts';

/** `rules`: contrast, the slowest by far, needs a look in each scheme; all others need one in each layout. */
const forms = [
  { name: 'light', width: 1280, colorScheme: 'light', rules: 'all' },
  { name: 'dark', width: 1600, colorScheme: 'dark', rules: 'contrast' },
  { name: 'narrow', width: 360, colorScheme: 'light', rules: 'all but contrast' },
] as const;

for (const state of allStates) {
  test(state.name, async ({ bench, page, complaints }) => {
    test.slow();
    await state.arrange(bench, page);
    await page.goto(bench.url);
    await state.reach(page, bench);
    for (const { name, width, colorScheme, rules } of forms) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      await expectNoSidewaysScrolling(page);
      // Rows and cards are alike, so some of them are enough: each costs time. Another mode would open a page for each look, for
      // frames of other origins, which this page may not have; details of rules that found nothing are left out.
      const axe = new AxeBuilder({ page })
        .setLegacyMode(true)
        .options({ resultTypes: ['violations'] })
        .exclude('tbody tr:nth-child(n + 10)')
        .exclude('main > section:nth-of-type(n + 6)');
      if (rules === 'contrast') axe.withRules('color-contrast');
      if (rules === 'all but contrast') axe.disableRules('color-contrast');
      const { violations } = await axe.analyze();
      const found = violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)]);
      expect(found, `${state.name}, ${name}`).toEqual([]);
    }
    // A closed page does not complain any more.
    await page.close();
    const isExpected = (text: string): boolean => state.complaint?.test(text) ?? false;
    expect(complaints.filter((text) => !isExpected(text))).toEqual([]);
    complaints.length = 0;
  });
}
