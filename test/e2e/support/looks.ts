/** The forms in which a person may see a page, and what must hold in each. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { expectNoSidewaysScrolling, type Box } from './bench.ts';

interface StyledBox extends Box {
  readonly style: { fontSize: string };
}

/** Both compare colours of all that is drawn above one another. */
const contrastRules = ['color-contrast', 'link-in-text-block'];

/** Contrast, the slowest by far, needs a look in each scheme; all others need one in each layout. */
export const forms: readonly Form[] = [
  { name: 'light', width: 1280, colorScheme: 'light', forcedColors: 'none', rules: 'all' },
  { name: 'dark', width: 1600, colorScheme: 'dark', forcedColors: 'none', rules: 'contrast' },
  { name: 'narrow', width: 360, colorScheme: 'light', forcedColors: 'none', rules: 'all but contrast' },
  { name: 'narrow-dark', width: 360, colorScheme: 'dark', forcedColors: 'none', rules: 'none' },
  { name: 'forced-colors', width: 1280, colorScheme: 'dark', forcedColors: 'active', rules: 'none' },
];

/** All forms of `npm run screens`: a wide window, and text at twice its size (WCAG 2.2, 1.4.4). */
export const allForms: readonly Form[] = [
  ...forms,
  { name: 'wide', width: 1920, colorScheme: 'dark', forcedColors: 'none', rules: 'none' },
  { name: 'zoomed', width: 1280, colorScheme: 'light', forcedColors: 'none', rules: 'none', textSize: 2 },
];

export interface Form {
  readonly name: string;
  /** Pixels. */
  readonly width: number;
  readonly colorScheme: 'light' | 'dark';
  readonly forcedColors: 'none' | 'active';
  readonly rules: 'all' | 'contrast' | 'all but contrast' | 'none';
  /** How many times as large as usual the text is. Missing: as usual. */
  readonly textSize?: number;
}

/** Shows the page in this form. Fails if it is wider than its window. */
export async function showIn(page: Page, form: Form): Promise<void> {
  const { width, colorScheme, forcedColors, textSize = 1 } = form;
  await page.emulateMedia({ colorScheme, forcedColors });
  await page.setViewportSize({ width, height: 800 });
  const fontSize = `${textSize * 100}%`;
  await page.locator('html').evaluate((root: StyledBox, size) => (root.style.fontSize = size), fontSize);
  await expectNoSidewaysScrolling(page);
}

/** Fails if axe finds anything in the page as it is shown. */
export async function expectAccessible(page: Page, { name, rules }: Form): Promise<void> {
  if (rules === 'none') return;
  // Rows and cards are alike, so some of them are enough: each costs time. Another mode would open a page for each look, for
  // frames of other origins, which this page may not have; details of rules that found nothing are left out.
  const axe = new AxeBuilder({ page })
    .setLegacyMode(true)
    .options({ resultTypes: ['violations'] })
    .exclude('tbody tr:nth-child(n + 10)')
    .exclude('main ol > li:nth-child(n + 10)')
    .exclude('svg a:nth-of-type(n + 10)')
    .exclude('main > section:nth-of-type(n + 6)')
    .exclude('main .runs > section:nth-of-type(n + 4)');
  if (rules === 'contrast') axe.withRules(contrastRules);
  if (rules === 'all but contrast') axe.disableRules(contrastRules);
  const { violations } = await axe.analyze();
  const found = violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)]);
  expect(found, name).toEqual([]);
}
