/** The files of a task as they come from a folder, under the shells and with the tar that a VM or a container may have. */
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { stepPicture } from '../../../src/main/engine/demo/picture.ts';
import {
  copyCommand,
  copyFolder,
  type CopyEnd,
  type CopyEvents,
  type CopyRequest,
} from '../../../src/main/engine/vm/index.ts';
import type { LocalShell } from '../../unit/vm/local-shell.ts';
import { allShells, shellsOfPath, toolsWithout, type Shell } from '../../unit/vm/shells.ts';
import { openResidentShell } from './resident-shell.ts';

const withoutTar = toolsWithout('tar');
const startSeconds = 1_800_000_000;
const task = 'pyautogui/a11y_tree/gpt-4o/0/chrome/a-WOS';

/** What came of one copy. */
interface Copied {
  readonly end: CopyEnd;
  readonly paths: readonly string[];
  readonly files: Readonly<Record<string, Buffer>>;
  readonly times: readonly number[];
}

function useFolder(program: Shell[1]) {
  const { dir, machine } = openResidentShell(program, "benchtray copy $(x) 'q' ");
  const root = join(dir, 'results');
  mkdirSync(root);
  return {
    ...{ dir, root, machine },
    put(path: string, contents: string | Buffer = 'x', seconds = startSeconds): void {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), contents);
      utimesSync(join(root, path), seconds, seconds);
    },
    copy: (change: Partial<CopyRequest> = {}, events: Partial<CopyEvents> = {}) =>
      copied(machine, { folder: root, ...change }, events),
  };
}

async function copied(
  machine: LocalShell,
  change: Partial<CopyRequest> & Pick<CopyRequest, 'folder'>,
  events: Partial<CopyEvents>,
): Promise<Copied> {
  const words = copyCommand({
    ...{ domain: 'chrome', taskId: 'a-WOS', tryNumber: null, number: 1, what: 'all', after: null },
    ...change,
  });
  if (words === null) throw new Error('refused');
  const paths: string[] = [];
  const files: Record<string, Buffer> = {};
  const times: number[] = [];
  const end = await copyFolder(machine.channels, 'sh', words, {
    begun: (path) => paths.push(path),
    choose: () => 'take',
    take({ name, subfolder, modifiedAt }, bytes) {
      files[subfolder === null ? name : `${subfolder}/${name}`] = Buffer.from(bytes);
      times.push(modifiedAt);
      return Promise.resolve();
    },
    turn: () => Promise.resolve(),
    ...events,
  });
  return { end, paths, files, times };
}

/** The header of an entry, as a tar writes it. */
function tarHeader(name: string, type: string, size: number): Buffer {
  const header = Buffer.alloc(512);
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');
  header.write(name, 0);
  header.write(`0000600\0`, 100);
  header.write(`${octal(size, 11)}\0${octal(startSeconds, 11)}\0        ${type}`, 124);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 6)}\0 `, 148);
  return header;
}

describe.each(allShells())('the folder of a task under %s', (_name, program) => {
  let folder: ReturnType<typeof useFolder>;
  beforeEach(() => {
    folder = useFolder(program);
  });

  it('comes to its end, however late a turn is', async () => {
    folder.put(`${task}/step_1.png`, stepPicture(1, 120));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { end } = await folder.copy(
      {},
      { turn: () => Promise.resolve(void vi.advanceTimersByTime(600_000)) },
    );
    expect(end).toEqual({ kind: 'ok', folders: 1 });
  });

  it('comes with its texts, plans and pictures, byte by byte and with their times, and nothing else', async () => {
    const picture = stepPicture(1, 120);
    const long = Buffer.alloc(300_000, 'a line of a trajectory\n');
    folder.put(`${task}/step_1.png`, picture, startSeconds + 7);
    folder.put(`${task}/step 2.jpg`, 'y');
    folder.put(`${task}/traj.jsonl`, long);
    folder.put(`${task}/plan_result-step_1.txt`, 'plan');
    folder.put(`${task}/screenshot/v2.png`, 'z');
    folder.put(`${task}/empty.png`, '');
    for (const other of [
      'recording.mp4',
      'window_image-step_1.png',
      'result.txt',
      'one\nline.png',
      'sub/deep.png',
    ])
      folder.put(`${task}/${other}`, 'other');
    folder.put('pyautogui/a11y_tree/gpt-4o/0/chrome/b-WOS/step_1.png', 'another task');
    const { end, paths, files, times } = await folder.copy();
    expect([end, paths]).toEqual([{ kind: 'ok', folders: 1 }, [`./${task}`]]);
    expect(Object.keys(files)).toEqual([
      ...['traj.jsonl', 'plan_result-step_1.txt', 'empty.png', 'step_1.png', 'step 2.jpg'],
      'screenshot/v2.png',
    ]);
    expect([files['step_1.png']?.equals(picture), files['traj.jsonl']?.equals(long)]).toEqual([true, true]);
    expect(times[3]).toBe(startSeconds + 7);
    expect(Object.keys((await folder.copy({ what: 'texts' })).files)).toEqual([
      'traj.jsonl',
      'plan_result-step_1.txt',
    ]);
    expect(Object.keys((await folder.copy({ after: 'step_1.png' })).files)).toEqual([
      'step 2.jpg',
      'screenshot/v2.png',
    ]);
  });

  it('follows no link and waits for no FIFO, and no folder outside of the results is a task', async () => {
    folder.put(`${task}/step_1.png`);
    folder.put('../secret.png', 'secret');
    folder.put('../elsewhere/chrome/a-WOS/step_9.png', 'secret');
    const inTask = (name: string): string => join(folder.root, task, name);
    symlinkSync(join(folder.dir, 'secret.png'), inTask('step_2.png'));
    symlinkSync(folder.dir, inTask('screenshots'));
    execFileSync('mkfifo', [inTask('traj.jsonl')]);
    symlinkSync(join(folder.dir, 'elsewhere'), join(folder.root, 'linked'));
    symlinkSync(
      join(folder.dir, 'elsewhere/chrome/a-WOS'),
      join(folder.root, 'pyautogui/a11y_tree/gpt-4o/0/chrome/c-WOS'),
    );
    expect((await folder.copy()).files).toEqual({ 'step_1.png': Buffer.from('x') });
    expect((await folder.copy({ number: 2 })).end).toEqual({ kind: 'absent' });
    expect((await folder.copy({ taskId: 'c-WOS' })).end).toEqual({ kind: 'absent' });
  });

  it('is the one that was written to last, then the others, wherever they lie', async () => {
    folder.put('gpt-4o/0/chrome/a-WOS/step_1.png');
    folder.put('pyautogui/screenshot/org/model:7b/0/chrome/a-WOS/step_2.png');
    folder.put('chrome/a-WOS/step_3.png');
    const touch = (path: string, seconds: number): void =>
      utimesSync(join(folder.root, path), seconds, seconds);
    touch('gpt-4o/0/chrome/a-WOS', 1_000_000);
    touch('chrome/a-WOS', 2_000_000);
    const found = [];
    for (const number of [1, 2, 3]) found.push(await folder.copy({ number }));
    expect(found.map(({ end }) => end)).toEqual(
      Array.from({ length: 3 }, () => ({ kind: 'ok', folders: 3 })),
    );
    expect(found.map(({ files }) => Object.keys(files)[0])).toEqual([
      'step_2.png',
      'step_3.png',
      'step_1.png',
    ]);
    expect((await folder.copy({ number: 4 })).end).toEqual({ kind: 'absent' });
    expect((await folder.copy({ domain: null })).end).toEqual({ kind: 'ok', folders: 3 });
  });

  it('is that of the try where each has one', async () => {
    for (const one of ['0', '1', 'run_2']) folder.put(`${task}/${one}/step_1.png`, one);
    expect(await folder.copy({ tryNumber: 1 })).toMatchObject({
      paths: [`./${task}/1`],
      end: { folders: 1 },
    });
    expect((await folder.copy({ tryNumber: 5 })).end).toMatchObject({ folders: 4 });
  });

  it('has any name, and its pattern letters mean themselves', async () => {
    for (const taskId of ['a*b', '[a]', "it's $(touch broken)", '-rf', 'ä ö']) {
      folder.put(`chrome/${taskId}/step_1.png`, taskId);
      folder.put('chrome/aXb/step_1.png', 'no');
      const { files } = await folder.copy({ taskId });
      expect(files['step_1.png']?.toString(), taskId).toBe(taskId);
    }
    expect(readdirSync(folder.dir)).not.toContain('broken');
  });

  it('says what is missing', async () => {
    expect((await folder.copy()).end).toEqual({ kind: 'absent' });
    expect((await folder.copy({ folder: '/nowhere' })).end).toEqual({ kind: 'absent' });
    folder.put(`${task}/result.txt`);
    expect((await folder.copy()).end).toEqual({ kind: 'empty', folders: 1 });
  });

  it('is not read further than somebody wants, and ends at once when what takes it fails', async () => {
    for (let step = 1; step <= 30; step += 1)
      folder.put(`${task}/step_${step}.png`, Buffer.alloc(100_000, step));
    folder.put(`${task}/step_10.png`, '');
    // Large, and without bytes on the disk.
    truncateSync(join(folder.root, task, 'step_10.png'), 1_000_000_000);
    const taken = await folder.copy(
      {},
      { choose: ({ sizeBytes }) => (sizeBytes > 1_000_000 ? 'stop' : 'take') },
    );
    expect([taken.end, Object.keys(taken.files)]).toEqual([{ kind: 'stopped', folders: 1 }, ['step_1.png']]);
    const rest = await folder.copy({ after: 'step_10.png' });
    expect([rest.end.kind, Object.keys(rest.files).length]).toEqual(['ok', 28]);
    const error = new Error('the disk is full');
    expect((await folder.copy({}, { take: () => Promise.reject(error) })).end).toEqual({
      kind: 'failed',
      error,
    });
    expect((await folder.copy({}, { turn: () => Promise.reject(error) })).end).toEqual({
      kind: 'failed',
      error,
    });
  });
});

describe.runIf(process.platform === 'linux')('a copy', () => {
  it.each(shellsOfPath.map(([name, program]) => [name, program] as const))(
    'lists the files if the machine has no tar, under %s',
    async (_name, program) => {
      const folder = useFolder(['/usr/bin/env', `PATH=${withoutTar}`, ...program]);
      folder.put(`${task}/step_1.png`);
      folder.put(`${task}/traj.jsonl`);
      folder.put(`${task}/screenshot/v 2.png`);
      const link = join(folder.root, task, 'step_2.png');
      symlinkSync('/etc/passwd', link);
      expect((await folder.copy()).end).toEqual({
        kind: 'no-tar',
        listing: {
          folders: 1,
          root: folder.root,
          path: `./${task}`,
          names: ['./traj.jsonl', './step_1.png', './screenshot/v 2.png'],
        },
      });
    },
  );

  describe('of a machine that has another program for tar', () => {
    function useSender(script: string, archive: readonly Buffer[]): ReturnType<typeof useFolder> {
      const folder = useFolder(['/usr/bin/env', `PATH=${withoutTar}`, 'sh']);
      writeFileSync(join(withoutTar, 'archive'), Buffer.concat(archive));
      writeFileSync(join(withoutTar, 'tar'), `#!/bin/sh\nfile=${withoutTar}/archive\n${script}\n`, {
        mode: 0o755,
      });
      onTestFinished(() => rmSync(join(withoutTar, 'tar')));
      folder.put(`${task}/step_1.png`);
      return folder;
    }
    const broken = (detail: string) => ({ kind: 'broken', detail });

    it.each([
      [
        'metadata whose reading takes hours',
        [tarHeader('a', 'x', 1_048_576), Buffer.alloc(1_048_575, '1\t'), Buffer.from(' ')],
      ],
      ['a long name that is still longer', [tarHeader('a', 'L', 8_000_000), Buffer.alloc(8_000_000, 'a')]],
    ])('is broken where it has %s', async (_what, archive) => {
      const folder = useSender('cat "$file"', archive);
      expect((await folder.copy()).end).toEqual(broken('the archive has too much metadata'));
    });

    it('is broken where a size is hidden from the check', async () => {
      const record = Buffer.alloc(512, '20 size=1048576\n');
      const folder = useSender('cat "$file"', [tarHeader('a', 'x', 512), record]);
      expect((await folder.copy()).end).toEqual(broken('the archive has sizes that cannot be checked'));
    });

    it.each(['0', '1', 'x'])('is broken where its entries of the type %s never end', async (type) => {
      const folder = useSender('while cat "$file"; do :; done', [
        Buffer.concat(Array.from({ length: 100 }, () => tarHeader('./step_1.png', type, 0))),
      ]);
      expect((await folder.copy()).end).toEqual(broken('the archive has too many files'));
    });

    it('is broken where a byte comes now and then, for ever', async () => {
      const folder = useSender('cat "$file"; while printf x; do sleep 0.01; done', [
        tarHeader('./step_1.png', '0', 1_000_000),
      ]);
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
      onTestFinished(() => void vi.useRealTimers());
      const passing = setInterval(() => vi.advanceTimersByTime(2000), 20);
      onTestFinished(() => clearInterval(passing));
      expect((await folder.copy()).end).toEqual(broken('the VM sends nothing any more'));
    });
  });

  it('is broken if the connection ends', async () => {
    const folder = useFolder(['sh']);
    for (let step = 1; step <= 5; step += 1)
      folder.put(`${task}/step_${step}.png`, Buffer.alloc(1_000_000, step));
    const { end } = await folder.copy(
      {},
      {
        take() {
          folder.machine.end();
          return Promise.resolve();
        },
      },
    );
    expect(end.kind).toBe('broken');
  });
});
