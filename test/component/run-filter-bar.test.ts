import { expect, test, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import RunFilterBar from '../../src/renderer/features/runs/RunFilterBar.svelte';
import { allRuns, type RunFilters } from '../../src/renderer/state/route.ts';
import { summaryOf } from '../unit/renderer/runs-fixtures.ts';

async function show(filters: Partial<RunFilters> = {}) {
  const onFilter = vi.fn<(filters: RunFilters) => void>();
  const screen = await render(RunFilterBar, {
    filters: { ...allRuns, ...filters },
    runs: [summaryOf()],
    vmNames: [],
    onFilter,
  });
  const state = screen.getByRole('combobox', { name: 'State' });
  return { state, shown: () => (state.element() as HTMLSelectElement).selectedOptions[0]?.text, onFilter };
}

test('calls states by the words of the table', async () => {
  const { state, shown, onFilter } = await show();
  expect(shown()).toBe('All states');
  await userEvent.selectOptions(state, 'Crashed');
  expect(onFilter).toHaveBeenCalledExactlyOnceWith({ ...allRuns, state: 'crashed' });
});

test('shows the choice of an address with several states', async () => {
  const { shown } = await show({ state: 'crashed,interrupted' });
  expect(shown()).toBe('Crashed, Interrupted');
});
