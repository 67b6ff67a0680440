import { describe, expect, test, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import TasksPanel from '../../src/renderer/features/tasks/TasksPanel.svelte';
import type { TaskAttempt } from '../../src/renderer/state/api.ts';
import { resultKey } from '../../src/renderer/state/apply.ts';
import { allTasks, type TaskFilters } from '../../src/renderer/state/route.ts';
import { attemptOf, attemptsOf } from '../unit/renderer/runs-fixtures.ts';
import { markup, nowMs } from './support/fixtures.ts';

async function show(
  tasks: readonly TaskAttempt[],
  changes: {
    readonly filters?: Partial<TaskFilters>;
    readonly selected?: string;
    readonly isOn?: boolean;
  } = {},
) {
  const onFilter = vi.fn<(filters: TaskFilters) => void>();
  const onSelect = vi.fn<(key: string | null) => void>();
  const screen = await render(TasksPanel, {
    tasks,
    isOn: changes.isOn ?? false,
    filters: { ...allTasks, ...changes.filters },
    selected: changes.selected ?? null,
    nowMs,
    hashesOfTask: ({ task_id }: TaskAttempt) => ({
      film: `#/steps-of-${task_id}`,
      log: `#/log-of-${task_id}`,
    }),
    onFilter,
    onSelect,
  });
  const rows = () => [...screen.container.querySelectorAll('tbody tr')] as HTMLElement[];
  return { ...screen, rows, onFilter, onSelect };
}

describe('a row', () => {
  test('says first what was to be done, then the id, and opens', async () => {
    const task = attemptOf(5);
    const { rows, getByRole, onSelect } = await show([task]);
    const [row] = rows();
    expect(row?.innerText.indexOf(task.instruction ?? '')).toBe(0);
    await expect.element(getByRole('button', { name: 'Copy the task id' })).toBeVisible();
    await getByRole('button', { expanded: false }).click();
    expect(onSelect).toHaveBeenCalledExactlyOnceWith(resultKey(task));
  });

  test('opened, it has everything, and closes', async () => {
    const task = attemptOf(5, { attempt: 2, catch_up: true, message: markup });
    const { container, getByRole, getByText, onSelect } = await show([task], { selected: resultKey(task) });
    await expect.element(getByText('The task ended before BenchTray could see it.')).toBeVisible();
    await expect.element(getByText(/^2, by the process/)).toBeVisible();
    await expect.element(getByText(markup)).toBeVisible();
    expect(container.querySelectorAll('img, b')).toHaveLength(0);
    await getByRole('button', { expanded: true }).click();
    expect(onSelect).toHaveBeenCalledExactlyOnceWith(null);
  });

  test('without an instruction begins with the id', async () => {
    const task = attemptOf(0, { instruction: null });
    const { rows } = await show([task]);
    expect(rows()[0]?.innerText.split(task.task_id)).toHaveLength(2);
  });
});

describe('filters', () => {
  const tasks = attemptsOf(12);

  test('ask for another address, and leave the other filters', async () => {
    const { getByRole, onFilter } = await show(tasks, { filters: { domain: 'notepad' } });
    await getByRole('button', { name: /^Error/ }).click();
    expect(onFilter).toHaveBeenLastCalledWith({ ...allTasks, domain: 'notepad', outcome: 'error' });
    await userEvent.selectOptions(getByRole('combobox', { name: 'Domain' }), 'All domains');
    expect(onFilter).toHaveBeenLastCalledWith(allTasks);
    await getByRole('searchbox', { name: 'Search' }).fill('x');
    expect(onFilter).toHaveBeenLastCalledWith({ ...allTasks, domain: 'notepad', q: 'x' });
  });

  test('that hide everything say so', async () => {
    const { getByText, getByRole, onFilter } = await show(tasks, { filters: { q: 'nothing' } });
    await expect.element(getByText('The filters hide all 12 attempts.')).toBeVisible();
    await getByRole('button', { name: 'Show all' }).click();
    expect(onFilter).toHaveBeenCalledExactlyOnceWith(allTasks);
  });
});

test('the newest stands first, and every column sorts', async () => {
  const { rows, getByRole } = await show(attemptsOf(4));
  const names = () => rows().map((row) => row.dataset['task']);
  const inOrder = attemptsOf(4).map(({ task_id }) => task_id);
  expect(names()).toEqual(inOrder.toReversed());
  await getByRole('button', { name: 'Steps' }).click();
  await getByRole('button', { name: 'Steps' }).click();
  expect(names()).toEqual(inOrder);
});

test('all of many rows come, after the first frame', async () => {
  const { rows } = await show(attemptsOf(150));
  await expect.poll(() => rows().length).toBe(150);
});

test('a run without tasks says whether one may come', async () => {
  const { getByText, rerender } = await show([], { isOn: true });
  await expect.element(getByText('Each task appears here as soon as it ends.')).toBeVisible();
  await rerender({ isOn: false });
  await expect.element(getByText('No task of this run is recorded')).toBeVisible();
});
