/** States in which several VMs share a run, or a run many domains. */
import { expect } from '@playwright/test';
import { vmName } from './bench.ts';
import { domainsOf, startPool } from './pool-scenes.ts';
import { beginTwoErrors, setReady, startRun } from './scenes.ts';
import type { State } from './states.ts';

const poolOf = (size: number) => Array.from({ length: size }, (_, index) => `waa-pool-vm-${String(index)}`);

export const poolStates: readonly State[] = [
  {
    name: '12-domains',
    arrange: ({ feed }) => {
      setReady(feed);
      startRun(feed, 60, 154, { domains: domainsOf(12) });
    },
    reach: (page) => expect(page.getByText('By domain (12)')).toBeVisible(),
  },
  {
    name: '12-domains-open',
    arrange: ({ feed }) => {
      setReady(feed);
      startRun(feed, 60, 154, { domains: domainsOf(12) });
    },
    reach: async (page) => {
      await page.getByText('By domain (12)').click();
      await expect(page.getByRole('rowheader', { name: 'windows_calc' })).toBeVisible();
    },
  },
  {
    name: 'pool-of-4',
    arrange: (bench) => {
      startPool(bench, poolOf(4));
      beginTwoErrors(bench.feed, 'waa-pool-vm-2');
    },
    reach: (page) => expect(page.getByTestId('pool-state')).toHaveText('Running, 1 crashed'),
  },
  {
    name: 'pool-of-10',
    arrange: (bench) => {
      startPool(bench, poolOf(10), 12);
      // One more VM, which plays a run of its own.
      bench.vms = [{ name: vmName, address: '20.123.45.67' }, ...bench.vms];
      setReady(bench.feed);
      startRun(bench.feed, 8, 12, { run_id: 'run-alone' });
    },
    reach: (page) => expect(page.getByText('2 workers not seen yet')).toBeVisible(),
  },
  {
    name: 'pool-link-lost',
    arrange: (bench) => {
      startPool(bench, poolOf(3));
    },
    reach: async (page, bench) => {
      await expect(page.getByTestId('pool-state')).toHaveText('Running, 1 crashed');
      await bench.goAway();
      await expect(page.getByTestId('pool-state')).toHaveText('Last known: Running, 1 crashed');
    },
    complaint: /ERR_/,
  },
];
