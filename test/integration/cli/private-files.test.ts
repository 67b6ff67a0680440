/** Modes of what BenchTray makes, and what it says of what others may change. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeCertificate } from '../../support/certificate.ts';
import { startCli } from '../../support/cli-process.ts';
import { freePort } from '../../support/free-port.ts';

let folder: string;
const at = (...names: readonly string[]): string => join(folder, ...names);
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'benchtray-private-'));
  writeFileSync(at('c.json'), '{"server":{"port":0}}');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** `serve` under a umask that takes nothing away. @returns what it said on stderr */
async function serveOnce(): Promise<string> {
  const umask = `data:text/javascript,process.umask(0)`;
  const { child, exit, err, listening } = startCli(folder, ['serve', '--config', at('c.json')], {
    nodeArgs: ['--import', umask],
  });
  await listening();
  const files = readdirSync(at('data'), { recursive: true, withFileTypes: true });
  expect(files.map(({ name }) => name)).toContain('journal.sqlite-wal');
  for (const entry of files) {
    const path = join(entry.parentPath, entry.name);
    expect([path, modeOf(path)]).toEqual([path, entry.isDirectory() ? '700' : '600']);
  }
  child.kill('SIGTERM');
  expect(await exit).toBe(0);
  return err();
}

describe.skipIf(process.platform === 'win32')('the data folder', () => {
  it('is made for this user only, and so is everything in it', async () => {
    expect(await serveOnce()).not.toContain('Others may');
    expect(modeOf(at('data'))).toBe('700');
  });

  it('that others may write into is named with the command, and the files of an older version are closed', async () => {
    mkdirSync(at('data', 'logs'), { recursive: true });
    for (const name of ['journal.sqlite', 'lock.sqlite', 'keys.json', 'known_hosts', 'logs/benchtray.log'])
      writeFileSync(at('data', name), name === 'keys.json' ? '{"keys":[]}' : '', { mode: 0o666 });
    for (const name of ['journal.sqlite', 'keys.json']) chmodSync(at('data', name), 0o666);
    chmodSync(at('data', 'logs'), 0o777);
    chmodSync(at('data'), 0o777);
    const said = await serveOnce();
    expect(said).toContain(`Others may replace files in the data folder ${at('data')} (its mode is 777)`);
    expect(said).toContain(`chmod 700 ${at('data')}`);
    expect(modeOf(at('data'))).toBe('777');
  });
});

it.skipIf(process.platform === 'win32').each([
  [0o666, true],
  [0o644, true],
  [0o640, false],
  [0o600, false],
])('a TLS key of mode %i is named: %s', async (mode, isNamed) => {
  const { cert, key } = makeCertificate();
  writeFileSync(at('cert.pem'), cert);
  writeFileSync(at('key.pem'), key);
  chmodSync(at('key.pem'), mode);
  const external = { host: '127.0.0.1', port: await freePort(), tls: { cert: 'cert.pem', key: 'key.pem' } };
  writeFileSync(at('c.json'), JSON.stringify({ server: { port: 0, external } }));
  expect(await startCli(folder, ['key', 'add', '--config', at('c.json')]).exit).toBe(0);
  const said = await serveOnce();
  if (isNamed) expect(said).toContain(`chmod 600 ${at('key.pem')}`);
  else expect(said).not.toContain('Others may');
});
