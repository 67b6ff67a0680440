import { expect, test, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import SetupForm from '../../src/renderer/features/setup/SetupForm.svelte';
import type { SavedVm } from '../../src/shared/setup.ts';
import { markup } from './support/fixtures.ts';
import { azureVm, info, no, ok, playedApi, playedStream } from './support/setup-api.ts';

async function show(api = playedApi()) {
  const onSaved = vi.fn<(saved: SavedVm) => void>();
  const page = await render(SetupForm, { api, info, version: '1.2.3', onSaved });
  const field = (label: string) => page.getByLabelText(label, { exact: true });
  const save = page.getByRole('button', { name: 'Save and watch' });
  return { ...page, api, onSaved, field, save };
}
const saved: SavedVm = { vm: 'waa', config_path: info.config_path };

test('a VM by its address: what is typed is what is sent', async () => {
  const { api, field, save, onSaved, container } = await show();
  api.add.mockResolvedValue(ok(saved));
  expect([...container.querySelectorAll('datalist option')].map((one) => one.getAttribute('value'))).toEqual(
    info.ssh_hosts,
  );
  await field('Address').fill('  waa.example.org ');
  await expect.element(field('Name')).toHaveValue('waa');
  await save.click();
  expect(api.add).toHaveBeenCalledExactlyOnceWith({
    name: 'waa',
    host: 'waa.example.org',
    port: 22,
    username: 'azureuser',
    private_key: null,
    azure: null,
  });
  await vi.waitFor(() => expect(onSaved).toHaveBeenCalledExactlyOnceWith(saved));
});

test.for([
  ['20.1.2.3', 'waa-vm'],
  ['2001:db8::1', 'waa-vm'],
  ['bench_1', 'bench_1'],
  ['-x', 'x'],
  ['', ''],
  [`${'a'.repeat(80)}.org`, 'a'.repeat(64)],
])('for the address %j the name %j is suggested', async ([host = '', name = '']) => {
  const { field } = await show();
  await field('Address').fill(host);
  await expect.element(field('Name')).toHaveValue(name);
});

test('a name of one’s own stays', async () => {
  const { field } = await show();
  await field('Name').fill('mine');
  await field('Address').fill('other');
  await expect.element(field('Name')).toHaveValue('mine');
});

test('what is wrong is said at its field, which the keyboard goes to; mending takes it away', async () => {
  const { api, field, save, getByText } = await show();
  api.add.mockResolvedValue(
    no({
      status: 422,
      fields: [
        { field: 'host', message: 'found "a b", expected an address, or a Host of ~/.ssh/config, or null' },
        { field: 'port', message: 'found -1, expected a port number from 1 to 65535' },
        { field: 'name', message: markup },
      ],
    }),
  );
  await field('Address').fill('a b');
  await field('SSH port').fill('ssh');
  await save.click();
  await expect.element(field('Address')).toHaveFocus();
  expect(api.add.mock.calls[0]?.[0].port).toBe(-1);
  const words = 'Found "a b", expected an address, or a Host of ~/.ssh/config.';
  await expect
    .element(field('Address'))
    .toHaveAccessibleDescription(/^Found "a b", expected an address, or a Host of/);
  await expect.element(field('Address')).toHaveAttribute('aria-invalid', 'true');
  await expect.element(field('Name')).toHaveAccessibleDescription(/^<img src=x onerror/);
  expect('hacked' in window).toBe(false);
  await field('Address').fill('a');
  await expect.element(field('Address')).not.toHaveAttribute('aria-invalid');
  await expect.element(getByText(words)).not.toBeInTheDocument();
  await expect
    .element(field('SSH port'))
    .toHaveAccessibleDescription('Found "ssh", expected a port number from 1 to 65535.');
});

test('a file that stands in the way is told as it is, and what was typed stays', async () => {
  const { api, field, save, getByRole } = await show();
  api.add.mockResolvedValue(no({ status: 409, detail: 'The file is broken.', hint: 'Fix them.' }));
  await field('Address').fill('waa');
  await save.click();
  await expect.element(getByRole('alert')).toHaveTextContent('The file is broken. Fix them.');
  await expect.element(field('Address')).toHaveValue('waa');
  await field('Address').fill('waa2');
  await expect.element(getByRole('alert')).not.toBeInTheDocument();
});

test('a key of one’s own, by its path', async () => {
  const { api, field, save, getByRole, getByText } = await show();
  api.add.mockResolvedValue(ok(saved));
  await expect.element(getByText('in ~/.ssh: id_ed25519, id_rsa; the SSH agent is asked too')).toBeVisible();
  await field('Address').fill('waa');
  await getByRole('radio', { name: 'Another file' }).click();
  // In a browser there is no dialog that would tell a path.
  expect(getByRole('button', { name: 'Browse…' }).elements()).toEqual([]);
  await field('Path of the key').fill('~/keys/a');
  await save.click();
  expect(api.add.mock.calls[0]?.[0].private_key).toBe('~/keys/a');
});

test('a VM out of Azure: the list, the choice, and what is sent', async () => {
  const { api, save, field, getByRole, getByText } = await show();
  api.azureVms.mockResolvedValue(ok([azureVm('first'), azureVm('second VM')]));
  api.add.mockResolvedValueOnce(
    no({
      status: 422,
      fields: [
        { field: 'name', message: 'found "", expected a name' },
        { field: 'host', message: 'found neither' },
      ],
    }),
  );
  await getByRole('radio', { name: 'Choose from Azure' }).click();
  await save.click();
  await expect.element(getByText('Choose a VM of the list first.')).toBeVisible();
  await expect.element(getByRole('radio', { name: /^first/ })).toHaveFocus();
  await getByRole('radio', { name: /^second VM/ }).click();
  await expect.element(getByText('Choose a VM of the list first.')).not.toBeInTheDocument();
  await expect.element(field('Name')).toHaveValue('second-VM');
  api.add.mockResolvedValueOnce(ok(saved));
  await save.click();
  expect(api.add.mock.calls[1]?.[0]).toMatchObject({
    host: null,
    azure: { subscription_id: 'sub-1', resource_group: 'rg-waa', vm_name: 'second VM' },
  });
});

test('the test is the doctor live; what is typed afterwards makes it void', async () => {
  const { api, field, getByRole, getByTestId, getByText } = await show();
  const stream = playedStream();
  api.test.mockResolvedValue(ok(stream.response));
  await field('Address').fill('waa');
  await getByRole('button', { name: 'Test connection' }).click();
  await expect.element(getByTestId('checks')).toHaveAttribute('data-state', 'running');
  stream.event('check', {
    check: 'ssh',
    vm: 'waa',
    title: 'SSH',
    state: 'running',
    found: null,
    why: '',
    advice: null,
    command: null,
    took_ms: null,
  });
  await expect.element(getByText('Checking', { exact: true })).toBeVisible();
  stream.event('summary', { ok: true, passed: 1, warned: 0, failed: 0, skipped: 0 });
  stream.end();
  await expect.element(getByText('All is well: 1 check passed.')).toBeVisible();
  expect(api.add).not.toHaveBeenCalled();
  await field('Address').fill('waa2');
  await expect.element(getByTestId('checks')).not.toBeInTheDocument();
});

test('a test of what makes no sense is refused at the fields', async () => {
  const { api, field, getByRole, getByTestId } = await show();
  api.test.mockResolvedValue(
    no({ status: 422, fields: [{ field: 'username', message: 'found "", expected a user name' }] }),
  );
  await getByRole('button', { name: 'Test connection' }).click();
  await expect.element(field('User on the VM')).toHaveFocus();
  await expect.element(field('User on the VM')).toHaveAccessibleDescription('Missing, expected a user name.');
  await expect.element(getByTestId('checks')).not.toBeInTheDocument();
});

test('leaving the page cancels the test', async () => {
  const { api, field, getByRole, unmount } = await show();
  api.test.mockImplementation((_draft, signal) => {
    given = signal;
    return new Promise(() => undefined);
  });
  let given: AbortSignal | undefined;
  await field('Address').fill('waa');
  await getByRole('button', { name: 'Test connection' }).click();
  await vi.waitFor(() => expect(given?.aborted).toBe(false));
  await unmount();
  expect(given?.aborted).toBe(true);
});

test('Enter in a field saves', async () => {
  const { api, field } = await show();
  api.add.mockResolvedValue(ok(saved));
  await field('Address').fill('waa');
  await userEvent.keyboard('{Enter}');
  await vi.waitFor(() => expect(api.add).toHaveBeenCalledOnce());
});
