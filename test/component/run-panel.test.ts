import { describe, expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import CurrentTask from '../../src/renderer/features/run/CurrentTask.svelte';
import RunFigures from '../../src/renderer/features/run/RunFigures.svelte';
import RunPanel from '../../src/renderer/features/run/RunPanel.svelte';
import type { VmView } from '../../src/renderer/state/model.ts';
import { isoBefore, markup, nowMs, progressOf, recordOf, resultOf, vmOf } from './support/fixtures.ts';

const show = (vm: VmView) => render(RunPanel, { vm, age: null, nowMs, serverNowMs: nowMs });

describe('RunPanel', () => {
  test('says where a run will appear', async () => {
    const { getByText, getByTestId } = await show(vmOf({ progress: null }));
    await expect.element(getByText('No run yet')).toBeVisible();
    expect(getByTestId('count').elements()).toEqual([]);
  });

  test('a run that is on: how far, with what, and which task', async () => {
    const { getByTestId, getByRole, getByText } = await show(vmOf());
    await expect.element(getByRole('heading', { name: 'Running' })).toBeVisible();
    await expect.element(getByText('navi · gpt-4o')).toBeVisible();
    await expect.element(getByTestId('count')).toHaveTextContent('5 of 12 tasks');
    await expect.element(getByRole('progressbar', { name: 'Tasks done' })).toHaveAttribute('value', '5');
    await expect.element(getByTestId('current-task')).toBeVisible();
    expect(getByText(/^Ended/).elements()).toEqual([]);
  });

  test.for([
    { state: 'finished', word: 'Finished', mark: 'ok', isOver: true },
    { state: 'crashed', word: 'Crashed', mark: 'bad', isOver: true },
    { state: 'interrupted', word: 'Interrupted', mark: 'pause', isOver: true },
    { state: 'stalled', word: 'Stalled', mark: 'warn', isOver: false },
  ] as const)('$state', async ({ state, word, mark, isOver }) => {
    const progress = progressOf({ state });
    const record = recordOf({ ended_at: isoBefore(300) });
    const { container, getByRole, getByTestId, getByText } = await show(vmOf({ progress, record }));
    await expect.element(getByRole('heading', { name: word, exact: true })).toBeVisible();
    expect(container.querySelector('header [data-mark]')?.getAttribute('data-mark')).toBe(mark);
    expect(getByText('Ended 11:55:00, 5 min ago').elements()).toHaveLength(isOver ? 1 : 0);
    // Of a run that is over no task goes on, and nothing is left to wait for.
    expect(getByTestId('current-task').elements()).toHaveLength(isOver ? 0 : 1);
    expect(getByText('Time left, about').elements()).toHaveLength(isOver ? 0 : 1);
  });

  test('what is old says from when, and looks neither well nor bad', async () => {
    const age = { asOfMs: nowMs - 90_000, reason: 'vm' } as const;
    const { container, getByRole, getByTestId, rerender } = await render(RunPanel, {
      vm: vmOf(),
      age,
      nowMs,
      serverNowMs: nowMs,
    });
    await expect.element(getByRole('heading', { name: 'Last known: Running' })).toBeVisible();
    expect(container.querySelector('header [data-mark]')?.getAttribute('data-mark')).toBe('unknown');
    const asOf = getByTestId('as-of');
    await expect.element(asOf).toHaveTextContent('As of 11:58:30, 1 min ago (the VM is not reached)');
    await rerender({ nowMs: nowMs + 3600_000, age: { ...age, reason: 'link' } });
    await expect.element(asOf).toHaveTextContent('As of 11:58:30, 1 h ago');
    await rerender({ age: { asOfMs: null, reason: 'link' } });
    await expect.element(asOf).toHaveTextContent('As of an unknown time');
    await rerender({ vm: vmOf({ progress: progressOf({ state: 'finished' }) }) });
    await expect.element(getByRole('heading', { name: 'Finished', exact: true })).toBeVisible();
  });

  test.for([
    { tasks_completed: 0, said: '0 tasks done, total not known yet' },
    { tasks_completed: 1, said: '1 task done, total not known yet' },
  ])('without a total: $said', async ({ tasks_completed, said }) => {
    const progress = progressOf({ tasks_completed, total_tasks: 0 });
    const { getByTestId, getByRole } = await show(vmOf({ progress }));
    await expect.element(getByTestId('count')).toHaveTextContent(said);
    expect(getByRole('progressbar', { name: 'Tasks done' }).elements()).toEqual([]);
  });
});

describe('RunFigures', () => {
  /** The number over a name. */
  const figure = (container: HTMLElement, name: string): string | undefined =>
    [...container.querySelectorAll('dl > div')]
      .find((entry) => entry.querySelector('dt')?.textContent === name)
      ?.querySelector('dd')
      ?.textContent.trim();

  test('every figure under its name', async () => {
    const results = [
      resultOf(0),
      resultOf(1, { success: false, score: 0 }),
      resultOf(2, { outcome: 'exception', success: false, score: null }),
      resultOf(3, { outcome: 'lost', success: false, score: null }),
    ];
    const { container } = await render(RunFigures, { progress: progressOf({ succeeded: 1 }), results });
    expect(figure(container, 'Passed')).toBe('1');
    expect(figure(container, 'Failed')).toBe('1');
    expect(figure(container, 'Errors and lost')).toBe('2');
    expect(figure(container, 'Mean score')).toBe('70.0 % (n = 5)');
    expect(figure(container, 'Pass rate')).toBe('60.0 % (3 of 5)');
    expect(figure(container, 'Elapsed')).toBe('1:12:01');
    expect(figure(container, 'Time left, about')).toBe('1:46:40');
  });

  test('elapsed time stands still and says as of when, and no time left is shown', async () => {
    const { container } = await render(RunFigures, { progress: progressOf(), results: [], asOf: '02:14' });
    expect(figure(container, 'Elapsed, as of 02:14')).toBe('1:12:01');
    expect(figure(container, 'Time left, about')).toBeUndefined();
  });

  test('what is not known is a dash, never a zero', async () => {
    const progress = progressOf({
      tasks_scored: 0,
      mean_score: null,
      pass_rate: null,
      eta_seconds: null,
    });
    const { container } = await render(RunFigures, { progress, results: [] });
    expect(figure(container, 'Mean score')).toBe('– (n = 0)');
    expect(figure(container, 'Pass rate')).toBe('– (0 of 0)');
    expect(figure(container, 'Time left, about')).toBe('–');
    expect(figure(container, 'Failed')).toBe('0');
  });
});

describe('CurrentTask', () => {
  const task = 'task-1';

  test('says how many steps of how many', async () => {
    const { getByTestId, getByRole, getByText, rerender } = await render(CurrentTask, {
      progress: progressOf(),
      task,
    });
    await expect.element(getByTestId('step')).toHaveTextContent('Step 7 of 15');
    await expect.element(getByText('Current task, notepad')).toBeVisible();
    const bar = getByRole('progressbar', { name: 'Steps of the current task' });
    await expect.element(bar).toHaveAttribute('value', '7');
    await rerender({ progress: progressOf({ max_steps: null, domain: null }) });
    await expect.element(getByTestId('step')).toHaveTextContent('Step 7');
    expect(bar.elements()).toEqual([]);
    await expect.element(getByText('Current task', { exact: true })).toBeVisible();
  });

  test('a long instruction is cut until it is opened, and cut again for the next task', async () => {
    const progress = progressOf({ instruction: 'Type one more word. '.repeat(200) });
    const { container, getByRole, rerender } = await render(CurrentTask, { progress, task });
    container.style.inlineSize = '20rem';
    const open = getByRole('button', { name: 'Show all of the instruction' });
    await expect.element(open).toBeVisible();
    const closedPx = container.getBoundingClientRect().height;
    expect(closedPx).toBeLessThan(250);
    await open.click();
    await expect.element(getByRole('button', { name: 'Show less of the instruction' })).toBeVisible();
    expect(container.getBoundingClientRect().height).toBeGreaterThan(4 * closedPx);
    // The next step of the same task leaves it open.
    await rerender({ progress: { ...progress, current_step: 8 } });
    await expect.element(getByRole('button', { name: 'Show less of the instruction' })).toBeVisible();
    await rerender({ task: 'task-2' });
    await expect.element(open).toBeVisible();
    await rerender({ progress: progressOf({ instruction: null }) });
    expect(getByRole('button').elements()).toEqual([]);
  });

  test('markup out of a log stays text', async () => {
    const progress = progressOf({ instruction: markup, domain: markup });
    const { container, getByTestId } = await render(CurrentTask, { progress, task: markup });
    expect(getByTestId('current-task').element().textContent).toBe(markup);
    expect(container.querySelectorAll('img, b')).toHaveLength(0);
    expect('hacked' in window).toBe(false);
  });
});
