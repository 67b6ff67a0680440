import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import type { Phase } from '../../src/shared/stream.ts';
import VmHeading from '../../src/renderer/features/vm/VmHeading.svelte';
import type { VmView } from '../../src/renderer/state/model.ts';
import { markup, nowMs, problemOf, statusOf, vmName, vmOf } from './support/fixtures.ts';

const show = (vm: VmView) => render(VmHeading, { vm, index: 0, age: null, serverNowMs: nowMs });
const detailOf = (text: string, percent: number | null) => ({ ...statusOf().detail, text, percent });

test.for([
  { phase: 'offline', word: 'Offline', mark: 'off' },
  { phase: 'starting', word: 'Starting', mark: 'busy' },
  { phase: 'downloading', word: 'Downloading', mark: 'busy' },
  { phase: 'extracting', word: 'Extracting', mark: 'busy' },
  { phase: 'configuring', word: 'Configuring', mark: 'busy' },
  { phase: 'building', word: 'Building', mark: 'busy' },
  { phase: 'booting', word: 'Booting', mark: 'busy' },
  { phase: 'oobe', word: 'Waiting for Windows', mark: 'busy' },
  { phase: 'ready', word: 'Ready', mark: 'ok' },
  { phase: 'stopping', word: 'Shutting down', mark: 'busy' },
  { phase: 'unknown', word: 'Unknown', mark: 'unknown' },
  // A newer server may know of more.
  { phase: 'hibernating' as Phase, word: 'hibernating', mark: 'unknown' },
] as const)('a VM that is $phase', async ({ phase, word, mark }) => {
  const { container, getByRole, getByTestId } = await show(vmOf({ status: statusOf({ phase }) }));
  await expect.element(getByRole('heading', { name: vmName, level: 2 })).toBeVisible();
  await expect.element(getByTestId('vm-state')).toHaveTextContent(word);
  expect(container.querySelector('[data-mark]')?.getAttribute('data-mark')).toBe(mark);
});

test('an open error outweighs the phase', async () => {
  const { container, rerender } = await show(vmOf({ problems: [problemOf({ severity: 'warning' })] }));
  const mark = (): string | null | undefined =>
    container.querySelector('[data-mark]')?.getAttribute('data-mark');
  expect(mark()).toBe('warn');
  await rerender({ vm: vmOf({ problems: [problemOf()] }) });
  expect(mark()).toBe('bad');
});

test('what is known of it, and how old that is', async () => {
  const { getByText, rerender } = await show(vmOf());
  await expect.element(getByText('SSH connected')).toBeVisible();
  await expect.element(getByText('VM running')).toBeVisible();
  await expect.element(getByText(/^\$1\.23 since \d\d:\d\d, \$0\.19 per hour$/)).toBeVisible();
  await expect.element(getByText('Checked 3 s ago')).toBeVisible();
  await rerender({ serverNowMs: nowMs + 60_000 });
  await expect.element(getByText('Checked 1 min ago')).toBeVisible();
  await rerender({
    vm: vmOf({ status: statusOf({ connected: false, power_state: null, cost: null, checked_at: null }) }),
  });
  await expect.element(getByText('SSH not connected')).toBeVisible();
  await expect.element(getByText('Not heard yet')).toBeVisible();
  expect(getByText(/VM running|per hour/).elements()).toEqual([]);
});

test('a VM of which nothing is known says so', async () => {
  const { getByTestId, getByText } = await show(vmOf({ status: null }));
  await expect.element(getByTestId('vm-state')).toHaveTextContent('Not known yet');
  expect(getByText(/SSH|Checked/).elements()).toEqual([]);
});

test.for([
  { url: 'http://20.123.45.67:8006', href: 'http://20.123.45.67:8006/' },
  { url: 'https://vm.example.org/vnc?a=1', href: 'https://vm.example.org/vnc?a=1' },
])('$url can be opened', async ({ url, href }) => {
  const { getByRole } = await show(vmOf({ status: statusOf({ probe: { status: 'ready', vnc_url: url } }) }));
  const link = getByRole('link', { name: `Open VNC of ${vmName} in a new tab` });
  await expect.element(link).toHaveAttribute('href', href);
  await expect.element(link).toHaveAttribute('rel', 'noopener noreferrer');
  await expect.element(link).toHaveAttribute('target', '_blank');
});

test.for([
  null,
  '',
  'not an address',
  'javascript:alert(1)',
  'file:///etc/passwd',
  'data:text/html,x',
  'vnc://vm:5900',
])('%j is no link', async (url) => {
  const { getByRole } = await show(vmOf({ status: statusOf({ probe: { status: 'ready', vnc_url: url } }) }));
  await expect.element(getByRole('heading', { name: vmName })).toBeVisible();
  expect(getByRole('link').elements()).toEqual([]);
});

test('how far a download is, told once', async () => {
  const downloading = (text: string, percent: number | null) =>
    vmOf({ status: statusOf({ phase: 'downloading', detail: detailOf(text, percent) }) });
  const { getByRole, getByText, rerender } = await show(downloading('Downloading Windows 11 (45.3%)', 45.3));
  const bar = getByRole('progressbar', { name: /^Downloading Windows 11/ });
  await expect.element(bar).toHaveAttribute('value', '45.3');
  expect(getByText(/45.3%/).elements()).toHaveLength(1);
  await rerender({ vm: downloading('Downloading Windows 11', 45.3) });
  await expect.element(getByText('45.3 %', { exact: true })).toBeVisible();
  await rerender({ vm: downloading('Requesting Windows 11', null) });
  expect(getByRole('progressbar').elements()).toEqual([]);
  // The word for the phase is not said twice.
  await rerender({ vm: downloading('Downloading', null) });
  expect(getByText(/Downloading/).elements()).toHaveLength(1);
});

test('markup out of a log stays text', async () => {
  const status = statusOf({ detail: detailOf(markup, 5) });
  const { container } = await show(vmOf({ status, name: markup }));
  expect([...container.querySelectorAll('.foreign')].map((text) => text.textContent)).toEqual([
    markup,
    'VM running',
    markup,
  ]);
  expect(container.querySelectorAll('img, b')).toHaveLength(0);
  expect('hacked' in window).toBe(false);
});
