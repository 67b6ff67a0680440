import { test, expect } from './support/bench.ts';
import { domainsOf, startPool } from './support/pool-scenes.ts';
import { setReady, startRun } from './support/scenes.ts';

const names = ['waa-pool-vm-0', 'waa-pool-vm-1', 'waa-pool-vm-2'];

test('a pool is shown as a whole, and leads to its parts and back', async ({ bench, page }) => {
  startPool(bench, names);
  await page.goto(bench.url);
  const pool = page.getByRole('region', { name: 'Pool of 3 workers' });
  await expect(pool.getByTestId('count')).toHaveText('20 of 36 tasks');
  // The part that crashed needs a person more than the whole.
  await expect(page).toHaveTitle('! 4/12 – waa-pool-vm-1 – BenchTray');
  await expect(page.getByRole('region', { name: 'VMs' }).getByRole('rowheader')).toHaveText([
    /^waa-pool-vm-1/,
    /^waa-pool-vm-0/,
    /^waa-pool-vm-2/,
  ]);

  await pool.getByRole('link', { name: 'waa-pool-vm-2' }).click();
  await expect(page.getByRole('heading', { name: 'waa-pool-vm-2' })).toBeFocused();
  const card = page.getByRole('region', { name: 'waa-pool-vm-2', exact: true });
  await expect(card.getByTestId('part')).toHaveText('Part 3 of 3 of the pool (worker 2)');
  await card.getByRole('link', { name: 'pool', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Pool of 3 workers' })).toBeFocused();
});

test('what a part does is seen in the whole at once', async ({ bench, page }) => {
  startPool(bench, names);
  await page.goto(bench.url);
  await expect(page.getByTestId('pool-state')).toHaveText('Running, 1 crashed');
  const done = { vm: 'waa-pool-vm-2', run_id: 'run-2', state: 'finished' } as const;
  startRun(bench.feed, 12, 12, done, { workers: 3, workerId: 2 });
  const pool = page.getByRole('region', { name: 'Pool of 3 workers' });
  await expect(pool.getByTestId('count')).toHaveText('28 of 36 tasks');
  await expect(page.getByTestId('pool-state')).toHaveText('Crashed');
  await expect(pool.getByRole('row', { name: /waa-pool-vm-2/ })).toContainText('12/12 Finished');
});

test('a long table of domains stays open while the run goes on', async ({ bench, page }) => {
  setReady(bench.feed);
  startRun(bench.feed, 3, 154, { domains: domainsOf(11) });
  await page.goto(bench.url);
  await page.getByText('By domain (11)').click();
  await expect(page.getByRole('row', { name: /^notepad 5\/5/ })).toBeVisible();
  startRun(bench.feed, 4, 154, { domains: domainsOf(12) });
  await expect(page.getByText('By domain (12)')).toBeVisible();
  await expect(page.getByRole('rowheader', { name: 'libreoffice_writer' })).toBeVisible();
});
