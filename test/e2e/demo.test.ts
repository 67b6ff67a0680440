import { startSimulatedVm } from '../../src/main/engine/demo/index.ts';
import { startTestMonitor, testConfig } from '../support/monitor.ts';
import { assetsDir, expect, test } from './support/bench.ts';

test('a whole run of the demo, from the download of Windows to the last result', async ({ page }) => {
  const monitor = await startTestMonitor(testConfig([]), undefined, { assetsDir });
  await page.goto(monitor.url);
  await expect(page.getByText('No VM').first()).toBeVisible();
  // Its time runs from here on, and no second run replaces the first.
  const timings = { idleMs: 1e9 };
  const simulated = await startSimulatedVm({ seed: 1, speed: 8, tasksPerRun: 4, timings });
  try {
    monitor.reconfigure(testConfig([simulated.vmConfig]));
    await expect(page.getByRole('heading', { name: 'demo-vm' })).toBeVisible();
    await expect(page.getByTestId('run-state')).toHaveText('Running');
    await expect(page.getByTestId('vm-state')).toHaveText('Ready');
    await expect(page.getByTestId('current-task')).toHaveText(/./);
    await expect(page.locator('[data-task]').first()).toBeVisible();
    await expect(page.getByTestId('run-state')).toHaveText('Finished');
    await expect(page.getByTestId('count')).toHaveText('4 of 4 tasks');
    const ended = simulated.truth().slice(0, 4);
    const rows = await page.locator('[data-task] .mono').allInnerTexts();
    expect(rows).toEqual(ended.map((task) => task.taskId).reverse());
    const passed = ended.filter((task) => task.score === 1).length;
    await expect(page.locator('dl > div').filter({ hasText: 'Passed' }).locator('dd')).toHaveText(
      String(passed),
    );
  } finally {
    // While the server ends, an open page complains that nobody answers.
    await page.close();
    await monitor.close();
    await simulated.close();
  }
});
