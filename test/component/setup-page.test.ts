import { beforeEach, expect, test, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import type { BenchTrayBridge } from '../../src/shared/ipc.ts';
import type { SetupState } from '../../src/shared/setup.ts';
import type { SetupAccess } from '../../src/renderer/features/setup/setup-access.svelte.ts';
import type { AnswerProblem } from '../../src/renderer/state/answer.ts';
import { info, no, ok, playedApi } from './support/setup-api.ts';

const chooseKeyFile = vi.fn<BenchTrayBridge['chooseKeyFile']>();
const copyText = vi.fn<BenchTrayBridge['copyText']>();
// The page looks for the app once, when it is loaded.
Object.assign(window, { benchtray: { chooseKeyFile, copyText } });
const { default: SetupPage } = await import('../../src/renderer/features/setup/SetupPage.svelte');
const { default: DemoBanner } = await import('../../src/renderer/features/setup/DemoBanner.svelte');
const { default: CommandLine } = await import('../../src/renderer/ui/CommandLine.svelte');

type Access = SetupAccess;

const open: SetupState = { is_possible: true, needs_code: false, is_demo: false, info };

function accessOf(state: SetupState | null, changes: Partial<Access> = {}): Access {
  return {
    state,
    info: state?.info ?? null,
    code: null,
    api: playedApi(),
    refresh: () => Promise.resolve(),
    giveCode: () => Promise.resolve(null),
    switchDemo: () => Promise.resolve(null),
    ...changes,
  };
}

const onWatched = vi.fn<() => void>();
const onDemo = vi.fn<() => void>();
const show = (access: Access, vmNames: readonly string[] = [], isUnasked = true) =>
  render(SetupPage, { access, vmNames, version: '1.2.3', isUnasked, onWatched, onDemo });
beforeEach(() => vi.resetAllMocks());

const problem: AnswerProblem = {
  status: 401,
  detail: 'This is not the set-up code.',
  hint: null,
  reason: null,
  fields: [],
};

test('before it is known what can be set up, it says that it reads', async () => {
  const { getByText } = await show(accessOf(null));
  await expect.element(getByText('Reading what can be set up…')).toBeVisible();
});

test('where nothing can be set up, it says how it is done by hand', async () => {
  const { getByText } = await show(accessOf({ ...open, is_possible: false, info: null }));
  for (const command of [
    'benchtray config path',
    'WAA_VM_IP=1.2.3.4 benchtray serve',
    'benchtray demo',
    'npm run demo',
  ])
    await expect.element(getByText(command, { exact: true })).toBeVisible();
});

test('the code: nothing typed, a wrong one, the right one', async () => {
  const giveCode = vi.fn<Access['giveCode']>().mockResolvedValueOnce(problem).mockResolvedValueOnce(null);
  const { getByLabelText, getByRole } = await show(
    accessOf({ ...open, needs_code: true, info: null }, { giveCode }),
  );
  const code = getByLabelText('Set-up code');
  const go = getByRole('button', { name: 'Continue' });
  await go.click();
  await expect.element(code).toHaveAccessibleDescription(/^Type the code first\./);
  expect(giveCode).not.toHaveBeenCalled();
  await code.fill(' aaaa-aaaa ');
  await expect.element(code).not.toHaveAttribute('aria-invalid');
  await go.click();
  await expect.element(code).toHaveAccessibleDescription(/^This is not the set-up code\./);
  await expect.element(code).toHaveFocus();
  expect(giveCode).toHaveBeenCalledExactlyOnceWith('aaaa-aaaa');
  await go.click();
  await vi.waitFor(() => expect(giveCode).toHaveBeenCalledTimes(2));
  await expect.element(code).not.toHaveAttribute('aria-invalid');
});

test('who came on purpose begins at the heading, who did not stays where he is', async () => {
  const asked = await show(accessOf(open), ['a'], false);
  await expect.element(asked.getByRole('heading', { name: 'Add a VM' })).toHaveFocus();
  await asked.unmount();
  const unasked = await show(accessOf(open));
  await expect
    .element(unasked.getByRole('heading', { name: 'No VM is being watched yet' }))
    .not.toHaveFocus();
});

test('the demo begins, or says why it does not; it is offered only where there is no VM', async () => {
  const switchDemo = vi
    .fn<Access['switchDemo']>()
    .mockResolvedValueOnce({ ...problem, detail: 'No port is free.' })
    .mockResolvedValueOnce(null);
  const access = accessOf(open, { switchDemo });
  const { getByRole, rerender } = await show(access);
  await getByRole('button', { name: 'Try the demo' }).click();
  await expect.element(getByRole('alert')).toHaveTextContent('No port is free.');
  expect(onDemo).not.toHaveBeenCalled();
  await getByRole('button', { name: 'Try the demo' }).click();
  await vi.waitFor(() => expect(onDemo).toHaveBeenCalledOnce());
  expect(switchDemo.mock.calls).toEqual([[true], [true]]);
  await rerender({ vmNames: ['a'] });
  await expect.element(getByRole('button', { name: 'Try the demo' })).not.toBeInTheDocument();
});

test('saved, and then watched', async () => {
  const api = playedApi();
  api.add.mockResolvedValue(ok({ vm: 'waa', config_path: info.config_path }));
  const { getByLabelText, getByRole, getByText, rerender } = await show(accessOf(open, { api }));
  await getByLabelText('Address', { exact: true }).fill('waa');
  await getByRole('button', { name: 'Save and watch' }).click();
  await expect.element(getByText(info.config_path)).toBeVisible();
  expect(document.activeElement?.textContent).toContain('is saved in');
  await rerender({ vmNames: ['other'] });
  expect(onWatched).not.toHaveBeenCalled();
  await rerender({ vmNames: ['other', 'waa'] });
  await vi.waitFor(() => expect(onWatched).toHaveBeenCalledOnce());
});

test('in the app a key is chosen by a dialog; cancelling it changes nothing', async () => {
  const { getByLabelText, getByRole } = await show(accessOf(open));
  await getByRole('radio', { name: 'Another file' }).click();
  chooseKeyFile.mockResolvedValueOnce({ path: '/keys/a' }).mockResolvedValueOnce({ path: null });
  for (let times = 1; times <= 2; times += 1) {
    await getByRole('button', { name: 'Browse…' }).click();
    await vi.waitFor(() => expect(chooseKeyFile).toHaveBeenCalledTimes(times));
    await expect.element(getByLabelText('Path of the key')).toHaveValue('/keys/a');
  }
});

test('the demo is left, by who may, and says why it cannot be', async () => {
  const leave = vi
    .fn<() => Promise<AnswerProblem | null>>()
    .mockResolvedValueOnce({ ...problem, detail: 'Not now.' });
  const { getByRole, rerender } = await render(DemoBanner, { needsCode: false, leave });
  await getByRole('button', { name: 'Leave the demo' }).click();
  await expect.element(getByRole('alert')).toHaveTextContent('Not now.');
  await rerender({ needsCode: true });
  await expect
    .element(getByRole('link', { name: 'Leave it with the set-up code' }))
    .toHaveAttribute('href', '#/setup');
  expect(getByRole('button').elements()).toEqual([]);
});

test('in the app a command is copied by the app', async () => {
  copyText.mockResolvedValueOnce({ ok: true }).mockResolvedValueOnce({ ok: false, reason: 'No clipboard.' });
  const { getByRole, getByText } = await render(CommandLine, { command: 'az login' });
  await getByRole('button', { name: 'Copy the command' }).click();
  await expect.element(getByText('Copied')).toBeVisible();
  expect(copyText).toHaveBeenCalledExactlyOnceWith('az login');
  await getByRole('button', { name: 'Copy the command' }).click();
  await expect.element(getByText('Could not be copied: select it instead')).toBeVisible();
});

test('a server that went away while it was asked is told, and what was typed stays', async () => {
  const api = playedApi();
  api.add.mockResolvedValue(no({ status: 0, detail: 'BenchTray does not answer. Is it still running?' }));
  const { getByLabelText, getByRole } = await show(accessOf(open, { api }));
  await getByLabelText('Address', { exact: true }).fill('waa');
  await getByRole('button', { name: 'Save and watch' }).click();
  await expect
    .element(getByRole('alert'))
    .toHaveTextContent('BenchTray does not answer. Is it still running?');
  await expect.element(getByLabelText('Address', { exact: true })).toHaveValue('waa');
});
