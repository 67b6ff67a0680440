/** Names are data: a file or folder with any name is read through every function of the script, under every shell. */
import { appendFileSync, mkdirSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { followFile, readFileRest } from '../../../src/main/engine/vm/file-stream.ts';
import {
  readResults,
  readScreens,
  resultsCommand,
  screenCommand,
  screensCommand,
} from '../../../src/main/engine/vm/result-folder.ts';
import { fetchScreen } from '../../../src/main/engine/vm/screen-file.ts';
import type { ShellChannel } from '../../../src/main/engine/vm/shell-channel.ts';
import { readHost, readIdentity, readInside, readLogs } from '../../../src/main/engine/vm/surroundings.ts';
import { until } from '../../support/wait.ts';
import type { LocalShell } from '../../unit/vm/local-shell.ts';
import { allShells } from '../../unit/vm/shells.ts';
import { openResidentShell } from './resident-shell.ts';

const names = [
  'with space',
  ' leading and trailing ',
  "it's",
  '"quoted"',
  '$HOME $(touch broken)',
  '`touch broken`',
  'tab\tin it',
  'return\rin it',
  'größe 猫 🐈',
  '-rf',
  '--help',
  '*',
  'a?[b]c',
  'back\\slash\\n',
  'a; touch broken & b | c > d',
  '#not a comment',
  '~',
  '%s%n%Y',
  '!history',
  'x'.repeat(220),
] as const;
/** Some names at a time make one path, since each look costs processes under each shell. */
const groups = [0, 4, 8, 12, 16].map((from) => names.slice(from, from + 4));
const png = Buffer.from('89504e470d0a1a0a', 'hex');

describe.each(allShells())('odd names under %s', (_name, program) => {
  let dir: string;
  let machine: LocalShell;
  let shell: ShellChannel;

  beforeEach(() => {
    ({ dir, machine, shell } = openResidentShell(program));
  });
  const ask = async (words: readonly string[]): Promise<string> =>
    (await shell.ask(60, words)) ?? 'no answer';

  it('are those of logs in folders, and of what lies beside them', async () => {
    for (const name of names) {
      mkdirSync(join(dir, name, 'logs'), { recursive: true });
      writeFileSync(join(dir, name, 'logs', `normal-${name.slice(0, 200)}.log`), `log of ${name}\n`);
    }
    const folders = names.flatMap((name) => ['logs', join(dir, name)]);
    const { logs, unnamedLogs } = readHost(await ask(['host', 'no', ...folders]));
    const expected = names.map((name) => join(dir, name, 'logs', `normal-${name.slice(0, 200)}.log`));
    // Another test may have a log in /tmp at this moment.
    const own = logs.map(({ path }) => path).filter((path) => path.startsWith(dir));
    expect(own.sort()).toEqual([...expected].sort());
    expect(unnamedLogs).toBe(0);
    for (const group of groups) {
      const folder = join(dir, 'below', ...group);
      mkdirSync(folder, { recursive: true });
      const path = join(folder, `normal-${group.join('').slice(0, 200)}.log`);
      writeFileSync(path, 'log of these');
      const inode = String(statSync(path).ino);
      expect(readIdentity(await ask(['identify', path, '100']))).toMatchObject({
        inode,
        head: expect.stringContaining('log of') as string,
      });
      expect(await ask(['piece', path, '1', '6'])).toBe('log of');
      renameSync(path, `${path}.1`);
      writeFileSync(path, 'new\n');
      expect(readLogs(await ask(['siblings', path, inode])).map((log) => log.path)).toEqual([`${path}.1`]);
    }
    expect(readLogs(await ask(['logs', join(dir, 'broken')]))).toEqual([]);
  });

  it('are those of a log that is read and followed', async () => {
    for (const group of groups) {
      mkdirSync(join(dir, ...group), { recursive: true });
      const name = group.join('').slice(0, 200);
      const path = join(dir, ...group, name);
      writeFileSync(path, '0123');
      const place = { path, inode: String(statSync(path).ino), offset: 2, size: 4 };
      let text = '';
      let closed = 0;
      const events = {
        data: (chunk: Buffer) => void (text += chunk.toString()),
        notice: () => undefined,
        closed: () => void (closed += 1),
      };
      readFileRest(machine.channels, 'sh', place, events);
      await until(() => closed >= 1, `the rest of ${name}`);
      expect(text).toBe('23');
      const channel = followFile(machine.channels, 'sh', place, events);
      appendFileSync(path, '45');
      await until(() => text === '232345', `${name} is followed`);
      channel.close();
    }
  });

  it('are those of result folders, domains, tasks and screenshots', async () => {
    const root = join(dir, "results of $(x) * 'q'");
    for (const name of names) {
      mkdirSync(join(root, 'model', name, name), { recursive: true });
      writeFileSync(join(root, 'model', name, name, 'result.txt'), '1.0\n');
      writeFileSync(join(root, 'model', name, name, 'step_1.png'), png);
    }
    const answer = readResults(await ask(resultsCommand(root, 0, 0)));
    const page = answer.kind === 'ok' ? answer.value : null;
    const plain = names.filter((name) => !/[\t\r]|^ | $/.test(name));
    expect(page?.lines.map(({ taskId }) => taskId).sort()).toEqual([...plain].sort());
    expect(page).toMatchObject({ told: names.length, unnamed: names.length - plain.length, hasMore: false });
    for (const name of names) {
      const found = readScreens(await ask(screensCommand(root, name, name) ?? []));
      expect(found).toMatchObject({
        kind: 'ok',
        value: [{ folder: `./model/${name}/${name}`, name: 'step_1.png' }],
      });
      expect(readScreens(await ask(screensCommand(root, null, name) ?? []))).toEqual(found);
    }
    for (const group of groups) {
      const folder = `./${group.join('/')}`;
      mkdirSync(join(root, folder), { recursive: true });
      writeFileSync(join(root, folder, 'step_1.png'), png);
      const screen = { folder, name: 'step_1.png', modifiedAt: 0, sizeBytes: png.length };
      const limits = { mostBytes: 100, limitMs: 20_000, signal: new AbortController().signal };
      expect(await fetchScreen(machine.channels, 'sh', screenCommand(root, screen, 100), limits)).toEqual({
        kind: 'ok',
        bytes: png,
      });
    }
  });

  it('are those of the folder that a runner works in', async () => {
    const runners = ['tab\tin it', "it's $(x) *", '-rf', 'größe 猫'].map((name) => {
      const cwd = join(dir, name);
      mkdirSync(join(cwd, 'out put/logs'), { recursive: true });
      writeFileSync(join(cwd, 'run.py'), 'read -r line\n');
      writeFileSync(join(cwd, 'out put/logs/normal-1.log'), 'x');
      const words = ['run.py', '--result_dir', './out put', '--model', 'a\nb'];
      const runner = spawn('/bin/sh', words, { argv0: 'python', cwd, stdio: ['pipe', 'ignore', 'ignore'] });
      onTestFinished(async () => {
        const ended = once(runner, 'exit');
        runner.kill('SIGKILL');
        await ended;
      });
      return { cwd, runner };
    });
    const facts = await until(async () => {
      const read = readInside(await ask(['inside']));
      const isFound = ({ runner }: (typeof runners)[number]) =>
        read.runners.some(({ pid }) => pid === runner.pid);
      return runners.every(isFound) && read;
    }, 'all runners');
    for (const { cwd, runner } of runners) {
      expect(facts.runners.find(({ pid }) => pid === runner.pid)).toMatchObject({
        cwd,
        results: join(cwd, 'out put'),
        arguments: { model: 'a b' },
      });
      expect(facts.logs.map(({ path }) => path)).toContain(join(cwd, 'out put/logs/normal-1.log'));
    }
  });

  it('with a line end are counted, and read as no other file', async () => {
    const trap = join(dir, 'a\nlog 1 2 3 ');
    mkdirSync(join(trap, 'logs'), { recursive: true });
    writeFileSync(join(trap, 'logs/normal-1.log'), 'x');
    mkdirSync(join(dir, 'plain/logs'), { recursive: true });
    writeFileSync(join(dir, 'plain/logs/normal-1\nlog 1 2 3 .log'), 'x');
    const facts = readHost(await ask(['host', 'no', 'logs', join(dir, 'plain')]));
    expect(facts.logs.filter(({ path }) => path.startsWith(dir))).toEqual([]);
    expect(facts.unnamedLogs).toBe(1);
    for (const name of ['chrome\n1 9 .', 'plain']) {
      mkdirSync(join(dir, 'results', name, 'task'), { recursive: true });
      writeFileSync(join(dir, 'results', name, 'task/result.txt'), '1.0\n');
      writeFileSync(join(dir, 'results', name, 'task/step_1\nscreen 1 9 .png'), png);
    }
    const answer = readResults(await ask(resultsCommand(join(dir, 'results'), 0, 0)));
    expect(answer).toMatchObject({ kind: 'ok', value: { lines: [{ domain: 'plain' }], unnamed: 1 } });
    expect(readScreens(await ask(screensCommand(join(dir, 'results'), null, 'task') ?? []))).toEqual({
      kind: 'ok',
      value: [],
    });
  });

  it('may be links: a log that becomes one is read where it leads', async () => {
    const log = join(dir, 'current.log');
    writeFileSync(join(dir, 'run-2.log'), 'second');
    symlinkSync(join(dir, 'run-2.log'), log);
    const inode = String(statSync(log).ino);
    expect(readIdentity(await ask(['identify', log, '100']))).toMatchObject({ inode, head: 'second' });
    let text = '';
    const channel = followFile(
      machine.channels,
      'sh',
      { path: log, inode, offset: 0, size: 6 },
      { data: (chunk) => void (text += chunk.toString()), notice: () => undefined, closed: () => undefined },
    );
    appendFileSync(join(dir, 'run-2.log'), ' and more');
    await until(() => text === 'second and more', 'what it leads to is followed');
    channel.close();
  });
});
