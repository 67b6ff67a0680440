/** Where things are on the page: beside what they belong to, and over the width of the window. */
import type { Locator, Page } from '@playwright/test';
import { test, expect } from './support/bench.ts';
import { logPath, recordLog } from './support/log-scenes.ts';
import { startFleet } from './support/now-states.ts';
import { newRun, oldRun, recordPair } from './support/run-scenes.ts';
import { arrangeRunOfKnownMachine } from './support/run-states.ts';
import { setReady } from './support/scenes.ts';

async function boxOf(locator: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await locator.boundingBox();
  if (box === null) throw new Error('The element is not drawn.');
  return box;
}

test('the copy button is beside its value, however long that is', async ({ bench, page }) => {
  arrangeRunOfKnownMachine(bench);
  await page.goto(`${bench.url}/#/runs/${oldRun.runId}/details`);
  const run = page.getByRole('region', { name: 'The run' });
  await expect(run.getByText('Standard_D8ds_v5')).toBeVisible();
  await expect(run.getByText('$0.38 per hour')).toBeVisible();
  for (const width of [360, 768, 1024, 1280, 1600, 1920]) {
    await page.setViewportSize({ width, height: 800 });
    for (const name of ['Copy the run id', 'Copy the place of the log']) {
      const button = run.getByRole('button', { name });
      const value = await boxOf(button.locator('xpath=ancestor::dd/span[1]'));
      const { x, y } = await boxOf(button);
      expect([name, width, y < value.y + 24, x >= value.x + value.width]).toEqual([name, width, true, true]);
    }
  }
});

test('the figures of a comparison fill a wide window', async ({ bench, page }) => {
  setReady(bench.feed);
  recordPair(bench.feed);
  await page.setViewportSize({ width: 1920, height: 1000 });
  await page.goto(`${bench.url}/#/compare?a=${oldRun.runId}&b=${newRun.runId}`);
  const table = page.getByRole('table', { name: 'Both runs over the tasks with a result in both' });
  await expect(table).toBeVisible();
  const card = await boxOf(page.locator('.card', { has: table }));
  const { x, width } = await boxOf(table);
  expect(card.x + card.width - (x + width)).toBeLessThan(32);
  const sentence = await boxOf(page.getByText(/^B is better by /));
  expect(sentence.x - card.x).toBeLessThan(32);
  expect(sentence.x + sentence.width).toBeLessThanOrEqual(x);
});

interface Heading {
  checkVisibility(how: { readonly contentVisibilityAuto: boolean }): boolean;
}

test('a print has every run, also those outside of the window', async ({ bench, page }) => {
  startFleet(bench, 10);
  await page.goto(bench.url);
  const headings = page.locator('main .runs > section > h2');
  await expect(headings).toHaveCount(6);
  const drawn = () =>
    headings.evaluateAll((all: Heading[]) =>
      all.map((one) => one.checkVisibility({ contentVisibilityAuto: true })),
    );
  await expect.poll(drawn).toContain(false);
  await page.emulateMedia({ media: 'print' });
  await expect.poll(drawn).not.toContain(false);
});

interface Root {
  readonly style: { fontSize: string };
}
const enlargeText = (page: Page): Promise<unknown> =>
  page.locator('html').evaluate((root: Root) => (root.style.fontSize = '200%'));

interface Part {
  getBoundingClientRect(): { left: number; right: number; top: number; bottom: number };
}
const boxesOf = (parts: Locator) =>
  parts.evaluateAll((all: Part[]) =>
    all.map((one) => {
      const { left, right, top, bottom } = one.getBoundingClientRect();
      return { left, right, top, bottom };
    }),
  );
type Edges = Awaited<ReturnType<typeof boxesOf>>[number];
const overlap = (a: Edges, b: Edges): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom - 4 && b.top < a.bottom - 4;

test('the labels of charts are whole and apart when somebody enlarges the text', async ({ bench, page }) => {
  arrangeRunOfKnownMachine(bench);
  await page.goto(`${bench.url}/#/runs/${oldRun.runId}/charts`);
  const charts = page.locator('figure svg');
  await expect(charts).toHaveCount(3);
  await enlargeText(page);
  for (const chart of await charts.all()) {
    await expect
      .poll(async () => {
        const [whole] = await boxesOf(chart);
        const labels = await boxesOf(chart.locator('text.label'));
        if (whole === undefined || labels.length < 4) return 'not drawn';
        const cut = labels.filter(
          ({ left, right, top, bottom }) =>
            left < whole.left || right > whole.right || top < whole.top - 2 || bottom > whole.bottom + 2,
        );
        const over = labels.filter((one, index) =>
          labels.slice(index + 1).some((other) => overlap(one, other)),
        );
        return [cut.length, over.length];
      })
      .toEqual([0, 0]);
  }
});

interface Scrolled {
  readonly scrollHeight: number;
  readonly scrollTop: number;
  readonly clientHeight: number;
}

test('the lines of the log are apart when somebody enlarges the text', async ({ bench, page }) => {
  setReady(bench.feed);
  recordLog(bench);
  await page.goto(`${bench.url}/${logPath()}`);
  const list = page.getByRole('region', { name: 'Log of the run' });
  const belowPixels = () =>
    list.evaluate((one: Scrolled) => one.scrollHeight - one.scrollTop - one.clientHeight);
  await expect(list.getByText(/Average score/)).toBeAttached();
  await expect.poll(belowPixels).toBeLessThan(2);
  await enlargeText(page);
  const rows = page.locator('[data-row-number]');
  await expect
    .poll(async () => (await boxesOf(rows)).every(({ top, bottom }) => bottom - top === 40))
    .toBe(true);
  const boxes = await boxesOf(rows);
  expect(boxes.filter((one, index) => boxes.slice(index + 1).some((other) => overlap(one, other)))).toEqual(
    [],
  );
});
