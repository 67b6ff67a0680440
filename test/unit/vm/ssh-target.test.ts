import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { makeVmConfig } from '../../../src/main/engine/config/index.ts';
import { addressOf, sshTarget, type SshTarget } from '../../../src/main/engine/vm/ssh/target.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'benchtray-home-'));
  mkdirSync(join(home, '.ssh'));
});
afterEach(() => {
  rmSync(home, { recursive: true });
});

interface OwnSettings {
  readonly port?: number;
  readonly username?: string;
  readonly privateKey?: string;
  readonly hostKey?: string;
  readonly agent?: boolean;
}

function target(config: string | null, host = 'vm', own: OwnSettings = {}): SshTarget {
  if (config !== null) write('config', config);
  return sshTarget(makeVmConfig({ name: 'vm', ssh: { host, ...own } }).ssh, host, { home });
}

function write(name: string, text: string): void {
  writeFileSync(join(home, '.ssh', name), text);
}

describe('the SSH target', () => {
  it('is what BenchTray has by itself where there is no ~/.ssh/config', () => {
    expect(target(null, '10.0.0.1')).toEqual({
      host: '10.0.0.1',
      port: 22,
      username: 'azureuser',
      keys: {
        paths: ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => join(home, '.ssh', name)),
        named: false,
      },
      agent: true,
      hostKey: null,
      hostKeyAlias: null,
      jump: null,
    });
  });

  it('is found beside a pattern with many stars', () => {
    const host = 'a'.repeat(60);
    const found = target(`Host ${'*a'.repeat(40)}b\n  Port 1\nHost a*\n  Port 2222\n`, host);
    expect(found.port).toBe(2222);
  });

  it('starts no program to look a name up', () => {
    const trace = join(home, 'started');
    writeFileSync(join(home, 'nslookup'), `#!/bin/sh\necho >${trace}\n`, { mode: 0o755 });
    vi.stubEnv('PATH', `${home}:${process.env['PATH'] ?? ''}`);
    onTestFinished(() => void vi.unstubAllEnvs());
    const block =
      'Host vm\n  CanonicalizeHostName yes\n  CanonicalDomains a.example b.example\n  Port 2222\n';
    expect(target(block).port).toBe(2222);
    expect(existsSync(trace)).toBe(false);
  });

  it('takes from a Host block what is left at its default', () => {
    const found = target(
      'Host vm\n  HostName 10.0.0.1\n  User eval\n  Port 2222\n  IdentityFile ~/.ssh/a\n  IdentityFile %d/keys/b\n  HostKeyAlias known-as\n',
    );
    expect(addressOf(found)).toBe('eval@10.0.0.1:2222');
    expect(found.keys).toEqual({ paths: [join(home, '.ssh/a'), join(home, 'keys/b')], named: true });
    expect(found.hostKeyAlias).toBe('known-as');
  });

  it('lets what is said in the configuration win', () => {
    const found = target('Host vm\n  User eval\n  Port 2222\n  IdentityFile ~/.ssh/a\n', 'vm', {
      port: 2200,
      username: 'me',
      privateKey: '~/mine',
    });
    expect(addressOf(found)).toBe('me@vm:2200');
    expect(found.keys).toEqual({ paths: [join(home, 'mine')], named: true });
  });

  it('keeps a pinned host key and a switched off agent', () => {
    const hostKey = `SHA256:${'A'.repeat(43)}`;
    expect(target(null, 'vm', { hostKey, agent: false })).toMatchObject({ hostKey, agent: false });
  });

  it.each<[what: string, config: string, address: string]>([
    [
      'the first value of several blocks',
      'Host vm\n  User first\nHost *\n  User second\n  Port 2222\n',
      'first@vm:2222',
    ],
    ['a pattern', 'Host v*\n  User eval\n', 'eval@vm:22'],
    ['a negated pattern', 'Host * !vm\n  User eval\n', 'azureuser@vm:22'],
    [
      'words in any case, with "="',
      'host=vm\n  hostname = 10.0.0.1\n  PORT=2222\n',
      'azureuser@10.0.0.1:2222',
    ],
    ['%h in HostName', 'Host vm\n  HostName %h.example.org\n', 'azureuser@vm.example.org:22'],
    ['settings before the first block', 'User eval\nHost other\n  Port 2222\n', 'eval@vm:22'],
    ['comments and Windows line ends', '# Host vm\r\nHost vm # the VM\r\n  User eval\r\n', 'eval@vm:22'],
    ['a block for another host', 'Host other\n  User eval\n', 'azureuser@vm:22'],
    [
      'Match, which is never run',
      'Match exec "touch /tmp/x"\n  User bad\nHost vm\n  User eval\n',
      'eval@vm:22',
    ],
  ])('reads %s', (_what, config, address) => {
    expect(addressOf(target(config))).toBe(address);
  });

  it('reads included files, relative ones from ~/.ssh also when they include further ones', () => {
    mkdirSync(join(home, '.ssh', 'conf.d'));
    write('conf.d/1-vm', 'Include more\nHost vm\n  User eval\n');
    write('conf.d/2-late', 'Host vm\n  User late\n  Port 2222\n');
    write('more', 'Host vm\n  HostName 10.0.0.1\n');
    expect(addressOf(target('Include conf.d/*\n'))).toBe('eval@10.0.0.1:2222');
    expect(addressOf(target('Include ~/.ssh/conf.d/2-late nowhere\n'))).toBe('late@vm:2222');
  });

  it('goes through the machines of ProxyJump, the last one being the nearest', () => {
    const found = target(
      'Host vm\n  ProxyJump first,me@second:2200\nHost second\n  HostName 10.0.0.2\n  User other\n  IdentityFile ~/.ssh/jump\nHost first\n  Port 2222\n',
    );
    expect(found.jump).toMatchObject({ host: '10.0.0.2', port: 2200, username: 'me', hostKey: null });
    expect(found.jump?.keys.paths).toEqual([join(home, '.ssh/jump')]);
    expect(found.jump?.jump).toMatchObject({ host: 'first', port: 2222, username: 'azureuser', jump: null });
  });

  it('follows the ProxyJump of a jump host', () => {
    const found = target('Host vm\n  ProxyJump a\nHost a\n  ProxyJump ssh://me@[2001:db8::1]:2200\n');
    expect(found.jump).toMatchObject({
      host: 'a',
      jump: { host: '2001:db8::1', port: 2200, username: 'me' },
    });
  });

  it('takes "none" as no jump, also against a later block', () => {
    expect(target('Host vm\n  ProxyJump none\nHost *\n  ProxyJump a\n').jump).toBeNull();
  });

  it.each<[what: string, config: string, message: RegExp]>([
    ['a circle of jumps', 'Host vm\n  ProxyJump a\nHost a\n  ProxyJump b\nHost b\n  ProxyJump a\n', /circle/],
    ['a jump that cannot be read', 'Host vm\n  ProxyJump me@:22:x\n', /ProxyJump .* cannot be read/],
    ['ProxyCommand', 'Host vm\n  ProxyCommand nc %h %p\n', /vm a ProxyCommand.*Use ProxyJump/],
    [
      'ProxyCommand of a jump host',
      'Host vm\n  ProxyJump a\nHost a\n  ProxyCommand nc\n',
      /a a ProxyCommand/,
    ],
  ])('refuses %s in words', (_what, config, message) => {
    expect(() => target(config)).toThrow(message);
  });

  it('takes "ProxyCommand none" as nothing', () => {
    expect(addressOf(target('Host vm\n  ProxyCommand none\n'))).toBe('azureuser@vm:22');
  });
});

describe('files that ~/.ssh/config includes', () => {
  const write = (name: string, text: string): void => writeFileSync(join(home, '.ssh', name), text);

  it.each([
    ['itself', 'Include config\n'],
    ['itself by a pattern', 'Include c*\n'],
    ['a circle', 'Include x1\n'],
  ])('are refused as a circle: %s', (_what, config) => {
    write('x1', 'Include x2\n');
    write('x2', 'Include x1\n');
    expect(() => target(config)).toThrow(/includes itself/);
  });

  it('are refused where they are too many, within a moment', () => {
    for (let index = 0; index < 40; index += 1) write(`x${index}`, index < 20 ? 'Include y*\n' : '');
    for (let index = 0; index < 40; index += 1) write(`y${index}`, 'Include z*\n');
    for (let index = 0; index < 40; index += 1) write(`z${index}`, 'Host a\n');
    expect(() => target('Include x*\n')).toThrow(/more than 256 files/);
  });

  it('may lie 16 deep and no deeper', () => {
    for (let depth = 1; depth <= 17; depth += 1) write(`d${depth}`, `Include d${depth + 1}\n`);
    write('d16', 'Host vm\n  User deep\n');
    expect(target('Include d1\n', 'vm').username).toBe('deep');
    write('d16', 'Include d17\n');
    expect(() => target('Include d1\n')).toThrow(/more than 16 levels deep/);
  });

  it.skipIf(process.platform === 'win32')('are refused where they are devices or FIFOs', () => {
    execFileSync('mkfifo', [join(home, '.ssh', 'fifo')]);
    expect(() => target('Include fifo\n')).toThrow(/it is a FIFO/);
    expect(() => target('Include /dev/zero\n')).toThrow(/it is a device/);
  });
});

it.each([
  ['Port', 'abc'],
  ['Port', '70000'],
  ['User', '-oProxyCommand=x'],
  ['HostName', '-oProxyCommand=x'],
])('refuses %s %s of ~/.ssh/config', (key, value) => {
  expect(() => target(`Host vm\n  ${key} ${value}\n`, 'vm')).toThrow(`an unusable ${key}`);
});
