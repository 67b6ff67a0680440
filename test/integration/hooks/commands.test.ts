import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startStopwatch } from '../../support/stopwatch.ts';
import { until } from '../../support/wait.ts';
import { isAlive, program, readIfThere, startTestHooks, type HookInput, type TestHooks } from './support.ts';

let hooks: TestHooks | undefined;
afterEach(async () => {
  await hooks?.stop();
  hooks = undefined;
});

/** Hooks whose program is this text. The folder is made by the first start and kept by the second. */
function start(text: string, input: Partial<HookInput> = {}, retryPausesMs: readonly number[] = []): string {
  hooks = startTestHooks([], { retryPausesMs });
  const command = program(hooks.folder, 'told', text);
  hooks.use([{ on: ['error'], timeoutSeconds: 10, command, ...input }]);
  return command[2];
}

const happen = (message: string): void => hooks?.happen(message);
const status = () => hooks?.status()[0];
const settled = () =>
  until(
    () => status()?.pending === 0 && (status()?.last_at ?? status()?.last_error) != null,
    'the hook is through',
  );

describe('a program', () => {
  it('that floods its error output is read to its end, and only the last 2,000 characters are kept', async () => {
    start(
      `import { writeSync } from 'node:fs';
       const write = (text) => { for (let rest = Buffer.from(text); rest.length > 0;) try {
         rest = rest.subarray(writeSync(2, rest));
       } catch (error) { if (error.code !== 'EAGAIN') throw error; } };
       for (let lines = 0; lines < 1024; lines += 1) write('x'.repeat(32_767) + '\\n');
       // More than is kept in one line: what is logged begins where the kept part does.
       write('A'.repeat(100_000) + 'B'.repeat(1_999));
       process.exit(3);`,
    );
    happen('One');
    await settled();
    expect(status()?.last_error).toBe('It ended with exit code 3.');
    expect(hooks?.logged()).toContain(`"AB${'B'.repeat(250)}`);
    expect(hooks?.logged()).not.toContain('AA');
    expect(hooks?.logged()).not.toContain('xx');
  });

  it('is given the event on its standard input, its arguments as they are, and little else', async () => {
    hooks = startTestHooks([], { environment: { ...process.env, NTFY_TOKEN: 'hunter2' } });
    const [node, script, out] = program(
      hooks.folder,
      'told',
      `import { writeFileSync, readFileSync } from 'node:fs';
       writeFileSync(process.argv[2], JSON.stringify({ parameters: process.argv.slice(3),
         environment: process.env, input: readFileSync(0, 'utf8') }));`,
    );
    const parameters = ['$HOME; touch x', '`id`', '*', 'a "b" \'c\'', ''];
    hooks.use([{ on: ['error'], timeoutSeconds: 10, command: [node, script, out, ...parameters] }]);
    hooks.happen('Line one\nline "two" \u0000 \ud800.');
    await settled();

    const told = JSON.parse(readFileSync(out, 'utf8')) as Record<string, unknown>;
    expect(told['parameters']).toEqual(parameters);
    expect(told['environment']).toMatchObject({ BENCHTRAY_EVENT: 'error', BENCHTRAY_VM: 'vm-a' });
    expect(told['environment']).toHaveProperty('PATH', process.env['PATH']);
    expect(JSON.stringify(told['environment'])).not.toContain('hunter2');
    expect(JSON.parse(String(told['input']))).toMatchObject({
      event: 'error',
      id: `${hooks.feed.journalId}-1`,
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
      vm: 'vm-a',
      data: { message: 'Line one\nline "two" \u0000 \ud800.', code: 'internal' },
      text: 'vm-a: Line one line "two" �.',
    });
    expect(status()).toMatchObject({ index: 0, kind: 'command', ok: true, last_error: null, delivered: 1 });
  });

  it('may end without reading what it was given', async () => {
    start('process.exit(0)');
    happen('x'.repeat(1_000_000));
    await settled();
    expect(status()).toMatchObject({ ok: true, delivered: 1, failures: 0 });
  });

  it('is tried again when it fails, and then given up', async () => {
    const out = start(
      `import { appendFileSync } from 'node:fs';
       appendFileSync(process.argv[2], 'x');
       console.error('first line\\ncannot send: ' + process.argv[3]); process.exit(3)`,
      {},
      [5, 10],
    );
    hooks?.use([
      {
        on: ['error'],
        timeoutSeconds: 10,
        command: [process.execPath, out.replace(/out$/, 'mjs'), out, 'hunter2'],
      },
    ]);
    happen('One');
    await settled();
    expect(readIfThere(out)).toBe('xxx');
    expect(status()).toMatchObject({
      ok: false,
      last_error: 'It ended with exit code 3.',
      failures: 1,
      delivered: 0,
    });
    // What it said helps to find out why; the arguments that it was given may be secret.
    expect(hooks?.logged()).toContain('cannot send: ***');
    expect(hooks?.logged()).not.toContain('hunter2');
  });

  it('that works at the second attempt has been told once', async () => {
    const out = start(
      `import { appendFileSync, readFileSync } from 'node:fs';
       appendFileSync(process.argv[2], 'x');
       process.exit(readFileSync(process.argv[2], 'utf8') === 'x' ? 1 : 0)`,
      {},
      [5, 5],
    );
    happen('One');
    await until(() => status()?.delivered === 1, 'the event arrives');
    expect(readIfThere(out)).toBe('xx');
    expect(status()).toMatchObject({ ok: true, last_error: 'It ended with exit code 1.', failures: 0 });
  });

  it('that is not there is named, and not tried again', async () => {
    hooks = startTestHooks([{ command: ['no-such-program-here', 'hunter2'] }]);
    happen('One');
    await settled();
    expect(status()).toMatchObject({
      target: 'no-such-program-here',
      ok: false,
      last_error: 'There is no program "no-such-program-here".',
      failures: 1,
    });
    expect(hooks.logged().match(/a hook has failed/g)).toHaveLength(1);
    expect(hooks.logged()).not.toContain('hunter2');
  });

  it.skipIf(process.platform === 'win32')('that may not be executed is named', async () => {
    hooks = startTestHooks([]);
    const file = join(hooks.folder, 'plain.txt');
    writeFileSync(file, 'no program');
    chmodSync(file, 0o600);
    hooks.use([{ on: ['error'], timeoutSeconds: 10, command: [file] }]);
    happen('One');
    await settled();
    expect(status()?.last_error).toBe(`The program "${file}" may not be executed.`);
  });
});

describe('a program that does not end', () => {
  it('is ended after its time', async () => {
    const out = start(
      `import { writeFileSync } from 'node:fs'; writeFileSync(process.argv[2], String(process.pid)); setInterval(() => {}, 1000)`,
      { timeoutSeconds: 5 },
    );
    happen('One');
    await settled();
    expect(status()?.last_error).toBe('It did not end within 5 s and was ended.');
    expect(isAlive(Number(readIfThere(out)))).toBe(false);
  });

  it.skipIf(process.platform === 'win32')('is ended also when it will not hear of it', async () => {
    const out = start(
      `import { writeFileSync } from 'node:fs';
       process.on('SIGTERM', () => {}); writeFileSync(process.argv[2], String(process.pid)); setInterval(() => {}, 1000)`,
      { timeoutSeconds: 5 },
    );
    happen('One');
    const pid = Number(await until(() => readIfThere(out), 'the program is on'));
    await settled();
    expect(status()).toMatchObject({ failures: 1, ok: false });
    expect(isAlive(pid)).toBe(false);
  });

  const withChild = (then: string) => `import { spawn } from 'node:child_process';
    import { writeFileSync } from 'node:fs';
    const child = spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'], { stdio: 'inherit' });
    writeFileSync(process.argv[2], String(child.pid)); ${then}`;

  it.skipIf(process.platform === 'win32').each([
    ['that waits for it', 'setInterval(() => {}, 1000)', { ok: false, failures: 1 }],
    ['that does not', 'process.exit(0)', { ok: true, failures: 0 }],
  ])('leaves no process behind: one of a program %s', async (_name, then, expected) => {
    const out = start(withChild(then), { timeoutSeconds: 5 });
    happen('One');
    await settled();
    expect(status()).toMatchObject(expected);
    const pid = Number(readIfThere(out));
    expect(pid).toBeGreaterThan(1);
    await until(() => !isAlive(pid), 'the grandchild is gone');
  });

  it('is given a second when everything ends', async () => {
    const out = start(
      `import { writeFileSync } from 'node:fs'; writeFileSync(process.argv[2], String(process.pid)); setInterval(() => {}, 1000)`,
    );
    happen('One');
    happen('Two');
    const pid = Number(await until(() => readIfThere(out), 'the program is on'));
    const beganMs = performance.now();
    const closing = startStopwatch();
    await hooks?.close();
    expect(performance.now() - beganMs).toBeGreaterThan(900);
    expect(closing.stop()).toBeLessThan(1_700);
    expect(isAlive(pid)).toBe(false);
    expect(hooks?.logged()).toContain('"left":1');
  });

  it('that is about to end may do so when everything ends', async () => {
    const out = start(
      `import { existsSync, writeFileSync } from 'node:fs'; writeFileSync(process.argv[2], 'on');
       const timer = setInterval(() => {
         if (!existsSync(process.argv[2] + '.go')) return;
         writeFileSync(process.argv[2], 'done');
         clearInterval(timer);
       }, 5)`,
    );
    happen('One');
    await until(() => readIfThere(out), 'the program is on');
    const closed = hooks?.close();
    writeFileSync(`${out}.go`, '');
    await closed;
    expect(readIfThere(out)).toBe('done');
    expect(status()).toMatchObject({ ok: true, delivered: 1 });
  });
});

it('holds nobody up and keeps a bounded number when events come faster than a program can take them', async () => {
  const out = start(
    `import { appendFileSync, readFileSync } from 'node:fs';
     appendFileSync(process.argv[2], JSON.parse(readFileSync(0, 'utf8')).data.message + '\\n')`,
  );
  for (let number = 1; number <= 1_000; number += 1) {
    happen(`${number}`);
    expect(status()?.pending).toBeLessThanOrEqual(101);
  }
  // The first was under way already; of the rest the newest hundred are left, in order.
  expect(status()).toMatchObject({ dropped: 899, delivered: 0 });
  expect(hooks?.logged().match(/cannot keep up/g)).toHaveLength(1);
  await until(() => (readIfThere(out) ?? '').split('\n').length > 3, 'some have arrived');
  expect(readIfThere(out)?.split('\n').slice(0, 3)).toEqual(['1', '901', '902']);
});
