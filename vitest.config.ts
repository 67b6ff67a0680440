import { defineConfig } from 'vitest/config';

const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  throw new Error(
    `The tests need Node 24 (this is ${process.versions.node}). Run them by "npm test", which brings it.`,
  );
}

const define = { __BENCHTRAY_VERSION__: JSON.stringify('0.0.0-test') };

export default defineConfig({
  test: {
    projects: [
      {
        define,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          setupFiles: ['test/support/no-outside-network.ts'],
        },
      },
      {
        define,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          setupFiles: ['test/support/no-outside-network.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // When the unit tests are through, so that deadlines are measured on a machine that has time for them.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
