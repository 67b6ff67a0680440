import { test, expect, vmName } from './support/bench.ts';
import { beginTwoErrors, endError, setReady, startRun, tellMoment } from './support/scenes.ts';

test('an error is shown from its beginning to its end', async ({ bench, page }) => {
  setReady(bench.feed);
  await page.goto(bench.url);
  await expect(page.getByTestId('vm-state')).toHaveText('Ready');
  const errors = page.getByRole('list', { name: 'Open errors' }).getByRole('listitem');
  await expect(errors).toHaveCount(0);

  beginTwoErrors(bench.feed);
  await expect(errors).toHaveCount(2);
  // The worst stands first.
  await expect(errors.first()).toContainText('The benchmark server in Windows has stopped answering.');
  await expect(errors.first()).toContainText(/Critical, since \d\d:\d\d:\d\d, for \d+ (s|min)/);
  await expect(errors.first()).toContainText('Connection refused');
  await expect(errors.first()).toContainText('Look at the screen of the guest by VNC.');
  await expect(errors.last()).toContainText('Warning');
  await expect(page.getByRole('alert')).toHaveText(
    `${vmName}: The benchmark server in Windows has stopped answering.`,
  );

  endError(bench.feed, 'probe_down');
  await expect(errors).toHaveCount(1);
  await expect(errors).toContainText('The disk of the VM is full.');
  const said = page.getByRole('status').filter({ hasText: 'The benchmark server answers again.' });
  await expect(said).toHaveText(`${vmName}: The benchmark server answers again.`);
  endError(bench.feed, 'disk_full');
  await expect(errors).toHaveCount(0);
});

test('a moment stays until it is dismissed, or the next run begins', async ({ bench, page }) => {
  setReady(bench.feed);
  startRun(bench.feed, 2, 12);
  await page.goto(bench.url);
  await expect(page.getByTestId('count')).toHaveText('2 of 12 tasks');
  const errors = page.getByRole('list', { name: 'Open errors' }).getByRole('listitem');
  tellMoment(bench.feed, { code: 'run_crashed', message: 'The run has crashed.' });
  tellMoment(bench.feed, { code: 'container_oom', message: 'The container ran out of memory.' });
  await expect(errors).toHaveCount(2);
  await page.getByRole('button', { name: 'Dismiss: The run has crashed.' }).click();
  await expect(errors).toHaveCount(1);
  startRun(bench.feed, 0, 12, { run_id: 'run-2' });
  await expect(errors).toHaveCount(0);
});

test('text out of a log stays text, and only web addresses become links', async ({ bench, page }) => {
  const markup = `<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>\u202eevil`;
  setReady(bench.feed, { probe: { status: markup, vnc_url: 'javascript:window.hacked=1' } });
  startRun(bench.feed, 1, 2, { instruction: markup, current_task: markup, domain: markup });
  await page.goto(bench.url);
  await expect(page.getByTestId('current-task')).toHaveText(markup);
  tellMoment(bench.feed, { code: 'internal', message: markup, hint: markup, detail: markup });
  await expect(page.getByRole('list', { name: 'Open errors' })).toContainText('<script>');
  await expect(page.locator('main img, main script')).toHaveCount(0);
  await expect(page.getByRole('link', { name: /VNC/ })).toHaveCount(0);
  expect(await page.evaluate(() => 'hacked' in globalThis)).toBe(false);
});

test('an error that began before the page was opened is shown, and its end is heard', async ({
  bench,
  page,
}) => {
  setReady(bench.feed);
  beginTwoErrors(bench.feed);
  await page.goto(bench.url);
  const errors = page.getByRole('list', { name: 'Open errors' }).getByRole('listitem');
  await expect(errors).toHaveCount(2);
  // It is no news, so that nobody is interrupted.
  await expect(page.getByRole('alert')).toHaveText('');
  endError(bench.feed, 'probe_down');
  await expect(errors).toHaveCount(1);
});
