/** The states of the log of a run. */
import { expect, type Page } from '@playwright/test';
import type { Bench } from './bench.ts';
import { keepRunningLog, logPath, recordLog } from './log-scenes.ts';
import { oldRun, recordRun } from './run-scenes.ts';
import { failing, neverAnswered } from './run-states.ts';
import { setReady, startRun } from './scenes.ts';
import { text, type State } from './states.ts';

const arrange = (bench: Bench): void => {
  recordLog(bench, { tasks: 154 });
};
const open =
  (query: string, shown: RegExp | string) =>
  async (page: Page, bench: Bench): Promise<void> => {
    await page.goto(`${bench.url}/${logPath(query)}`);
    await expect(page.getByText(shown).first()).toBeVisible();
  };
const withoutLog = ({ feed }: Pick<Bench, 'feed'>): void => {
  setReady(feed);
  recordRun(feed, oldRun);
};

export const logStates: readonly State[] = [
  { name: 'log', arrange, reach: open('', 'Average score: 0.55') },
  { name: 'log-search', arrange, reach: open('?q=exceeded', '1 of 44 lines') },
  { name: 'log-nothing-found', arrange, reach: open('?q=nowhere+in+it', 'No line found') },
  {
    name: 'log-errors',
    arrange,
    reach: async (page, bench) => {
      await open('?level=error', /^1 of \d+ lines$/)(page, bench);
      await page.getByRole('button', { name: 'Next' }).click();
      await expect(page.getByText(/^2 of \d+ lines$/)).toBeVisible();
    },
  },
  {
    name: 'log-long-line',
    arrange,
    reach: async (page, bench) => {
      await open('?q=Accessibility+tree', /^1 of \d+ lines$/)(page, bench);
      await page.getByRole('button', { name: 'Show the whole line' }).click();
      await expect(page.getByRole('dialog')).toBeVisible();
    },
  },
  {
    name: 'log-running',
    arrange: (bench) => {
      setReady(bench.feed);
      startRun(bench.feed, 5, 12, { run_id: 'run-on' });
      keepRunningLog(bench, 'run-on', 6);
    },
    reach: async (page, bench) => {
      await page.goto(`${bench.url}/#/runs/run-on/log`);
      await text('New lines appear as they come')(page);
    },
  },
  {
    name: 'log-none',
    arrange: withoutLog,
    reach: open('', 'There is no log of this run'),
    complaint: /404/,
  },
  {
    name: 'log-loading',
    arrange: async (bench, page) => {
      arrange(bench);
      await neverAnswered(page, '/log?*');
    },
    reach: async (page, bench) => {
      await page.goto(`${bench.url}/${logPath()}`);
      await expect(page.getByText('Reading the log…')).toBeAttached();
    },
  },
  {
    name: 'log-failed',
    arrange: async (bench, page) => {
      arrange(bench);
      await failing(page, '/log?*');
    },
    reach: open('', 'The journal cannot be read.'),
    complaint: /500/,
  },
];
