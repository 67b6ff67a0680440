/** The settings on a real server: who may read them, who may change them, and what is refused. */
import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SettingsView } from '../../../src/shared/settings.ts';
import { openTestSetup, type TestSetup } from '../../support/set-up.ts';
import { expectDescribed } from './described.ts';
import { askAs, startExternalServer, type AskOptions, type ExternalServer } from './external-support.ts';

const text = `{
  // of the lab
  "notifications": { "taskComplete": "all" }, // all of them
  "hooks": [
    { "on": ["error"], "url": "https://ntfy.sh/secret-topic", "headers": { "Authorization": "Bearer tk_secret" } },
    { "on": ["run_end"], "vms": ["vm-a"], "command": ["/opt/tell-me", "--token", "hunter2"] }
  ],
  "vms": [{ "name": "vm-a", "ssh": { "host": "a" } }]
}
`;

let setup: TestSetup;
let running: ExternalServer;
beforeEach(async () => {
  setup = openTestSetup();
  setup.settings.write(text);
  setup.settings.readAgain();
  running = await startExternalServer(
    {},
    { setup, settings: setup.settings.desk, allowedOrigins: ['https://grafana.example'] },
  );
});
afterEach(async () => {
  await running.remove();
  setup.remove();
});

const local = (path: string): string => `${running.server.url}/api/settings${path}`;
const coded = (): Record<string, string> => ({ 'X-BenchTray-Setup': setup.code.text });
async function read(asked: AskOptions = {}): Promise<SettingsView> {
  const answer = await askAs(local(''), { headers: coded(), ...asked });
  expect(answer.status).toBe(200);
  expectDescribed('/api/settings', answer);
  return JSON.parse(answer.text) as SettingsView;
}
async function change(values: unknown, { headers = {}, ...asked }: AskOptions & { version?: string } = {}) {
  const version = asked.version ?? (await read()).version;
  const answer = await askAs(local('/changes'), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...coded(), ...headers },
    body: JSON.stringify({ version, values }),
    ...asked,
  });
  expectDescribed('/api/settings/changes', answer);
  const body = JSON.parse(answer.text) as {
    readonly version?: string;
    readonly detail?: string;
    readonly reason?: string;
    readonly fields?: readonly { readonly field: string; readonly message: string }[];
  };
  return { ...answer, body };
}
const testHook = (index: string, headers = coded(), query = '') =>
  askAs(local(`/hooks/${index}/test${query}`), { method: 'POST', headers });

describe('reading', () => {
  it('shows values, hooks and places, and no secret', async () => {
    const view = await read();
    expect(view).toMatchObject({
      access: 'allowed',
      is_in_force: true,
      values: { notifications: { taskComplete: 'all', quietHours: null }, history: { maxMegabytes: 2000 } },
      file: { path: setup.configPath, source: 'BENCHTRAY_CONFIG', exists: true, problem: null },
      data_folder: { source: 'default', free_bytes: 128_000_000_000 },
      hooks: [
        { index: 0, on: ['error'], vms: null, ok: null },
        { index: 1, on: ['run_end'], vms: ['vm-a'] },
      ],
      app_version: '1.2.3',
    });
    expect(JSON.stringify(view)).not.toMatch(/secret|hunter2|Authorization/);
  });

  it('needs no code, but says that changing does; a wrong one is refused', async () => {
    expect(await read({ headers: {} })).toMatchObject({
      access: 'needs_code',
      file: { path: setup.configPath },
    });
    const wrong = await askAs(local(''), { headers: { 'X-BenchTray-Setup': 'AAAA-AAAA' } });
    expect(wrong.status).toBe(401);
    expectDescribed('/api/settings', wrong);
  });

  it('from another machine or page, it shows no paths, whatever code comes along', async () => {
    for (const [url, headers] of [
      [`${running.url}/api/settings`, { 'X-API-Key': running.key, ...coded() }],
      [local(''), { Origin: 'https://grafana.example', ...coded() }],
    ] as const) {
      const answer = await askAs(url, { headers });
      expect([answer.status, JSON.parse(answer.text)]).toMatchObject([
        200,
        {
          access: 'elsewhere',
          version: null,
          file: null,
          data_folder: null,
          values: { journal: { keepDays: 30 } },
        },
      ]);
      expect(answer.text).not.toContain(setup.home);
    }
  });

  it('says so when the file is broken, and shows what is in force', async () => {
    writeFileSync(setup.configPath, '{ "notifications": ');
    const view = await read();
    expect(view).toMatchObject({ version: null, values: { notifications: { taskComplete: 'all' } } });
    expect(view.file?.problem).toContain(`${setup.configPath}:1:`);
  });

  it('says what a smaller bound removes', async () => {
    const answer = await askAs(local('/removal?max_megabytes=500'));
    expect(answer.status).toBe(200);
    expectDescribed('/api/settings/removal', answer);
    expect(setup.settings.removalsAsked).toEqual([500]);
    for (const wrong of ['', '?max_megabytes=-1', '?max_megabytes=a'])
      expect((await askAs(local(`/removal${wrong}`))).status).toBe(400);
  });
});

describe('changing', () => {
  it('writes into the file, which keeps its comments, and is known until it is read again', async () => {
    const saved = await change({ notifications: { taskComplete: 'none' }, journal: { keepDays: 90 } });
    expect(saved.status).toBe(200);
    const after = await read();
    expect(after.version).toBe(saved.body.version);
    expect(after).toMatchObject({ is_in_force: false, values: { journal: { keepDays: 90 } } });
    expect(setup.configText()).toContain('"taskComplete": "none" }, // all of them\n');
    setup.settings.readAgain();
    expect((await read()).is_in_force).toBe(true);
  });

  it('is refused for wrong values, in the words of the configuration, all of them at once', async () => {
    const refused = await change({
      history: { maxMegabytes: 0 },
      journal: { keepDays: '' },
      server: { port: 1 },
    });
    expect(refused.status).toBe(422);
    expect(refused.body.fields).toEqual([
      { field: 'server.port', message: expect.stringContaining('not to be changed here') as string },
    ]);
    const values = await change({ history: { maxMegabytes: 0 }, journal: { keepDays: '' } });
    expect(values.body.fields?.map(({ field }) => field).sort()).toEqual([
      'history.maxMegabytes',
      'journal.keepDays',
    ]);
    expect(values.body.detail).toMatch(/^The settings cannot be saved like that: /);
    expect(setup.configText()).toBe(text);
  });

  it('is refused with a reason if the file was changed, or is broken', async () => {
    const { version } = await read();
    setup.settings.write(text.replace('lab', 'team'));
    const changed = await change({ history: { logs: false } }, { version: version ?? '' });
    expect([changed.status, changed.body.reason]).toEqual([409, 'changed']);
    setup.settings.write('{');
    const broken = await change({ history: { logs: false } }, { version: version ?? '' });
    expect([broken.status, broken.body.reason]).toEqual([409, 'broken']);
    expect(setup.configText()).toBe('{');
  });

  it('of two at once, the second is told that the file was changed', async () => {
    const { version } = await read();
    const both = await Promise.all(
      [500, 600].map((maxMegabytes) => change({ history: { maxMegabytes } }, { version: version ?? '' })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it('needs the code, our own page and JSON', async () => {
    const version = 'none';
    for (const [headers, status] of [
      [{ 'X-BenchTray-Setup': '' }, 401],
      [{ 'X-BenchTray-Setup': 'AAAA-AAAA' }, 401],
      [{ Origin: 'https://evil.example' }, 403],
      [{ Origin: 'https://grafana.example' }, 401],
      [{ 'Sec-Fetch-Site': 'cross-site' }, 403],
      [{ 'Content-Type': 'text/plain' }, 415],
    ] as const)
      expect([headers, (await change({}, { headers, version })).status]).toEqual([headers, status]);
    expect(setup.configText()).toBe(text);
  });

  it('is not there for other machines, with a key and the code', async () => {
    const headers = { 'X-API-Key': running.key, 'Content-Type': 'application/json', ...coded() };
    for (const path of ['/changes', '/hooks/0/test'])
      for (const method of ['GET', 'POST', 'OPTIONS'])
        expect(
          (await askAs(`${running.url}/api/settings${path}`, { method, headers, body: '{}' })).status,
        ).toBe(404);
  });
});

describe('a test of a hook', () => {
  it('says what it came to', async () => {
    setup.settings.hookTest = (index) =>
      Promise.resolve(
        index === 1 ? { ok: false, error: 'It ended with exit code 3.', took_ms: 5 } : 'absent',
      );
    const tested = await testHook('1');
    expectDescribed('/api/settings/hooks/{index}/test', tested);
    expect([tested.status, JSON.parse(tested.text)]).toEqual([
      200,
      { ok: false, error: 'It ended with exit code 3.', took_ms: 5 },
    ]);
    for (const index of ['2', '-1', 'x', '99999']) expect((await testHook(index)).status).toBe(404);
    expect((await testHook('1', {})).status).toBe(401);
    setup.settings.hookTest = () => Promise.resolve('busy');
    const busy = await testHook('1');
    expectDescribed('/api/settings/hooks/{index}/test', busy);
    expect(busy.status).toBe(409);
  });

  it('names the hook that is meant, and refuses another one', async () => {
    setup.settings.hookTest = (_, id) =>
      Promise.resolve(id === 'hook-1' ? { ok: true, error: null, took_ms: 5 } : 'changed');
    expect((await testHook('1', coded(), '?id=hook-1')).status).toBe(200);
    const other = await testHook('1', coded(), '?id=hook-0');
    expectDescribed('/api/settings/hooks/{index}/test', other);
    expect([other.status, JSON.parse(other.text)]).toMatchObject([409, { reason: 'changed' }]);
  });
});
