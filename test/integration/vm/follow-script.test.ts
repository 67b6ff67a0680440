/** How a file is read through the script, under the shells that a VM or a container may have. */
import {
  appendFileSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { followFile, readFileRest } from '../../../src/main/engine/vm/file-stream.ts';
import { openShell, type ShellChannel } from '../../../src/main/engine/vm/shell-channel.ts';
import { readLogs } from '../../../src/main/engine/vm/surroundings.ts';
import { until } from '../../support/wait.ts';
import { localShell, type LocalShell } from '../../unit/vm/local-shell.ts';
import { allShells, shellsOfPath, type Shell } from '../../unit/vm/shells.ts';

/** On a machine where many programs watch files, there is no inotify left for `tail`, which says so in the middle of its output. */
const withoutInotify = (program: Shell[1]): Shell[1] => [
  ...(['unshare', '--user', '--map-root-user', 'sh', '-c'] as const),
  'echo 0 > /proc/sys/user/max_inotify_instances && exec "$@"',
  'sh',
  ...program,
];

describe.each([
  ...allShells(),
  ...shellsOfPath.map(([name, program]): Shell => [
    `${name}, where inotify is used up`,
    withoutInotify(program),
  ]),
])('a log, read through %s', (_name, program) => {
  let dir: string;
  let log: string;
  let machine: LocalShell;
  let shell: ShellChannel;
  let told: { text: string; notices: string; closed: number };
  const inode = (): string => String(statSync(log).ino);
  const events = {
    data: (chunk: Buffer) => void (told.text += chunk.toString()),
    notice: (text: string) => void (told.notices += text),
    closed: () => void (told.closed += 1),
  };

  beforeEach(() => {
    dir = realpathSync(mkdtempSync(join(tmpdir(), 'benchtray-follow-')));
    log = join(dir, 'x y.log');
    writeFileSync(log, '0123456789');
    machine = localShell(program, { HOME: dir });
    shell = openShell(machine.channels, 'sh');
    told = { text: '', notices: '', closed: 0 };
  });
  afterEach(() => {
    shell.close();
    machine.end();
    rmSync(dir, { recursive: true });
  });

  it('gives any piece of it', async () => {
    expect(await shell.ask(60, ['piece', log, '4', '3'])).toBe('345');
    expect(await shell.ask(60, ['piece', log, '9', '30'])).toBe('89');
    expect(await shell.ask(60, ['piece', join(dir, 'none'), '1', '3'])).not.toContain('345');
  });

  it('finds what it was renamed to, and those that are named after it', async () => {
    const before = inode();
    renameSync(log, join(dir, 'kept by hand'));
    writeFileSync(log, 'new');
    writeFileSync(`${log}.1`, 'one');
    writeFileSync(`${log}-20260129.gz`, 'packed');
    writeFileSync(join(dir, 'other.log'), 'other');
    const found = readLogs((await shell.ask(60, ['siblings', log, before])) ?? '');
    expect(found.map(({ path }) => path).sort()).toEqual(
      [`${log}.1`, `${log}-20260129.gz`, join(dir, 'kept by hand')].sort(),
    );
    expect(found.find(({ inode: one }) => one === before)?.size).toBe(10);
  });

  it('reads the rest of the file that was meant, and of no other', async () => {
    const meant = inode();
    readFileRest(machine.channels, 'sh', { path: log, inode: meant, offset: 6 }, events);
    await until(() => told.closed >= 1, 'its end');
    expect(told).toEqual({ text: '6789', notices: '', closed: 1 });
    renameSync(log, `${log}.1`);
    writeFileSync(log, 'another one');
    readFileRest(machine.channels, 'sh', { path: log, inode: meant, offset: 6 }, events);
    await until(() => told.closed >= 2, 'refused');
    expect(told).toMatchObject({ text: '6789', notices: 'another file\n' });
  });

  it('follows the file under whatever name, and no other', async () => {
    const meant = inode();
    const channel = followFile(
      machine.channels,
      'sh',
      { path: log, inode: meant, offset: 8, size: 10 },
      events,
    );
    await until(() => told.text === '89', 'what is there');
    renameSync(log, `${log}.1`);
    writeFileSync(log, 'another one, longer than the first');
    appendFileSync(`${log}.1`, ' and more');
    await until(() => told.text === '89 and more', 'what is added');
    channel.close();
    followFile(machine.channels, 'sh', { path: log, inode: meant, offset: 8, size: 10 }, events);
    await until(() => told.closed >= 1, 'refused');
    expect(told).toMatchObject({
      text: '89 and more',
      notices: expect.stringContaining('another file') as string,
    });
  });

  it('gives nothing of a file that was cut after it was looked at', async () => {
    const place = { path: log, inode: inode(), offset: 0, size: 11 };
    followFile(machine.channels, 'sh', place, events);
    await until(() => told.closed >= 1, 'refused');
    expect(told).toMatchObject({ text: '', notices: expect.stringContaining('it was cut') as string });
  });

  it('ends where the file is cut, and gives nothing of what comes then', async () => {
    followFile(machine.channels, 'sh', { path: log, inode: inode(), offset: 0, size: 0 }, events);
    await until(() => told.text === '0123456789', 'what is there');
    truncateSync(log);
    appendFileSync(log, 'new');
    await until(() => told.closed >= 1, 'it ends');
    expect(told).toEqual({ text: '0123456789', notices: 'the file was truncated', closed: 1 });
  });
});
