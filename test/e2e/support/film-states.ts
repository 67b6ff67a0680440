/** The states of the page of a task. */
import { expect, type Page } from '@playwright/test';
import type { Bench } from './bench.ts';
import { fileOf } from '../../unit/run/steps/support.ts';
import { filmPath, filmRunId, recordFilm, type FilmOptions } from './film-scenes.ts';
import { setReady } from './scenes.ts';
import { text, type State } from './states.ts';

const arrange =
  (options: FilmOptions = {}) =>
  (bench: Bench): void => {
    setReady(bench.feed);
    recordFilm(bench, options);
  };
const open =
  (path: string, shown: string) =>
  async (page: Page, bench: Bench): Promise<void> => {
    await page.goto(`${bench.url}/${path}`);
    await text(shown)(page);
  };
const openAt =
  (step: number, isDrawn = true) =>
  async (page: Page, bench: Bench): Promise<void> => {
    await page.goto(`${bench.url}/${filmPath(`&step=${step}`)}`);
    await expect(page.getByTestId('film-step')).toHaveText(
      step === 0 ? 'Before the first step' : `Step ${step} of 6`,
    );
    if (isDrawn)
      await expect(page.getByRole('img', { name: /^(Step|Before)(?!.*not loaded)/ })).toBeVisible();
    await expect(page.getByText('Reading the log…')).toHaveCount(0);
  };
async function answering(page: Page, path: string, status: number, detail: string): Promise<void> {
  await page.route(`**${path}`, (route) =>
    route.fulfill({
      status,
      contentType: 'application/problem+json',
      body: JSON.stringify({ status, detail }),
    }),
  );
}

export const longThought = `<b>First</b> I look at the whole screen \u202eand count what is there. ${'The window of the editor is in front of the browser, and its menu is closed. '.repeat(60)}`;

export const filmStates: readonly State[] = [
  { name: 'task', arrange: arrange(), reach: openAt(3) },
  { name: 'task-begin', arrange: arrange(), reach: openAt(0) },
  {
    name: 'task-long-texts',
    arrange: arrange({ thought: longThought }),
    reach: async (page, bench) => {
      await openAt(5)(page, bench);
      await page.getByRole('button', { name: 'Show all of the thought' }).click();
    },
  },
  { name: 'task-portrait', arrange: arrange({ isPortrait: true }), reach: openAt(2) },
  {
    name: 'task-without-screenshot',
    arrange: arrange({ blind: [2] }),
    reach: openAt(2, false),
  },
  {
    name: 'task-screenshot-failed',
    arrange: async (bench, page) => {
      arrange()(bench);
      await answering(page, '/screens/**step_3_**', 503, 'The VM "waa-eval-vm" is not connected.');
    },
    reach: async (page, bench) => {
      await openAt(3, false)(page, bench);
      await text('is not connected')(page);
    },
    complaint: /503/,
  },
  {
    name: 'task-error',
    arrange: arrange(),
    reach: open(
      `#/runs/${filmRunId}/tasks/10007919-last-WOS?domain=settings&attempt=1`,
      'exceeded your current quota',
    ),
  },
  {
    name: 'task-screenshots-only',
    arrange: arrange({ texts: { texts: [] } }),
    reach: async (page, bench) => {
      await openAt(2)(page, bench);
      await text('thoughts and actions are not known')(page);
    },
  },
  {
    name: 'task-screenshots-removed',
    arrange: arrange({
      texts: {
        screens: [],
        missing:
          'BenchTray removed the kept screenshots of this task, to stay within "history.maxMegabytes" (now 2,000 MB), on 12 Nov 2026. Raise "history.maxMegabytes" to keep more.',
      },
    }),
    reach: async (page, bench) => {
      await openAt(3, false)(page, bench);
      await text('BenchTray removed the kept screenshots')(page);
    },
  },
  {
    name: 'task-skipped-lines',
    arrange: arrange({
      texts: {
        texts: [fileOf('traj.jsonl', '{"step_num": 6, "action": "DONE"}\nnothing known\n{"other": 1}\n')],
      },
    }),
    reach: open(filmPath(), 'BenchTray left out'),
  },
  {
    name: 'task-without-steps',
    arrange: arrange({ texts: { texts: [], screens: [] } }),
    reach: open(filmPath(), 'No step of this task is known'),
  },
  {
    name: 'task-loading',
    arrange: async (bench, page) => {
      arrange()(bench);
      await page.route('**/steps?*', () => undefined);
    },
    reach: async (page, bench) => {
      await page.goto(`${bench.url}/${filmPath()}`);
      await expect(page.getByText('Reading the steps…')).toBeAttached();
    },
  },
  {
    name: 'task-vm-away',
    arrange: arrange({
      problem: {
        kind: 'disconnected',
        detail: 'The VM "waa-eval-vm" is not connected, so its files cannot be read now.',
      },
    }),
    reach: open(filmPath(), 'is not connected'),
    complaint: /503/,
  },
  {
    name: 'task-gone',
    arrange: arrange({
      problem: {
        kind: 'absent',
        detail: 'The container "winarena" is gone, and the folder of the task with it.',
      },
    }),
    reach: open(filmPath(), 'There is no film of this task'),
    complaint: /404/,
  },
];
