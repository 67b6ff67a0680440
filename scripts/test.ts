/**
 * `npm test`: every test that this machine can run. Brings what the tests need and npm does not (an OpenSSH server, Chromium, Python, proxies, BusyBox, podman, sudo), names
 * what it had to leave out and why, and ends with one line that counts everything.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { findChromium } from '../test/support/tools.ts';
import { buildIfNeeded } from './build.ts';
import { openWorkshop } from './test-processes.ts';
import { bring, isWanted, tools } from './test-tools.ts';

const root = join(import.meta.dirname, '..');
/** Without names of test files. */
const isEverything = process.argv.length === 2;
const noChromium = 'Chromium is not installed';

bring(tools.filter(isWanted));
const missing = tools.filter((tool) => tool.find() === null);
const workshop = openWorkshop(root);
const outcome = { passed: 0, failed: 0, skipped: [] as { test: string; reason: string }[] };
try {
  if (!buildIfNeeded()) outcome.failed += 1;
  await runVitest();
  if (isEverything) await runPlaywright();
} finally {
  for (const left of await workshop.close()) {
    console.error(`Left behind by the tests: ${left}`);
    outcome.failed += 1;
  }
}

if (outcome.skipped.length > 0) {
  console.log('\nNot run on this machine:');
  for (const { test, reason } of outcome.skipped) console.log(`  ${test} (${reason})`);
}
const skipped = outcome.skipped.length > 0 ? `, ${outcome.skipped.length} skipped` : '';
console.log(`\n${outcome.passed} passed, ${outcome.failed} failed${skipped}`);
process.exitCode = outcome.failed > 0 ? 1 : 0;

function reasonFor(file: string): string {
  const text = readFileSync(file, 'utf8');
  const tool = missing.find(({ mark }) => text.includes(mark));
  return tool === undefined
    ? 'the test says itself that it does not fit this machine'
    : `${tool.name} is not installed`;
}

/** The report of Vitest's JSON reporter, as far as it is read here (https://vitest.dev/guide/reporters#json-reporter). */
interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

async function runVitest(): Promise<void> {
  const report = join(workshop.folder, 'vitest.json');
  const words = [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ];
  const succeeded = await workshop.run('vitest/vitest.mjs', words);
  let failed = 0;
  if (existsSync(report)) {
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as VitestReport;
    for (const file of testResults) {
      const shown = relative(root, file.name);
      for (const { status, fullName } of file.assertionResults) {
        if (status === 'passed') outcome.passed += 1;
        else if (status === 'failed') failed += 1;
        else outcome.skipped.push({ test: `${shown}: ${fullName}`, reason: reasonFor(file.name) });
      }
      // A file that could not even be read has no tests in it that could fail.
      if (file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'))
        failed += 1;
    }
  }
  outcome.failed += succeeded ? failed : Math.max(1, failed);
  // Vitest does not speak of a project that its configuration leaves out.
  if (findChromium() !== null || !isEverything) return;
  for (const file of globSync('test/component/**/*.test.ts', { cwd: root }))
    outcome.skipped.push({ test: file, reason: noChromium });
}

/** The report of Playwright's JSON reporter, as far as it is read here (https://playwright.dev/docs/test-reporters#json-reporter). */
interface PlaywrightReport {
  readonly suites: readonly PlaywrightSuite[];
  readonly stats: {
    readonly expected: number;
    readonly unexpected: number;
    readonly flaky: number;
    readonly skipped: number;
  };
}
interface PlaywrightSuite {
  readonly file: string;
  readonly suites?: readonly PlaywrightSuite[];
  readonly specs: readonly {
    readonly title: string;
    readonly tests: readonly { readonly status: string }[];
  }[];
}

async function runPlaywright(): Promise<void> {
  const report = join(workshop.folder, 'playwright.json');
  const canRun = findChromium() !== null;
  const words = canRun ? ['test', '--reporter=list,json'] : ['test', '--list', '--reporter=json'];
  const succeeded = await workshop.run('@playwright/test/cli.js', words, {
    PLAYWRIGHT_JSON_OUTPUT_NAME: report,
  });
  if (!existsSync(report)) {
    outcome.failed += 1;
    return;
  }
  const { suites, stats } = JSON.parse(readFileSync(report, 'utf8')) as PlaywrightReport;
  const specsOf = (suite: PlaywrightSuite): { file: string; title: string; status: string }[] => [
    ...suite.specs.map((spec) => ({
      file: suite.file,
      title: spec.title,
      status: spec.tests[0]?.status ?? 'skipped',
    })),
    ...(suite.suites ?? []).flatMap(specsOf),
  ];
  for (const { file, title, status } of suites.flatMap(specsOf)) {
    if (canRun && status !== 'skipped') continue;
    outcome.skipped.push({
      test: `test/e2e/${file}: ${title}`,
      reason: canRun ? reasonFor(join(root, 'test/e2e', file)) : noChromium,
    });
  }
  if (!canRun) return;
  outcome.passed += stats.expected;
  const failed = stats.unexpected + stats.flaky;
  outcome.failed += succeeded ? failed : Math.max(1, failed);
}
