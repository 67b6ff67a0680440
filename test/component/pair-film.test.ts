import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { createRawSnippet } from 'svelte';
import PairFilm from '../../src/renderer/features/film/PairFilm.svelte';
import type { Step } from '../../src/renderer/state/steps-api.ts';
import { markup, nowMs } from './support/fixtures.ts';

const base = new URL('http://127.0.0.1:8765');
/** Screenshots that are decoded and not closed. */
const open = new Set<ImageBitmap>();
let most = 0;

beforeEach(async () => {
  const canvas = document.createElement('canvas');
  const image = await new Promise<Blob>((resolve, reject) => {
    canvas.toBlob((blob) => (blob === null ? reject(new Error('No image.')) : resolve(blob)));
  });
  vi.spyOn(window, 'fetch').mockImplementation(() => Promise.resolve(new Response(image)));
  const decode = window.createImageBitmap.bind(window);
  open.clear();
  most = 0;
  vi.spyOn(window, 'createImageBitmap').mockImplementation(async (blob: ImageBitmapSource) => {
    const bitmap = await decode(blob);
    const close = bitmap.close.bind(bitmap);
    bitmap.close = () => {
      open.delete(bitmap);
      close();
    };
    open.add(bitmap);
    most = Math.max(most, open.size);
    return bitmap;
  });
});
afterEach(() => vi.restoreAllMocks());

const filmOf = (side: string, steps: number, changes: Partial<Step> = {}) => ({
  runId: `run-${side}`,
  steps: Array.from({ length: steps }, (_, index): Step => ({
    step: index + 1,
    ...{ at: null, elapsed_seconds: null, reward: null, done: null, log: null },
    thought: `Thought ${index + 1} of ${side}`,
    action: `click(${index + 1})`,
    screenshot: { url: `/api/${side}/${index + 1}.png` },
    ...changes,
  })),
});
const say = (text: string) =>
  createRawSnippet<[string]>((name) => ({ render: () => `<p>${text} ${name().toUpperCase()}</p>` }));

async function show(
  changes: { a?: ReturnType<typeof filmOf>; b?: ReturnType<typeof filmOf>; stepB?: string } = {},
) {
  const onSteps = vi.fn<(steps: object) => void>();
  const screen = await render(PairFilm, {
    ...{ base, nowMs, onSteps, step: null, stepB: null, head: say('Head of'), missing: say('Nothing of') },
    ...{ a: filmOf('a', 6), b: filmOf('b', 6) },
    ...changes,
  });
  return { ...screen, onSteps };
}

test('both films move together by number, and the shorter one waits at its end', async () => {
  const { getByRole, getByTestId, getByText, onSteps } = await show({ b: filmOf('b', 4) });
  await userEvent.keyboard('{ArrowRight}');
  await expect.element(getByRole('img', { name: 'A: Step 2 of 6: click(2)', exact: true })).toBeVisible();
  await expect.element(getByRole('img', { name: 'B: Step 2 of 4: click(2)', exact: true })).toBeVisible();
  await expect.element(getByText('Thought 2 of b')).toBeVisible();
  await userEvent.keyboard('{End}');
  await expect.element(getByTestId('step-a')).toHaveTextContent('Step 6 of 6');
  await expect.element(getByTestId('step-b')).toHaveTextContent('Step 4 of 4, ended before step 6');
  await expect.poll(() => onSteps.mock.calls.at(-1)).toEqual([{ step: '6' }]);
});

test('each film moves by itself, and the keys move the one that was used last', async () => {
  const { getByRole, getByText, onSteps } = await show();
  await getByRole('checkbox', { name: 'Move both films together' }).click();
  await getByRole('group', { name: 'Steps of B' }).getByRole('button', { name: 'Next step' }).click();
  await userEvent.keyboard('{ArrowRight}');
  await expect.element(getByText('Thought 3 of b')).toBeVisible();
  await expect.element(getByText('Thought 1 of a')).toBeVisible();
  await expect.poll(() => onSteps.mock.calls.at(-1)).toEqual([{ stepB: '3' }]);
  await getByRole('checkbox', { name: 'Move both films together' }).click();
  await expect.element(getByText('Thought 3 of a')).toBeVisible();
  await expect.poll(() => onSteps.mock.calls.flat()).toContainEqual({ stepB: null });
});

test('no more screenshots stay decoded than 8 around the step of each film', async () => {
  const { getByTestId, unmount } = await show({ a: filmOf('a', 40), b: filmOf('b', 40) });
  for (let step = 2; step <= 40; step += 1) {
    await userEvent.keyboard('{ArrowRight}');
    await expect.element(getByTestId('step-b')).toHaveTextContent(`Step ${step} of 40`);
  }
  await expect.poll(() => open.size).toBeGreaterThan(2);
  expect(most).toBeLessThanOrEqual(2 * 17);
  await unmount();
  await expect.poll(() => open.size).toBe(0);
});

test('a film without steps says why in its place, and the other one is moved alone', async () => {
  const { getByRole, getByText } = await show({ b: filmOf('b', 0) });
  await expect.element(getByText('Nothing of B')).toBeVisible();
  await expect.element(getByRole('checkbox')).not.toBeInTheDocument();
  await userEvent.keyboard('{ArrowRight}');
  await expect.element(getByText('Thought 2 of a')).toBeVisible();
});

test('texts of both agents are texts, whatever they hold', async () => {
  const { container } = await show({ b: filmOf('b', 1, { thought: markup, action: markup }) });
  await expect.poll(() => container.textContent).toContain(markup);
  expect(container.querySelectorAll('img, b')).toHaveLength(0);
});
