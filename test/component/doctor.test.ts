import { afterEach, expect, test, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import CheckPanel from '../../src/renderer/features/doctor/CheckPanel.svelte';
import { createCheckRun } from '../../src/renderer/features/doctor/check-run.svelte.ts';
import DoctorPage from '../../src/renderer/features/doctor/DoctorPage.svelte';
import type { DoctorCheck } from '../../src/shared/doctor.ts';
import { markup } from './support/fixtures.ts';
import { no, ok, playedStream } from './support/setup-api.ts';

afterEach(() => vi.restoreAllMocks());

const checkOf = (changes: Partial<DoctorCheck> = {}): DoctorCheck => ({
  check: 'ssh_login',
  vm: 'waa',
  title: 'SSH login',
  state: 'running',
  found: null,
  why: 'Everything comes by SSH.',
  advice: null,
  command: null,
  took_ms: null,
  ...changes,
});

async function begin() {
  const run = createCheckRun();
  const stream = playedStream();
  const page = await render(CheckPanel, { run, version: '1.2.3' });
  const ended = run.start(() => Promise.resolve(ok(stream.response)));
  return { ...page, run, stream, ended };
}

test.for([
  { state: 'waiting', word: 'Waiting', mark: 'pause' },
  { state: 'running', word: 'Checking', mark: 'busy' },
  { state: 'passed', word: 'Fine, 850 ms', mark: 'ok' },
  { state: 'warned', word: 'Look at this, 850 ms', mark: 'warn' },
  { state: 'failed', word: 'Failed, 850 ms', mark: 'bad' },
  { state: 'skipped', word: 'Skipped', mark: 'off' },
  { state: 'postponed' as DoctorCheck['state'], word: 'postponed', mark: 'unknown' },
] as const)('a check that is $state', async ({ state, word, mark }) => {
  const { stream, getByRole } = await begin();
  stream.event('check', checkOf({ state, took_ms: word.includes('850') ? 850 : null }));
  const item = getByRole('listitem');
  await expect.element(item).toMatchTextContent(word);
  expect(item.element().querySelector(`[data-mark=${mark}]`)).not.toBeNull();
});

test('checks appear and change in their places, and only what failed says what to do', async () => {
  const { stream, getByRole, getByText, ended } = await begin();
  stream.event(
    'check',
    checkOf({ check: 'a', title: 'First', advice: 'Not needed.', command: 'not needed' }),
  );
  stream.event('check', checkOf({ check: 'b', title: 'Second', state: 'waiting' }));
  await expect.element(getByText('0 checks done')).toBeVisible();
  stream.event('check', checkOf({ check: 'a', title: 'First', state: 'passed', advice: 'Not needed.' }));
  stream.event(
    'check',
    checkOf({
      check: 'b',
      title: 'Second',
      state: 'failed',
      found: markup,
      advice: 'Do it, or type `<b>less</b>`.',
      command: 'do it',
    }),
  );
  await expect.element(getByText('2 checks done')).toBeVisible();
  expect(
    getByRole('listitem')
      .elements()
      .map((item) => item.querySelector('strong')?.textContent),
  ).toEqual(['First', 'Second']);
  await expect.element(getByText('Do it, or type <b>less</b>.')).toBeVisible();
  expect(getByText('<b>less</b>', { exact: true }).element().tagName).toBe('CODE');
  await expect.element(getByText('do it', { exact: true })).toBeVisible();
  await expect.element(getByText('Not needed.')).not.toBeInTheDocument();
  expect('hacked' in window).toBe(false);
  stream.event('summary', { ok: false, passed: 1, warned: 0, failed: 1, skipped: 0 });
  stream.end();
  await ended;
  await expect.element(getByText('1 check failed, 1 passed.')).toBeVisible();
});

test('the same check of two VMs is two', async () => {
  const { stream, getByRole } = await begin();
  stream.event('check', checkOf({ vm: 'a' }));
  stream.event('check', checkOf({ vm: 'b' }));
  await expect.poll(() => getByRole('listitem').elements().length).toBe(2);
});

test('cancelled: what was under way goes, what was found stays, and the keyboard is not lost', async () => {
  const { stream, getByRole, getByText } = await begin();
  stream.event('check', checkOf({ check: 'a', state: 'passed' }));
  stream.event('check', checkOf({ check: 'b' }));
  await expect.poll(() => getByRole('listitem').elements().length).toBe(2);
  await getByRole('button', { name: 'Cancel the checks' }).click();
  await expect.element(getByText('Cancelled.')).toBeVisible();
  expect(document.activeElement?.textContent).toContain('Cancelled.');
  expect(getByRole('listitem').elements()).toHaveLength(1);
});

test.for(['cut', 'end'] as const)(
  'a connection that breaks off (%s) is no end, and nothing is under way any more',
  async (way) => {
    const { stream, getByText, ended, getByRole } = await begin();
    stream.event('check', checkOf({ check: 'a', state: 'passed' }));
    stream.event('check', checkOf({ check: 'b', state: 'running' }));
    stream.event('check', checkOf({ check: 'c', state: 'waiting' }));
    await expect.poll(() => getByRole('listitem').elements().length).toBe(3);
    stream[way]();
    await ended;
    await expect.element(getByText('The connection broke off before the end.')).toBeVisible();
    await expect.poll(() => getByRole('listitem').elements().length).toBe(1);
  },
);

test.for(['', 'event: check\ndata: no JSON\n\n', ': comment\n\n'])(
  'a stream of %j is no end either',
  async (text) => {
    const { stream, getByText, ended } = await begin();
    if (text !== '') stream.write(text);
    stream.end();
    await ended;
    await expect.element(getByText('The connection broke off before the end.')).toBeVisible();
  },
);

test('the report is plain text with everything in it', async () => {
  const writeText = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue();
  const { stream, getByRole, getByText, ended } = await begin();
  stream.event('check', checkOf({ state: 'failed', found: 'refused', advice: 'Look.', command: 'ssh a@b' }));
  stream.event(
    'check',
    checkOf({ check: 'clock', vm: null, title: 'Clocks', state: 'passed', found: '2 s apart' }),
  );
  stream.event('summary', { ok: false, passed: 1, warned: 0, failed: 1, skipped: 0 });
  stream.end();
  await ended;
  await getByRole('button', { name: 'Copy report of the doctor' }).click();
  expect(writeText).toHaveBeenCalledExactlyOnceWith(
    'BenchTray 1.2.3 doctor\n[Failed] SSH login (waa): refused\n    Look.\n    $ ssh a@b\n[Fine] Clocks: 2 s apart\n1 check failed, 1 passed.\n',
  );
  await expect.element(getByText('Copied')).toBeVisible();
  writeText.mockRejectedValue(new Error('no'));
  await getByRole('button', { name: 'Copy report of the doctor' }).click();
  await expect.element(getByText('Could not be copied: select it instead')).toBeVisible();
});

test('the page begins at once, runs again, and asks about the VM that is chosen', async () => {
  const asked: string[] = [];
  const signals: (AbortSignal | null | undefined)[] = [];
  vi.spyOn(window, 'fetch').mockImplementation((url, options) => {
    asked.push(url instanceof URL ? url.href : 'no URL');
    signals.push(options?.signal);
    return new Promise(() => undefined);
  });
  const base = new URL('http://127.0.0.1:8765');
  const { getByRole, getByLabelText, unmount } = await render(DoctorPage, {
    base,
    vmNames: ['a', 'b c'],
    worst: null,
    version: '1.2.3',
  });
  await expect.element(getByRole('heading', { name: 'Doctor' })).toHaveFocus();
  await getByRole('button', { name: 'Run again' }).click();
  await getByLabelText('VM').selectOptions('b c');
  expect(asked).toEqual(['a', 'a', 'b+c'].map((vm) => `${base.href}api/doctor?vm=${vm}`));
  expect(signals.map((signal) => signal?.aborted)).toEqual([true, true, false]);
  await unmount();
  expect(signals.at(-1)?.aborted).toBe(true);
});

test('the page begins with the VM in the worst state, and stays with it', async () => {
  const asked: string[] = [];
  vi.spyOn(window, 'fetch').mockImplementation((url) => {
    asked.push(url instanceof URL ? url.search : 'no URL');
    return new Promise(() => undefined);
  });
  const props = { base: new URL('http://127.0.0.1:8765'), vmNames: ['a', 'b', 'c'], version: '1.2.3' };
  const { getByLabelText, rerender } = await render(DoctorPage, { ...props, worst: 'b' });
  await expect.element(getByLabelText('VM')).toHaveValue('b');
  await rerender({ ...props, worst: 'c' });
  await expect.element(getByLabelText('VM')).toHaveValue('b');
  expect(asked).toEqual(['?vm=b']);
});

test('a server that has no doctor is told in its words', async () => {
  const run = createCheckRun();
  const { getByText } = await render(CheckPanel, { run, version: null });
  await run.start(() => Promise.resolve(no({ status: 404, detail: 'There is nothing at /api/doctor.' })));
  await expect.element(getByText('There is nothing at /api/doctor.')).toBeVisible();
});
