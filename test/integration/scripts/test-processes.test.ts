/** `npm test` ends what its tests forgot, also when somebody interrupts it. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startChild } from '../../support/child.ts';
import { until } from '../../support/wait.ts';
import { isAlive, readIfThere } from '../hooks/support.ts';

const workshop = join(import.meta.dirname, '..', '..', '..', 'scripts', 'test-processes.ts');

/** Plays a test runner that leaves a folder and a process in its own group behind. Waits when asked to. */
const runner = `
  import { spawn } from 'node:child_process';
  import { mkdtempSync, writeFileSync } from 'node:fs';
  import { join } from 'node:path';
  mkdtempSync(join(process.env.TMPDIR, 'benchtray-forgotten-'));
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
  child.unref();
  writeFileSync(process.argv[2], String(child.pid));
  if (process.argv.includes('wait')) setInterval(() => {}, 1000);`;

/** Plays scripts/test.ts. */
const program = `
  const { openWorkshop } = await import(process.argv[1]);
  const workshop = openWorkshop(process.cwd());
  await workshop.run('runner.mjs', process.argv.slice(2));
  console.log(JSON.stringify(await workshop.close()));`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'benchtray-workshop-'));
  mkdirSync(join(folder, 'node_modules'));
  writeFileSync(join(folder, 'node_modules', 'runner.mjs'), runner);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function start(...words: readonly string[]) {
  const child = startChild(
    process.execPath,
    ['--input-type=module', '-e', program, workshop, join(folder, 'pid'), ...words],
    { cwd: folder, env: { PATH: process.env['PATH'], TMPDIR: folder } },
  );
  onTestFinished(() => child.stop().then(() => undefined));
  return child;
}

describe.skipIf(process.platform !== 'linux')('after the tests', () => {
  it('a process and a folder that they left are named and removed', async () => {
    const child = start();
    expect(await child.exit, child.err()).toBe(0);
    expect(JSON.parse(child.out())).toEqual([
      expect.stringMatching(/^a process: .* -e setInterval/),
      expect.stringMatching(/^a temporary folder: benchtray-forgotten-/),
    ]);
    expect(isAlive(Number(readFileSync(join(folder, 'pid'), 'utf8')))).toBe(false);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('nothing is left when %s comes in the middle', async (signal) => {
    const child = start('wait');
    const pid = Number(await until(() => readIfThere(join(folder, 'pid')), 'the tests are under way'));
    expect(await child.stop(signal)).toBe(signal === 'SIGINT' ? 130 : 143);
    await until(() => !isAlive(pid), 'the process has ended');
    expect(child.out()).toBe('');
  });
});
