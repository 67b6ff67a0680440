/** Every state in every form: free of axe's findings, never wider than the window, and as a picture to look at. */
import { AxeBuilder } from '@axe-core/playwright';
import { test, expect, expectNoSidewaysScrolling } from './support/bench.ts';
import { extremeStates } from './support/extreme-states.ts';
import { poolStates } from './support/pool-states.ts';
import { setupStates } from './support/setup-states.ts';
import { states } from './support/states.ts';

/** `axe`: contrast, the slowest of its rules by far, is asked for once in each scheme; all else once in each layout. */
const forms = [
  { name: 'light', width: 1280, colorScheme: 'light', forcedColors: 'none', axe: 'all' },
  { name: 'dark', width: 1600, colorScheme: 'dark', forcedColors: 'none', axe: 'contrast' },
  { name: 'narrow', width: 360, colorScheme: 'light', forcedColors: 'none', axe: 'all but contrast' },
  { name: 'narrow-dark', width: 360, colorScheme: 'dark', forcedColors: 'none', axe: 'none' },
  // Where the system chooses the colours there is no contrast to find.
  { name: 'forced-colors', width: 1280, colorScheme: 'dark', forcedColors: 'active', axe: 'none' },
] as const;

for (const state of [...states, ...poolStates, ...setupStates, ...extremeStates]) {
  test(state.name, async ({ bench, page, complaints, takeScreen }) => {
    test.slow();
    await state.arrange(bench, page);
    await page.goto(bench.url);
    await state.reach(page, bench);
    for (const { name, width, colorScheme, forcedColors, axe: asked } of forms) {
      await page.emulateMedia({ colorScheme, forcedColors });
      await page.setViewportSize({ width, height: 800 });
      await expectNoSidewaysScrolling(page);
      await takeScreen(`${state.name}-${name}`);
      if (asked === 'none') continue;
      // Of rows and cards that are all alike some are enough: each costs time.
      const axe = new AxeBuilder({ page })
        .exclude('tbody tr:nth-child(n + 10)')
        .exclude('main > section:nth-of-type(n + 6)');
      if (asked === 'contrast') axe.withRules('color-contrast');
      if (asked === 'all but contrast') axe.disableRules('color-contrast');
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
