/** Nothing stays behind on the VM: not when a request takes too long, and not when the connection ends. */
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { openFollow } from '../../../src/main/engine/vm/follow-channel.ts';
import { readScreens, screensCommand } from '../../../src/main/engine/vm/result-folder.ts';
import { processScript } from '../../../src/main/engine/vm/process-script.ts';
import { openShell, type ShellChannel } from '../../../src/main/engine/vm/shell-channel.ts';
import { readIdentity, readLogs, readMachine } from '../../../src/main/engine/vm/surroundings.ts';
import { processesOf } from '../../support/real-vm/processes.ts';
import { until } from '../../support/wait.ts';
import { localShell, type LocalShell } from '../../unit/vm/local-shell.ts';
import { allShells, toolsWithout } from '../../unit/vm/shells.ts';
import { openResidentShell } from './resident-shell.ts';

const withoutHead = toolsWithout('head');
const withoutEncoders = toolsWithout('base64', 'od');

describe.each(allShells())('what the script has started under %s', (_name, program) => {
  let dir: string;
  let machine: LocalShell;
  let shell: ShellChannel;

  beforeEach(() => {
    ({ dir, machine, shell } = openResidentShell(program));
  });
  const runs = (text: string): boolean => processesOf(dir).some(({ command }) => command.includes(text));

  it('ends with the connection, however deep', async () => {
    const asked = [
      shell.ask(300, ['run', 'sleep', '301']),
      shell.ask(300, ['last_of', 'sh', '-c', 'sleep 302; echo over']),
      shell.ask(300, ['sleep', '303']),
      shell.ask(300, ['run', 'sh', '-c', 'sleep 304 & sleep 305 | cat']),
    ];
    await until(() => ['301', '302', '303', '304', '305'].every((time) => runs(`sleep ${time}`)), 'all run');
    machine.end();
    expect(await Promise.all(asked)).toEqual([null, null, null, null]);
    await until(() => processesOf(dir).length === 0, 'all have ended');
  });

  it('ends with the channel on which its output flows', async () => {
    const closed: string[] = [];
    const channel = openFollow(machine.channels, 'sh', ['until_closed', 'sh', '-c', 'sleep 306; echo over'], {
      data: () => undefined,
      notice: () => undefined,
      closed: () => closed.push('closed'),
    });
    await until(() => runs('sleep 306'), 'it runs');
    channel.close();
    await until(() => !runs('sleep 306'), 'it has ended');
    expect(closed).toEqual([]);
  });

  it('ends when it takes longer than it may, and holds up nothing', async () => {
    const sign = join(dir, 'begun');
    // On a busy machine its time may be over before it begins.
    while (!existsSync(sign))
      expect(await shell.ask(1, ['sh', '-c', 'echo >"$1"; exec sleep 307', 'sh', sign])).toBeNull();
    await until(() => !runs('sleep 307'), 'it has ended');
    expect(await shell.ask(60, ['run', 'echo', 'still there'])).toBe('still there\n\nexit 0\n');
  });

  it('ends though the shell is told to end again in the midst of its clean-up', async () => {
    const [path, ...options] = program;
    // Each time that the shell has stopped a process, another TERM comes, as from the watcher of its stdin.
    const script = `
      kill() { command kill "$@"; case $1 in -STOP) command kill -TERM $$;; esac; }
      sh -c 'sleep 308; echo over' & sleep 309 &
      exit 0`;
    const env = { ...process.env, HOME: dir, VM_DIR: dir };
    spawnSync(path, options, {
      env,
      input: `${processScript}\n${script}`,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    await until(() => !runs('sleep 308') && !runs('sleep 309'), 'both have ended');
  });

  it('does not walk through links in search of screenshots', async () => {
    const root = join(dir, 'results');
    mkdirSync(join(root, 'model/chrome/task'), { recursive: true });
    mkdirSync(join(dir, 'elsewhere/other'), { recursive: true });
    writeFileSync(join(dir, 'elsewhere/other/step_1.png'), 'x');
    symlinkSync('/', join(root, 'link'));
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) symlinkSync('.', join(root, `model/${name}`));
    for (const domain of ['chrome', 'elsewhere', null]) {
      const words = screensCommand(root, domain, 'other') ?? [];
      expect(readScreens(await shell.ask(60, words))).toEqual({ kind: 'absent' });
    }
    expect(readScreens(await shell.ask(60, screensCommand(root, 'chrome', 'task') ?? []))).toMatchObject({
      kind: 'ok',
    });
  });

  it('does not wait for what is no regular file', async () => {
    const pipe = join(dir, 'normal-1.log');
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
    expect(readLogs((await shell.ask(60, ['logs', pipe, '/dev/zero'])) ?? 'none')).toEqual([]);
    const answer = (await shell.ask(60, ['identify', pipe, '100'])) ?? 'none';
    expect(readIdentity(answer)).toBeNull();
    expect(answer).toContain('is not a regular file');
  });
});

describe('a machine without a tool that is needed', () => {
  it.each([
    ['head', withoutHead],
    ['base64', withoutEncoders],
  ])('says that it has no %s', async (tool, path) => {
    const machine = localShell(['/usr/bin/env', `PATH=${path}`, '/bin/sh']);
    const shell = openShell(machine.channels, 'sh');
    expect(readMachine((await shell.ask(60, ['machine'])) ?? '', 0).lacks).toEqual([tool]);
    shell.close();
  });
});
