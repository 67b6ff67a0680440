/** `npm run screens`: a screenshot of every state of the page in every form, for people to look at; fails where axe finds anything. */
import { join } from 'node:path';
import { test } from './support/bench.ts';
import { allStates } from './support/all-states.ts';
import { allForms, expectAccessible, showIn } from './support/looks.ts';

const folder = join(import.meta.dirname, '..', '..', 'test-results', 'screens');

for (const state of allStates) {
  test(state.name, async ({ bench, page, complaints }) => {
    await state.arrange(bench, page);
    await page.goto(bench.url);
    await state.reach(page, bench);
    for (const form of allForms) {
      await showIn(page, form);
      await page.screenshot({
        path: join(folder, `${state.name}-${form.name}.png`),
        fullPage: true,
        // A browser draws these parts when they come into the window, and the screenshot is taken before.
        style: '* { content-visibility: visible !important; }',
      });
      await expectAccessible(page, form);
    }
    await page.close();
    complaints.length = 0;
  });
}
