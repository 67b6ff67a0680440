/** The states of the page that compares two runs, and of the ways to it. */
import { expect, type Page } from '@playwright/test';
import { failing, neverAnswered, open } from './run-states.ts';
import { newRun, oldRun, recordHistory, recordPair, recordRun } from './run-scenes.ts';
import { longTaskId, setReady, startRun } from './scenes.ts';
import { rowCount, text, type State } from './states.ts';

const compareHash = (rest = ''): string => `#/compare?a=${oldRun.runId}&b=${newRun.runId}${rest}`;
const isCompared = (page: Page): Promise<void> => text('McNemar, exact')(page);
const longName = 'a-vm-whose-name-has-no-end-'.repeat(3);

export const compareStates: readonly State[] = [
  {
    name: 'compare',
    arrange: ({ feed }) => {
      setReady(feed);
      recordPair(feed);
    },
    reach: async (page, bench) => {
      await open(page, bench, compareHash());
      await isCompared(page);
    },
  },
  {
    name: 'compare-369-tasks',
    arrange: ({ feed }) => {
      setReady(feed);
      recordPair(feed, 369);
    },
    reach: async (page, bench) => {
      await open(page, bench, compareHash());
      await isCompared(page);
      await expect(page.locator('[data-change="invalid"] tbody tr').nth(50)).toBeAttached();
    },
  },
  {
    name: 'compare-long-names',
    arrange: ({ feed }) => {
      setReady(feed);
      const args = { agent: 'an-agent-'.repeat(9), model: 'organisation/a-model-'.repeat(5) };
      for (const [index, runId] of [oldRun.runId, newRun.runId].entries())
        recordRun(feed, {
          ...{ runId, vm: longName, startedAt: oldRun.startedAt + index * 86_400_000, done: 6, total: 900 },
          ...{ state: 'crashed', arguments: { ...args, maxSteps: 15 + index } },
          change: (task) => ({
            taskId: `${String(task)}-${longTaskId}`,
            domain: `a_domain_whose_name_has_no_end_${String(task % 2)}`.repeat(2),
            instruction: task % 2 === 0 ? null : 'Open the thing. '.repeat(40),
            ...(index === 1 && task > 2 ? { outcome: 'interrupted', score: null, success: false } : {}),
          }),
        });
    },
    reach: async (page, bench) => {
      await open(page, bench, compareHash());
      await isCompared(page);
    },
  },
  {
    name: 'compare-on',
    arrange: ({ feed }) => {
      setReady(feed);
      recordRun(feed, { ...oldRun, done: 12, total: 12 });
      startRun(feed, 8, 12, { run_id: 'run-on', started_at: new Date(Date.now() - 4_321_000).toISOString() });
    },
    reach: async (page, bench) => {
      await open(page, bench, '#/compare?b=run-on');
      await text('B is still running')(page);
    },
  },
  {
    name: 'compare-same-run',
    arrange: ({ feed }) => {
      setReady(feed);
      recordRun(feed, oldRun);
    },
    reach: async (page, bench) => {
      await open(page, bench, `#/compare?a=${oldRun.runId}&b=${oldRun.runId}`);
      await text('A and B are the same run, so nothing differs.')(page);
    },
  },
  {
    name: 'compare-nothing-ended',
    arrange: ({ feed }) => {
      setReady(feed);
      recordRun(feed, { ...oldRun, done: 0 });
      recordRun(feed, { ...newRun, done: 0 });
    },
    reach: async (page, bench) => {
      await open(page, bench, compareHash());
      await text('No task has ended in either run')(page);
    },
  },
  {
    name: 'compare-filtered-away',
    arrange: ({ feed }) => {
      setReady(feed);
      recordPair(feed);
    },
    reach: async (page, bench) => {
      await open(page, bench, compareHash('&q=nothing-has-this-name'));
      await text('No task fits the filters')(page);
    },
  },
  {
    name: 'compare-loading',
    arrange: async ({ feed }, page) => {
      setReady(feed);
      await neverAnswered(page, '/api/compare?*');
    },
    reach: async (page, bench) => {
      await open(page, bench, compareHash());
      await expect(page.getByText('Reading the comparison…')).toBeAttached();
    },
  },
  {
    name: 'compare-failed',
    arrange: async ({ feed }, page) => {
      setReady(feed);
      await failing(page, '/api/compare?*');
    },
    reach: async (page, bench) => {
      await open(page, bench, compareHash());
      await text('The journal cannot be read.')(page);
    },
    complaint: /500/,
  },
  {
    name: 'compare-unknown',
    arrange: ({ feed }) => setReady(feed),
    reach: async (page, bench) => {
      await open(page, bench, compareHash());
      await text('These runs cannot be compared')(page);
    },
    complaint: /404/,
  },
  {
    name: 'compare-none-chosen',
    arrange: ({ feed }) => setReady(feed),
    reach: async (page, bench) => {
      await open(page, bench, '#/compare');
      await text('No runs are chosen yet')(page);
    },
  },
  {
    name: 'compare-picking',
    arrange: ({ feed }) => {
      setReady(feed);
      recordHistory(feed, 24);
    },
    reach: async (page, bench) => {
      await open(page, bench, '#/runs?pick=run-0020&pick=run-0022');
      await rowCount(24)(page);
      await expect(page.getByRole('link', { name: 'Compare', exact: true })).toBeVisible();
    },
  },
];
