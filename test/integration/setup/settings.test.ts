/** Settings that are changed on the built `serve`: written among comments, and in force without a restart. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SettingsView } from '../../../src/shared/settings.ts';
import { startCli } from '../../support/cli-process.ts';
import { until } from '../../support/wait.ts';
import { startReceiver } from '../hooks/support.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'benchtray-settings-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('takes over what the page saves, tries a hook, and says where things come from', async () => {
  const receiver = await startReceiver();
  const file = join(folder, 'mine.json');
  const before = `{
  // Every task is news.
  "notifications": { "taskComplete": "all" },
  "hooks": [{ "on": ["error"], "url": ${JSON.stringify(receiver.url)} }], // the phone
}
`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, before);
  const started = startCli(folder, ['serve', '--port', '0', '--config', file]);
  const url = await started.listening();
  const code = await until(() => /with the code (\S+)$/m.exec(started.err())?.[1], 'the set-up code');
  const headers = { 'X-BenchTray-Setup': code, 'Content-Type': 'application/json' };
  const read = async () => (await (await fetch(`${url}/api/settings`, { headers })).json()) as SettingsView;

  const view = await read();
  expect(view).toMatchObject({
    access: 'allowed',
    is_in_force: true,
    file: { path: file, source: '--config', problem: null },
    data_folder: { source: 'BENCHTRAY_DATA_DIR' },
    room: { kinds: { screenshots: { bytes: 0, runs: 0 } }, oldest: null },
    hooks: [{ kind: 'url', ok: null }],
  });
  expect(view.room.journal_bytes).toBeGreaterThan(0);
  expect(view.room.app_log_bytes).toBeGreaterThan(0);
  expect(view.data_folder?.free_bytes).toBeGreaterThan(0);

  const body = JSON.stringify({
    version: view.version,
    values: {
      notifications: { quietHours: { from: '22:00', to: '07:00' } },
      history: { maxMegabytes: 500 },
    },
  });
  const saved = await fetch(`${url}/api/settings/changes`, { method: 'POST', headers, body });
  expect(saved.status).toBe(200);
  expect(readFileSync(file, 'utf8')).toContain(
    '}], // the phone\n  "history": {\n    "maxMegabytes": 500\n  },\n',
  );
  const after = await until(async () => {
    const now = await read();
    return now.is_in_force && now;
  }, 'the values are in force');
  expect(after.values).toMatchObject({
    notifications: { taskComplete: 'all', quietHours: { from: '22:00', to: '07:00' } },
    history: { maxMegabytes: 500 },
  });

  const tested = await fetch(`${url}/api/settings/hooks/0/test`, { method: 'POST', headers });
  expect(await tested.json()).toMatchObject({ ok: true, error: null });
  expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({ event: 'test' });
  expect((await read()).hooks[0]?.last_success_at).not.toBeNull();

  started.child.kill('SIGTERM');
  expect(await started.exit).toBe(0);
  await receiver.close();
});
