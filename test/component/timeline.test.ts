import { describe, expect, test, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import TimelinePanel from '../../src/renderer/features/timeline/TimelinePanel.svelte';
import type { AnswerProblem } from '../../src/renderer/state/answer.ts';
import type { RunWithTasks } from '../../src/renderer/state/api.ts';
import type { RunEvents } from '../../src/renderer/state/events-api.ts';
import { wholeTimeline, type TimelineView } from '../../src/renderer/state/route.ts';
import type { CurrentTask } from '../../src/shared/strip-cells.ts';
import { attemptOf, summaryOf } from '../unit/renderer/runs-fixtures.ts';
import { markup, nowMs } from './support/fixtures.ts';

/** Local time, as the page shows it. */
const local = (day: number, hour: number, minute: number): number =>
  new Date(2026, 0, day, hour, minute).getTime();
const iso = (ms: number): string => new Date(ms).toISOString();
const [began, ended] = [local(28, 22, 55), local(29, 4, 5)];
const at0312 = iso(local(29, 3, 12)).replace('.000', '');

const tasks = [
  attemptOf(0, { started_at: iso(began), finished_at: iso(local(29, 0, 30)) }),
  attemptOf(1, { started_at: iso(local(29, 3, 0)), finished_at: iso(local(29, 3, 20)), instruction: markup }),
];
const told: RunEvents = {
  ...{ from: iso(began), to: iso(ended), errors_from: null, total: 1 },
  events: [
    {
      ...{ kind: 'error', code: 'probe_down', severity: 'critical', message: 'It does not answer.' },
      ...{ began_at: iso(local(29, 3, 6)), ended_at: iso(local(29, 3, 18)), lasts: false },
      ...{ detail: null, hint: null, recovered: 'It is back.', lasted_seconds: 720 },
    },
  ],
};
const refused: AnswerProblem = { status: 500, detail: 'It is broken.', hint: null, reason: null, fields: [] };

interface Shown {
  readonly value?: RunEvents | null;
  readonly problem?: AnswerProblem | null;
  readonly view?: Partial<TimelineView>;
  readonly run?: Partial<RunWithTasks>;
  readonly current?: CurrentTask | null;
}

async function show({ value = told, problem = null, view = {}, run = {}, current = null }: Shown = {}) {
  const onView = vi.fn<(view: TimelineView) => void>();
  const refresh = vi.fn();
  const screen = await render(TimelinePanel, {
    run: { ...summaryOf({ started_at: iso(began), ended_at: iso(ended) }), tasks, ...run },
    current,
    record: { value, problem, refresh, close: () => undefined },
    view: { ...wholeTimeline, ...view },
    nowMs,
    onView,
  });
  return { ...screen, onView, refresh };
}

describe('the field for a time', () => {
  test('finds the day on which the run has it', async () => {
    const { getByLabelText, onView } = await show();
    await getByLabelText('Go to').fill('3:12');
    await userEvent.keyboard('{Enter}');
    expect(onView).toHaveBeenCalledExactlyOnceWith({ ...wholeTimeline, at: at0312 });
  });

  test('takes another day', async () => {
    const { getByLabelText, onView } = await show({ view: { at: at0312 } });
    await expect.element(getByLabelText('Go to')).toHaveValue('03:12');
    await getByLabelText('on', { exact: true }).selectOptions('Wed 28 Jan');
    expect(onView.mock.lastCall?.[0].at).toBe(iso(local(28, 3, 12)).replace('.000', ''));
  });

  test('forgets what was no time when a moment is chosen', async () => {
    const { getByLabelText, getByText, rerender } = await show();
    await getByLabelText('Go to').fill('3:');
    await userEvent.keyboard('{Enter}');
    await expect.element(getByText('Found "3:". Enter a time of day, such as 03:12.')).toBeVisible();
    await rerender({ view: { ...wholeTimeline, at: at0312 } });
    await expect.element(getByLabelText('Go to')).toHaveValue('03:12');
    await expect.element(getByLabelText('Go to')).toBeValid();
    await expect.element(getByText('Enter a time of day', { exact: false })).not.toBeInTheDocument();
  });

  test('says what is wrong with what is no time', async () => {
    const { getByLabelText, getByRole, getByText, onView } = await show();
    await getByLabelText('Go to').fill('noon');
    await getByRole('button', { name: 'Show', exact: true }).click();
    await expect.element(getByText('Found "noon". Enter a time of day, such as 03:12.')).toBeVisible();
    await expect.element(getByLabelText('Go to')).toHaveAccessibleDescription(/such as 03:12/);
    expect(onView).not.toHaveBeenCalled();
  });
});

describe('a moment', () => {
  test('shows the task and the errors of that time, with a link to the film', async () => {
    const { getByRole } = await show({ view: { at: at0312 } });
    await expect.element(getByRole('heading', { name: 'At Thu 29 Jan, 03:12' })).toBeVisible();
    const list = getByRole('list', { name: 'What was on at this time' });
    await expect.element(list.getByText('It does not answer.')).toBeVisible();
    await expect
      .element(list.getByRole('link', { name: markup }))
      .toHaveAttribute('href', expect.stringContaining('/tasks/'));
    expect(list.element().children.length).toBe(2);
  });

  test('between two tasks, and after the run, says so', async () => {
    const between = await show({ view: { at: iso(local(29, 2, 0)) } });
    await expect
      .element(
        between.getByText(/^No task was on: the last one ended at 29 Jan, 00:30:00, the next one began/),
      )
      .toBeVisible();
    await expect.element(between.getByText('No error was open.')).toBeVisible();
    await between.unmount();
    const after = await show({ view: { at: iso(local(29, 12, 0)) } });
    await expect.element(after.getByText(/^The run was over/)).toBeVisible();
    await after.getByRole('button', { name: 'Close' }).click();
    expect(after.onView).toHaveBeenCalledExactlyOnceWith(wholeTimeline);
  });

  test('claims no peace where errors are not recorded, or nobody heard the VM', async () => {
    const view = { at: iso(local(29, 2, 0)) };
    const silence: RunEvents['events'][number] = {
      ...{ kind: 'silence', why: 'not_running', lasts: false },
      ...{ began_at: iso(local(29, 1, 50)), ended_at: iso(local(29, 2, 10)) },
    };
    const unheard = await show({ value: { ...told, events: [silence] }, view });
    await expect.element(unheard.getByText('Errors of this time may be missing.').first()).toBeVisible();
    await expect.element(unheard.getByText('No error was open.')).not.toBeInTheDocument();
    await unheard.unmount();
    const unknown = await show({ value: { ...told, errors_from: iso(local(29, 2, 30)) }, view });
    await expect.element(unknown.getByText('Errors of this time are not recorded.')).toBeVisible();
  });

  test('is chosen by the time of an event, and by a click on the chart', async () => {
    const { getByRole, container, onView } = await show();
    await getByRole('button', { name: '29 Jan, 03:06:00' }).click();
    expect(onView.mock.lastCall?.[0].at).toBe(iso(local(29, 3, 6)).replace('.000', ''));
    const chart = await vi.waitUntil(() => container.querySelector('svg[aria-hidden]:has(.axis)'));
    const { left, width, top } = chart.getBoundingClientRect();
    chart.dispatchEvent(
      new MouseEvent('click', { clientX: left + width / 2, clientY: top + 5, bubbles: true }),
    );
    const picked = Date.parse(onView.mock.lastCall?.[0].at ?? '');
    expect(Math.abs(picked - (began + ended) / 2)).toBeLessThan((ended - began) / 20);
  });

  test('an address that names no moment shows all of the run', async () => {
    const { getByRole } = await show({ view: { at: 'yesterday', zoom: '1y', kind: 'phase' } });
    await expect.element(getByRole('list', { name: 'Events of the run' })).toBeVisible();
    await expect.element(getByRole('heading', { name: /^At / })).not.toBeInTheDocument();
  });
});

describe('the list', () => {
  test('has all kinds, or one', async () => {
    const { getByRole, onView } = await show();
    expect(getByRole('list', { name: 'Events of the run' }).element().children.length).toBe(3);
    await getByRole('button', { name: 'Errors 1' }).click();
    expect(onView).toHaveBeenCalledExactlyOnceWith({ ...wholeTimeline, kind: 'error' });
  });

  test('without an error says what that means', async () => {
    const clean = await show({ value: { ...told, events: [] }, view: { kind: 'error' } });
    await expect.element(clean.getByText(/^BenchTray saw no trouble with the VM/)).toBeVisible();
    await clean.unmount();
    const unknown = await show({
      value: { ...told, events: [], errors_from: iso(ended + 1) },
      view: { kind: 'error' },
    });
    await expect.element(unknown.getByText(/^Errors of the time of this run are not recorded/)).toBeVisible();
    await expect.element(unknown.getByText(/saw no trouble/)).not.toBeInTheDocument();
  });
});

describe('the errors', () => {
  test('that cannot be read leave the tasks, and are asked for again', async () => {
    const { getByText, getByRole, refresh } = await show({ value: null, problem: refused });
    await expect.element(getByText('It is broken.')).toBeVisible();
    expect(getByRole('list', { name: 'Events of the run' }).element().children.length).toBe(2);
    await getByRole('button', { name: 'Try again' }).click();
    expect(refresh).toHaveBeenCalledOnce();
  });

  test('that cannot be read are not said to be none', async () => {
    const { getByText } = await show({ value: null, problem: refused, view: { kind: 'error' } });
    await expect.element(getByText('The errors are not known', { exact: true })).toBeVisible();
    await expect.element(getByText(/The errors are not known\.$/)).toBeInTheDocument();
    await expect.element(getByText(/saw no trouble|No error|0 errors/)).not.toBeInTheDocument();
  });

  test('that are being read keep their room', async () => {
    const { getByText } = await show({ value: null });
    await expect.element(getByText('Reading the events…')).toBeInTheDocument();
  });
});

describe('links', () => {
  const linksOf = (item: Element | undefined): readonly (string | null)[] =>
    [...(item?.querySelectorAll('a') ?? [])].map((link) => link.getAttribute('href'));

  test('an error leads to the film and the log of the task that it came into', async () => {
    const { container } = await show();
    const item = await vi.waitUntil(() => container.querySelector('ol [data-kind="error"]'));
    const { task_id: id } = attemptOf(1);
    expect(linksOf(item)).toEqual([
      expect.stringContaining(`/tasks/${id}`),
      expect.stringMatching(new RegExp(`/log\\?task=${id}`)),
    ]);
    const task = container.querySelector('ol [data-kind="task"]');
    expect(linksOf(task ?? undefined)).toEqual([
      expect.stringContaining(`/tasks/${attemptOf(0).task_id}`),
      expect.stringContaining(`/log?task=${attemptOf(0).task_id}`),
    ]);
  });

  test('an error of now leads to the task that is on, and one between two tasks to none', async () => {
    const event = told.events[0];
    const errorFrom = (hour: number, lasts: boolean): RunEvents =>
      ({
        ...told,
        events: [{ ...event, began_at: iso(local(29, hour, 0)), ended_at: null, lasts }],
      }) as RunEvents;
    const current = { taskId: 'the-task', domain: 'notepad', instruction: 'Write it.' };
    const on = await show({ value: errorFrom(4, true), run: { state: 'running', ended_at: null }, current });
    const item = () => on.container.querySelector('ol [data-kind="error"]') ?? undefined;
    await expect
      .poll(() => linksOf(item()))
      .toEqual([expect.stringContaining('/tasks/the-task'), expect.stringContaining('/log?task=the-task')]);
    await on.unmount();
    const between = await show({ value: errorFrom(2, false), run: { state: 'running' }, current });
    await expect.element(between.getByText('It does not answer.')).toBeVisible();
    expect(linksOf(between.container.querySelector('ol [data-kind="error"]') ?? undefined)).toEqual([]);
  });

  test('a click on an error of the chart chooses its moment', async () => {
    const { container, onView } = await show();
    const bar = await vi.waitUntil(() => container.querySelector('svg a.bar:not([href])'));
    const { left, top } = bar.getBoundingClientRect();
    bar.dispatchEvent(new MouseEvent('click', { clientX: left + 1, clientY: top + 1, bubbles: true }));
    const picked = Date.parse(onView.mock.lastCall?.[0].at ?? '');
    expect(Math.abs(picked - local(29, 3, 6))).toBeLessThan((ended - began) / 20);
  });
});
