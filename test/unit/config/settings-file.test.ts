import { createHash } from 'node:crypto';
import fs, {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asNobody } from '../../support/as-nobody.ts';
import {
  readSettingsFile,
  writeSettings,
  type SettingChanges,
} from '../../../src/main/engine/config/index.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'benchtray-settings-'));
  file = join(folder, 'config.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

const text = `{
  // of the lab
  "notifications": { "taskComplete": "all" }, // all of them
  "hooks": [{ "on": ["error"], "url": "https://ntfy.sh/secret-topic" }]
}
`;

function read() {
  const found = readSettingsFile(file);
  if (!found.ok) throw new Error(found.kind);
  return found;
}
const write = (changes: SettingChanges, version = read().version) =>
  writeSettings(file, { changes, version });

describe('the settings', () => {
  it('are those of the file, with defaults filled in', () => {
    writeFileSync(file, text);
    expect(read()).toMatchObject({
      exists: true,
      obstacle: null,
      values: {
        notifications: { taskComplete: 'all', errors: true, quietHours: null, batchSeconds: 10 },
        history: { logs: true, screenshots: 'all', maxMegabytes: 2000, copyKilobytesPerSecond: 1000 },
        journal: { keepDays: 30, maxMegabytes: 200 },
      },
    });
  });

  it('are written among comments, and the file keeps its mode', () => {
    writeFileSync(file, text, { mode: 0o640 });
    const result = write({ notifications: { taskComplete: 'none' }, history: { logs: false } });
    expect(result).toEqual({ ok: true, version: read().version });
    expect(readFileSync(file, 'utf8')).toBe(
      text
        .replace('"all" }', '"none" }')
        .replace('secret-topic" }]\n', 'secret-topic" }],\n  "history": {\n    "logs": false\n  }\n'),
    );
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder)).toEqual(['config.json']);
  });

  it('have a version by which nobody can try what else is in the file', () => {
    writeFileSync(file, text);
    for (const hash of ['sha256', 'sha1', 'sha512', 'md5'])
      for (const encoding of ['base64url', 'hex'] as const)
        expect(read().version).not.toBe(createHash(hash).update(text).digest(encoding));
    expect(read().version).toBe(read().version);
  });

  it('make the file where there is none, for this user only', () => {
    expect(read()).toMatchObject({ exists: false, version: 'none' });
    expect(write({ history: { maxMegabytes: 500 } })).toMatchObject({ ok: true });
    expect(read().values.history.maxMegabytes).toBe(500);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('that are the same leave the file untouched', () => {
    writeFileSync(file, text);
    const before = statSync(file).ino;
    expect(write({ notifications: { taskComplete: 'all' } })).toMatchObject({ ok: true });
    expect(statSync(file).ino).toBe(before);
  });
});

describe('nothing is written', () => {
  function expectUntouched(): void {
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(readdirSync(folder)).toEqual(['config.json']);
  }
  beforeEach(() => writeFileSync(file, text));

  it('over a file that was changed since it was read', () => {
    const { version } = read();
    writeFileSync(file, `${text} `);
    expect(write({ history: { logs: false } }, version)).toMatchObject({ ok: false, kind: 'changed' });
    writeFileSync(file, text);
    expect(write({ history: { logs: false } }, 'none')).toMatchObject({ ok: false, kind: 'changed' });
    expectUntouched();
  });

  it.each([
    [{ history: { maxMegabytes: 'a lot' } }, 'history.maxMegabytes', 'found "a lot", expected a number'],
    [{ journal: { keepDays: 0 } }, 'journal.keepDays', 'found 0, expected a number of days'],
    [
      { notifications: { quietHours: { from: '22:00' } } },
      'notifications.quietHours.to',
      'missing, expected',
    ],
    [
      { notifications: { quietHours: { from: '22:00', to: '7 am' } } },
      'notifications.quietHours.to',
      'found "7 am", expected a time such as "22:00"',
    ],
    [{ notifications: { errors: null } }, 'notifications.errors', 'found null, expected true or false'],
    [
      { notifications: { taskComplete: ['all'] } },
      'notifications.taskComplete',
      'found a list, expected "all"',
    ],
    [
      { notifications: { quietHours: { from: '22:00', to: '07:00', then: 1 } } },
      'notifications.quietHours.then',
      'unknown key',
    ],
  ])('if a value is wrong: %j', (changes, key, what) => {
    const result = write(changes);
    if (result.ok || result.kind !== 'invalid') throw new Error('it was taken');
    expect(result.problems).toHaveLength(1);
    expect(result.problems[0]?.key).toBe(key);
    expect(result.problems[0]?.what).toContain(what);
    expectUntouched();
  });

  it.each([{ server: { port: 1 } }, { history: { constructor: 1 } }, { 'history.logs': { x: 1 } }])(
    'that the page may not change: %j',
    (changes) => {
      expect(write(changes as SettingChanges)).toMatchObject({
        kind: 'invalid',
        problems: [
          { what: expect.stringMatching(/^not to be changed here, .*history\.maxMegabytes/) as string },
        ],
      });
      expectUntouched();
    },
  );

  it('into a file with errors', () => {
    const { version } = read();
    writeFileSync(file, '{ "vms": [');
    expect(readSettingsFile(file)).toMatchObject({ ok: false, kind: 'broken' });
    expect(write({ history: { logs: false } }, version)).toMatchObject({ ok: false, kind: 'broken' });
    writeFileSync(file, text);
    expectUntouched();
  });

  it('into a file that this user may only read', () => {
    chmodSync(folder, 0o777);
    chmodSync(file, 0o444);
    expect(asNobody(read).obstacle).toBe(`This user may only read ${file}.`);
    expect(asNobody(() => write({ history: { logs: false } }))).toMatchObject({ kind: 'unwritable' });
    expectUntouched();
  });

  it('on a full disk, where the old file stays whole', () => {
    const { version } = read();
    const { writeSync } = fs;
    fs.writeSync = ((handle: number, bytes: Buffer) => {
      writeSync(handle, bytes, 0, Math.ceil(bytes.length / 2));
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    }) as unknown as typeof fs.writeSync;
    syncBuiltinESMExports();
    try {
      expect(write({ history: { logs: false } }, version)).toEqual({
        ok: false,
        kind: 'unwritable',
        message: `${file} cannot be written: the disk is full. Nothing was written.`,
      });
    } finally {
      fs.writeSync = writeSync;
      syncBuiltinESMExports();
    }
    expectUntouched();
  });
});
