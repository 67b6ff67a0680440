import { describe, expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import CurrentTask from '../../src/renderer/features/run/CurrentTask.svelte';
import RunFigures from '../../src/renderer/features/run/RunFigures.svelte';
import RunPanel from '../../src/renderer/features/run/RunPanel.svelte';
import type { VmView } from '../../src/renderer/state/model.ts';
import {
  isoBefore,
  markup,
  nowMs,
  progressOf,
  recordOf,
  resultOf,
  statusOf,
  vmOf,
} from './support/fixtures.ts';

const show = (vm: VmView) => render(RunPanel, { vm, age: null, nowMs, serverNowMs: nowMs });

describe('RunPanel', () => {
  test('says where a run will appear', async () => {
    const { getByText, getByTestId } = await show(vmOf({ progress: null }));
    await expect.element(getByText('No run yet')).toBeVisible();
    expect(getByTestId('count').elements()).toEqual([]);
  });

  test('a run that is on: how far, and with what', async () => {
    const { getByTestId, getByRole, getByText } = await show(vmOf());
    await expect.element(getByRole('heading', { name: 'Running' })).toBeVisible();
    await expect.element(getByText('navi · gpt-4o')).toBeVisible();
    await expect.element(getByTestId('count')).toHaveTextContent('5 of 12 tasks');
    await expect.element(getByRole('progressbar', { name: 'Tasks done' })).toHaveAttribute('value', '5');
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
    const { container, getByRole, getByText } = await show(vmOf({ progress, record }));
    await expect.element(getByRole('heading', { name: word, exact: true })).toBeVisible();
    expect(container.querySelector('header [data-mark]')?.getAttribute('data-mark')).toBe(mark);
    expect(getByText('Ended 11:55:00, 5 min ago').elements()).toHaveLength(isOver ? 1 : 0);
    // Of a run that is over nothing is left to wait for.
    expect(getByText('Ends about').elements()).toHaveLength(isOver ? 0 : 1);
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
      ?.textContent.replaceAll(/\s+/g, ' ')
      .trim();

  test('every figure under its name', async () => {
    const results = [
      resultOf(0),
      resultOf(1, { success: false, score: 0 }),
      resultOf(2, { outcome: 'exception', success: false, score: null }),
      resultOf(3, { outcome: 'lost', success: false, score: null }),
    ];
    const { container } = await render(RunFigures, {
      progress: progressOf({ succeeded: 1 }),
      results,
      nowMs,
    });
    expect(figure(container, 'Passed')).toBe('1');
    expect(figure(container, 'Failed')).toBe('1');
    expect(figure(container, 'Errors and lost')).toBe('2');
    expect(figure(container, 'Mean score')).toBe('70.0 % (n = 5) 29.9–92.7 %');
    expect(figure(container, 'Pass rate')).toBe('60.0 % (3 of 5) 23.1–88.2 %');
    expect(figure(container, 'Elapsed')).toBe('1:12:01');
    expect(figure(container, 'Ends about')).toBe('13:46 (in 1 h 47 min)');
  });

  test('the cost until now and at the end, if the VM was on at a known price for all of the run', async () => {
    const cost = { per_hour_usd: 1.2, so_far_usd: 9, since: isoBefore(5000), unknown: false, as_of: null };
    const render1 = { progress: progressOf({ started_at: isoBefore(3600) }), results: [], nowMs };
    const { container, rerender } = await render(RunFigures, { ...render1, status: statusOf({ cost }) });
    expect(figure(container, 'Cost so far')).toBe('$1.20');
    expect(figure(container, 'Cost at the end, about')).toBe('$3.33');
    await rerender({ progress: progressOf({ started_at: isoBefore(3600), eta_seconds: null }) });
    expect(figure(container, 'Cost so far')).toBe('$1.20');
    expect(figure(container, 'Cost at the end, about')).toBeUndefined();
    for (const status of [
      statusOf({ cost: { ...cost, since: isoBefore(60) } }),
      statusOf({ cost: { ...cost, unknown: true, as_of: isoBefore(60) } }),
      statusOf({ cost: null }),
    ]) {
      await rerender({ ...render1, status });
      expect(figure(container, 'Cost so far')).toBeUndefined();
    }
    await rerender({ ...render1, status: statusOf({ cost }), asOf: '02:14' });
    expect(figure(container, 'Cost so far')).toBeUndefined();
    await rerender({ progress: progressOf({ state: 'finished' }), asOf: null, costUsd: 2.474 });
    expect(figure(container, 'Cost')).toBe('$2.47');
  });

  test('elapsed time stands still and says as of when, and no time left is shown', async () => {
    const { container } = await render(RunFigures, {
      progress: progressOf(),
      results: [],
      nowMs,
      asOf: '02:14',
    });
    expect(figure(container, 'Elapsed, as of 02:14')).toBe('1:12:01');
    expect(figure(container, 'Ends about')).toBeUndefined();
  });

  test('what is not known is a dash, never a zero', async () => {
    const progress = progressOf({
      tasks_scored: 0,
      mean_score: null,
      pass_rate: null,
      eta_seconds: null,
    });
    const { container } = await render(RunFigures, { progress, results: [], nowMs });
    expect(figure(container, 'Mean score')).toBe('– (n = 0)');
    expect(figure(container, 'Pass rate')).toBe('– (0 of 0)');
    expect(figure(container, 'Ends about')).toBe('–');
    expect(figure(container, 'Failed')).toBe('0');
  });
});

describe('CurrentTask', () => {
  const task = 'task-1';

  test('says what the agent thought and did last, and leads to all steps', async () => {
    const progress = progressOf({ current_thought: 'The window is in front.', current_action: markup });
    const { container, getByTestId, getByRole, rerender } = await render(CurrentTask, { progress, task });
    await expect.element(getByTestId('thought')).toHaveTextContent('The window is in front.');
    expect(getByTestId('action').element().textContent.trim()).toBe(markup);
    expect(container.querySelectorAll('img, b')).toHaveLength(0);
    await expect
      .element(getByRole('link', { name: /^All steps/ }))
      .toHaveAttribute('href', '#/runs/run-1/tasks/task-1?domain=notepad');
    // An older server tells neither.
    await rerender({ progress: progressOf() });
    await expect.element(getByTestId('current-task')).toBeVisible();
    expect(getByTestId('thought').elements()).toEqual([]);
  });

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
