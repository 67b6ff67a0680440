/** The log of a run, read from a server that is played: 16,000 lines, or as many as a test says. */
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { SeenPlace } from '../../src/renderer/features/log/log-place.ts';
import LogPanel from '../../src/renderer/features/log/LogPanel.svelte';
import type { RunWithTasks } from '../../src/renderer/state/api.ts';
import type { LogSlice, LogTasks } from '../../src/renderer/state/log-api.ts';
import { parseRoute } from '../../src/renderer/state/parse-route.ts';
import { logRouteOf, type LogRoute } from '../../src/renderer/state/route.ts';
import { lineFits } from '../../src/shared/log-line.ts';
import { attemptOf, runOfTasks } from '../unit/renderer/runs-fixtures.ts';
import { markup } from './support/fixtures.ts';

const base = new URL('http://127.0.0.1:8765');
const runId = 'run-1';
let lines: string[];
let places: LogTasks;
/** Answers in place of the log. */
let refusal: Response | null;
const asked: URL[] = [];
const attempts = [attemptOf(5)];

/** Several pieces. */
const lineCount = 16_000;
const lineOf = (index: number): string => `[INFO run/1] line ${index}`;
const placesOf = (): number[] => {
  const starts = [0];
  for (const line of lines) starts.push((starts.at(-1) ?? 0) + line.length + 1);
  return starts;
};

function answer({ searchParams }: URL): LogSlice {
  const starts = placesOf();
  const size = starts.at(-1) ?? 0;
  const told = Number(searchParams.get('from'));
  const from = Math.min(size, told < 0 ? Math.max(0, size + told) : told);
  const [text, level] = [searchParams.get('q'), searchParams.get('level')];
  const isSearch = text !== null || level !== null;
  const end = isSearch ? size : from + Number(searchParams.get('bytes') ?? 65_536);
  const fits = lineFits({ text, level: level === 'error' || level === 'warning' ? level : null });
  const all = lines
    .map((line, index) => ({ from: starts[index] ?? 0, to: starts[index + 1] ?? 0, text: line }))
    .filter((line) => line.to > from && line.from < end);
  const found = all.filter((line) => fits(line.text)).slice(0, isSearch ? 1000 : Infinity);
  const last = found.length === 1000 && isSearch ? found.at(-1) : all.at(-1);
  return { size_bytes: size, from: all[0]?.from ?? from, next: last?.to ?? from, lines: found, missing: [] };
}

beforeEach(() => {
  lines = Array.from({ length: lineCount }, (_, index) => lineOf(index));
  places = { tasks: [], problem: null };
  refusal = null;
  asked.length = 0;
  vi.spyOn(window, 'fetch').mockImplementation((url) => {
    asked.push(url as URL);
    if ((url as URL).pathname.endsWith('/tasks')) return Promise.resolve(Response.json(places));
    return Promise.resolve(refusal?.clone() ?? Response.json(answer(url as URL)));
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  history.replaceState(null, '', '#');
});

async function show(
  changes: Partial<LogRoute> = {},
  run: RunWithTasks = runOfTasks(attempts),
  lastPlace: SeenPlace | null = null,
) {
  const first = logRouteOf(runId, changes);
  const screen = await render(LogPanel, { base, route: first, run, news: 'a', lastPlace });
  const route = (): LogRoute => {
    const found = parseRoute(location.hash);
    if (found.page !== 'log') throw new Error(`${location.hash} is no log.`);
    return found;
  };
  // As the page does it: the address is the state.
  const follow = (): void => {
    const found = parseRoute(location.hash);
    // Not at once: it may be an effect that has changed the address.
    if (found.page === 'log') setTimeout(() => screen.rerender({ route: found }));
  };
  addEventListener('hashchange', follow);
  onTestFinished(() => removeEventListener('hashchange', follow));
  const place = screen.getByRole('region', { name: 'Log of the run' });
  const element = (): HTMLElement => place.element() as HTMLElement;
  return { ...screen, place, element, route, rerender: screen.rerender };
}

test('begins at the end, and has only what is seen on the page', async () => {
  const { getByText, element } = await show();
  await expect.element(getByText(lineOf(15_999), { exact: true })).toBeVisible();
  expect(element().querySelectorAll('[data-row-number]').length).toBeLessThan(120);
});

test('every line can be scrolled to, in both directions', async () => {
  const { getByText, element } = await show();
  await expect.element(getByText(lineOf(15_999), { exact: true })).toBeVisible();
  element().scrollTop = 0;
  await expect.element(getByText(lineOf(0), { exact: true })).toBeVisible();
  expect(element().scrollTop).toBe(0);
  element().scrollTop = element().scrollHeight;
  await expect.element(getByText(lineOf(15_999), { exact: true })).toBeVisible();
});

test('scrolled page by page, no line is left out and none comes twice', async () => {
  const { element, getByText } = await show({ from: 0 });
  await expect.element(getByText(lineOf(0), { exact: true })).toBeVisible();
  const seen = (): number[] => {
    const box = element().getBoundingClientRect();
    return [...element().querySelectorAll('[data-row-number]')]
      .filter(
        (row) => row.getBoundingClientRect().top < box.bottom && row.getBoundingClientRect().bottom > box.top,
      )
      .map((row) => Number(/line (\d+)/.exec(row.textContent)?.[1]));
  };
  let last = 0;
  while (last < 4_000) {
    const now = seen();
    expect(now.map((number, index) => number - index)).toEqual(now.map(() => now[0]));
    expect(now[0]).toBeLessThanOrEqual(last + 1);
    last = now.at(-1) ?? 0;
    element().scrollTop += element().clientHeight;
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
  }
});

test('a line in the address is marked and seen, and its link can be copied', async () => {
  const from = placesOf()[7_000] ?? 0;
  const copied = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue();
  const { element, getByRole } = await show({ from });
  await expect.poll(() => element().querySelector('[aria-current]')?.textContent).toContain(lineOf(7_000));
  await getByRole('button', { name: 'Copy link to this line' }).click();
  expect(copied).toHaveBeenCalledWith(`${base.href}#/runs/run-1/log?from=${from}`);
});

test('a click marks a line, keys move the mark, and the address follows', async () => {
  const { getByText, element, route } = await show();
  await getByText(lineOf(15_990), { exact: true }).click();
  expect(route().from).toBe(placesOf()[15_990]);
  element().focus();
  const markedLine = (): string | null | undefined =>
    element().querySelector('[aria-current] .text')?.textContent;
  for (const [key, index] of [
    ['{ArrowDown}', 15_991],
    ['{ArrowDown}', 15_992],
    ['{ArrowUp}', 15_991],
  ] as const) {
    await userEvent.keyboard(key);
    await expect.poll(markedLine).toBe(lineOf(index));
  }
  await userEvent.keyboard('{Enter}');
  await expect.element(getByText('Close')).toBeVisible();
});

test('finds lines, and leads from one to the next', async () => {
  lines[50] = 'ERROR needle one';
  lines[14_000] = 'a Needle two';
  const { getByRole, getByText, route } = await show();
  await expect.element(getByText(lineOf(15_999), { exact: true })).toBeVisible();
  await getByRole('searchbox').fill('needle');
  await expect.element(getByText(/^[12] of 2 lines$/)).toBeVisible();
  await userEvent.keyboard('{Enter}');
  const first = route().from;
  await userEvent.keyboard('{Shift>}{Enter}{/Shift}');
  const second = route().from;
  expect([first, second].sort((a, b) => Number(a) - Number(b))).toEqual([placesOf()[50], placesOf()[14_000]]);
  await getByRole('combobox', { name: 'Level' }).selectOptions('Errors');
  await expect.element(getByText(/^1 of 1 line$/)).toBeVisible();
  expect(route()).toMatchObject({ q: 'needle', level: 'error', from: placesOf()[50] });
});

test('says that there are more than a thousand, and turns to the next ones', async () => {
  lines = Array.from({ length: 2_500 }, (_, index) => `needle ${index}`);
  const { getByRole, getByText } = await show({ from: 0, q: 'needle' });
  await expect.element(getByText('1 of more than 1,000 lines')).toBeVisible();
  await getByRole('button', { name: 'Previous' }).click();
  await expect.element(getByText('1,000 of more than 1,000 lines')).toBeVisible();
  await getByRole('button', { name: 'Next' }).click();
  await expect.element(getByText('1,001 of more than 2,000 lines')).toBeVisible();
});

test('a link to a task leads to its error, and to its id if its place is not known', async () => {
  lines[12_000] = '[ERROR run/259] Exception in notepad/x: broken';
  const { task_id, domain, attempt } = attemptOf(5);
  const at = placesOf()[12_000] ?? 0;
  const error = { from: at, to: at + 47 };
  places = { problem: null, tasks: [{ task_id, domain, attempt, from: at - 5_000, to: at + 47, error }] };
  const task = { taskId: task_id, domain, attempt };
  const known = await show({ task });
  await expect.poll(() => known.route()).toMatchObject({ from: at, task: null });
  await expect
    .element(known.getByRole('combobox', { name: 'Task' }))
    .toHaveDisplayValue(/^1\. .* \(error\)$/);
  await known.unmount();
  lines[300] = `[Example ID]: ${task_id}`;
  places = { problem: 'The log has more than 64 MB.', tasks: [] };
  const unknown = await show({ task });
  await expect.poll(() => unknown.route()).toMatchObject({ from: placesOf()[300], q: task_id });
  await expect.element(unknown.getByText('The log has more than 64 MB.')).toBeVisible();
});

test('an answer that breaks off is a failure, and can be tried again', async () => {
  refusal = new Response('{"size_bytes": 12');
  const { getByText, getByRole } = await show();
  await expect.element(getByText('The answer of BenchTray broke off. Is it still running?')).toBeVisible();
  refusal = null;
  await getByRole('button', { name: 'Try again' }).click();
  await expect.element(getByText(lineOf(15_999), { exact: true })).toBeVisible();
});

test('a run that is on gets to other tasks', async () => {
  const { task_id, domain } = attemptOf(5);
  const at = placesOf()[15_000] ?? 0;
  const { getByRole, rerender } = await show({ from: at + 1 }, runOfTasks([], { state: 'running' }));
  await expect.poll(() => asked.some(({ pathname }) => pathname.endsWith('/tasks'))).toBe(true);
  places = { problem: null, tasks: [{ task_id, domain, attempt: 0, from: at, to: at + 5_000, error: null }] };
  await rerender({ news: 'b' });
  await expect.element(getByRole('combobox', { name: 'Task' })).toHaveDisplayValue(/^1\. .* \(running\)$/);
});

test('a run that is on is followed at its end, and not elsewhere', async () => {
  const { getByText, getByRole, element, rerender } = await show(
    {},
    runOfTasks(attempts, { state: 'running' }),
  );
  await expect.element(getByText('New lines appear as they come')).toBeVisible();
  lines.push('new 1');
  await rerender({ news: 'b' });
  await expect.element(getByText('new 1', { exact: true })).toBeVisible();
  element().scrollTop -= 2_000;
  await expect.element(getByRole('button', { name: 'To the end' })).toBeVisible();
  const slices = (): number => asked.filter(({ pathname }) => pathname.endsWith('/log')).length;
  const before = slices();
  lines.push('new 2');
  await rerender({ news: 'c' });
  await new Promise(requestAnimationFrame);
  expect(slices()).toBe(before);
  await getByRole('button', { name: 'To the end' }).click();
  await rerender({ news: 'd' });
  await expect.element(getByText('new 2', { exact: true })).toBeVisible();
});

test('lines are texts, whatever they hold, and long ones are cut', async () => {
  lines = [markup, `${'x'.repeat(3_000)} end`];
  const { container, getByRole, getByText } = await show();
  await expect.element(getByText(markup)).toBeVisible();
  expect(container.querySelectorAll('img, b')).toHaveLength(0);
  await getByRole('button', { name: '2,004 more characters' }).click();
  await expect.element(getByRole('dialog')).toMatchTextContent('x end');
});

test('copies whole lines, also those that are cut or not on the page', async () => {
  lines[10] = 'y'.repeat(3_000);
  const { element, getByText } = await show({ from: 0 });
  await expect.element(getByText(lineOf(5), { exact: true })).toBeVisible();
  const text = (index: number): Node => {
    const row = [...element().querySelectorAll('.text')].find((one) => one.textContent === lineOf(index));
    const found = [...(row?.childNodes ?? [])].find((node) => node.textContent === lineOf(index));
    if (found === undefined) throw new Error(`Line ${index} is not shown.`);
    return found;
  };
  const selected = new Promise((resolve) => {
    document.addEventListener('selectionchange', resolve, { once: true });
  });
  getSelection()?.setBaseAndExtent(text(5), 1, text(8), 3);
  await selected;
  element().scrollTop = 20 * 500;
  await expect.element(getByText(lineOf(505), { exact: true })).toBeVisible();
  getSelection()?.extend(text(505), 5);
  const data = new DataTransfer();
  element().dispatchEvent(
    new ClipboardEvent('copy', { clipboardData: data, bubbles: true, cancelable: true }),
  );
  const copied = data.getData('text/plain').split('\n');
  expect(copied).toEqual([lineOf(5).slice(1), ...lines.slice(6, 505), lineOf(505).slice(0, 5)]);
});

test('says why there is no log, and lets one try again if it could not be read', async () => {
  const detail = 'The log of the run "run-1" was removed on 2026-01-01T00:00:00.000Z.';
  refusal = Response.json({ status: 404, detail }, { status: 404 });
  const gone = await show();
  await expect.element(gone.getByText('There is no log of this run')).toBeVisible();
  await expect.element(gone.getByText(detail)).toBeVisible();
  await gone.unmount();
  refusal = Response.json({ status: 500, detail: 'Broken.' }, { status: 500 });
  const broken = await show();
  await expect.element(broken.getByText('Broken.')).toBeVisible();
  refusal = null;
  await broken.getByRole('button', { name: 'Try again' }).click();
  await expect.element(broken.getByText(lineOf(15_999), { exact: true })).toBeVisible();
});

test('a log that comes later is shown as soon as it is there', async () => {
  refusal = Response.json({ status: 404, detail: 'No log yet.' }, { status: 404 });
  const { getByText, rerender } = await show({ q: 'line 15999' }, runOfTasks(attempts, { state: 'running' }));
  await expect.element(getByText('There is no log of this run')).toBeVisible();
  refusal = null;
  await rerender({ news: 'b' });
  await expect.element(getByText('1 of 1 line')).toBeVisible();
  await expect.element(getByText(lineOf(15_998), { exact: true })).toBeVisible();
});

test('the place that was seen last is found again, unless the address leads elsewhere', async () => {
  const lastPlace = { hash: `#/runs/${runId}/log`, place: placesOf()[8000] ?? 0 };
  const back = await show({}, undefined, lastPlace);
  await expect.element(back.getByText(lineOf(8000), { exact: true })).toBeVisible();
  await back.unmount();
  history.replaceState(null, '', '#');
  const elsewhere = await show({ from: placesOf()[20] ?? 0 }, undefined, lastPlace);
  await expect.element(elsewhere.getByText(lineOf(20), { exact: true })).toBeVisible();
});

test('the whole line is read and scrolled by keyboard, and stays when the log moves on', async () => {
  lines[3] = 'y'.repeat(5_000);
  const { element, getByRole } = await show({ from: placesOf()[3] ?? 0 });
  const opener = getByRole('button', { name: 'Show the whole line' });
  await opener.click();
  const dialog = getByRole('dialog', { name: /^Line at byte/ });
  await expect.element(dialog.getByRole('region')).toHaveFocus();
  // Far from the marked line, which leaves the memory.
  element().scrollTop = element().scrollHeight / 2;
  await expect.poll(() => element().getAttribute('aria-busy')).toBe('false');
  expect(dialog.element().querySelector('pre')?.textContent).toBe(lines[3]);
  await userEvent.keyboard('{Escape}');
  await expect.element(dialog).not.toBeInTheDocument();
});

test('the focus comes back from the whole line', async () => {
  const { place, getByRole } = await show({ from: 0 });
  await expect.element(getByRole('button', { name: 'Show the whole line' })).toBeVisible();
  (place.element() as HTMLElement).focus();
  await userEvent.keyboard('{Enter}');
  await expect.element(getByRole('dialog')).toBeVisible();
  await userEvent.keyboard('{Escape}');
  await expect.element(place).toHaveFocus();
});
