/** A person tries a hook. */
import { writeFileSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { until } from '../../support/wait.ts';
import {
  program,
  readIfThere,
  startReceiver,
  startTestHooks,
  type Receiver,
  type TestHooks,
} from './support.ts';

let hooks: TestHooks;
let receiver: Receiver | undefined;
afterEach(async () => {
  await hooks.stop();
  await receiver?.close();
  receiver = undefined;
});

it('delivers one message to that hook alone, and shows how it went', async () => {
  receiver = await startReceiver((response, index) => response.writeHead(index === 0 ? 200 : 404).end());
  const { url } = receiver;
  hooks = startTestHooks([{ url, vms: ['vm-a'] }, { url: `${url}&other` }]);
  expect(await hooks.test(0)).toMatchObject({ ok: true, error: null });
  expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({
    event: 'test',
    id: expect.stringMatching(/^test-\d+$/) as string,
    vm: 'vm-a',
    data: { message: 'This is a test of BenchTray. Nothing has happened.' },
    text: 'This is a test of BenchTray. Nothing has happened.',
  });
  expect(hooks.status()).toMatchObject([
    { ok: true, last_success_at: expect.any(String) as string, last_failure_at: null, delivered: 0 },
    { ok: null, last_success_at: null },
  ]);
  expect(await hooks.test(0)).toMatchObject({ ok: false, error: 'It answered with status 404.' });
  expect(hooks.status()[0]).toMatchObject({
    ...{ ok: false, last_error: 'It answered with status 404.', failures: 0 },
    last_failure_at: expect.any(String) as string,
  });
  expect(receiver.received).toHaveLength(2);
  expect(await hooks.test(2)).toBe('absent');
  expect(JSON.stringify(hooks.status()) + hooks.logged()).not.toMatch(/hunter2|secret-path/);
});

it('refuses another hook at the same place, and finds one that has moved', async () => {
  receiver = await startReceiver((response) => response.end());
  const { url } = receiver;
  const hookOf = (path: string) => ({ on: ['error' as const], timeoutSeconds: 60, url: `${url}/${path}` });
  const [a, b] = [hookOf('a'), hookOf('b')];
  hooks = startTestHooks([a, b]);
  const [idA = '', idB = ''] = hooks.status().map(({ id }) => id);
  hooks.use([b]);
  expect(hooks.status().map(({ id }) => id)).toEqual([idB]);
  expect(await hooks.test(0, idA)).toBe('changed');
  expect(await hooks.test(1, idB)).toBe('changed');
  expect(receiver.received).toEqual([]);
  expect(await hooks.test(0, idB)).toMatchObject({ ok: true });
  expect(receiver.received).toHaveLength(1);
});

it('does not wait for the events before it, and goes on only once at a time', async () => {
  hooks = startTestHooks([]);
  const command = program(
    hooks.folder,
    'tried',
    `import { existsSync, readFileSync, appendFileSync } from 'node:fs';
     const { event } = JSON.parse(readFileSync(0, 'utf8'));
     appendFileSync(process.argv[2], event + ' ');
     if (event === 'error') setInterval(() => existsSync(process.argv[2] + '.go') && process.exit(), 20);`,
  );
  hooks.use([{ on: ['error'], timeoutSeconds: 60, command }]);
  hooks.happen('One');
  await until(() => readIfThere(command[2]) === 'error ', 'the first event is on');
  const [first, second] = await Promise.all([hooks.test(0), hooks.test(0)]);
  expect(first).toMatchObject({ ok: true });
  expect(second).toBe('busy');
  expect(readIfThere(command[2])).toBe('error test ');
  writeFileSync(`${command[2]}.go`, '');
  await until(() => hooks.status()[0]?.delivered === 1, 'the event is delivered');
});

it('does not wait for hooks that hang, however many', async () => {
  hooks = startTestHooks([]);
  const command = program(
    hooks.folder,
    'hangs',
    `import { appendFileSync, readFileSync } from 'node:fs';
     const { event } = JSON.parse(readFileSync(0, 'utf8'));
     appendFileSync(process.argv[2], event + ' ');
     if (event === 'error') setInterval(() => undefined, 1000);`,
  );
  const hanging = { on: ['error' as const], timeoutSeconds: 60, command };
  hooks.use([hanging, hanging, hanging, hanging, { on: ['run_end'], timeoutSeconds: 60, command }]);
  hooks.happen('One');
  await until(() => readIfThere(command[2]) === 'error '.repeat(4), 'four hooks hang');
  expect(await hooks.test(4)).toMatchObject({ ok: true });
});

it('ends with BenchTray', async () => {
  hooks = startTestHooks([]);
  const command = program(
    hooks.folder,
    'slow',
    `import { writeFileSync } from 'node:fs'; writeFileSync(process.argv[2], 'on'); setInterval(() => 0, 1000);`,
  );
  hooks.use([{ on: ['error'], timeoutSeconds: 300, command }]);
  const test = hooks.test(0);
  await until(() => readIfThere(command[2]), 'the program is on');
  await hooks.close();
  expect(await test).toMatchObject({ ok: false, error: 'It was ended by SIGKILL.' });
});
