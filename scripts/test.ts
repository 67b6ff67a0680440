/**
 * `npm test`: every test that this machine can run. Brings what the tests need and npm does not (an OpenSSH server, Chromium, Python, two proxies), names
 * what it had to leave out and why, and ends with one line that counts everything.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import {
  findCaddy,
  findChromium,
  findDynamicBusybox,
  findNginx,
  findPython,
  findSshd,
  findStaticBusybox,
  unpackedPackage,
  unpackedTools,
} from '../test/support/tools.ts';

interface Tool {
  readonly name: string;
  /** What test files call it: a file that mentions this is skipped without it. */
  readonly mark: string;
  readonly debianPackage: string;
  /**
   * The package is unpacked and not installed, because it would start a service or take the place of a program. `apart`: into a folder
   * of its own.
   */
  readonly isUnpacked?: boolean | 'apart';
  readonly find: () => string | null;
}

interface Outcome {
  passed: number;
  failed: number;
  readonly skipped: { readonly test: string; readonly reason: string }[];
}

const root = join(import.meta.dirname, '..');
/** Without names of test files. */
const isEverything = process.argv.length === 2;
const installLimitMs = 240_000;
const noChromium = 'Chromium is not installed';
const tools: readonly Tool[] = [
  { name: 'OpenSSH server (sshd)', mark: 'sshdPath', debianPackage: 'openssh-server', find: findSshd },
  { name: 'Chromium', mark: 'chromiumPath', debianPackage: 'chromium', find: findChromium },
  {
    name: 'Python 3 with requests',
    mark: 'pythonPath',
    debianPackage: 'python3-requests',
    find: findPython,
  },
  { name: 'nginx', mark: 'nginxPath', debianPackage: 'nginx', isUnpacked: true, find: findNginx },
  { name: 'Caddy', mark: 'caddyPath', debianPackage: 'caddy', isUnpacked: true, find: findCaddy },
  {
    name: 'BusyBox',
    mark: 'busyboxPath',
    debianPackage: 'busybox',
    isUnpacked: 'apart',
    find: findDynamicBusybox,
  },
  {
    name: 'BusyBox (static)',
    mark: 'busyboxStaticPath',
    debianPackage: 'busybox-static',
    isUnpacked: 'apart',
    find: findStaticBusybox,
  },
];

/** Installs what is missing where that is possible without asking anybody: on Debian and its kin, as root. */
function bring(wanted: readonly Tool[]): void {
  const isDebian = existsSync('/usr/bin/apt-get');
  if (wanted.length === 0 || !isDebian || process.getuid?.() !== 0) return;
  console.log(`Bringing ${wanted.map(({ name }) => name).join(', ')} for the tests…`);
  const folder = mkdtempSync(join(tmpdir(), 'benchtray-packages-'));
  const apt = (...words: string[]): boolean => {
    const result = spawnSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=60', ...words], {
      cwd: folder,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: installLimitMs,
    });
    return result.status === 0;
  };
  const packages = wanted
    .filter(({ isUnpacked }) => isUnpacked === undefined)
    .map((tool) => tool.debianPackage);
  const install = (): boolean =>
    packages.length === 0 || apt('install', '-y', '--no-install-recommends', ...packages);
  const unpack = ({ debianPackage, isUnpacked }: Tool): boolean => {
    if (!apt('download', debianPackage)) return false;
    const target = isUnpacked === 'apart' ? unpackedPackage(debianPackage) : unpackedTools;
    const file = readdirSync(folder).find((name) => name.startsWith(`${debianPackage}_`));
    if (file === undefined) return false;
    mkdirSync(target, { recursive: true });
    return spawnSync('dpkg-deb', ['-x', join(folder, file), target]).status === 0;
  };
  // A fresh machine knows no packages yet.
  let hasUpdated = false;
  const orAfterUpdate = (work: () => boolean): void => {
    if (work() || hasUpdated) return;
    // Once, whatever comes of it: without a network it takes its time.
    hasUpdated = true;
    if (apt('update')) work();
  };
  orAfterUpdate(install);
  for (const tool of wanted.filter(({ isUnpacked }) => isUnpacked !== undefined))
    orAfterUpdate(() => unpack(tool));
  rmSync(folder, { recursive: true, force: true });
}

function run(program: string, words: readonly string[], env: Record<string, string> = {}): boolean {
  const result = spawnSync(process.execPath, [join(root, 'node_modules', program), ...words], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: 'inherit',
  });
  return result.status === 0;
}

function reasonFor(file: string, missing: readonly Tool[]): string {
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

function runVitest(outcome: Outcome, missing: readonly Tool[], folder: string): void {
  const report = join(folder, 'vitest.json');
  const words = [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ];
  const succeeded = run('vitest/vitest.mjs', words);
  let failed = 0;
  if (existsSync(report)) {
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as VitestReport;
    for (const file of testResults) {
      const shown = relative(root, file.name);
      for (const { status, fullName } of file.assertionResults) {
        if (status === 'passed') outcome.passed += 1;
        else if (status === 'failed') failed += 1;
        else outcome.skipped.push({ test: `${shown}: ${fullName}`, reason: reasonFor(file.name, missing) });
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

function runPlaywright(outcome: Outcome, missing: readonly Tool[], folder: string): void {
  const report = join(folder, 'playwright.json');
  const canRun = findChromium() !== null;
  const words = canRun ? ['test', '--reporter=list,json'] : ['test', '--list', '--reporter=json'];
  const succeeded = run('@playwright/test/cli.js', words, { PLAYWRIGHT_JSON_OUTPUT_NAME: report });
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
      reason: canRun ? reasonFor(join(root, 'test/e2e', file), missing) : noChromium,
    });
  }
  if (!canRun) return;
  outcome.passed += stats.expected;
  const failed = stats.unexpected + stats.flaky;
  outcome.failed += succeeded ? failed : Math.max(1, failed);
}

bring(tools.filter((tool) => tool.find() === null));
const missing = tools.filter((tool) => tool.find() === null);
const folder = mkdtempSync(join(tmpdir(), 'benchtray-test-'));
const outcome: Outcome = { passed: 0, failed: 0, skipped: [] };
try {
  console.log('Building…');
  if (!run('vite/bin/vite.js', ['build', '--app', '--logLevel', 'warn'])) outcome.failed += 1;
  runVitest(outcome, missing, folder);
  if (isEverything) runPlaywright(outcome, missing, folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

if (outcome.skipped.length > 0) {
  console.log('\nNot run on this machine:');
  for (const { test, reason } of outcome.skipped) console.log(`  ${test} (${reason})`);
}
const skipped = outcome.skipped.length > 0 ? `, ${outcome.skipped.length} skipped` : '';
console.log(`\n${outcome.passed} passed, ${outcome.failed} failed${skipped}`);
process.exitCode = outcome.failed > 0 ? 1 : 0;
