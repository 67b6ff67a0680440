import { defineConfig } from '@playwright/test';
import { chromiumLaunch } from './test/support/tools.ts';

export default defineConfig({
  testDir: 'test/e2e',
  testMatch: '**/*.test.ts',
  outputDir: 'test-results/e2e',
  globalSetup: './test/e2e/support/build-page.ts',
  fullyParallel: true,
  workers: 3,
  forbidOnly: process.env['CI'] !== undefined,
  reporter: 'list',
  // Only a test that fails waits this long.
  timeout: 240_000,
  expect: { timeout: 60_000 },
  use: {
    browserName: 'chromium',
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    // A trace takes a quarter of the CPU time of a test. To see why one fails, run it with "--trace retain-on-failure".
    trace: 'off',
    launchOptions: chromiumLaunch,
  },
});
