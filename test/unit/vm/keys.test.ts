import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createKeyStore } from '../../../src/main/engine/vm/ssh/keys.ts';

let dir: string;
const at = (name: string): string => join(dir, name);
const makeKey = (name: string, ...words: string[]): void => {
  execFileSync('ssh-keygen', ['-q', '-f', at(name), ...words]);
};

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'benchtray-keys-'));
  makeKey('plain', '-t', 'ed25519', '-N', '');
  makeKey('rsa', '-t', 'rsa', '-b', '2048', '-m', 'PEM', '-N', '');
  makeKey('ecdsa', '-t', 'ecdsa', '-N', '');
  makeKey('encrypted', '-t', 'ed25519', '-N', 'open sesame');
  makeKey('encrypted-pem', '-t', 'rsa', '-b', '2048', '-m', 'PEM', '-N', 'open sesame');
  writeFileSync(at('nonsense'), 'this is no key');
  writeFileSync(at('empty'), '');
});
afterAll(() => {
  rmSync(dir, { recursive: true });
});

async function outcome(name: string, passphrase?: string): Promise<string> {
  const store = createKeyStore({ passphrase, ask: null });
  const { keys, problems } = await store.load([at(name)]);
  return keys[0]?.type ?? problems[0]?.kind ?? 'nothing';
}

describe('private keys', () => {
  it.each([
    ['plain', undefined, 'ssh-ed25519'],
    ['rsa', undefined, 'ssh-rsa'],
    ['ecdsa', undefined, 'ecdsa-sha2-nistp256'],
    ['encrypted', 'open sesame', 'ssh-ed25519'],
    ['encrypted', 'wrong', 'passphrase_wrong'],
    ['encrypted', undefined, 'passphrase_needed'],
    ['encrypted-pem', 'open sesame', 'ssh-rsa'],
    ['encrypted-pem', 'wrong', 'passphrase_wrong'],
    ['encrypted-pem', undefined, 'passphrase_needed'],
    ['plain.pub', undefined, 'not_a_key'],
    ['nonsense', undefined, 'not_a_key'],
    ['empty', undefined, 'not_a_key'],
    ['missing', undefined, 'missing'],
    ['plain/below', undefined, 'missing'],
    ['.', undefined, 'not_a_key'],
  ])('%s, passphrase %s: %s', async (name, passphrase, expected) => {
    expect(await outcome(name, passphrase)).toBe(expected);
  });

  it('gives each problem a sentence that names the file, and a hint', async () => {
    const names = ['encrypted', 'plain.pub', 'nonsense', 'missing', '.'];
    const { problems } = await createKeyStore({ passphrase: undefined, ask: null }).load(names.map(at));
    expect(problems.map(({ path }) => path)).toEqual(names.map(at));
    for (const { message, hint, path } of problems) {
      expect(message).toContain(path);
      expect(message).toMatch(/\.$/);
      expect(hint).not.toBe('');
    }
  });

  it('gives what can be used, in order, and what cannot', async () => {
    const { keys, problems } = await createKeyStore({ passphrase: undefined, ask: null }).load(
      ['ecdsa', 'missing', 'plain'].map(at),
    );
    expect(keys.map(({ type }) => type)).toEqual(['ecdsa-sha2-nistp256', 'ssh-ed25519']);
    expect(problems.map(({ kind }) => kind)).toEqual(['missing']);
  });

  it('asks the person once for each key, and again when the file has changed', async () => {
    const ask = vi.fn((path: string) => Promise.resolve(path === at('encrypted') ? 'open sesame' : null));
    const store = createKeyStore({ passphrase: undefined, ask });
    for (let time = 0; time < 3; time += 1) {
      expect((await store.load([at('plain'), at('encrypted')])).keys).toHaveLength(2);
    }
    expect(ask.mock.calls).toEqual([[at('encrypted')]]);
    utimesSync(at('encrypted'), 1, 1);
    await store.load([at('encrypted')]);
    expect(ask).toHaveBeenCalledTimes(2);
  });

  it('does not ask where the environment gives the passphrase', async () => {
    const ask = vi.fn(() => Promise.resolve('open sesame'));
    const { problems } = await createKeyStore({ passphrase: 'wrong', ask }).load([at('encrypted')]);
    expect(problems.map(({ kind }) => kind)).toEqual(['passphrase_wrong']);
    expect(ask).not.toHaveBeenCalled();
  });
});
