import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import NoVm from '../../src/renderer/features/setup/NoVm.svelte';

test('without a VM there are three ways to get one', async () => {
  const { getByRole } = await render(NoVm);
  const section = getByRole('region', { name: 'No VM is being watched yet' });
  await expect.element(section).toBeVisible();
  const ways = section.getByRole('term').elements();
  expect(ways.map((way) => way.textContent)).toEqual([
    'Just look around',
    'Watch one VM',
    'Write a configuration',
  ]);
  for (const command of [
    'benchtray demo',
    'npm run demo',
    'WAA_VM_IP=1.2.3.4 benchtray serve',
    'benchtray config path',
  ])
    await expect.element(section.getByText(command, { exact: true })).toBeVisible();
});
