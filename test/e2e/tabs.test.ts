/** Many tabs in one browser, which has six connections to the server for all of them. */
import type { BrowserContext, Page } from '@playwright/test';
import { test, expect, type Bench } from './support/bench.ts';
import { completeTask, nthTask, setReady, startRun } from './support/scenes.ts';

const tabCount = 10;

async function openTabs(bench: Bench, context: BrowserContext, count: number): Promise<readonly Page[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const tab = await context.newPage();
      await tab.goto(bench.url);
      return tab;
    }),
  );
}

async function expectCount(tabs: readonly Page[], text: string): Promise<void> {
  for (const tab of tabs) await expect(tab.getByTestId('count')).toHaveText(text);
}

const openStreams = async (bench: Bench): Promise<number> => {
  const figures = await (await fetch(`${bench.url}/metrics`)).text();
  return Number(/^benchtray_streams_open (\d+)$/m.exec(figures)?.[1]);
};

test('ten tabs share one stream, and are all live', async ({ bench, context }) => {
  setReady(bench.feed);
  startRun(bench.feed, 3, 12);
  const tabs = await openTabs(bench, context, tabCount);
  await expectCount(tabs, '3 of 12 tasks');
  await expect.poll(() => openStreams(bench)).toBe(1);
  const answers = tabs.map((tab) => tab.evaluate(async () => (await fetch('/healthz')).status));
  expect(await Promise.all(answers)).toEqual(Array(tabCount).fill(200));

  // The tab that opened the stream is closed, and nothing is lost: neither in the others nor in one that is read again.
  const [first, second, ...others] = tabs;
  await first?.close();
  await second?.reload();
  completeTask(bench.feed, nthTask(3));
  startRun(bench.feed, 4, 12);
  const left = second === undefined ? others : [second, ...others];
  await expectCount(left, '4 of 12 tasks');
  for (const tab of left) await expect(tab.locator('tbody tr')).toHaveCount(4);
  await expect.poll(() => openStreams(bench)).toBe(1);

  await Promise.all(left.map((tab) => tab.goto('about:blank')));
  await expect.poll(() => openStreams(bench)).toBe(0);
});

test('a tab that joins later shows its VMs at once, without claiming that it still reads the list', async ({
  bench,
  context,
}) => {
  setReady(bench.feed);
  for (const first of await openTabs(bench, context, 1))
    await expect(first.getByTestId('vm-state')).toHaveText('Ready');
  await context.addInitScript(`
    globalThis.shown = '';
    new MutationObserver(() => (shown += document.body?.innerText ?? '')).observe(document, {
      childList: true,
      subtree: true,
    });
  `);
  const late = await openTabs(bench, context, 1);
  for (const tab of late) {
    await expect(tab.getByTestId('vm-state')).toHaveText('Ready');
    const shown = await tab.evaluate('shown');
    expect(shown).toContain('Connecting to BenchTray…');
    expect(shown).not.toContain('Reading which VMs there are…');
  }
  expect(late).toHaveLength(1);
});

test('every tab knows which VMs there are, also one that joins later', async ({ bench, context }) => {
  setReady(bench.feed);
  const tabs = [...(await openTabs(bench, context, 1))];
  for (const tab of tabs) await expect(tab.getByTestId('vm-state')).toHaveText('Ready');
  bench.vms = [];
  tabs.push(...(await openTabs(bench, context, 1)));
  for (const tab of tabs) await expect(tab.getByText('No VM is being watched yet')).toBeVisible();
  expect(await openStreams(bench)).toBe(1);
});

test('every tab says that the link is lost, and gets what it missed', async ({ bench, context }) => {
  setReady(bench.feed);
  startRun(bench.feed, 3, 12);
  const tabs = await openTabs(bench, context, 3);
  await expectCount(tabs, '3 of 12 tasks');
  await bench.goAway();
  for (const tab of tabs) await expect(tab.getByTestId('link')).toHaveText('Not connected');
  await bench.comeBack();
  setReady(bench.feed);
  completeTask(bench.feed, nthTask(3));
  startRun(bench.feed, 4, 12);
  await expectCount(tabs, '4 of 12 tasks');
  for (const tab of tabs) {
    await expect(tab.getByTestId('link-banner')).toHaveCount(0);
    await expect(tab.locator('tbody tr')).toHaveCount(4);
  }
});

test('a tab has a stream of its own where there are no shared workers', async ({ bench, context }) => {
  setReady(bench.feed);
  await context.addInitScript('delete globalThis.SharedWorker');
  const tabs = await openTabs(bench, context, 2);
  for (const tab of tabs) await expect(tab.getByTestId('vm-state')).toHaveText('Ready');
  expect(await openStreams(bench)).toBe(2);
});

test('a tab has a stream of its own where the shared worker does not answer', async ({ bench, page }) => {
  setReady(bench.feed);
  await page.addInitScript(
    'globalThis.SharedWorker = class { port = new MessageChannel().port1; constructor() {} }',
  );
  await page.goto(bench.url);
  await expect(page.getByTestId('vm-state')).toHaveText('Ready');
  expect(await openStreams(bench)).toBe(1);
});
