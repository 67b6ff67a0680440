import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  judgeHostKey,
  knownHostName,
  knownKeyTypes,
  parseKnownHosts,
} from '../../../src/main/engine/vm/ssh/known-hosts.ts';

const key = Buffer.from('the key of the server');
const other = Buffer.from('another key');
const encoded = key.toString('base64');
const line = (names: string, bytes = key, marker = ''): string =>
  `${marker}${names} ssh-ed25519 ${bytes.toString('base64')} a comment`;
const judge = (text: string, name: string): string => judgeHostKey(parseKnownHosts(text), name, key).kind;

describe('known_hosts', () => {
  it.each<[what: string, text: string, name: string, verdict: string]>([
    ['an empty file', '', 'vm', 'unknown'],
    ['the name as it stands', line('vm'), 'vm', 'known'],
    ['another key for the name', line('vm', other), 'vm', 'changed'],
    ['another name', line('vm2'), 'vm', 'unknown'],
    ['a name that only contains it', line('myvm'), 'vm', 'unknown'],
    ['one of several names', line('a,vm,10.0.0.1'), '10.0.0.1', 'known'],
    ['capitals in the file', line('VM.Example'), 'vm.example', 'known'],
    ['a port other than 22', line('[vm]:2222'), '[vm]:2222', 'known'],
    ['the same host on another port', line('[vm]:2222'), '[vm]:2223', 'unknown'],
    ['the same host on port 22', line('[vm]:2222'), 'vm', 'unknown'],
    ['IPv6 with a port', line('[2001:db8::1]:2222'), '[2001:db8::1]:2222', 'known'],
    ['a wildcard', line('*.azure.com'), 'vm.azure.com', 'known'],
    ['a wildcard whose dot is a dot', line('*.azure.com'), 'vm.azureXcom', 'unknown'],
    ['a question mark', line('vm?'), 'vm1', 'known'],
    ['a question mark for two letters', line('vm?'), 'vm12', 'unknown'],
    ['a negated name', line('*.azure.com,!vm.azure.com'), 'vm.azure.com', 'unknown'],
    ['a negated name before the wildcard', line('!vm.azure.com,*.azure.com'), 'vm.azure.com', 'unknown'],
    ['a name beside the negated one', line('*.azure.com,!vm.azure.com'), 'vm2.azure.com', 'known'],
    ['a revoked key', line('vm', key, '@revoked '), 'vm', 'revoked'],
    ['revoked, although known too', `${line('vm')}\n${line('*', key, '@revoked ')}`, 'vm', 'revoked'],
    ['another key revoked', `${line('vm', other, '@revoked ')}\n${line('vm')}`, 'vm', 'known'],
    [
      'a certificate authority, which vouches for no plain key',
      line('vm', key, '@cert-authority '),
      'vm',
      'unknown',
    ],
    ['several keys, the right one last', `${line('vm', other)}\n${line('vm')}`, 'vm', 'known'],
    ['comments, empty and broken lines', `# ${line('vm')}\n\nvm\nvm ssh-ed25519\n`, 'vm', 'unknown'],
    ['Windows line ends and indentation', `\r\n\t${line('vm')}\r\n`, 'vm', 'known'],
    ['a name with signs of a regular expression', line('vm(1'), 'vm(1', 'known'],
  ])('%s', (_what, text, name, verdict) => {
    expect(judge(text, name)).toBe(verdict);
  });

  it('names types in the order of the file, each once, without those of markers and other hosts', () => {
    const entries = parseKnownHosts(
      [
        `vm ssh-rsa ${encoded}`,
        `vm ssh-ed25519 ${encoded}`,
        `vm ssh-rsa ${encoded}x`,
        `other ecdsa-sha2-nistp256 ${encoded}`,
        `@revoked vm ecdsa-sha2-nistp384 ${encoded}`,
      ].join('\n'),
    );
    expect(knownKeyTypes(entries, 'vm')).toEqual(['ssh-rsa', 'ssh-ed25519']);
  });

  it.each([
    ['Vm.Example', 22, 'vm.example'],
    ['vm', 2222, '[vm]:2222'],
    ['2001:DB8::1', 22, '2001:db8::1'],
  ])('writes %s, port %i as %s', (host, port, name) => {
    expect(knownHostName(host, port)).toBe(name);
  });

  describe('as ssh-keygen writes it', () => {
    let dir: string;
    beforeAll(() => {
      dir = mkdtempSync(join(tmpdir(), 'benchtray-known-'));
    });
    afterAll(() => {
      rmSync(dir, { recursive: true });
    });

    it('knows hashed names', () => {
      const file = join(dir, 'known_hosts');
      writeFileSync(file, `${line('vm')}\n${line('[vm]:2222')}\n`);
      execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' });
      const hashed = readFileSync(file, 'utf8');
      expect(hashed).not.toMatch(/^\[?vm/m);
      expect(['vm', '[vm]:2222', 'vm2'].map((name) => judge(hashed, name))).toEqual([
        'known',
        'known',
        'unknown',
      ]);
    });
  });
});
