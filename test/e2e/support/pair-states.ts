/** The states of the page that shows both films of a task. */
import { expect, type Page } from '@playwright/test';
import type { Bench } from './bench.ts';
import { pairPath, recordFilm, type FilmOptions } from './film-scenes.ts';
import { longThought } from './film-states.ts';
import { setReady } from './scenes.ts';
import { text, type State } from './states.ts';

const arrange =
  (options: FilmOptions = {}) =>
  (bench: Bench): void => {
    setReady(bench.feed);
    recordFilm(bench, options);
  };
/** @param films how many of both have screenshots */
const openAt =
  (query: string, films = 2) =>
  async (page: Page, bench: Bench): Promise<void> => {
    await page.goto(`${bench.url}/${pairPath(query)}`);
    await expect(page.getByRole('img', { name: /^[AB]: (?!.*not loaded)/ })).toHaveCount(films);
    await expect(page.getByText('Reading the log…')).toHaveCount(0);
  };

export const pairStates: readonly State[] = [
  { name: 'pair', arrange: arrange(), reach: openAt('&step=3') },
  { name: 'pair-apart', arrange: arrange(), reach: openAt('&step=2&step_b=5') },
  { name: 'pair-one-ended', arrange: arrange({ later: { steps: 2 } }), reach: openAt('&step=5') },
  { name: 'pair-portrait', arrange: arrange({ isPortrait: true }), reach: openAt('&step=2') },
  { name: 'pair-begin', arrange: arrange({ later: { blind: [0, 1] } }), reach: openAt('&step=1', 1) },
  {
    name: 'pair-long-texts',
    arrange: arrange({
      later: {
        thought: longThought,
        change: {
          ...{ outcome: 'exception', score: null, success: false },
          message: `Traceback (most recent call last):\n${'  File "/client/run.py", line 12, in run\n'.repeat(40)}KeyError: 'a11y_tree'`,
        },
      },
    }),
    reach: async (page, bench) => {
      await openAt('&step=4')(page, bench);
      await page.getByRole('button', { name: 'Show all of the thought of B' }).click();
    },
  },
  {
    name: 'pair-one-gone',
    arrange: arrange({
      later: {
        problem: {
          kind: 'absent',
          detail: 'The VM "waa-eval-vm" is not watched any more. BenchTray kept nothing of this task.',
        },
      },
    }),
    reach: openAt('&step=3', 1),
    complaint: /404/,
  },
  {
    name: 'pair-only-one',
    arrange: arrange({ later: { change: { taskId: 'another-task-WOS' } } }),
    reach: async (page, bench) => {
      await openAt('&step=3', 1)(page, bench);
      await text('B has not ended this task')(page);
    },
  },
  {
    name: 'pair-vm-away',
    arrange: arrange({ problem: { kind: 'disconnected', detail: 'There is no connection to the VM now.' } }),
    reach: async (page, bench) => {
      await page.goto(`${bench.url}/${pairPath()}`);
      await expect(page.getByText('Could not read the steps.')).toHaveCount(2);
    },
    complaint: /503/,
  },
  {
    name: 'pair-loading',
    arrange: async (bench, page) => {
      arrange()(bench);
      await page.route('**/steps?*', () => undefined);
    },
    reach: async (page, bench) => {
      await page.goto(`${bench.url}/${pairPath()}`);
      await expect(page.getByText('Reading the steps…')).toHaveCount(2);
    },
  },
  {
    name: 'pair-unknown',
    arrange: arrange(),
    reach: async (page, bench) => {
      await page.goto(`${bench.url}/${pairPath().replace(/&task=[^&]*/, '&task=no-such-task-WOS')}`);
      await text('Neither run has ended this task')(page);
    },
  },
];
