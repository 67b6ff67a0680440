/** Somebody removes or moves the data folder while BenchTray runs. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeVmConfig } from '../../../src/main/engine/config/index.ts';
import { startTestMonitor, testConfig, type TestMonitor } from '../../support/monitor.ts';
import { until } from '../../support/wait.ts';
import { expectDescribed } from '../server/described.ts';
import { ask, openLineClient, type LineClient } from '../server/support.ts';

const absent = makeVmConfig({ name: 'vm-a', ssh: { host: '127.0.0.1', port: 1 } });

// Windows lets nobody remove or move a file that is open.
describe.skipIf(process.platform === 'win32')('a data folder that goes away', () => {
  let root: string;
  let dataDir: string;
  let monitor: TestMonitor;
  let client: LineClient;
  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'benchtray-place-'));
    dataDir = join(root, 'data');
    monitor = await startTestMonitor(testConfig([absent]), dataDir);
    client = await openLineClient(`${monitor.url}/api/benchmark-sse`);
    await client.expect(1, 'status');
  });
  afterEach(async () => {
    client.close();
    await monitor.close();
    rmSync(root, { recursive: true });
  });

  const isInternal = ({ data }: LineClient['events'][number]): boolean => data['code'] === 'internal';
  const journal = async () => {
    const answer = await ask(`${monitor.url}/api/status`);
    expectDescribed('/api/status', answer);
    return (JSON.parse(answer.text) as { readonly journal: { readonly ok: boolean } }).journal;
  };

  it.each([
    // A look may fall between the removals of the two files.
    ['removed', () => rmSync(dataDir, { recursive: true }), /journal\.sqlite(-wal)? is missing/],
    ['moved', () => renameSync(dataDir, `${dataDir}-moved`), /journal\.sqlite is missing/],
    ['left without the newest commits', () => rmSync(join(dataDir, 'journal.sqlite-wal')), /-wal is missing/],
    [
      'given another journal',
      () => {
        renameSync(join(dataDir, 'journal.sqlite'), join(dataDir, 'old.sqlite'));
        writeFileSync(join(dataDir, 'journal.sqlite'), '');
      },
      /journal\.sqlite is another file now/,
    ],
  ])('is reported to clients and in the state, once, with what to do: %s', async (_what, act, reason) => {
    const notices = () => client.events.filter(isInternal);
    act();
    await until(() => notices().length > 0, 'the stream reports it');
    expect(notices().map(({ event, data }) => [event, data])).toEqual([
      [
        'error',
        expect.objectContaining({
          vm: 'vm-a',
          severity: 'critical',
          message: expect.stringMatching(/removed or moved/) as string,
          detail: expect.stringMatching(reason) as string,
          hint: expect.stringMatching(/Move it back, or restart BenchTray/) as string,
        }),
      ],
    ]);
    expect(await journal()).toEqual({
      ok: false,
      error: expect.stringMatching(reason) as string,
      since: expect.stringMatching(/^20.*Z$/) as string,
    });
    expect((await ask(`${monitor.url}/metrics`)).text).toContain('\nbenchtray_journal_ok 0\n');
    expect((await ask(`${monitor.url}/healthz`)).status).toBe(200);
    // Clients that come back still miss nothing.
    const again = await openLineClient(
      `${monitor.url}/api/benchmark-sse?lastEventId=${monitor.eventIdAtStart}`,
    );
    await until(() => again.events.some(isInternal), 'the replay has it');
    again.close();
    expect(notices()).toHaveLength(1);
  });

  it.each([
    ['garbage', Buffer.alloc(200_000, 'garbage')],
    ['nothing', ''],
  ])(
    'reports a journal that is overwritten in its place by %s, and the stream goes on',
    async (_what, bytes) => {
      client.close();
      // At its end, the journal's pages are in the file.
      await monitor.close();
      monitor = await startTestMonitor(testConfig([absent]), dataDir);
      client = await openLineClient(`${monitor.url}/api/benchmark-sse?interval=1`);
      await client.expect(1, 'status');
      const isStatus = ({ event }: LineClient['events'][number]): boolean => event === 'status';
      writeFileSync(join(dataDir, 'journal.sqlite'), bytes);
      await until(() => client.events.some(isInternal), 'the stream reports it');
      const seen = client.events.filter(isStatus).length;
      expect(client.events.find(isInternal)?.data).toMatchObject({
        message: 'The journal of BenchTray was overwritten while BenchTray runs; it loses what happens now.',
        detail: expect.stringContaining('journal.sqlite has the bytes of another file') as string,
        hint: expect.stringMatching(/Quit BenchTray, move the file away/) as string,
      });
      expect(await journal()).toMatchObject({ ok: false });
      await until(() => client.events.filter(isStatus).length > seen, 'the status goes on');
    },
  );

  it('recovers when it is moved back', async () => {
    renameSync(dataDir, `${dataDir}-moved`);
    await until(async () => !(await journal()).ok, 'it is reported');
    renameSync(`${dataDir}-moved`, dataDir);
    await until(async () => (await journal()).ok, 'the journal is back');
    expect(monitor.logged.map(({ msg }) => msg)).toContain('The journal is back in its place.');
  });

  it('is begun anew by a restart', async () => {
    const before = monitor.eventIdAtStart.split('-')[0];
    rmSync(dataDir, { recursive: true });
    await monitor.close();
    monitor = await startTestMonitor(testConfig([absent]), dataDir);
    expect(monitor.eventIdAtStart.split('-')[0]).not.toBe(before);
    expect(await journal()).toMatchObject({ ok: true });
  });
});
