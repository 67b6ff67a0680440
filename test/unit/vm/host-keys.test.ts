import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generateKeyPair } from '../../../src/main/engine/demo/keys.ts';
import { createHostKeys, fingerprintOf, type HostKeys } from '../../../src/main/engine/vm/ssh/host-keys.ts';
import type { SshTarget } from '../../../src/main/engine/vm/ssh/target.ts';

const key = generateKeyPair().publicKey.getPublicSSH();
const other = generateKeyPair().publicKey.getPublicSSH();
const vm: SshTarget = {
  host: 'VM.example',
  port: 2222,
  username: 'me',
  keys: { paths: [], named: false },
  agent: false,
  hostKey: null,
  hostKeyAlias: null,
  jump: null,
};
const line = (name: string, bytes: Buffer, type = 'ssh-ed25519'): string =>
  `${name} ${type} ${bytes.toString('base64')}\n`;

let dir: string;
let hostKeys: HostKeys;
const own = (): string => join(dir, 'data', 'known_hosts');
const person = (text: string): void => writeFileSync(join(dir, '.ssh', 'known_hosts'), text);

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'benchtray-hosts-'));
  mkdirSync(join(dir, '.ssh'));
  hostKeys = createHostKeys({ ownFile: own(), places: { home: dir } });
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

describe('the key of a host', () => {
  it('is trusted on first use, kept in a file of ours, and refused when it changes', () => {
    expect(hostKeys.judge(vm, key)).toEqual({ kind: 'first_use', fingerprint: fingerprintOf(key) });
    expect(readFileSync(own(), 'utf8')).toBe(line('[vm.example]:2222', key));
    expect(statSync(own()).mode & 0o777).toBe(0o600);
    expect(hostKeys.judge(vm, key)).toEqual({ kind: 'trusted' });
    const refused = hostKeys.judge(vm, other);
    expect(refused).toMatchObject({ kind: 'refused', fingerprint: fingerprintOf(other) });
    expect(refused).toHaveProperty('message', expect.stringContaining(fingerprintOf(other)));
    expect(refused).toHaveProperty(
      'hint',
      expect.stringContaining(`ssh-keygen -R '[vm.example]:2222' -f ${own()}`),
    );
    expect(readFileSync(own(), 'utf8')).toBe(line('[vm.example]:2222', key));
  });

  it('is told, and kept nowhere, for whoever only looks', () => {
    const looking = createHostKeys({ ownFile: own(), places: { home: dir }, keep: false });
    for (let time = 1; time <= 2; time += 1)
      expect(looking.judge(vm, key)).toEqual({ kind: 'first_use', fingerprint: fingerprintOf(key) });
    expect(() => statSync(own())).toThrow('ENOENT');
  });

  it('is known in a file, which is named when it has changed, and in none where it is pinned', () => {
    hostKeys.judge(vm, key);
    const name = '[vm.example]:2222';
    expect(hostKeys.judge(vm, other)).toMatchObject({ known: { file: own(), name } });
    person(line(name, key));
    const file = join(dir, '.ssh', 'known_hosts');
    expect(hostKeys.judge(vm, other)).toMatchObject({ known: { file, name } });
    expect(hostKeys.judge({ ...vm, hostKey: fingerprintOf(key) }, other)).toMatchObject({ known: null });
  });

  it('is trusted where the person knows it, and nothing is written', () => {
    person(line('[vm.example]:2222', key));
    expect(hostKeys.judge(vm, key)).toEqual({ kind: 'trusted' });
    expect(() => statSync(own())).toThrow('ENOENT');
  });

  it('is what the person knows, whatever our own file says', () => {
    hostKeys.judge(vm, key);
    person(line('[vm.example]:2222', other));
    expect(hostKeys.judge(vm, key)).toMatchObject({
      kind: 'refused',
      hint: expect.stringContaining(`-f ${join(dir, '.ssh', 'known_hosts')} `) as string,
    });
    person('');
    expect(hostKeys.judge(vm, key)).toEqual({ kind: 'trusted' });
  });

  it('is forgotten by a command that stays one, whatever its name', () => {
    const named = { ...vm, hostKeyAlias: "x';reboot;'" };
    hostKeys.judge(named, key);
    const refused = hostKeys.judge(named, other);
    expect(refused).toHaveProperty('hint', expect.stringContaining(String.raw`-R 'x'\'';reboot;'\''' -f`));
  });

  it('is the pinned one and no other, whatever any file says', () => {
    person(line('[vm.example]:2222', other));
    for (const hostKey of [fingerprintOf(key), `${fingerprintOf(key)}=`]) {
      expect(hostKeys.judge({ ...vm, hostKey }, key)).toEqual({ kind: 'trusted' });
      expect(hostKeys.judge({ ...vm, hostKey }, other)).toMatchObject({ kind: 'refused' });
    }
  });

  it('is refused when it is revoked', () => {
    person(`${line('[vm.example]:2222', key)}@revoked ${line('*', key)}`);
    expect(hostKeys.judge(vm, key)).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('revoked') as string,
    });
  });

  it('is looked up by its alias, in any case', () => {
    person(line('known-as', key));
    expect(hostKeys.judge({ ...vm, hostKeyAlias: 'Known-As' }, key)).toEqual({ kind: 'trusted' });
  });

  it('is asked for in a type that is known, RSA by its newer signatures', () => {
    person(line('[vm.example]:2222', key, 'ssh-rsa'));
    expect(hostKeys.preferredTypes(vm)).toEqual(['rsa-sha2-512', 'rsa-sha2-256']);
    expect(hostKeys.preferredTypes({ ...vm, port: 22 })).toEqual([]);
  });
});
