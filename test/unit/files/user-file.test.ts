import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  appendOwnFile,
  createOwnFile,
  keepToOwner,
  readUserFile,
  readUserFileSync,
  UnfitFile,
  writeOwnFile,
} from '../../../src/main/engine/files/index.ts';
import { until } from '../../support/wait.ts';

let folder: string;
const at = (name: string): string => join(folder, name);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'benchtray-files-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const readers = {
  readUserFile,
  readUserFileSync: async (...words: Parameters<typeof readUserFileSync>) =>
    Promise.resolve().then(() => readUserFileSync(...words)),
};

describe.each(Object.entries(readers))('%s', (_name, read) => {
  it('returns what is in a file, up to the limit, also through a link', async () => {
    for (const size of [0, 1, 4096, 4097, 100_000]) {
      writeFileSync(at('file'), Buffer.alloc(size, 'x'));
      expect(await read(at('file'), { maxBytes: 100_000 })).toEqual(Buffer.alloc(size, 'x'));
    }
    symlinkSync(at('file'), at('link'));
    expect(await read(at('link'))).toHaveLength(100_000);
    writeFileSync(at('file'), Buffer.alloc(100_001));
    await expect(read(at('file'), { maxBytes: 100_000 })).rejects.toThrow('larger than 100000 bytes');
  });

  it.skipIf(process.platform === 'win32')('names what is no regular file', async () => {
    execFileSync('mkfifo', [at('fifo')]);
    const server = createServer().listen(at('socket'));
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    symlinkSync('/dev/zero', at('link'));
    await expect(read(at('fifo'))).rejects.toThrow('it is a FIFO');
    await expect(read(at('socket'))).rejects.toThrow('it is a socket');
    await expect(read(at('link'))).rejects.toThrow('it is a device');
    await expect(read(folder)).rejects.toMatchObject({
      code: 'EISDIR',
      message: expect.stringContaining('folder') as string,
    });
    await expect(read(at('none'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it.skipIf(process.platform !== 'linux')('reads files that do not tell their size', async () => {
    expect((await read('/proc/self/status')).toString()).toContain('Pid:');
    await expect(read('/proc/self/status', { maxBytes: 10 })).rejects.toThrow('larger than 10 bytes');
  });
});

it('gives up on a file system that does not answer, and does not ask it again meanwhile', async () => {
  writeFileSync(at('file'), 'there');
  const gate = Promise.withResolvers<undefined>();
  let opened = 0;
  const openFile = async (...words: [string, number]): Promise<FileHandle> => {
    opened += 1;
    await gate.promise;
    return open(...words);
  };
  const read = () => readUserFile(at('file'), { limitMs: 50, openFile });
  await expect(read()).rejects.toBeInstanceOf(UnfitFile);
  await expect(read()).rejects.toThrow('does not answer');
  // A busy computer may look at the file only after the limit.
  await until(() => opened >= 1, 'the file is opened');
  expect(opened).toBe(1);
  gate.resolve(undefined);
  await until(async () => (await read().then(String, () => null)) === 'there', 'it can be read again');
});

describe.skipIf(process.platform === 'win32')('a file of ours', () => {
  it('is for this user only, whatever the umask is', () => {
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));
    createOwnFile(at('created'));
    createOwnFile(at('created'));
    writeOwnFile(at('written'), 'long text');
    writeOwnFile(at('written'), 'text');
    appendOwnFile(at('appended'), 'a');
    appendOwnFile(at('appended'), 'b');
    for (const name of ['created', 'written', 'appended'])
      expect(statSync(at(name)).mode & 0o777).toBe(0o600);
    expect(readUserFileSync(at('written')).toString()).toBe('text');
    expect(readUserFileSync(at('appended')).toString()).toBe('ab');
  });

  it('is never a FIFO or a device', () => {
    execFileSync('mkfifo', [at('fifo')]);
    symlinkSync('/dev/full', at('device'));
    for (const write of [
      createOwnFile,
      (path: string) => writeOwnFile(path, 'x'),
      (path: string) => appendOwnFile(path, 'x'),
    ]) {
      expect(() => write(at('fifo'))).toThrow('it is a FIFO');
      expect(() => write(at('device'))).toThrow('it is a device');
    }
  });

  it('loses the rights of others, and a missing one is no matter', () => {
    writeFileSync(at('file'), '');
    mkdirSync(at('inner'), { mode: 0o755 });
    execFileSync('chmod', ['666', at('file')]);
    for (const name of ['file', 'inner', 'none']) keepToOwner(at(name));
    expect(statSync(at('file')).mode & 0o777).toBe(0o600);
    expect(statSync(at('inner')).mode & 0o777).toBe(0o700);
  });
});
