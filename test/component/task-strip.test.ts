import { expect, test, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import TaskStrip from '../../src/renderer/features/strip/TaskStrip.svelte';
import { stripCells, type Cell } from '../../src/shared/strip-cells.ts';
import { attemptOf, attemptsOf, runOfTasks } from '../unit/renderer/runs-fixtures.ts';

const run = runOfTasks(attemptsOf(9), { state: 'running', total_tasks: 12 });
const current = { taskId: 'now', domain: 'clock', instruction: 'Set an alarm.' };

async function show(strip = stripCells(run, current)) {
  const onSelect = vi.fn<(cell: Cell) => void>();
  const screen = await render(TaskStrip, { strip, onSelect });
  const cells = () => screen.getByRole('toolbar').getByRole('button').elements() as HTMLElement[];
  return { ...screen, cells, onSelect };
}

test('each task is a shape of its own, and the counts stand beside it in words', async () => {
  const { container, cells, getByRole } = await show();
  expect(cells()).toHaveLength(12);
  const shapes = cells().map((cell) => cell.querySelector('path')?.getAttribute('d'));
  // Passed, failed, raised, running, not begun: told apart without colour.
  expect(new Set(shapes).size).toBe(5);
  const legend = getByRole('list', { name: 'Tasks by result' });
  await expect.element(legend).toMatchTextContent('4 Passed 4 Failed 1 Error 1 Running 2 Not begun');
  expect(container.querySelectorAll('[tabindex="0"]')).toHaveLength(1);
});

test('counts errors in the plural', async () => {
  const { getByRole } = await show(stripCells(runOfTasks(attemptsOf(18)), null));
  await expect.element(getByRole('list', { name: 'Tasks by result' })).toMatchTextContent(/2 Errors/);
});

test('one stop of the Tab key, and arrow keys from one task to the next', async () => {
  const { container, cells, onSelect } = await show();
  const focused = () => cells().indexOf(document.activeElement as HTMLElement);
  container.style.inlineSize = '70px';
  await userEvent.tab();
  expect(focused()).toBe(0);
  await userEvent.keyboard('{ArrowRight}{ArrowRight}');
  expect(focused()).toBe(2);
  await userEvent.keyboard('{ArrowLeft}');
  expect(focused()).toBe(1);
  await userEvent.keyboard('{ArrowDown}');
  const row = focused() - 1;
  expect(row).toBeGreaterThan(1);
  const [first, below] = [cells()[1], cells()[1 + row]];
  expect(below?.offsetLeft).toBe(first?.offsetLeft);
  await userEvent.keyboard('{ArrowUp}');
  expect(focused()).toBe(1);
  await userEvent.keyboard('{End}{ArrowRight}');
  expect(focused()).toBe(11);
  await userEvent.keyboard('{Home}{ArrowLeft}');
  expect(focused()).toBe(0);
  await userEvent.keyboard('{Enter}');
  expect(onSelect).toHaveBeenCalledOnce();
  expect(onSelect.mock.lastCall?.[0].taskId).toBe(attemptOf(0).task_id);
  // Whoever comes back begins where they were.
  await userEvent.keyboard('{ArrowRight}');
  expect(
    cells()
      .map(({ tabIndex }) => tabIndex)
      .indexOf(0),
  ).toBe(1);
});

test('the task under the pointer or the focus is said below', async () => {
  const { container, cells, getByText } = await show();
  const [, second] = cells();
  if (second === undefined) throw new Error('There is no second task.');
  const height = container.scrollHeight;
  await userEvent.hover(second);
  await expect.element(getByText(/^Task 2 of 12: Failed, libreoffice_calc. Sort the table/)).toBeVisible();
  expect(container.scrollHeight).toBe(height);
  second.focus();
  expect(second.getAttribute('aria-label')).toContain('Failed, libreoffice_calc');
});

test('a task that has not begun leads nowhere', async () => {
  const { cells, onSelect } = await show();
  const last = cells().at(-1);
  expect(last?.getAttribute('aria-disabled')).toBe('true');
  last?.click();
  expect(onSelect).not.toHaveBeenCalled();
});

test('361 tasks fit into 360 pixels', async () => {
  const { container, cells } = await show(
    stripCells(runOfTasks(attemptsOf(300), { total_tasks: 361 }), null),
  );
  container.style.inlineSize = '328px';
  expect(cells()).toHaveLength(361);
  expect(container.scrollWidth).toBeLessThanOrEqual(328);
});
