/** From where the journal says that a log was left to the file that is to be followed, while the files of the log change. */
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
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
}

function savedIn({ inode, text }: File): FollowState {
  const hash = createHash('sha256').update(text).digest('hex');
  const mark = { inode, at: text.length, bytes: text.length, hash };
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
  const line = ([name, { inode, text }]: [string, File]): string => `log 1 ${text.length} ${inode} ${name}\n`;
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
      : `${file.text.length} ${file.inode} 1\n${file.text}`;
  }
  return { closed: false, ask: (_limit, words) => Promise.resolve(answer(words)), close: () => undefined };
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
  expect(await catchUp(target, toolsFor(shell, started, { saved: () => savedIn(first) }))).toBeNull();
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
  expect(started.map(({ identity, resumes }) => [identity.inode, resumes?.mark?.inode ?? null])).toEqual([
    ['2', '2'],
    ['3', null],
  ]);
});
