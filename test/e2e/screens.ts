/** `npm run screens`: a screenshot of every state of the page in every form, for people to look at. Nothing is asserted. */
import { join } from 'node:path';
import { test } from './support/bench.ts';
import { allStates } from './support/all-states.ts';

const folder = join(import.meta.dirname, '..', '..', 'test-results', 'screens');

const forms = [
  { name: 'light', width: 1280, colorScheme: 'light', forcedColors: 'none' },
  { name: 'dark', width: 1600, colorScheme: 'dark', forcedColors: 'none' },
  { name: 'narrow', width: 360, colorScheme: 'light', forcedColors: 'none' },
  { name: 'narrow-dark', width: 360, colorScheme: 'dark', forcedColors: 'none' },
  { name: 'forced-colors', width: 1280, colorScheme: 'dark', forcedColors: 'active' },
] as const;

for (const state of allStates) {
  test(state.name, async ({ bench, page, complaints }) => {
    await state.arrange(bench, page);
    await page.goto(bench.url);
    await state.reach(page, bench);
    for (const { name, width, colorScheme, forcedColors } of forms) {
      await page.emulateMedia({ colorScheme, forcedColors });
      await page.setViewportSize({ width, height: 800 });
      await page.screenshot({ path: join(folder, `${state.name}-${name}.png`), fullPage: true });
    }
    await page.close();
    complaints.length = 0;
  });
}
