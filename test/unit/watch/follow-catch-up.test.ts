/** From where the journal says that a log was left to the file that is to be followed, while the files of the log change. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { FollowState } from '../../../src/main/engine/feed/index.ts';
import { newSessionState } from '../../../src/main/engine/run/index.ts';
import type { ShellChannel } from '../../../src/main/engine/vm/index.ts';
import {
  catchUp,
  type CatchUpTools,
  type ReadingStart,
} from '../../../src/main/engine/watch/log/follow-catch-up.ts';
import { NoAnswer } from '../../../src/main/engine/watch/log/follow-files.ts';
import type { LogReading } from '../../../src/main/engine/watch/log/log-reading.ts';

const path = '/tmp/x.log';
const target = { where: 'host', path, container: null, hostPath: null } as const;

interface File {
  readonly inode: string;
  readonly text: string;
  readonly modifiedAt?: number;
}

function savedIn({ inode, text, modifiedAt = 1 }: File): FollowState {
  const hash = createHash('sha256').update(text).digest('hex');
  const mark = { inode, modifiedAt, at: text.length, bytes: text.length, hash };
  const { reader, run } = newSessionState(null);
  return {
    log: `host:${path}`,
    fingerprint: '',
    fingerprintBytes: 0,
    offset: text.length,
    mark,
    reader,
    run,
    runnerSeen: false,
  };
}

/** A VM with these files. @param asked told each question before it is answered */
function shellOver(files: Map<string, File>, asked: (verb: string) => void): ShellChannel {
  const line = ([name, { inode, text, modifiedAt = 1 }]: [string, File]): string =>
    `log ${modifiedAt} ${text.length} ${inode} ${name}\n`;
  function answer([verb, name = '', from = '', count = '']: readonly string[]): string {
    asked(verb ?? '');
    const file = files.get(name);
    if (verb === 'siblings')
      return [...files]
        .filter(([other]) => other !== path)
        .map(line)
        .join('');
    if (file === undefined) return 'No such file';
    return verb === 'piece'
      ? file.text.slice(Number(from) - 1, Number(from) - 1 + Number(count))
      : `${file.text.length} ${file.inode} ${file.modifiedAt ?? 1}\n${file.text}`;
  }
  return {
    closed: false,
    isSilent: false,
    ask: (_limit, words) => Promise.resolve(answer(words)),
    close: () => undefined,
  };
}

function toolsFor(shell: ShellChannel, started: ReadingStart[], change: Partial<CatchUpTools>): CatchUpTools {
  return {
    shells: { host: shell, inside: null, docker: 'docker', container: null, mounts: [] },
    read(start) {
      started.push(start);
      const reading = { session: newSessionState(null), runnerSeen: false, pending: Buffer.alloc(0) };
      return reading as unknown as LogReading;
    },
    saved: () => null,
    present: () => null,
    stillArrives: () => false,
    settle: () => undefined,
    drain: () => Promise.resolve(true),
    isOn: () => true,
    onTrouble: () => undefined,
    warn: () => undefined,
    ...change,
  };
}

/** Inodes of the files that are read, in order, each with the inode of the mark that its reading resumes from. */
function order(started: readonly ReadingStart[]): (readonly [string, string | null])[] {
  return started.map(({ identity, resumes }) => [identity.inode, resumes?.mark?.inode ?? null]);
}

const first = { inode: '1', text: 'the first file, which was read to its end\n' };
const second = { inode: '2', text: 'the second one\n' };
const third = { inode: '3', text: 'the third one\n' };

it('waits for the next look when the log is moved away between two questions', async () => {
  const files = new Map([[path, second]]);
  const started: ReadingStart[] = [];
  // Its mark is found nowhere, because the names change while they are asked for.
  const shell = shellOver(files, (verb) => {
    if (verb === 'siblings')
      files.set(`${path}.1`, second).set(path, { ...third, text: third.text.repeat(9) });
  });
  const tools = toolsFor(shell, started, { saved: () => savedIn(first) });
  await expect(catchUp(target, tools)).rejects.toThrow(NoAnswer);
  expect(started).toEqual([]);
});

it('waits for the next look when the copies of the log move on between two questions', async () => {
  const files = new Map([
    [`${path}.1`, first],
    [path, third],
  ]);
  const started: ReadingStart[] = [];
  const shell = shellOver(files, (verb) => {
    if (verb === 'piece') files.set(`${path}.2`, first).set(`${path}.1`, second);
  });
  const tools = toolsFor(shell, started, { saved: () => savedIn(first) });
  await expect(catchUp(target, tools)).rejects.toThrow(NoAnswer);
  expect(started).toEqual([]);
  expect(await catchUp(target, tools)).not.toBeNull();
  expect(started.map(({ identity }) => identity.inode)).toEqual(['1', '2', '3']);
});

describe('a log that is rotated twice while its files are being listed', () => {
  const fourth = { inode: '4', text: 'the fourth one\n' };
  /** The one that was followed is rotated already, and the journal knows nothing of the second file. */
  const before = new Map([
    [`${path}.1`, first],
    [path, second],
  ]);
  const after = new Map([
    [`${path}.3`, first],
    [`${path}.2`, second],
    [`${path}.1`, third],
    [path, fourth],
  ]);

  /** The listing is taken on its way from one state to the other: it may hold an old name beside a new one. */
  async function readFrom(listed: ReadonlyMap<string, File>): Promise<string[]> {
    const files = new Map<string, File>(before);
    const started: ReadingStart[] = [];
    let listings = 0;
    const shell = shellOver(files, (verb) => {
      if (verb !== 'siblings') return;
      listings += 1;
      files.clear();
      for (const [name, file] of listings === 1 ? listed : after) files.set(name, file);
    });
    const tools = toolsFor(shell, started, { saved: () => savedIn(first) });
    await expect(catchUp(target, tools)).rejects.toThrow(NoAnswer);
    expect(started).toEqual([]);
    expect(await catchUp(target, tools)).not.toBeNull();
    return started.map(({ identity }) => identity.inode);
  }

  it('is read in order when the rotations came before the listing', async () => {
    expect(await readFrom(after)).toEqual(['1', '2', '3', '4']);
  });

  it('is read in order when the listing has missed a file that changed its name meanwhile', async () => {
    const torn = new Map([
      [`${path}.3`, first],
      [`${path}.1`, third],
      [path, fourth],
    ]);
    expect(await readFrom(torn)).toEqual(['1', '2', '3', '4']);
  });
});

it('reads no file from the place of another, when the reading under way was in the next one', async () => {
  const files = new Map([
    [`${path}.2`, first],
    [`${path}.1`, second],
    [path, third],
  ]);
  const started: ReadingStart[] = [];
  let saved = savedIn(first);
  const tools = toolsFor(
    shellOver(files, () => undefined),
    started,
    { saved: () => saved, settle: () => (saved = savedIn(second)) },
  );
  expect(await catchUp(target, tools)).toBeNull();
  expect(started).toEqual([]);
  // The next look goes on where that reading stopped.
  expect(await catchUp(target, { ...tools, settle: () => undefined })).not.toBeNull();
  expect(order(started)).toEqual([
    ['2', '2'],
    ['3', null],
  ]);
});

it('leaves out no copy that a second cut makes while the first copy is being read', async () => {
  const known = { inode: '1', text: 'what was read before the log was cut for the first time\n'.repeat(5) };
  const firstCopy = { inode: '9', text: `${known.text}the end of it\n` };
  const files = new Map([
    [`${path}.1`, firstCopy],
    [path, { inode: '1', text: 'the second part\n' }],
  ]);
  const started: ReadingStart[] = [];
  const tools = toolsFor(
    shellOver(files, () => undefined),
    started,
    { saved: () => savedIn(known) },
  );
  const drain = (): Promise<boolean> => {
    files.set(`${path}.2`, firstCopy).set(`${path}.1`, { inode: '10', text: 'the second part, whole\n' });
    files.set(path, { inode: '1', text: 'the third part, which is longer than the second\n' });
    return Promise.resolve(true);
  };
  expect(await catchUp(target, { ...tools, drain })).toBeNull();
  started.length = 0;
  expect(await catchUp(target, tools)).not.toBeNull();
  expect(order(started)).toEqual([
    ['9', '1'],
    ['10', null],
    ['1', null],
  ]);
});

it.each([
  ['goes on from the reading of a log that was replaced', '1'],
  ['does not go on from a reading of the new log itself, which the journal does not know yet', '2'],
])('%s', async (_claim, inode) => {
  const files = new Map([[path, second]]);
  const started: ReadingStart[] = [];
  const present = { inode, session: newSessionState(null), runnerSeen: false, pending: Buffer.alloc(0) };
  const shell = shellOver(files, () => undefined);
  const saved = (): FollowState => savedIn(first);
  const tools = toolsFor(shell, started, { saved, present: () => present as unknown as LogReading });
  expect(await catchUp(target, tools)).not.toBeNull();
  expect(started[0]?.continues === (present as unknown)).toBe(inode === '1');
});

it('does not know a log again by a hole that others have, too', async () => {
  const hole = '\0'.repeat(2000);
  const known = { inode: '1', text: hole, modifiedAt: 10 };
  const files = new Map([
    [`${path}.1`, { ...known, text: `${hole}The first part.\n`, modifiedAt: 20 }],
    [path, { inode: '2', text: `${hole}${hole}The second part.\n`, modifiedAt: 30 }],
  ]);
  const started: ReadingStart[] = [];
  const shell = shellOver(files, () => undefined);
  await catchUp(target, toolsFor(shell, started, { saved: () => savedIn(known) }));
  expect(order(started)).toEqual([
    ['1', '1'],
    ['2', null],
  ]);
});

describe('a log of which only a first line is known that others have too', () => {
  const line = 'Waiting for the server to start...\n';
  const known = { inode: '1', text: line, modifiedAt: 10 };
  const older = { inode: '5', text: `${line}An older run.\n`, modifiedAt: 9 };

  async function orderWith(files: ReadonlyMap<string, File>): Promise<(readonly [string, string | null])[]> {
    const started: ReadingStart[] = [];
    const shell = shellOver(new Map(files), () => undefined);
    await catchUp(target, toolsFor(shell, started, { saved: () => savedIn(known) }));
    return order(started);
  }

  it('is not the new file under its name', async () => {
    const files = new Map([
      [`${path}.2`, older],
      [`${path}.1`, { ...known, text: `${line}The first part.\n`, modifiedAt: 20 }],
      [path, { inode: '2', text: `${line}The second part.\n`, modifiedAt: 30 }],
    ]);
    expect(await orderWith(files)).toEqual([
      ['1', '1'],
      ['2', null],
    ]);
  });

  it('is in its oldest copy when it was cut and has grown again', async () => {
    const files = new Map([
      [`${path}.3`, older],
      [`${path}.2`, { inode: '6', text: `${line}The first part.\n`, modifiedAt: 20 }],
      [`${path}.1`, { inode: '7', text: `${line}The second part.\n`, modifiedAt: 25 }],
      [path, { inode: '1', text: `${line}The third part.\n`, modifiedAt: 30 }],
    ]);
    expect(await orderWith(files)).toEqual([
      ['6', '1'],
      ['7', null],
      ['1', null],
    ]);
  });

  it('is itself beside an older log that begins alike', async () => {
    const files = new Map([
      [`${path}.1`, older],
      [path, { inode: '1', text: `${line}More of it.\n`, modifiedAt: 30 }],
    ]);
    expect(await orderWith(files)).toEqual([['1', '1']]);
  });

  it('is gone when only an older log begins alike', async () => {
    const files = new Map([
      [`${path}.1`, older],
      [path, { inode: '2', text: `${line}Another log.\n`, modifiedAt: 30 }],
    ]);
    expect(await orderWith(files)).toEqual([['2', null]]);
  });
});
