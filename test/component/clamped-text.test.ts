import { expect, test } from 'vitest';
import { userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import ClampedText from '../../src/renderer/ui/ClampedText.svelte';

const long = 'Do it again. '.repeat(300);
const name = 'instruction';

const heightPx = (text: Element): number => text.getBoundingClientRect().height;

test('a text that fits has no button', async () => {
  const { getByText, getByRole } = await render(ClampedText, { text: 'Open Notepad.', name });
  await expect.element(getByText('Open Notepad.')).toBeVisible();
  expect(getByRole('button').elements()).toEqual([]);
});

test('a long text is cut to its lines, opened and closed by keyboard', async () => {
  const { getByText, getByRole } = await render(ClampedText, { text: long, name, lines: 4 });
  const text = getByText(/^Do it again/);
  const button = getByRole('button');
  await expect.element(button).toHaveAccessibleName('Show all of the instruction');
  await expect.element(button).toHaveAttribute('aria-expanded', 'false');
  expect(button.element().getAttribute('aria-controls')).toBe(text.element().id);
  const cut = heightPx(text.element());
  const linePx = parseFloat(getComputedStyle(text.element()).lineHeight);
  expect(cut / linePx).toBeCloseTo(4, 0);

  await userEvent.tab();
  await expect.element(button).toHaveFocus();
  await userEvent.keyboard('{Enter}');
  await expect.element(button).toHaveAttribute('aria-expanded', 'true');
  await expect.element(button).toHaveAccessibleName('Show less of the instruction');
  expect(heightPx(text.element())).toBeGreaterThan(3 * cut);
  await expect.element(button).toHaveFocus();

  await userEvent.keyboard(' ');
  await expect.element(button).toHaveAttribute('aria-expanded', 'false');
  expect(heightPx(text.element())).toBe(cut);
});

test('whether it fits is found out again for another text', async () => {
  const { getByRole, rerender } = await render(ClampedText, { text: 'Short.', name });
  expect(getByRole('button').elements()).toEqual([]);
  await rerender({ text: long, name });
  await expect.element(getByRole('button')).toBeVisible();
  await rerender({ text: 'Short again.', name });
  await expect.element(getByRole('button')).not.toBeInTheDocument();
});

test('whether it fits is found out again for another width', async () => {
  const { container, getByRole } = await render(ClampedText, { text: 'Do it again. '.repeat(10), name });
  expect(getByRole('button').elements()).toEqual([]);
  container.style.inlineSize = '10rem';
  await expect.element(getByRole('button')).toBeVisible();
  container.style.inlineSize = '60rem';
  await expect.element(getByRole('button')).not.toBeInTheDocument();
});
