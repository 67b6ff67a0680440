import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addVm, checkVm } from '../../../src/main/engine/config/add-vm.ts';
import { parseConfig } from '../../../src/main/engine/config/parse.ts';
import { asNobody } from '../../support/as-nobody.ts';

const vm = { name: 'new-vm', ssh: { host: '1.2.3.4' } };

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'benchtray-config-'));
  file = join(folder, 'config.json');
});
afterEach(() => {
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true });
});

const vmNames = (path: string): readonly string[] => {
  const result = parseConfig(readFileSync(path, 'utf8'), path);
  return result.ok ? result.config.vms.map(({ name }) => name) : [];
};

describe('where there is no file', () => {
  it('makes folder and file, for this user only', () => {
    const path = join(folder, 'a', 'b', 'config.json');
    expect(addVm(path, vm)).toEqual({ ok: true, path });
    expect(vmNames(path)).toEqual(['new-vm']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['config.json']);
  });

  it('only looks when it is asked only to look', () => {
    expect(checkVm(file, vm)).toEqual({ ok: true, path: file });
    expect(existsSync(file)).toBe(false);
  });
});

describe('where there is one', () => {
  it('keeps its mode, its comments and its other keys', () => {
    writeFileSync(file, '{\n  // every second\n  "interval": 1\n}\n', { mode: 0o640 });
    expect(addVm(file, vm).ok).toBe(true);
    expect(addVm(file, { ...vm, name: 'second' }).ok).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readFileSync(file, 'utf8')).toContain('{\n  // every second\n  "interval": 1,\n');
    expect(vmNames(file)).toEqual(['new-vm', 'second']);
  });

  it('keeps what others may do with it, whatever the umask is', () => {
    writeFileSync(file, '{}');
    chmodSync(file, 0o664);
    const umask = process.umask(0o077);
    try {
      expect(addVm(file, vm).ok).toBe(true);
    } finally {
      process.umask(umask);
    }
    expect(statSync(file).mode & 0o777).toBe(0o664);
  });

  it('leaves a link as it is, and changes what it leads to', () => {
    mkdirSync(join(folder, 'dotfiles'));
    writeFileSync(join(folder, 'dotfiles', 'benchtray.json'), '{ /* mine */ }');
    symlinkSync('dotfiles/benchtray.json', file);
    expect(addVm(file, vm).ok).toBe(true);
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
    expect(readlinkSync(file)).toBe('dotfiles/benchtray.json');
    expect(vmNames(join(folder, 'dotfiles', 'benchtray.json'))).toEqual(['new-vm']);
  });

  it('makes the file that a link leads to, and knows a circle', () => {
    symlinkSync(join(folder, 'elsewhere.json'), file);
    expect(addVm(file, vm).ok).toBe(true);
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
    expect(vmNames(join(folder, 'elsewhere.json'))).toEqual(['new-vm']);
    const [one, two] = [join(folder, 'one'), join(folder, 'two')];
    symlinkSync(two, one);
    symlinkSync(one, two);
    expect(addVm(one, vm)).toMatchObject({
      kind: 'unwritable',
      message: expect.stringContaining('in a circle') as string,
    });
  });
});

describe('nothing is written', () => {
  function expectUntouched(text: string): void {
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(readdirSync(folder)).toEqual(['config.json']);
  }

  it.each(['{ "vms": [', '{ "vms": {} }', '{ "nonsense": 1 }', '[]', '', '{ "vms": [], "vms": [] }'])(
    'over %j, which is broken',
    (text) => {
      writeFileSync(file, text);
      const result = addVm(file, vm);
      expect(result).toMatchObject({ ok: false, kind: 'broken' });
      if (!result.ok && result.kind === 'broken') expect(result.problems[0]?.message).toContain(file);
      expectUntouched(text);
    },
  );

  it('over what is not UTF-8', () => {
    const bytes = Buffer.from([0x7b, 0x2f, 0x2a, 0xe4, 0x2a, 0x2f, 0x7d]);
    writeFileSync(file, bytes);
    expect(addVm(file, vm)).toMatchObject({ kind: 'broken' });
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  it('that the schema does not take, and it says where in its own words', () => {
    writeFileSync(file, '{}');
    const wrong = {
      name: 'a b',
      ssh: { host: '-oProxyCommand=x', port: 0, username: 'a:b', privateKey: '\0' },
    };
    const result = addVm(file, wrong);
    if (result.ok || result.kind !== 'invalid') throw new Error('it was taken');
    expect(result.problems.map(({ at }) => at)).toEqual([
      'name',
      'ssh.host',
      'ssh.port',
      'ssh.username',
      'ssh.privateKey',
    ]);
    expect(result.problems[0]?.what).toBe(
      'found "a b", expected a name of up to 64 letters, digits, ".", "_" and "-" that begins with a letter or digit',
    );
    expectUntouched('{}');
  });

  it('with a name that another VM has, or without a place where the VM is', () => {
    const text = '{ "vms": [{ "name": "new-vm", "ssh": { "host": "a" } }] }';
    writeFileSync(file, text);
    expect(addVm(file, vm)).toMatchObject({
      kind: 'invalid',
      problems: [{ at: 'name', what: 'found "new-vm", expected a name that no other VM has' }],
    });
    expect(addVm(file, { name: 'other' })).toMatchObject({ kind: 'invalid', problems: [{ at: '' }] });
    expectUntouched(text);
  });

  it('into a folder or a file that may not be written', () => {
    writeFileSync(file, '{}', { mode: 0o644 });
    chmodSync(folder, 0o555);
    const result = asNobody(() => addVm(file, vm));
    expect(result).toMatchObject({
      kind: 'unwritable',
      message: `${file} cannot be written: this user has no permission in ${folder}. Nothing was written.`,
    });
    expectUntouched('{}');
    chmodSync(folder, 0o755);
    chmodSync(file, 0);
    expect(asNobody(() => addVm(file, vm))).toMatchObject({ kind: 'unwritable' });
  });

  it('over a file that this user may only read, though the folder would let it be replaced', () => {
    writeFileSync(file, '{}', { mode: 0o444 });
    chmodSync(folder, 0o777);
    expect(asNobody(() => addVm(file, vm))).toEqual({
      ok: false,
      kind: 'unwritable',
      message: `${file} cannot be written: this user may only read it. Nothing was written.`,
    });
    expectUntouched('{}');
  });

  it('into a folder that is a file, or over a folder', () => {
    writeFileSync(file, '{}');
    expect(addVm(join(file, 'config.json'), vm)).toMatchObject({ kind: 'unwritable' });
    expect(addVm(folder, vm)).toMatchObject({
      kind: 'unwritable',
      message: `${folder} cannot be read: it is a folder. Nothing was written.`,
    });
    expectUntouched('{}');
  });

  /** Another program that writes in the very moment between reading and writing: whoever opens the new file sees it done. */
  it('over what somebody else has written meanwhile', async () => {
    const { watchForFresh } = await import('./meanwhile.ts');
    for (const before of ['{ "interval": 5 }', null]) {
      if (before === null) rmSync(file);
      else writeFileSync(file, before);
      const result = watchForFresh(
        folder,
        () => writeFileSync(file, '{ "interval": 9 }'),
        () => addVm(file, vm),
      );
      expect(result).toMatchObject({ kind: 'changed' });
      expectUntouched('{ "interval": 9 }');
    }
  });
});
