import { afterEach, expect, test, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { bindKeys, type KeyActions } from '../../src/renderer/keys/bound-keys.svelte.ts';
import KeyList from '../../src/renderer/keys/KeyList.svelte';
import { bindRowKeys } from '../../src/renderer/keys/row-keys.ts';
import SearchFilter from '../../src/renderer/ui/SearchFilter.svelte';

const unbind: (() => void)[] = [];
const bind = (actions: KeyActions) => unbind.push(bindKeys(actions));
afterEach(() => {
  for (const release of unbind.splice(0)) release();
  document.querySelector('main')?.remove();
});
const focused = (): string => document.activeElement?.textContent.trim() ?? '';

test('a key lists those that do something on the page, and closes the list again', async () => {
  const play = vi.fn();
  bind({ play, 'next-task': () => undefined });
  const { getByRole } = await render(KeyList);
  const button = getByRole('button', { name: 'Keys' });
  (button.element() as HTMLElement).focus();
  await userEvent.keyboard('?');
  const list = getByRole('dialog', { name: 'Keys of this page' });
  await expect.element(list).toBeVisible();
  const terms = getByRole('term')
    .elements()
    .map((term) => term.textContent);
  expect(terms).toEqual(['space', 'j', '?', 'Esc']);
  // The page behind it does not act.
  await userEvent.keyboard('jj');
  expect(play).not.toHaveBeenCalled();
  await userEvent.keyboard('?');
  await expect.element(list).not.toBeInTheDocument();
  await expect.element(button).toHaveFocus();
  await button.click();
  await expect.element(list).toBeVisible();
  await userEvent.keyboard('{Escape}');
  await expect.element(list).not.toBeInTheDocument();
});

test('what was bound last acts, until it is gone', async () => {
  const [first, second] = [vi.fn(), vi.fn()];
  bind({ 'next-task': first });
  bind({ 'next-row': second });
  const release = bindKeys({ 'next-task': second });
  await userEvent.keyboard('j');
  expect([first.mock.calls.length, second.mock.calls.length]).toEqual([0, 1]);
  release();
  await userEvent.keyboard('j');
  expect([first.mock.calls.length, second.mock.calls.length]).toEqual([1, 1]);
});

test('a sign leads to the search field, where every key is a letter', async () => {
  const next = vi.fn();
  bind({ 'next-row': next });
  const onSearch = vi.fn();
  const { getByRole } = await render(SearchFilter, { text: null, onSearch });
  const field = getByRole('searchbox', { name: 'Search' });
  await userEvent.keyboard('/');
  await expect.element(field).toHaveFocus();
  await userEvent.keyboard('/j?');
  expect(onSearch).toHaveBeenCalledWith('/');
  expect(next).not.toHaveBeenCalled();
});

test('keys lead from row to row, also from what stands between them', async () => {
  const main = document.createElement('main');
  for (const name of ['first', 'between', 'second', 'third']) {
    const row = document.createElement('button');
    row.textContent = name;
    if (name !== 'between') row.dataset['row'] = '';
    main.append(row);
  }
  document.body.append(main);
  unbind.push(bindRowKeys());
  (main.children[1] as HTMLElement).focus();
  await userEvent.keyboard('k');
  expect(focused()).toBe('first');
  await userEvent.keyboard('kjj');
  expect(focused()).toBe('third');
  await userEvent.keyboard('j');
  expect(focused()).toBe('third');
});
