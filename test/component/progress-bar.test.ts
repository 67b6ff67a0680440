import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import ProgressBar from '../../src/renderer/ui/ProgressBar.svelte';

test.for([
  { what: 'part of the way', value: 5, max: 12, shown: 5 / 12 },
  { what: 'all of it', value: 12, max: 12, shown: 1 },
  { what: 'more than there is', value: 13, max: 12, shown: 1 },
  { what: 'less than nothing', value: -1, max: 12, shown: 0 },
  { what: 'nothing of nothing', value: 0, max: 0, shown: 0 },
  { what: 'something of an unknown total', value: 3, max: 0, shown: 0 },
])('shows $what', async ({ value, max, shown }) => {
  const { getByRole } = await render(ProgressBar, { value, max, label: 'Tasks done' });
  const bar = getByRole('progressbar', { name: 'Tasks done' });
  await expect.element(bar).toBeVisible();
  expect((bar.element() as HTMLProgressElement).position).toBeCloseTo(shown);
});

test('a thin one is thinner', async () => {
  const heightPx = async (isThin: boolean): Promise<number> => {
    const { getByRole, unmount } = await render(ProgressBar, { value: 1, max: 2, label: 'Steps', isThin });
    const { height } = getByRole('progressbar').element().getBoundingClientRect();
    await unmount();
    return height;
  };
  expect(await heightPx(true)).toBeLessThan(await heightPx(false));
});
