import { describe, expect, test, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import type { ComparedTaskView } from '../../src/shared/comparison.ts';
import CompareFigures from '../../src/renderer/features/compare/CompareFigures.svelte';
import CompareTasks from '../../src/renderer/features/compare/CompareTasks.svelte';
import DomainMatrix from '../../src/renderer/features/compare/DomainMatrix.svelte';
import PickedRuns from '../../src/renderer/features/runs/PickedRuns.svelte';
import { allCompared, type CompareFilters } from '../../src/renderer/state/route.ts';
import { comparedAttempt, comparedTask, comparisonOf } from '../unit/renderer/comparison-fixtures.ts';
import { summaryOf } from '../unit/renderer/runs-fixtures.ts';
import { markup, nowMs } from './support/fixtures.ts';

describe('the figures', () => {
  const cells = (container: Element): readonly string[] =>
    [...container.querySelectorAll<HTMLElement>('tbody tr')].map((row) =>
      row.innerText.replaceAll(/\s+/g, ' ').trim(),
    );

  test('stand side by side with their intervals, the difference and p', async () => {
    const { container, getByText } = await render(CompareFigures, {
      comparison: comparisonOf([]),
      nowMs,
      isLive: true,
    });
    expect(cells(container)).toEqual([
      'Mean score 43.2 % n = 143 35.2–51.2 % 46.4 % n = 143 38.4–54.4 % +3.2 points −1.8 to +8.3',
      'Pass rate 41.3 % 59 of 143 33.3–49.3 % 45.5 % 65 of 143 37.5–53.4 % +4.2 points',
      'Passed in one only 7 13 p = 0.26 McNemar, exact',
    ]);
    await expect.element(getByText(/over the 143 tasks with a result in both runs/)).toBeVisible();
  });

  test('are dashes where nothing can be compared, and p is not told', async () => {
    const none = { count: 0, value: null, interval: null };
    const share = { a: none, b: none, delta: null };
    const { container } = await render(CompareFigures, {
      comparison: comparisonOf([], {
        compared: 0,
        mean_score: share,
        pass_rate: share,
        mean_score_delta_interval: null,
        mcnemar: { p: 1, passed_only_a: 0, passed_only_b: 0 },
      }),
      nowMs,
      isLive: true,
    });
    expect(container.textContent).not.toContain('p = ');
    expect(cells(container)[0]).toBe('Mean score – n = 0 – n = 0 – points');
  });

  test('a run that was on may be over while the link is lost', async () => {
    const { a } = comparisonOf([]);
    const { getByText } = await render(CompareFigures, {
      comparison: comparisonOf([], { a: { ...a, state: 'running' } }),
      nowMs,
      isLive: false,
    });
    await expect.element(getByText('Last known: Running')).toBeVisible();
  });
});

describe('the tasks', () => {
  async function show(tasks = [comparedTask('same')], filters: Partial<CompareFilters> = {}) {
    const onFilter = vi.fn<(filters: CompareFilters) => void>();
    const comparison = comparisonOf(tasks);
    const screen = await render(CompareTasks, {
      comparison,
      filters: { ...allCompared, ...filters },
      hashOfTask: ({ task_id }: ComparedTaskView) => `#films-of-${task_id}`,
      onFilter,
    });
    return { ...screen, onFilter };
  }

  test('have both results, each with the way to both films', async () => {
    const regressed = comparedTask('regressed', {
      b: comparedAttempt({ score: 0.4, attempt: 2, attempts: 2 }),
    });
    const { getByRole, getByText } = await show([regressed]);
    const link = getByRole('link', { name: 'B: Failed 0.4' });
    await expect.element(link).toHaveAttribute('href', '#films-of-task-1');
    await expect
      .element(getByRole('link', { name: 'A: Passed 1' }))
      .toHaveAttribute('href', '#films-of-task-1');
    await expect.element(getByText('7 steps, attempt 2 of 2, 1:05')).toBeVisible();
  });

  test('that are the same are folded, and drawn when they are opened', async () => {
    const { container, getByRole } = await show();
    expect(container.querySelectorAll('tbody tr')).toHaveLength(0);
    await getByRole('heading', { name: /^The same/ }).click();
    await expect.poll(() => container.querySelectorAll('tbody tr').length).toBe(1);
  });

  test('show texts of logs as texts', async () => {
    const { container, getByRole } = await show([
      comparedTask('invalid', {
        instruction: markup,
        domain: markup,
        a: comparedAttempt({ outcome: 'lost' }),
      }),
    ]);
    await expect.element(getByRole('link', { name: 'A: Lost 1' })).toBeVisible();
    expect(container.querySelectorAll('img, b')).toHaveLength(0);
  });

  test('that the filters hide come back with one click', async () => {
    const { getByRole, getByText, onFilter } = await show(undefined, { q: 'nothing', domain: 'vlc' });
    await expect.element(getByText('The filters hide 1 task.')).toBeVisible();
    await getByRole('button', { name: 'Show all' }).click();
    expect(onFilter).toHaveBeenCalledExactlyOnceWith(allCompared);
  });

  test('say that there are none', async () => {
    const { getByText } = await show([]);
    await expect.element(getByText('No task has ended in either run')).toBeVisible();
  });
});

test('a domain of the matrix chooses its tasks', async () => {
  const onChoose = vi.fn<(domain: string) => void>();
  const { domains } = comparisonOf([comparedTask('same'), comparedTask('same', { domain: null })]);
  const { getByRole } = await render(DomainMatrix, { domains, onChoose });
  await getByRole('button', { name: 'No domain' }).click();
  expect(onChoose).toHaveBeenCalledExactlyOnceWith('');
});

describe('the selected runs', () => {
  const runs = ['new', 'old'].map((run_id) => summaryOf({ run_id, vm: `vm-${run_id}` }));
  const compareLink = async (picked: readonly string[]) => {
    const { getByRole } = await render(PickedRuns, { picked, runs, nowMs, onClear: vi.fn<() => void>() });
    return getByRole('link', { name: 'Compare' });
  };

  test('are compared with the older one as A, in whatever order they were selected', async () => {
    await expect.element(await compareLink(['new', 'old'])).toHaveAttribute('href', '#/compare?a=old&b=new');
  });

  test('may include one that the filters hide', async () => {
    await expect
      .element(await compareLink(['new', 'x&y']))
      .toHaveAttribute('href', '#/compare?a=x%26y&b=new');
  });

  test('cannot be compared while there is only one', async () => {
    await expect.element(await compareLink(['new'])).not.toBeInTheDocument();
  });
});
