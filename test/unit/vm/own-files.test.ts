import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keysThere, namedHosts } from '../../../src/main/engine/vm/index.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'benchtray-own-'));
  mkdirSync(join(home, '.ssh'));
});
afterEach(() => rmSync(home, { recursive: true }));

const write = (name: string, text: string): void => writeFileSync(join(home, '.ssh', name), text);

it('nothing is there', () => {
  expect(keysThere({ home })).toEqual([]);
  expect(namedHosts({ home })).toEqual([]);
});

it('the usual keys that are there, in the order in which they are tried', () => {
  write('id_rsa', '');
  write('id_ed25519', '');
  write('id_ed25519.pub', '');
  write('other', '');
  expect(keysThere({ home })).toEqual([join(home, '.ssh', 'id_ed25519'), join(home, '.ssh', 'id_rsa')]);
});

it('the hosts that are named, those of included files too, without patterns and repetitions', () => {
  write('more', 'Host included-1\n  User a\n');
  write(
    'config',
    'Include more\nHost one two *.example !not ?\n  HostName 1.2.3.4\nMatch user a\n  Port 1\nhost=three\nHost one "four" -oProxyCommand\nHost *\n',
  );
  expect(namedHosts({ home })).toEqual(['included-1', 'one', 'two', 'three', 'four']);
});

it('a file that cannot be read has none, and one with thousands has enough', () => {
  mkdirSync(join(home, '.ssh', 'config'));
  expect(namedHosts({ home })).toEqual([]);
  rmSync(join(home, '.ssh', 'config'), { recursive: true });
  write('config', Array.from({ length: 5000 }, (_, index) => `Host h${index}\n`).join(''));
  expect(namedHosts({ home })).toHaveLength(200);
});
