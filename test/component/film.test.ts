import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import Film from '../../src/renderer/features/film/Film.svelte';
import type { Step } from '../../src/renderer/state/steps-api.ts';
import { markup, nowMs } from './support/fixtures.ts';

const base = new URL('http://127.0.0.1:8765');
/** Answers by the path that is asked for. */
let answers: (path: string) => Response | Promise<Response>;
const asked: string[] = [];
let image: Blob;

beforeEach(async () => {
  const canvas = document.createElement('canvas');
  image = await new Promise<Blob>((resolve, reject) => {
    canvas.toBlob((blob) => (blob === null ? reject(new Error('No image.')) : resolve(blob)));
  });
  asked.length = 0;
  answers = (path) => new Response(path.includes('/log') ? '[INFO] a line <b>of</b> the log\n' : image);
  vi.spyOn(window, 'fetch').mockImplementation((url) => {
    const { pathname } = url as URL;
    asked.push(pathname);
    return Promise.resolve(answers(pathname));
  });
});
afterEach(() => vi.restoreAllMocks());

const stepOf = (step: number, changes: Partial<Step> = {}): Step => ({
  step,
  at: new Date(nowMs + step * 1000).toISOString(),
  elapsed_seconds: step,
  thought: `Thought ${step}`,
  action: `click(${step})`,
  reward: 0,
  done: false,
  screenshot: { url: `/api/screens/${step}.png` },
  log: { from: step * 100, to: step * 100 + 99 },
  ...changes,
});
const sixSteps = [1, 2, 3, 4, 5, 6].map((step) => stepOf(step));

async function show(steps: readonly Step[] = sixSteps, step: string | null = null) {
  const onStep = vi.fn<(name: string) => void>();
  const screen = await render(Film, { base, runId: 'run-1', steps, step, nowMs, onStep });
  const shown = screen.getByTestId('film-step');
  return { ...screen, shown, onStep };
}

test('keys lead from step to step, and the address follows once it rests', async () => {
  const { shown, onStep, getByRole } = await show();
  await expect.element(shown).toHaveTextContent('Step 1 of 6');
  // All in one turn: on a slow machine, keys of the test runner come so far apart that the address rests between them.
  for (const key of ['ArrowRight', 'ArrowRight', 'ArrowLeft'])
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  await expect.element(shown).toHaveTextContent('Step 2 of 6');
  await expect.element(getByRole('img', { name: 'Step 2 of 6: click(2)', exact: true })).toBeVisible();
  await expect.poll(() => onStep.mock.calls).toEqual([['2']]);
  await userEvent.keyboard('{End}{ArrowRight}');
  await expect.element(shown).toHaveTextContent('Step 6 of 6');
  await userEvent.keyboard('{Home}{ArrowLeft}');
  await expect.element(shown).toHaveTextContent('Step 1 of 6');
});

test('the slider says what happens in its step', async () => {
  const { getByRole, shown } = await show();
  const slider = getByRole('slider', { name: 'Step' });
  (slider.element() as HTMLElement).focus();
  await userEvent.keyboard('{ArrowRight}');
  // Once, not by the slider and the page both.
  await expect.element(shown).toHaveTextContent('Step 2 of 6');
  await expect.element(slider).toHaveAttribute('aria-valuetext', 'Step 2 of 6: click(2)');
  await userEvent.keyboard('{End}');
  await expect.element(shown).toHaveTextContent('Step 6 of 6');
});

test('it plays to the end, waits for screenshots, and begins again', async () => {
  let release: (response: Response) => void = () => undefined;
  answers = (path) =>
    path.endsWith('6.png') ? new Promise((resolve) => (release = resolve)) : new Response(image);
  const { getByRole, shown, getByText } = await show(sixSteps, '5');
  await userEvent.keyboard(' ');
  await expect.element(getByRole('button', { name: 'Pause' })).toBeVisible();
  await expect.element(shown).toHaveTextContent('Step 6 of 6');
  await expect.element(getByText('Loading the screenshot…')).toBeVisible();
  release(new Response(image));
  await expect.element(getByRole('button', { name: 'Play' })).toBeVisible();
  await getByRole('button', { name: 'Play' }).click();
  await expect.element(shown).toHaveTextContent('Step 1 of 6');
  await getByRole('button', { name: 'Pause' }).click();
  await expect.element(getByRole('button', { name: 'Play' })).toBeVisible();
});

test('keys belong to a field while somebody writes in it', async () => {
  const { container, shown } = await show();
  const field = document.createElement('input');
  container.append(field);
  field.focus();
  await userEvent.keyboard('jk{ArrowRight}{End} ');
  expect(field.value).toBe('jk ');
  await expect.element(shown).toHaveTextContent('Step 1 of 6');
});

test('texts of the agent and the log are texts, whatever they hold', async () => {
  const { container, getByRole } = await show([stepOf(1, { thought: markup, action: markup })]);
  await expect
    .element(getByRole('region', { name: 'Log of this step' }))
    .toMatchTextContent('<b>of</b> the log');
  expect(container.querySelectorAll('img, b')).toHaveLength(0);
  expect(container.textContent).toContain(markup);
});

test('a step says what is not there', async () => {
  const bare = { at: null, elapsed_seconds: null, thought: null, action: null, reward: null, done: null };
  const { getByText } = await show([stepOf(1, { ...bare, screenshot: null, log: null })]);
  await expect.element(getByText('This step has no screenshot')).toBeVisible();
  await expect.element(getByText('The agent said nothing.')).toBeVisible();
  await expect.element(getByText('No action is known.')).toBeVisible();
  await expect.element(getByText(/not known which lines of the log/)).toBeVisible();
  expect(asked).toEqual([]);
});

test('a screenshot that is gone says why, and one that may come is asked for again', async () => {
  const refuse = (status: number, detail: string): Response => Response.json({ status, detail }, { status });
  answers = (path) =>
    path.endsWith('1.png') ? refuse(503, 'The VM is not connected.') : refuse(404, 'It was removed.');
  const { getByText, getByRole } = await show();
  await expect.element(getByText('The VM is not connected.')).toBeVisible();
  answers = (path) => (path.endsWith('1.png') ? new Response(image) : refuse(404, 'It was removed.'));
  await getByRole('button', { name: 'Try again' }).first().click();
  await expect.element(getByRole('img', { name: 'Step 1 of 6: click(1)', exact: true })).toBeVisible();
  await userEvent.keyboard('{ArrowRight}');
  await expect.element(getByText('It was removed.').first()).toBeVisible();
});

test('the newest step of a task that runs is followed only by who is there', async () => {
  // As on the page, the address follows the step once it rests: on a slow machine, between any two lines here.
  const onStep = (step: string): void => void rerender({ step });
  const props = { base, runId: 'run-1', step: null, nowMs, isRunning: true, onStep };
  const { rerender, getByTestId } = await render(Film, { ...props, steps: sixSteps.slice(0, 3) });
  const shown = getByTestId('film-step');
  await expect.element(shown).toHaveTextContent('Step 3 of 3');
  await rerender({ steps: sixSteps.slice(0, 4) });
  await expect.element(shown).toHaveTextContent('Step 4 of 4');
  await userEvent.keyboard('{ArrowLeft}');
  await expect.element(shown).toHaveTextContent('Step 3 of 4');
  await rerender({ steps: sixSteps.slice(0, 5) });
  await expect.element(shown).toHaveTextContent('Step 3 of 5');
  await userEvent.keyboard('{End}');
  await rerender({ steps: sixSteps, isRunning: false });
  await expect.element(shown).toHaveTextContent('Step 6 of 6');
});

test.each([
  ['before', 'The screen before this action'],
  ['after', 'The screen after this action'],
] as const)('the film says that the screenshot was taken %s the action', async (moment, words) => {
  const step = stepOf(1, { screenshot: { url: '/api/screens/1.png', moment } });
  const { getByText } = await show([step]);
  await expect.element(getByText(words, { exact: true })).toBeVisible();
});
