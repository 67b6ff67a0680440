import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startChild } from '../../support/child.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/** A Node of this machine that is too old for BenchTray; null where there is none. */
const oldNode = ['/usr/bin/node', '/usr/local/bin/node'].find((path) => {
  try {
    return /^v(1[89]|2[0-3])\./.test(execFileSync(path, ['--version'], { encoding: 'utf8' }));
  } catch {
    return false;
  }
});

/** Stands for the built command line: says what it runs on and was given, and waits for a signal when told to. */
const program = `
process.on('SIGTERM', () => process.exit(7));
console.log(process.versions.node.split('.')[0], ...process.argv.slice(2));
if (process.argv.includes('wait')) setInterval(() => {}, 1000);
else process.exitCode = 3;
`;

let folder: string;
let launcher: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'benchtray-launcher-'));
  launcher = join(folder, 'bin', 'benchtray.js');
  mkdirSync(join(folder, 'bin'));
  mkdirSync(join(folder, 'out', 'main'), { recursive: true });
  copyFileSync(join(root, 'bin', 'benchtray.js'), launcher);
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  writeFileSync(join(folder, 'out', 'main', 'cli.js'), program);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const run = (node: string, ...args: readonly string[]) =>
  spawnSync(node, [launcher, ...args], { encoding: 'utf8' });

it('runs the program with its arguments and exit code', () => {
  expect(run(process.execPath, 'serve', 'a b')).toMatchObject({
    status: 3,
    stdout: '24 serve a b\n',
    stderr: '',
  });
});

it('asks for a build when there is none', () => {
  rmSync(join(folder, 'out'), { recursive: true });
  expect(run(process.execPath)).toMatchObject({
    status: 1,
    stderr: 'BenchTray has not been built yet: run "npm run build" first.\n',
  });
});

describe.skipIf(oldNode === undefined)('on a Node that is too old (skipped where there is none)', () => {
  const old = oldNode ?? '';

  it('hands over to the Node of the lockfile', () => {
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    expect(run(old, 'serve', 'a b')).toMatchObject({ status: 3, stdout: '24 serve a b\n' });
  });

  it.skipIf(process.platform !== 'linux')('warns of an installed Node with known holes', () => {
    const installed = join(folder, 'node_modules', `node-linux-${process.arch}`);
    mkdirSync(join(installed, 'bin'), { recursive: true });
    symlinkSync(process.execPath, join(installed, 'bin', 'node'));
    const withVersion = (version: string) => {
      writeFileSync(join(installed, 'package.json'), JSON.stringify({ version }));
      return run(old, 'serve').stderr;
    };
    expect(withVersion('24.0.0')).toMatch(
      /^BenchTray runs on Node 24\.0\.0, which has known security holes\..*\n$/,
    );
    expect(withVersion('24.18.1')).toBe('');
  });

  it('passes signals on', async () => {
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const child = startChild(old, [launcher, 'wait']);
    onTestFinished(() => child.stop().then(() => undefined));
    await child.prints(/24 wait/);
    expect(await child.stop('SIGTERM')).toBe(7);
  });

  it('says in a sentence that there is no such Node', () => {
    const { status, stderr } = run(old);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^BenchTray needs Node 24; this is 2\d\.\d+\.\d+, and none was installed for \w+ \w+\.\n$/,
    );
  });
});
