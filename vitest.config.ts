import { svelte } from '@sveltejs/vite-plugin-svelte';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig, defineProject } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';
import { chromiumLaunch, chromiumPath } from './test/support/tools.ts';

const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  throw new Error(
    `The tests need Node 24 (this is ${process.versions.node}). Run them by "npm test", which brings it.`,
  );
}

const define = { __BENCHTRAY_VERSION__: JSON.stringify('0.0.0-test') };

/** They add and remove network interfaces, upon which Chromium ends all requests (ERR_NETWORK_CHANGED), so no test with a browser runs beside them. */
const networkTests = ['vanished', 'proxies'].map((name) => `test/integration/server/${name}.test.ts`);

/** They measure the process that they run in. */
const measuringTests = ['server/behind', 'server/hostile', 'doctor/ends'].map(
  (name) => `test/integration/${name}.test.ts`,
);

const integration = {
  globalSetup: ['test/support/build.ts'],
  setupFiles: ['test/support/no-outside-network.ts'],
  // The build is run as it is: by Node, not through Vite.
  server: { deps: { external: [/\/out\/main\//] } },
  testTimeout: 240_000,
  hookTimeout: 240_000,
};

const sharedSetup = ['test/support/shared-process.ts', ...integration.setupFiles];

/** Parts of the page, each by itself in a real browser. */
const componentProject = defineProject({
  define,
  plugins: [svelte({ configFile: false })],
  // Named, since a package that is found only while the tests run makes them all start anew.
  optimizeDeps: { include: ['vitest-browser-svelte'] },
  test: {
    name: 'component',
    include: ['test/component/**/*.test.ts'],
    setupFiles: ['test/component/support/styles.ts'],
    sequence: { groupOrder: 2 },
    // Only a test that fails waits this long.
    testTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    browser: {
      enabled: true,
      provider: playwright({ launchOptions: chromiumLaunch }),
      headless: true,
      screenshotFailures: false,
      viewport: { width: 1280, height: 800 },
      instances: [{ browser: 'chromium' }],
    },
  },
});
if (chromiumPath === null) console.warn('No Chromium is installed: test/component is left out.');

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    // Most of them wait for most of their time.
    maxWorkers: 18,
    projects: [
      {
        define,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/sim/**/*.test.ts'],
          // A process for each of their files costs as much as half of the tests.
          isolate: false,
          // Many of them start shells, and only a test that hangs takes this long.
          testTimeout: 240_000,
          hookTimeout: 240_000,
          setupFiles: sharedSetup,
        },
      },
      {
        define,
        test: {
          ...integration,
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          exclude: [...networkTests, ...measuringTests],
          isolate: false,
          setupFiles: sharedSetup,
          sequence: { groupOrder: 1 },
        },
      },
      {
        define,
        test: {
          ...integration,
          name: 'measuring',
          include: measuringTests,
          sequence: { groupOrder: 1 },
        },
      },
      {
        define,
        test: {
          ...integration,
          name: 'network',
          include: networkTests,
        },
      },
      ...(chromiumPath === null ? [] : [componentProject]),
    ],
  },
});
