import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import type { Finding, StatusDetail } from '../../src/shared/stream.ts';
import VmDetails from '../../src/renderer/features/vm/VmDetails.svelte';
import { markup, statusOf } from './support/fixtures.ts';

async function showOpen(changes: Partial<StatusDetail>) {
  const status = statusOf({ detail: { ...statusOf().detail, ...changes } });
  const screen = await render(VmDetails, { status, runId: 'run-1' });
  await screen.getByText('What is being watched').click();
  return screen;
}

/** Every entry of the list, as it reads. */
const entries = (container: HTMLElement): readonly string[] =>
  [...container.querySelectorAll('dt')].map((term) =>
    `${term.textContent}: ${term.nextElementSibling?.textContent ?? ''}`.replaceAll(/\s+/g, ' ').trim(),
  );

test('what is being watched is told on demand, and what was not found is left out', async () => {
  const status = statusOf({ detail: { ...statusOf().detail, runner: null } });
  const { getByText, getByRole } = await render(VmDetails, { status, runId: null });
  expect(getByText('winarena').element().checkVisibility()).toBe(false);
  await getByText('What is being watched').click();
  await expect.element(getByText('winarena')).toBeVisible();
  const names = getByRole('term')
    .elements()
    .map((term) => term.textContent);
  expect(names).toEqual(['SSH', 'Container', 'Benchmark server', 'Asked at', 'Log']);
});

test('each finding has its why beside it, in the order in which one led to the other', async () => {
  const found: readonly Finding[] = [
    { piece: 'log', value: '/logs/a.log', why: 'the newest' },
    { piece: 'container', value: 'winarena', why: 'its name' },
    { piece: 'guest', value: 'container:172.30.0.2:5000', why: '/probe answers there' },
    { piece: 'results', value: '/client/results', why: '--result_dir of run.py' },
    { piece: 'runner', value: 'outside of this VM', why: 'the log of the evaluate server grows' },
  ];
  const { container } = await showOpen({ found, runner: null });
  expect(entries(container)).toEqual([
    'SSH: azureuser@20.123.45.67:22',
    'Container: winarena its name',
    'Benchmark server: ready',
    'Asked at: container:172.30.0.2:5000 /probe answers there',
    'Process: outside of this VM the log of the evaluate server grows',
    'Results: /client/results --result_dir of run.py',
    'Log: /logs/a.log the newest',
    'Run: run-1',
  ]);
});

test('a long path wraps, and markup out of a log stays text', async () => {
  const value = `container:/${'a-folder-of-no-end/'.repeat(20)}run.log`;
  const { container } = await showOpen({ found: [{ piece: 'log', value, why: markup }] });
  container.style.inlineSize = '20rem';
  expect(container.scrollWidth).toBe(container.clientWidth);
  expect(container.textContent).toContain(value);
  expect(container.textContent).toContain(markup);
  expect(container.querySelectorAll('img, b')).toHaveLength(0);
});
