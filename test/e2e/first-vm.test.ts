/**
 * A person with a VM in Azure, an `az` that is logged in, and no file at all: from the start of the program to the live dashboard, by the
 * page alone. Everything but Azure itself is real: the built program as a process, its page in a browser, OpenSSH on the VM.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFakeAz } from '../support/azure/fake-az.ts';
import { startFakeArm } from '../support/azure/fake-arm.ts';
import { startChild } from '../support/child.ts';
import { cliPath } from '../support/cli-process.ts';
import { startRealVm } from '../support/real-vm.ts';
import { sampleRunByTask } from '../support/sample-run.ts';
import { sshdPath } from '../support/tools.ts';
import { expect, test } from './support/bench.ts';

test.skip(sshdPath === null, 'OpenSSH is not installed');

/** Starts the built `serve` for a person without any file of BenchTray. */
async function startProgram(environment: Record<string, string>) {
  const home = mkdtempSync(join(tmpdir(), 'benchtray-person-'));
  mkdirSync(join(home, '.ssh'));
  const child = startChild(process.execPath, [cliPath, 'serve', '--port', '0'], {
    env: {
      HOME: home,
      XDG_CONFIG_HOME: join(home, 'config'),
      XDG_DATA_HOME: join(home, 'data'),
      ...environment,
    },
  });
  return {
    home,
    url: await child.listening(),
    code: await child.prints(/with the code (\S+)/),
    async close() {
      await child.stop('SIGTERM');
      rmSync(home, { recursive: true, force: true });
    },
  };
}

test('a VM is picked from the list of Azure, tried, saved, and seen at work', async ({ page }) => {
  const vm = await startRealVm();
  vm.containerUp();
  vm.setProbe('ready');
  await vm.startRunner();
  const arm = await startFakeArm();
  arm.putVm({ name: 'waa-eval-vm', address: '127.0.0.1' });
  const az = makeFakeAz();
  const certificate = join(az.folder, 'ca.pem');
  writeFileSync(certificate, arm.certificate);
  const program = await startProgram({
    PATH: `${az.folder}:/usr/bin:/bin`,
    NODE_EXTRA_CA_CERTS: certificate,
    BENCHTRAY_AZURE_ENDPOINT: arm.url,
  });
  try {
    await page.goto(program.url.replace('127.0.0.1', 'localhost'));
    await page.getByLabel('Set-up code').fill(program.code);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('radio', { name: 'Choose from Azure' }).check();
    await page.getByRole('radio', { name: /^waa-eval-vm/ }).check();
    await page.getByLabel('User on the VM').fill(vm.config.ssh.username);
    await page.getByLabel('SSH port').fill(String(vm.port));
    await page.getByRole('radio', { name: 'Another file' }).check();
    await page.getByLabel('Path of the key').fill(vm.keyPath);
    await page.getByRole('button', { name: 'Test connection' }).click();

    const check = (title: string) => page.getByRole('listitem').filter({ hasText: title });
    await expect(check('SSH login')).toContainText('Fine');
    await expect(check('Benchmark server (/probe)')).toContainText('Fine');
    await expect(check('VM is running')).toContainText('Fine');
    await page.getByRole('button', { name: 'Save and watch' }).click();

    await expect(page.getByRole('heading', { name: 'waa-eval-vm' })).toBeVisible();
    await expect(page.getByTestId('vm-state')).toHaveText('Ready');
    await expect(page.getByText('VM running', { exact: true })).toBeVisible();
    vm.runSays(sampleRunByTask(Date.now()).slice(0, 2).join(''));
    await expect(page.getByTestId('run-state')).toHaveText('Running');
    await expect(page.locator('[data-task]')).toHaveCount(2);
    const written = readFileSync(join(program.home, 'config/benchtray/config.json'), 'utf8');
    expect(written).toContain('"vmName": "waa-eval-vm"');

    await page.getByRole('link', { name: 'Doctor' }).click();
    await expect(check('Clocks')).toContainText('Fine');
    await expect(check('Benchmark log')).toContainText('Fine');
  } finally {
    // The page would ask on.
    await page.goto('about:blank');
    await program.close();
    await vm.close();
    await arm.close();
    az.remove();
  }
});
