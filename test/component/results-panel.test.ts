import { describe, expect, test } from 'vitest';
import { userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import ResultsPanel from '../../src/renderer/features/results/ResultsPanel.svelte';
import type { TaskResult } from '../../src/renderer/state/model.ts';
import { isoBefore, markup, nowMs, resultOf, resultsOf, vmName } from './support/fixtures.ts';

const show = (results: readonly TaskResult[], isLoading = false) =>
  render(ResultsPanel, { results, isLoading, runId: 'run-1', vmName, nowMs });

/** What stands in the rows under a header, from top to bottom. */
function column(container: HTMLElement, header: string): readonly string[] {
  const headers = [...container.querySelectorAll('th')].map((cell) => cell.innerText.trim());
  const index = headers.indexOf(header);
  expect(index, header).toBeGreaterThanOrEqual(0);
  return [...container.querySelectorAll('tbody tr')].map(
    (row) => row.querySelectorAll<HTMLElement>('td').item(index).innerText,
  );
}

describe('what a row says', () => {
  test.for([
    { changes: {}, word: 'Passed', score: '1', mark: 'ok' },
    { changes: { success: false, score: 0.333 }, word: 'Failed', score: '0.33', mark: 'bad' },
    {
      changes: { outcome: 'exception', success: false, score: null },
      word: 'Error',
      score: '–',
      mark: 'warn',
    },
    { changes: { outcome: 'lost', success: false, score: null }, word: 'Lost', score: '–', mark: 'unknown' },
    {
      changes: { outcome: 'interrupted', success: false, score: null },
      word: 'Interrupted',
      score: '–',
      mark: 'pause',
    },
  ] as const)('$word', async ({ changes, word, score, mark }) => {
    const { container } = await show([resultOf(0, changes)]);
    expect(column(container, 'Result')).toEqual([word]);
    expect(column(container, 'Score')).toEqual([score]);
    expect(container.querySelector('tbody [data-mark]')?.getAttribute('data-mark')).toBe(mark);
  });

  test('steps, time, and when it was over', async () => {
    const results = [
      resultOf(0, { steps: 15, duration_seconds: 125, finished_at: isoBefore(60) }),
      resultOf(1, { domain: null, duration_seconds: null, finished_at: null }),
      resultOf(2, { finished_at: isoBefore(26 * 3600) }),
    ];
    const { container } = await show(results);
    expect(column(container, 'Finished')).toEqual(['27 Jan, 10:00', '–', '11:59:00']);
    expect(column(container, 'Steps')).toEqual(['5', '4', '15']);
    expect(column(container, 'Time')).toEqual(['0:32', '–', '2:05']);
    expect(column(container, 'Domain')).toEqual(['notepad', '–', 'notepad']);
  });

  test('which attempt it was, where there were several', async () => {
    const { container } = await show([resultOf(0), resultOf(0, { attempt: 2 })]);
    expect(column(container, 'Task')).toEqual(['task-000 attempt 2', 'task-000']);
  });

  test('why a task has no score', async () => {
    const message = 'Fatal error: the model is gone';
    const { container } = await show([
      resultOf(0, { outcome: 'exception', success: false, score: null, message }),
    ]);
    expect(column(container, 'Task')).toEqual([`task-000\n${message}`]);
  });

  test('markup out of a log stays text', async () => {
    const { container } = await show([resultOf(0, { task_id: markup, domain: markup })]);
    expect(column(container, 'Domain')).toEqual([markup]);
    expect(container.querySelectorAll('img, b')).toHaveLength(0);
    expect('hacked' in window).toBe(false);
  });
});

describe('sorting', () => {
  test('by keyboard, told by aria-sort, and back again', async () => {
    const { container, getByRole } = await show([
      resultOf(0, { steps: 7, score: null, success: false, outcome: 'exception' }),
      resultOf(1, { steps: 12, score: 0 }),
      resultOf(2, { steps: 3, score: 1 }),
    ]);
    const header = (name: string) => getByRole('columnheader', { name });
    await expect.element(header('Finished')).toHaveAttribute('aria-sort', 'descending');
    expect(column(container, 'Steps')).toEqual(['3', '12', '7']);

    const steps = getByRole('button', { name: 'Steps' });
    (steps.element() as HTMLElement).focus();
    await userEvent.keyboard('{Enter}');
    await expect.element(header('Steps')).toHaveAttribute('aria-sort', 'descending');
    await expect.element(header('Finished')).toHaveAttribute('aria-sort', 'none');
    expect(column(container, 'Steps')).toEqual(['12', '7', '3']);
    await userEvent.keyboard(' ');
    await expect.element(header('Steps')).toHaveAttribute('aria-sort', 'ascending');
    expect(column(container, 'Steps')).toEqual(['3', '7', '12']);
    await expect.element(steps).toHaveFocus();

    // What has no score stands at the end, in either direction.
    await getByRole('button', { name: 'Score' }).click();
    expect(column(container, 'Score')).toEqual(['1', '0', '–']);
    await getByRole('button', { name: 'Score' }).click();
    expect(column(container, 'Score')).toEqual(['0', '1', '–']);
  });

  test('names begin with the first letter', async () => {
    const { container, getByRole } = await show([
      resultOf(0, { task_id: 'task-10' }),
      resultOf(1, { task_id: 'task-9' }),
    ]);
    await getByRole('button', { name: 'Task' }).click();
    await expect
      .element(getByRole('columnheader', { name: 'Task' }))
      .toHaveAttribute('aria-sort', 'ascending');
    expect(column(container, 'Task')).toEqual(['task-9', 'task-10']);
  });
});

describe('which results are shown', () => {
  test('the filter hides what has passed, and says how many there are of each', async () => {
    const results = [...resultsOf(5), resultOf(5, { success: false, score: 0 })];
    const { container, getByRole } = await show(results);
    const all = getByRole('button', { name: 'All 6' });
    const notPassed = getByRole('button', { name: 'Not passed 1' });
    await expect.element(all).toHaveAttribute('aria-pressed', 'true');
    (notPassed.element() as HTMLElement).focus();
    await userEvent.keyboard(' ');
    await expect.element(notPassed).toHaveAttribute('aria-pressed', 'true');
    await expect.element(all).toHaveAttribute('aria-pressed', 'false');
    expect(column(container, 'Task')).toEqual(['task-005']);
  });

  test('few results need no filter', async () => {
    const { getByRole, rerender } = await show(resultsOf(4));
    expect(getByRole('group').elements()).toEqual([]);
    await rerender({ results: resultsOf(5) });
    await expect.element(getByRole('group', { name: 'Which results are shown' })).toBeVisible();
  });

  test('an empty table says whether nothing is there or everything hidden', async () => {
    const { getByText, getByRole, rerender } = await show([]);
    await expect.element(getByText('No results yet')).toBeVisible();
    await rerender({ isLoading: true });
    await expect.element(getByText('Reading the results…')).toBeVisible();
    await expect.element(getByText('No results yet')).not.toBeInTheDocument();

    await rerender({ isLoading: false, results: resultsOf(5) });
    await getByRole('button', { name: 'Not passed 0' }).click();
    await expect.element(getByText('Every task has passed so far')).toBeVisible();
    await expect.element(getByText('The filter hides all 5 results.')).toBeVisible();
    expect(getByRole('table').elements()).toEqual([]);
    await getByRole('button', { name: 'Show all' }).click();
    await expect.element(getByRole('table')).toBeVisible();
    await expect.element(getByRole('button', { name: 'All 5' })).toHaveAttribute('aria-pressed', 'true');
  });
});

describe('many results', () => {
  test('150 rows scroll within the table, by keyboard too, under headers that stay', async () => {
    const { container, getByRole } = await show(resultsOf(150));
    expect(container.querySelectorAll('tbody tr')).toHaveLength(150);
    const region = getByRole('region', { name: `Results of ${vmName}` });
    const { clientHeight, scrollHeight } = region.element();
    expect(scrollHeight).toBeGreaterThan(3 * clientHeight);
    const task = getByRole('button', { name: 'Task' });
    (task.element() as HTMLElement).focus();
    await userEvent.keyboard('{End}');
    await expect.poll(() => region.element().scrollTop).toBeGreaterThan(scrollHeight / 2);
    await expect.element(task).toBeInViewport();
  });

  test('a row that comes leaves the others, and what is selected in them, as they are', async () => {
    const results = resultsOf(3);
    const { container, rerender } = await show(results);
    const row = container.querySelector<HTMLElement>('tr[data-task="task-001"]');
    // As a click on a notification does it.
    row?.setAttribute('tabindex', '-1');
    row?.focus();
    expect(document.activeElement).toBe(row);
    await rerender({ results: [...results, resultOf(3)] });
    expect(column(container, 'Task')).toEqual(['task-003', 'task-002', 'task-001', 'task-000']);
    expect(document.activeElement).toBe(row);
    expect(row?.dataset['task']).toBe('task-001');
  });
});
