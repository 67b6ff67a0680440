import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { until } from '../../support/wait.ts';
import { defaultLogFile, openAppLog } from '../../../src/main/engine/common/app-log.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'benchtray-log-'));
  file = defaultLogFile(folder);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const lines = () =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

it('writes one JSON object a line, from its level on', async () => {
  const log = openAppLog({ file, level: 'info' });
  log.logger.info({ vm: 'a' }, 'two\nlines');
  log.logger.debug('not this');
  await log.close();
  expect(lines()).toEqual([expect.objectContaining({ level: 30, vm: 'a', msg: 'two\nlines' })]);
  expect(file).toBe(join(folder, 'logs', 'benchtray.log'));
});

it.skipIf(process.platform === 'win32')('is readable by its owner only', async () => {
  await openAppLog({ file, level: 'info' }).close();
  expect(statSync(join(folder, 'logs')).mode & 0o777).toBe(0o700);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it('keeps secrets out, wherever they stand', async () => {
  const log = openAppLog({ file, level: 'trace' });
  const { logger } = log;
  logger.info('connecting to https://user:secret1@host/ with Authorization: Bearer secret2');
  logger.info(
    { headers: { authorization: 'Basic secret3', 'x-api-key': 'secret4' }, passphrase: 'secret5' },
    'request',
  );
  logger.child({ password: 'secret6' }).info('python run.py --openai_api_key secret7 --model gpt');
  logger.error(new Error('GET /api/benchmark-sse?api_key=secret8&vm=* failed'));
  logger.info({ env: ['AZURE_CLIENT_SECRET=secret9'] }, 'sk-secret10secret10 "token": "secret11"');
  logger.info('-----BEGIN OPENSSH PRIVATE KEY-----\nsecret12\n-----END OPENSSH PRIVATE KEY-----');
  logger.info('az gave eyJhbGciOiJub25lIn0.eyJzZWNyZXQxMyI6MX0secret13.secret14');
  logger.info('harmless: the key file /home/u/.ssh/id_rsa was tried');
  await log.close();
  const text = readFileSync(file, 'utf8');
  expect(text.match(/secret\d+/g)).toBeNull();
  expect(text).toContain('--model gpt');
  expect(text).toContain('vm=*');
  expect(text).toContain('the key file /home/u/.ssh/id_rsa was tried');
});

it('rotates, and keeps five old files', async () => {
  const log = openAppLog({ file, level: 'info', rotateAtBytes: 10_000 });
  const filler = 'x'.repeat(1_000);
  for (let i = 0; i < 75; i++) {
    await new Promise<void>((resolve, reject) => {
      log.logger.info(filler);
      log.logger.flush((error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }
  await log.close();
  const names = readdirSync(join(folder, 'logs'));
  expect(names.sort()).toEqual([
    'benchtray.log',
    ...[1, 2, 3, 4, 5].map((n) => `benchtray.log.${String(n)}`),
  ]);
  for (const name of names) expect(statSync(join(folder, 'logs', name)).size).toBeLessThan(12_000);
});

// Windows lets nobody remove a file that is open.
it.skipIf(process.platform === 'win32').each([
  ['its folder was removed', () => rmSync(join(folder, 'logs'), { recursive: true })],
  ['another file took its place', () => renameSync(file, `${file}.moved`)],
])('goes on within seconds after %s, and says so', async (_what, act) => {
  const log = openAppLog({ file, level: 'info' });
  log.logger.info('before');
  await until(() => readFileSync(file, 'utf8').includes('before'), 'it is written');
  act();
  await until(() => {
    log.logger.info('after');
    return existsSync(file) && readFileSync(file, 'utf8').includes('after');
  }, 'it is written again');
  await log.close();
  expect(lines()[0]).toMatchObject({
    msg: expect.stringContaining('the app log was removed or could not be written') as string,
  });
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it('says at once when it cannot be written', () => {
  writeFileSync(join(folder, 'logs'), 'a file, not a folder');
  expect(() => openAppLog({ file, level: 'info' })).toThrow(/EEXIST|ENOTDIR/);
});
