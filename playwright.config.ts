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
    // Screenshots of every action take a fifth of the CPU time of a test. A trace keeps the page as HTML without them.
    trace: { mode: 'retain-on-failure', screenshots: false },
    launchOptions: chromiumLaunch,
  },
});
