import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../../support/free-port.ts';
import { startStopwatch } from '../../support/stopwatch.ts';
import { until } from '../../support/wait.ts';
import { startReceiver, startTestHooks, hookOf, type Receiver, type TestHooks } from './support.ts';

let hooks: TestHooks | undefined;
let receiver: Receiver | undefined;
afterEach(async () => {
  await hooks?.stop();
  await receiver?.close();
  hooks = undefined;
  receiver = undefined;
});

const status = () => hooks?.status()[0];
const settled = () =>
  until(() => status()?.pending === 0 && status()?.last_at != null, 'the hook is through');

describe('an address', () => {
  it('is sent the event as JSON, with the headers that were asked for', async () => {
    receiver = await startReceiver();
    const headers = {
      Priority: 'high',
      'content-type': 'application/x',
      Authorization: { env: 'NTFY_TOKEN' },
    };
    hooks = startTestHooks([{ url: receiver.url, headers }], {
      environment: { NTFY_TOKEN: 'Bearer hunter2\n' },
    });
    hooks.happen('Ünglück <!channel>');
    await settled();
    const [request] = receiver.received;
    expect(request).toMatchObject({ method: 'POST', path: '/secret-path?token=hunter2' });
    expect(request?.headers).toMatchObject({
      priority: 'high',
      authorization: 'Bearer hunter2',
      'content-type': 'application/x',
      'user-agent': 'BenchTray/1.2.3',
    });
    expect(JSON.parse(request?.body ?? '')).toMatchObject({
      event: 'error',
      data: { message: 'Ünglück <!channel>' },
      text: 'vm-a: Ünglück <!channel>',
    });
    expect(status()).toMatchObject({
      kind: 'url',
      ok: true,
      delivered: 1,
      target: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/\*\*\*$/) as unknown,
    });
  });

  it('is sent plain text where that was asked for', async () => {
    receiver = await startReceiver();
    hooks = startTestHooks([{ url: receiver.url, format: 'text' }]);
    hooks.happen('Ünglück');
    await settled();
    expect(receiver.received[0]).toMatchObject({
      body: 'vm-a: Ünglück',
      headers: { 'content-type': 'text/plain; charset=utf-8' },
    });
  });

  it('is tried again after an error of the server, and told once', async () => {
    receiver = await startReceiver((response, index) =>
      response.writeHead([500, 503, 200][index] ?? 500).end(),
    );
    hooks = startTestHooks([{ url: receiver.url }]);
    hooks.happen('One');
    await until(() => status()?.delivered === 1, 'the event arrives');
    expect(receiver.received).toHaveLength(3);
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
    expect(status()).toMatchObject({ ok: true, last_error: 'It answered with status 503.', failures: 0 });
  });

  it('is left alone for as long as it asks', async () => {
    receiver = await startReceiver((response, index) =>
      response.writeHead(index === 0 ? 429 : 200, index === 0 ? { 'Retry-After': '1' } : {}).end(),
    );
    hooks = startTestHooks([{ url: receiver.url }]);
    hooks.happen('One');
    await until(() => status()?.delivered === 1, 'the event arrives');
    const [first, second] = receiver.received;
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it('that refuses the event is not asked again', async () => {
    receiver = await startReceiver((response) => response.writeHead(404).end());
    hooks = startTestHooks([{ url: receiver.url }]);
    hooks.happen('One');
    hooks.happen('Two');
    await until(() => status()?.failures === 2, 'both are given up');
    expect(receiver.received.map(({ body }) => (JSON.parse(body) as { text: string }).text)).toEqual([
      'vm-a: One',
      'vm-a: Two',
    ]);
  });

  it('cannot send us elsewhere', async () => {
    const elsewhere = await startReceiver();
    try {
      receiver = await startReceiver((response) =>
        response.writeHead(307, { Location: elsewhere.url }).end(),
      );
      hooks = startTestHooks([{ url: receiver.url }]);
      hooks.happen('One');
      await settled();
      expect(status()?.last_error).toMatch(/redirect \(307\)/);
      expect(receiver.received).toHaveLength(1);
      expect(elsewhere.received).toHaveLength(0);
    } finally {
      await elsewhere.close();
    }
  });

  it('may answer at any length without anybody reading it', async () => {
    let sentBytes = 0;
    let isCut = false;
    const chunk = Buffer.alloc(65_536, 'x');
    receiver = await startReceiver((response) => {
      response.writeHead(200).on('close', () => (isCut = true));
      const send = (): void => {
        while (!response.destroyed && response.write(chunk)) sentBytes += chunk.length;
        sentBytes += chunk.length;
      };
      response.on('drain', send);
      send();
    });
    hooks = startTestHooks([{ url: receiver.url }]);
    hooks.happen('One');
    await until(() => status()?.delivered === 1, 'the event arrives');
    await until(() => isCut, 'the answer is cut');
    expect(sentBytes).toBeLessThan(16_000_000);
  });

  it('that never answers is given up after its time', async () => {
    receiver = await startReceiver(() => undefined);
    hooks = startTestHooks([{ url: receiver.url, timeoutSeconds: 0.3 }], { retryPausesMs: [] });
    hooks.happen('One');
    await settled();
    expect(status()).toMatchObject({
      ok: false,
      last_error: 'There was no answer within 0.3 s.',
      failures: 1,
    });
  });

  it('that is dead costs a bounded number of attempts and no secret', async () => {
    const url = `http://127.0.0.1:${String(await freePort())}/secret-path?token=hunter2`;
    const headers = { 'X-Key': 'hunter3', Authorization: { env: 'NTFY_TOKEN' } };
    hooks = startTestHooks([{ url, headers }], { environment: { NTFY_TOKEN: 'hunter4' } });
    hooks.happen('One');
    await until(() => status()?.failures === 1, 'it is given up');
    expect(status()?.last_error).toMatch(
      /^It cannot be reached \(connect ECONNREFUSED 127\.0\.0\.1:\d+\)\.$/,
    );
    expect(hooks.logged().match(/"attempt":\d/g)).toEqual(
      [1, 2, 3, 4].map((number) => `"attempt":${number}`),
    );
    expect(hooks.logged() + JSON.stringify(hooks.status())).not.toMatch(/hunter|secret-path/);
  });

  it.each([
    [undefined, 'The environment variable NTFY_TOKEN is not set, which header Authorization needs.'],
    ['hunter\n2', 'The environment variable NTFY_TOKEN holds characters that no header may have.'],
  ])('whose secret is %j says so before the first event', async (token, expected) => {
    receiver = await startReceiver();
    const headers = { Authorization: { env: 'NTFY_TOKEN' } };
    hooks = startTestHooks([{ url: receiver.url, headers }], { environment: { NTFY_TOKEN: token } });
    expect(status()).toMatchObject({ ok: false, last_error: expected, last_at: null });
    expect(hooks.logged()).toContain('a hook cannot work');
    hooks.happen('One');
    await settled();
    expect(receiver.received).toHaveLength(0);
    expect(hooks.logged()).not.toContain('hunter');
  });
});

describe('several hooks', () => {
  it('are told what they asked for, each by itself', async () => {
    const mine = await startReceiver();
    receiver = await startReceiver(() => undefined);
    try {
      hooks = startTestHooks([
        { url: receiver.url },
        { url: mine.url, format: 'text', vms: ['vm-b'] },
        { url: mine.url, format: 'text', on: ['recovered'] },
      ]);
      hooks.happen('One');
      hooks.happen('Two', 'vm-b');
      await until(() => mine.received.length >= 1, 'the event arrives');
      expect(mine.received[0]?.body).toBe('vm-b: Two');
      await until(() => hooks?.status()[1]?.delivered === 1, 'the hook knows');
      expect(hooks.status().map(({ pending }) => pending)).toEqual([2, 0, 0]);
    } finally {
      await mine.close();
    }
  });

  it('that stay in the configuration keep what waits for them; the others end', async () => {
    let open: (() => void) | undefined;
    receiver = await startReceiver((response, index) => {
      if (index === 0) open = () => response.end();
      else response.end();
    });
    const kept = hookOf({ url: receiver.url, format: 'text' });
    hooks = startTestHooks([{ command: ['no-such-program'] }, kept]);
    hooks.happen('One');
    hooks.happen('Two');
    await until(() => open, 'the first is under way');
    hooks.use([{ ...kept }, hookOf({ url: receiver.url, format: 'text', vms: ['vm-b'] })]);
    expect(hooks.status().map(({ index, pending }) => [index, pending])).toEqual([
      [0, 2],
      [1, 0],
    ]);
    hooks.happen('Three', 'vm-b');
    open?.();
    await until(() => hooks?.status().every(({ pending }) => pending === 0), 'all are through');
    expect(receiver.received.map(({ body }) => body).sort()).toEqual([
      'vm-a: One',
      'vm-a: Two',
      'vm-b: Three',
      'vm-b: Three',
    ]);
  });

  it('do not hold up the end for longer than a second', async () => {
    receiver = await startReceiver(() => undefined);
    hooks = startTestHooks(Array.from({ length: 9 }, () => ({ url: receiver?.url })));
    hooks.happen('One');
    await until(() => receiver?.received[3], 'four are under way');
    const closing = startStopwatch();
    await hooks.close();
    expect(closing.stop()).toBeLessThan(1_500);
    expect(receiver.received).toHaveLength(4);
  });
});
