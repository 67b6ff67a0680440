import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  azureLogin,
  loudLogin,
  onVm,
  openPort,
  ownKey,
  tryPort,
  tunnel,
} from '../../src/main/engine/doctor/commands.ts';
import { exampleAzure, exampleTarget } from '../../src/main/engine/doctor/examples.ts';
import { shellQuote, shLine, terminalOf } from '../../src/main/engine/common/terminal.ts';
import { anyCharacter } from '../support/any-character.ts';

const linux = terminalOf('linux');
const windows = terminalOf('win32');

describe.skipIf(process.platform === 'win32')('a Bourne shell', () => {
  it.each(['', '-n', 'a b', "it's", '$HOME `id` \\', 'a\nb', '/a/plain-0@1.log'])(
    'takes %j literally',
    (word) => {
      const script = `printf '%s|' ${shellQuote(word)}`;
      expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' })).toBe(`${word}|`);
    },
  );

  it('gets plain words without quotes', () => {
    expect(shellQuote('/a/plain-0@1.log')).toBe('/a/plain-0@1.log');
  });

  it('takes every value as the one word that it is, or there is no command', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: anyCharacter })), (value) => {
        const line = shLine`printf '%s|' ${value} end`;
        if (line === null) {
          expect(value).toMatch(/^-|[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\uFFFD]/u);
        } else {
          const said = execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' });
          expect(said).toBe(`${value.toWellFormed()}|end|`);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('leaves plain words plain', () => {
    expect(shLine`az vm start -g ${'openadapt-agents'} -n ${'waa_eval.vm'}`).toBe(
      'az vm start -g openadapt-agents -n waa_eval.vm',
    );
    expect(shLine`x ${'~/a'} ${'=ls'} ${''}`).toBe("x '~/a' '=ls' ''");
  });
});

describe('PowerShell', () => {
  it.each([
    ['plain', 'plain'],
    ['C:\\Users\\ann\\.ssh\\id_rsa', 'C:\\Users\\ann\\.ssh\\id_rsa'],
    ['a b', "'a b'"],
    ["a'b", "'a''b'"],
    // All of them end a quoted text there.
    ['a\u2019b\u2018c\u201ad\u201be', "'a\u2019\u2019b\u2018\u2018c\u201a\u201ad\u201b\u201be'"],
    ['$(calc)', "'$(calc)'"],
    ['a;calc', "'a;calc'"],
    ['`n', "'`n'"],
    ['@x', "'@x'"],
    ['a,b', "'a,b'"],
  ])('%s → %s', (value, word) => {
    expect(windows.line`x ${value}`).toBe(`x ${word}`);
  });

  it.each(['a&calc', 'a|calc', 'a>b', 'a<b', 'a^b', '%PATH%', 'a"b', 'a!b', 'folder\\', '-x', 'a\nb'])(
    'gives no command for %j, which a batch file would read a second time',
    (value) => {
      expect(windows.line`x ${value}`).toBeNull();
    },
  );
});

describe('commands', () => {
  const target = { ...exampleTarget, port: 2222, keys: { paths: ['/k y'], named: true } };

  it('go onto the VM by the own ssh of the person, through the same machines', () => {
    const jump = { ...exampleTarget, host: 'jump', username: 'me', port: 23 };
    expect(onVm(linux, exampleTarget, 'df -h')).toBe("ssh azureuser@1.2.3.4 'df -h'");
    expect(onVm(linux, { ...target, jump }, shLine`docker logs ${'a b'}`)).toBe(
      "ssh -p 2222 -i '/k y' -J me@jump:23 azureuser@1.2.3.4 'docker logs '\\''a b'\\'''",
    );
    expect(onVm(windows, target, shLine`docker logs ${'a b'}`)).toBe(
      "ssh -p 2222 -i '/k y' azureuser@1.2.3.4 'docker logs ''a b'''",
    );
    expect(onVm(linux, target, null)).toBeNull();
    expect(tunnel(linux, { ...target, username: '-x' }, 8006)).toBeNull();
  });

  it('name every machine on the way, the nearest first, and set an IPv6 address apart from its port', () => {
    const first = { ...exampleTarget, host: 'gate', username: 'me' };
    const second = { ...exampleTarget, host: '2001:db8::1', port: 23, jump: first };
    expect(loudLogin(linux, { ...exampleTarget, jump: second })).toBe(
      "ssh -v -J 'me@gate:22,azureuser@[2001:db8::1]:23' azureuser@1.2.3.4",
    );
  });

  it('are those of the platform', () => {
    expect(ownKey(linux, '/k')).toBe('chmod 600 /k');
    expect(ownKey(windows, 'C:\\k')).toBe('icacls C:\\k /inheritance:r /grant:r "${env:USERNAME}:(R)"');
    expect(tryPort(linux, 'h', 22)).toBe('nc -vz -w 5 h 22');
    expect(tryPort(windows, 'h', 22)).toBe('Test-NetConnection h -Port 22');
  });

  it('are those of the cloud', () => {
    expect(azureLogin(exampleAzure)).toBe('az login');
    expect(azureLogin({ ...exampleAzure, cloud: 'usgov' })).toBe(
      'az cloud set --name AzureUSGovernment; az login',
    );
    expect(openPort(linux, exampleAzure, 22)).toContain('--nsg-name waa-eval-vmNSG -n AllowPort22 ');
    // Those of the rules that `az vm create` and `az vm open-port` make in that group.
    expect(openPort(linux, exampleAzure, 22)).not.toMatch(/--priority (?:1000|900) /);
  });
});
