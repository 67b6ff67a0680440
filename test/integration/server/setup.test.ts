import { mkdirSync, writeFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SetupState, VmDraft } from '../../../src/shared/setup.ts';
import { draft, notSignedIn, openTestSetup, type TestSetup } from '../../support/set-up.ts';
import { until } from '../../support/wait.ts';
import { expectDescribed, expectForm } from './described.ts';
import {
  askAs,
  open,
  startExternalServer,
  type AskOptions,
  type ExternalServer,
} from './external-support.ts';

let setup: TestSetup;
let running: ExternalServer;
beforeEach(async () => {
  setup = openTestSetup();
  running = await startExternalServer(
    {},
    { setup, allowedOrigins: ['https://grafana.example'], names: ['bench.example'] },
  );
});
afterEach(async () => {
  await running.remove();
  setup.remove();
});

const local = (path: string): string => `${running.server.url}${path}`;
const coded = (): Record<string, string> => ({ 'X-BenchTray-Setup': setup.code.text });
const post = (path: string, value: unknown, { headers = {}, ...asked }: AskOptions = {}) =>
  askAs(local(path), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...coded(), ...headers },
    body: typeof value === 'string' ? value : JSON.stringify(value),
    ...asked,
  });
const problemOf = (text: string) =>
  JSON.parse(text) as {
    detail: string;
    hint?: string;
    reason?: string;
    fields?: { field: string; message: string }[];
  };

describe('the code', () => {
  it('is needed for everything but the question whether it is', async () => {
    const bare = await askAs(local('/api/setup'));
    expect(JSON.parse(bare.text)).toEqual({
      is_possible: true,
      needs_code: true,
      is_demo: false,
      info: null,
    });
    expectDescribed('/api/setup', bare);
    for (const [path, method] of [
      ['/api/setup/azure-vms', 'GET'],
      ['/api/setup/test', 'POST'],
      ['/api/setup/vms', 'POST'],
      ['/api/setup/demo', 'POST'],
    ] as const) {
      const headers = { 'Content-Type': 'application/json' };
      const missing = await askAs(local(path), { method, headers, body: JSON.stringify(draft) });
      expect([path, missing.status]).toEqual([path, 401]);
      expectDescribed(path, missing);
      expect(missing.headers['www-authenticate']).toMatch(/^BenchTray-Setup /);
      expect(missing.text).not.toContain(setup.code.text);
    }
    expect(setup.configText()).toBeNull();
    expect(setup.tests).toEqual([]);
  });

  it('lets in whoever has it, however it is typed', async () => {
    for (const typed of [setup.code.text, setup.code.text.toLowerCase().replace('-', ' ')]) {
      const answer = await askAs(local('/api/setup'), { headers: { 'X-BenchTray-Setup': typed } });
      expect(answer.status).toBe(200);
      expectDescribed('/api/setup', answer);
      expect((JSON.parse(answer.text) as SetupState).info).toEqual({
        config_path: setup.configPath,
        config_exists: false,
        usual_keys: [join(setup.home, '.ssh', 'id_ed25519')],
        ssh_hosts: ['waa', 'bench-1', 'jump'],
        username: 'azureuser',
      });
    }
  });

  it('cannot be tried for long', async () => {
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const wrong = await post('/api/setup/vms', draft, {
        headers: { 'X-BenchTray-Setup': `AAAA-AAA${attempt}` },
      });
      expect(wrong.status).toBe(401);
    }
    const locked = await post('/api/setup/vms', draft);
    expect(locked.status).toBe(429);
    expect(Number(locked.headers['retry-after'])).toBeGreaterThan(0);
    expectDescribed('/api/setup/vms', locked);
    expect(setup.configText()).toBeNull();
  });

  it('stands in no log', async () => {
    await post('/api/setup/vms', draft, { headers: { 'X-BenchTray-Setup': 'AAAA-AAAA' } });
    await post('/api/setup/vms', draft);
    expect(JSON.stringify(running.logged)).not.toContain(setup.code.text);
  });
});

describe('strangers', () => {
  it.each(['https://evil.example', 'null', 'https://grafana.example', 'http://localhost:1'])(
    'of the origin %s get nowhere, with the code or without',
    async (Origin) => {
      const answer = await post('/api/setup/vms', draft, { headers: { Origin } });
      expect([401, 403]).toContain(answer.status);
      expect(setup.configText()).toBeNull();
      // And use up nobody's attempts.
      for (let attempt = 0; attempt < 12; attempt += 1)
        await post('/api/setup/vms', draft, { headers: { Origin, 'X-BenchTray-Setup': 'AAAA-AAAA' } });
      expect((await post('/api/setup/vms', draft)).status).toBe(200);
    },
  );

  it('by another name of this machine get nothing', async () => {
    expect((await post('/api/setup/vms', draft, { headers: { Host: 'rebound.example' } })).status).toBe(421);
  });

  it('on other machines find nothing there, with a key and the code', async () => {
    const headers = { 'X-API-Key': running.key, 'Content-Type': 'application/json', ...coded() };
    for (const path of [
      '/api/setup',
      '/api/setup/azure-vms',
      '/api/setup/vms',
      '/api/setup/test',
      '/api/setup/demo',
    ])
      for (const method of ['GET', 'POST', 'OPTIONS'])
        expect((await askAs(running.url + path, { method, headers, body: '{}' })).status).toBe(404);
  });

  it('our own pages may ask, the app’s too', async () => {
    const { port } = running.server;
    for (const Origin of ['benchtray://app', `http://localhost:${port}`, `http://127.0.0.1:${port}`]) {
      const asked = {
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'content-type,x-benchtray-setup',
      };
      const preflight = await askAs(local('/api/setup/vms'), {
        method: 'OPTIONS',
        headers: { Origin, ...asked },
      });
      expect(preflight.status).toBe(204);
      expect(preflight.headers['access-control-allow-origin']).toBe(Origin);
      expect(preflight.headers['access-control-allow-methods']).toBe('POST, OPTIONS');
      expect(preflight.headers['access-control-allow-headers']).toMatch(/X-BenchTray-Setup, Content-Type/);
      const answer = await post('/api/setup/test', { ...draft, name: '' }, { headers: { Origin } });
      expect(answer.headers['access-control-allow-origin']).toBe(Origin);
    }
  });
});

describe('what is sent', () => {
  it('has to be JSON of the right kind, and short', async () => {
    for (const [status, body, headers] of [
      [415, JSON.stringify(draft), { 'Content-Type': 'text/plain' }],
      [415, 'name=a', { 'Content-Type': 'application/x-www-form-urlencoded' }],
      [400, '{', {}],
      [400, '', {}],
      [400, 'null', {}],
      [400, JSON.stringify({ ...draft, port: '22' }), {}],
      [400, JSON.stringify({ ...draft, host: ['a'] }), {}],
      [413, JSON.stringify({ ...draft, host: 'a'.repeat(20_000) }), {}],
      [413, 'a'.repeat(70_000), {}],
    ] as const) {
      const answer = await post('/api/setup/vms', body, { headers });
      expect([body.slice(0, 20), answer.status]).toEqual([body.slice(0, 20), status]);
      expectDescribed('/api/setup/vms', answer);
    }
    expect(setup.configText()).toBeNull();
  });

  it.each(['Application/JSON; charset=utf-8', 'application/json ; charset=utf-8', 'application/json;'])(
    'may be JSON by the content type %j',
    async (type) => {
      const answer = await post('/api/setup/vms', draft, { headers: { 'Content-Type': type } });
      expect([answer.status, JSON.parse(answer.text)]).toEqual([
        200,
        { vm: draft.name, config_path: setup.configPath },
      ]);
    },
  );

  it('by another method is refused with the right one', async () => {
    const headers = coded();
    const get = await askAs(local('/api/setup/vms'), { headers });
    expect([get.status, get.headers.allow]).toEqual([405, 'POST, OPTIONS']);
    const put = await post('/api/setup', draft);
    expect([put.status, put.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS']);
    const status = await post('/api/status', draft);
    expect([status.status, status.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS']);
    expect(problemOf(status.text).detail).toContain('nothing can be changed');
  });
});

describe('a VM', () => {
  it('is written into the file, and nothing else of it is changed', async () => {
    mkdirSync(dirname(setup.configPath));
    writeFileSync(setup.configPath, '{\n  // quick\n  "interval": 1, // s\n}\n');
    const answer = await post('/api/setup/vms', draft);
    expect(answer.status).toBe(200);
    expectDescribed('/api/setup/vms', answer);
    expect(JSON.parse(answer.text)).toEqual({ vm: draft.name, config_path: setup.configPath });
    expect(setup.configText()).toBe(
      '{\n  // quick\n  "interval": 1, // s\n  "vms": [\n    {\n      "name": "waa-eval-vm",\n      "ssh": {\n        "host": "20.123.45.67",\n        "username": "azureuser"\n      }\n    }\n  ],\n}\n',
    );
    const azure = {
      subscription_id: '11111111-2222-3333-4444-555555555555',
      resource_group: 'g',
      vm_name: 'v',
    };
    const second: VmDraft = { ...draft, name: 'b', host: null, azure, port: 2222, private_key: '~/.ssh/key' };
    expect((await post('/api/setup/vms', second)).status).toBe(200);
    expect(setup.configText()).toContain('"resourceGroup": "g"');
    expect(setup.configText()).toContain('"privateKey": "~/.ssh/key"');
  });

  it('that makes no sense is refused field by field, in the words of the configuration', async () => {
    const wrong: VmDraft = {
      name: 'a b',
      host: '$(reboot)',
      port: 0,
      username: '-l root',
      private_key: '-----BEGIN OPENSSH PRIVATE KEY-----\nsecret',
      azure: null,
    };
    for (const path of ['/api/setup/vms', '/api/setup/test'] as const) {
      const answer = await post(path, wrong);
      expect(answer.status).toBe(422);
      expectDescribed(path, answer);
      const { fields = [] } = problemOf(answer.text);
      expect(fields.map(({ field }) => field)).toEqual(['name', 'host', 'port', 'username', 'private_key']);
      expect(fields[2]?.message).toBe('found 0, expected a port number from 1 to 65535');
      expect(answer.text).not.toContain('secret');
    }
    for (const [changes, field] of [
      [{ host: null }, 'host'],
      [{ host: '' }, 'host'],
      [{ name: '' }, 'name'],
      [{ username: '' }, 'username'],
      [{ private_key: 'id_rsa' }, 'private_key'],
      [{ host: null, azure: { subscription_id: '', resource_group: 'g', vm_name: 'v' } }, 'azure'],
    ] as const) {
      const { fields = [] } = problemOf((await post('/api/setup/vms', { ...draft, ...changes })).text);
      expect(fields.map((one) => one.field)).toEqual([field]);
    }
    expect(setup.configText()).toBeNull();
  });

  it('is not written into a file that is broken, which says what to mend; testing goes on', async () => {
    mkdirSync(dirname(setup.configPath));
    writeFileSync(setup.configPath, '{ "vms": [ ');
    const answer = await post('/api/setup/vms', draft);
    expect(answer.status).toBe(409);
    expectDescribed('/api/setup/vms', answer);
    expect(problemOf(answer.text).detail).toContain(`${setup.configPath}:1:`);
    expect(problemOf(answer.text).hint).toContain('Fix them');
    expect(setup.configText()).toBe('{ "vms": [ ');
    expect((await post('/api/setup/test', { ...draft, username: 'a b' })).status).toBe(422);
    const headers = { 'Content-Type': 'application/json', ...coded() };
    const test = await open(local('/api/setup/test'), {
      method: 'POST',
      headers,
      body: JSON.stringify(draft),
    });
    expect(test.statusCode).toBe(200);
    test.destroy();
  });

  it('is not written where the rest of the file would not fit it', async () => {
    mkdirSync(dirname(setup.configPath));
    const text = '{ "hooks": [{ "on": ["error"], "vms": ["other"], "command": ["true"] }] }';
    writeFileSync(setup.configPath, text);
    const answer = await post('/api/setup/vms', draft);
    expect(answer.status).toBe(409);
    expect(problemOf(answer.text).detail).toMatch(/would not be valid any more.*hooks\[0\]\.vms\[0\]/);
    expect(setup.configText()).toBe(text);
  });

  it('cannot go where nothing can be written', async () => {
    writeFileSync(dirname(setup.configPath), 'a file in place of the folder');
    const answer = await post('/api/setup/vms', draft);
    expect(answer.status).toBe(409);
    expect(problemOf(answer.text).detail).toContain('a part of');
  });

  it('two at once are both written', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const answers = await Promise.all(names.map((name) => post('/api/setup/vms', { ...draft, name })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    for (const name of names) expect(setup.configText()).toContain(`"name": "${name}"`);
  });
});

describe('Azure', () => {
  it('lists what there is', async () => {
    const answer = await askAs(local('/api/setup/azure-vms'), { headers: coded() });
    expect(answer.status).toBe(200);
    expectDescribed('/api/setup/azure-vms', answer);
    expect(JSON.parse(answer.text)).toHaveLength(2);
  });

  it('says in its own words why it does not', async () => {
    setup.azure = () => Promise.resolve({ ok: false, problem: notSignedIn });
    const refused = await askAs(local('/api/setup/azure-vms'), { headers: coded() });
    expect(refused.status).toBe(502);
    expectDescribed('/api/setup/azure-vms', refused);
    expect(problemOf(refused.text)).toMatchObject({
      detail: 'Nobody is signed in to Azure. ERROR: Please run "az login" to set up account.',
      hint: 'Sign in with: az login',
      reason: 'not_signed_in',
    });
    setup.azure = () =>
      Promise.resolve({ ok: false, problem: { ...notSignedIn, kind: 'throttled', retryAfterMs: 6500 } });
    const later = await askAs(local('/api/setup/azure-vms'), { headers: coded() });
    expect([later.status, later.headers['retry-after']]).toEqual([503, '7']);
  });

  it('is not waited for by whoever has gone', async () => {
    let given: AbortSignal | undefined;
    setup.azure = (signal) => {
      given = signal;
      return new Promise(() => undefined);
    };
    const asked = request(local('/api/setup/azure-vms'), { headers: coded(), agent: false }).end();
    asked.on('error', () => undefined);
    await until(() => given, 'Azure is asked');
    asked.destroy();
    await until(() => given?.aborted, 'it is told');
  });
});

describe('a test', () => {
  const startTest = async (value: VmDraft = draft): Promise<IncomingMessage> => {
    const headers = { 'Content-Type': 'application/json', ...coded() };
    return open(local('/api/setup/test'), { method: 'POST', headers, body: JSON.stringify(value) });
  };
  const textOf = async (response: IncomingMessage): Promise<string> => {
    let text = '';
    for await (const part of response.setEncoding('utf8')) text += String(part);
    return text;
  };

  it('tells each check as it goes, and its end', async () => {
    const response = await startTest({ ...draft, private_key: '~/.ssh/id_ed25519' });
    expect([response.statusCode, response.headers['content-type']]).toEqual([200, 'text/event-stream']);
    const text = textOf(response);
    const [test] = await until(() => setup.tests.length > 0 && setup.tests, 'the doctor is called');
    expect(test?.vm.ssh.privateKey).toBe(join(setup.home, '.ssh', 'id_ed25519'));
    test?.tell({});
    test?.tell({
      state: 'failed',
      found: 'Refused.\nReally',
      advice: 'Look.',
      command: 'ssh a@b',
      took_ms: 12,
    });
    test?.end({ ok: false, failed: 1 });
    const [opening, ...rest] = (await text).trim().split('\n\n');
    expect(opening).toBe('retry: 3000');
    const events = rest.map((event) => /^event: (\w+)\n(?:id: end\n)?data: (.*)$/.exec(event) ?? []);
    expect(events.map(([, name]) => name)).toEqual(['check', 'check', 'summary']);
    const [first, second, last] = events.map(([, , data = '']) => JSON.parse(data) as unknown);
    expectForm('DoctorCheck', first);
    expectForm('DoctorCheck', second);
    expectForm('DoctorSummary', last);
    expect(second).toMatchObject({ state: 'failed', found: 'Refused.\nReally' });
    expect(setup.configText()).toBeNull();
  });

  it('is cancelled by hanging up, and not more than two go on', async () => {
    const first = await startTest();
    const second = await startTest();
    await until(() => setup.tests.length >= 2, 'two tests');
    const third = await startTest();
    expect(third.statusCode).toBe(503);
    await textOf(third);
    first.destroy();
    await until(() => setup.tests[0]?.signal.aborted, 'the first is cancelled');
    expect(setup.tests[1]?.signal.aborted).toBe(false);
    const fourth = await until(async () => {
      const answer = await startTest();
      return answer.statusCode === 200 ? answer : null;
    }, 'there is room again');
    for (const response of [second, fourth]) response.destroy();
    await until(() => setup.tests.every(({ signal }) => signal.aborted), 'all are over');
    expect(running.logged).toEqual([]);
  });

  it('ends with the server', async () => {
    const response = await startTest();
    await until(() => setup.tests.length >= 1, 'the test');
    const ended = new Promise((resolve) => response.once('close', resolve));
    response.resume();
    await running.server.close();
    await ended;
    await until(() => setup.tests[0]?.signal.aborted, 'it is told');
  });
});

it('without a file there is nothing to set up', async () => {
  const without = await startExternalServer();
  try {
    const answer = await askAs(`${without.server.url}/api/setup`);
    expectDescribed('/api/setup', answer);
    expect(JSON.parse(answer.text)).toEqual({
      is_possible: false,
      needs_code: false,
      is_demo: false,
      info: null,
    });
    const headers = { 'Content-Type': 'application/json', ...coded() };
    const body = JSON.stringify(draft);
    const refused = await askAs(`${without.server.url}/api/setup/vms`, { method: 'POST', headers, body });
    expect(refused.status).toBe(404);
    expectDescribed('/api/setup/vms', refused);
  } finally {
    await without.remove();
  }
});
