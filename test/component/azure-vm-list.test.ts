import { expect, test, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import AzureVmList from '../../src/renderer/features/setup/AzureVmList.svelte';
import type { AzureVm } from '../../src/shared/setup.ts';
import { markup } from './support/fixtures.ts';
import { azureVm, no, ok, playedApi } from './support/setup-api.ts';

async function show(api = playedApi(), chosen: AzureVm | null = null) {
  const onChoose = vi.fn<(vm: AzureVm) => void>();
  return { ...(await render(AzureVmList, { api, chosen, error: null, onChoose })), api, onChoose };
}

test('while Azure is asked it says so, and stops asking when nobody waits any more', async () => {
  const api = playedApi();
  let given: AbortSignal | undefined;
  api.azureVms.mockImplementation((signal) => {
    given = signal;
    return new Promise(() => undefined);
  });
  const { getByRole, unmount } = await show(api);
  await expect.element(getByRole('status').first()).toHaveTextContent('Asking Azure which VMs there are…');
  await expect.element(getByRole('group')).toHaveAttribute('aria-busy', 'true');
  await unmount();
  expect(given?.aborted).toBe(true);
});

test('no VM at all', async () => {
  const api = playedApi();
  api.azureVms.mockResolvedValue(ok([]));
  const { getByRole } = await show(api);
  await expect.element(getByRole('status').first()).toMatchTextContent('There is no VM in the subscriptions');
});

test('nobody signed in: Azure’s words, the command, and the way back', async () => {
  const api = playedApi();
  const problem = {
    status: 502,
    reason: 'not_signed_in',
    detail: `Nobody is signed in. ${markup}`,
    hint: 'Sign in with: az login',
  };
  api.azureVms.mockResolvedValueOnce(no(problem)).mockResolvedValueOnce(ok([azureVm('first')]));
  const { getByRole, getByText, container } = await show(api);
  await expect.element(getByText(/^Nobody is signed in\./)).toBeVisible();
  await expect.element(getByText('az login', { exact: true })).toBeVisible();
  await expect.element(getByText('Sign in with: az login')).not.toBeInTheDocument();
  expect(container.querySelectorAll('img, b')).toHaveLength(0);
  await getByRole('button', { name: 'Refresh the list of VMs' }).click();
  await expect.element(getByRole('radio', { name: /^first/ })).toBeVisible();
  await expect.element(getByText('az login', { exact: true })).not.toBeInTheDocument();
});

test.for([
  { reason: 'forbidden', detail: 'You may not see this.', hint: 'Ask the owner for the role Reader.' },
  { reason: 'throttled', detail: 'Azure asks for a pause.', hint: 'Try again in 7 s.' },
  { reason: null, detail: 'BenchTray does not answer.', hint: null },
])('$detail', async (problem) => {
  const api = playedApi();
  api.azureVms.mockResolvedValue(no(problem));
  const { getByText, container } = await show(api);
  await expect.element(getByText(problem.detail)).toBeVisible();
  if (problem.hint !== null) await expect.element(getByText(problem.hint)).toBeVisible();
  expect(container.querySelectorAll('code')).toHaveLength(0);
});

test('many can be looked through, and one is chosen', async () => {
  const api = playedApi();
  const vms = Array.from({ length: 20 }, (_, index) =>
    azureVm(`vm-${index}`, { resource_group: index === 7 ? 'Special' : 'rg' }),
  );
  api.azureVms.mockResolvedValue(ok(vms));
  const { getByRole, getByLabelText, getByText, onChoose } = await show(api);
  await expect.element(getByText('20 VMs')).toBeVisible();
  await getByLabelText('Find a VM by its name').fill('spec');
  await expect.element(getByText('1 of 20 VMs')).toBeVisible();
  await getByRole('radio').click();
  expect(onChoose).toHaveBeenCalledExactlyOnceWith(vms[7]);
  await getByLabelText('Find a VM by its name').fill('nothing like it');
  await expect.element(getByText('No VM has “nothing like it” in its name.')).toBeVisible();
});

test('two of one name in two groups are two', async () => {
  const api = playedApi();
  const [one, two] = [azureVm('same'), azureVm('same', { resource_group: 'other' })];
  api.azureVms.mockResolvedValue(ok([one, two]));
  const { getByRole } = await show(api, two);
  await expect.element(getByRole('radio', { name: /other/ })).toBeChecked();
  await expect.element(getByRole('radio', { name: /rg-waa/ })).not.toBeChecked();
});
