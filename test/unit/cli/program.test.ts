import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../../../src/main/cli/program.ts';
import { UserError } from '../../../src/shared/user-error.ts';
import { fakeIo, type FakeIo } from './fake-io.ts';
import { runViewOf } from './history-fixtures.ts';
import { startStopwatch } from '../../support/stopwatch.ts';
import { eventually } from '../../support/wait.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'benchtray-cli-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const configFile = (content: object) => {
  const path = join(folder, 'c.json');
  writeFileSync(path, JSON.stringify(content));
  return path;
};
const oneVm = { vms: [{ name: 'a', ssh: { host: 'h' } }] };

describe('usage', () => {
  it.each([
    [['srve'], /^error: unknown command 'srve' \(Did you mean serve\?\)\n$/],
    [['serve', '--nope'], /^error: unknown option '--nope'\n$/],
    [['serve', 'extra'], /^error: too many arguments/],
    [
      ['serve', '--port', 'x'],
      /^error: option '--port <number>' argument 'x' is invalid. Expected a port number/,
    ],
    [['serve', '--port', '65536'], /argument '65536' is invalid/],
    [['serve', '--port', '80.5'], /argument '80.5' is invalid/],
    [['serve', '--port', ''], /argument '' is invalid/],
    [['serve', '--port', '6000'], /argument '6000' is invalid. Expected a port number .* that browsers open/],
    [['serve', '--port'], /argument missing/],
    [['serve', '--host', ''], /Expected an address of this machine/],
    [
      ['serve', '--host', '0.0.0.0'],
      /^--host 0.0.0.0 lets other machines in, which needs TLS: found no "server.external" in /,
    ],
    [['demo', '--speed', '0'], /Expected a number above 0 and up to 1000/],
    [['demo', '--speed', '1001'], /argument '1001' is invalid/],
    [['demo', '--seed', '1.5'], /Expected a whole number/],
    [['watch', '--url', 'ftp://x'], /^--url: found "ftp:\/\/x"/],
    [['status', '--url', 'ftp://x'], /^--url: found "ftp:\/\/x"/],
    [['runs', '--limit', '0'], /Expected a whole number from 1 to 100000/],
    [['runs', '--search', 'x'.repeat(201)], /Expected 0 to 200 characters/],
    [['log', 'latest', '--grep', ''], /Expected 1 to 400 characters/],
    [['runs', 'extra'], /^error: too many arguments/],
    [['tasks'], /^error: missing required argument 'run'\n$/],
    [['config', 'show'], /^error: unknown command 'show'/],
    [['--log-level', 'loud', 'serve'], /Allowed choices are trace, debug/],
    [[], /^Usage: benchtray/],
  ])('%j is wrong', async (args, message) => {
    const { io, err, out, steps } = fakeIo(folder);
    expect(await runCli(args, io)).toBe(2);
    expect(err()).toMatch(message);
    expect(err()).not.toMatch(/^\s+at /m);
    expect(out()).toBe('');
    expect(steps).toEqual([]);
  });

  it.each([
    ['serve'],
    ['demo'],
    ['watch'],
    ['status'],
    ['runs'],
    ['tasks'],
    ['config', 'check'],
    ['config', 'print'],
    ['config', 'path'],
    ['config', 'schema'],
    ['key', 'add'],
    ['key', 'list'],
  ])('%s %s has help, version and log options', async (...args) => {
    const help = fakeIo(folder);
    expect(await runCli([...args, '--help'], help.io)).toBe(0);
    expect(help.out()).toContain(`Usage: benchtray ${args.join(' ')} [options]`);
    expect(help.out()).toContain('--log-level');
    expect(help.out()).toContain('--log-file');
    // Lines break where the terminal ends.
    expect(help.out().replace(/\s+/g, ' ')).toContain('of other commands: no log)');
    const version = fakeIo(folder);
    expect(await runCli([...args, '--version'], version.io)).toBe(0);
    expect(version.out()).toBe('1.2.3\n');
  });
});

/** Runs a command that goes on until it is stopped, and stops it once `ready` holds. */
async function runUntil(
  args: readonly string[],
  fake: FakeIo,
  ready?: () => void | Promise<void>,
): Promise<number> {
  const exit = runCli(args, fake.io);
  await eventually(() => {
    expect(fake.out()).toContain('listening');
  });
  await ready?.();
  fake.stop();
  return exit;
}

describe('serve', () => {
  it('prints one line when it listens, and closes when it is told to', async () => {
    const fake = fakeIo(folder);
    expect(await runUntil(['serve', '--config', configFile(oneVm), '--port', '4711'], fake)).toBe(0);
    expect(fake.out()).toBe('listening on http://127.0.0.1:4711\n');
    expect(fake.err()).toBe('');
    expect(fake.steps).toEqual(['monitor started', 'monitor closed']);
    expect(readFileSync(join(folder, 'logs', 'benchtray.log'), 'utf8')).toContain('"version":"1.2.3"');
  });

  it('takes --log-file and --log-level, before or after the command', async () => {
    const file = join(folder, 'mine.log');
    await runUntil(['--log-level', 'warn', 'serve', '--log-file', file], fakeIo(folder));
    expect(readFileSync(file, 'utf8')).toBe('');
    expect(existsSync(join(folder, 'logs'))).toBe(false);
  });

  it('sets the address for other machines by --host, and says what that listener is', async () => {
    const external = { host: '10.0.0.1', tls: 'terminated-elsewhere' };
    const path = configFile({ ...oneVm, server: { external } });
    const fake = fakeIo(folder);
    await runUntil(['serve', '--config', path, '--host', '0.0.0.0', '--port', '4711'], fake, async () => {
      writeFileSync(path, JSON.stringify({ server: { external: { ...external, requestsPerMinute: 5 } } }));
      await eventually(() => expect(fake.configs).toHaveLength(2));
      expect(fake.err()).not.toContain('next start');
      writeFileSync(path, JSON.stringify({ server: { external: { ...external, port: 9000 } } }));
      await eventually(() => expect(fake.configs).toHaveLength(3));
      expect(fake.err()).toContain('A change of "server.external" takes effect at the next start.');
      writeFileSync(path, '{}');
      await eventually(() => expect(fake.configs).toHaveLength(4));
      // What was closed opens at the next start, also when it is as it was.
      writeFileSync(path, JSON.stringify({ server: { external } }));
      await eventually(() => expect(fake.configs).toHaveLength(5));
      expect(fake.err().match(/"server.external" takes effect/g)).toHaveLength(2);
    });
    expect(fake.err()).toContain(
      'for other machines, by API key: https://0.0.0.0:8766\nMind the certificate.\n',
    );
    expect(fake.configs.map(({ server }) => [server.port, server.external?.host])).toEqual([
      [4711, '0.0.0.0'],
      [4711, '0.0.0.0'],
      [4711, '0.0.0.0'],
      [4711, undefined],
      [4711, '0.0.0.0'],
    ]);
  });

  it.each(['localhost', '127.0.0.1', '::1'])('leaves everything as it is with --host %s', async (host) => {
    const fake = fakeIo(folder);
    await runUntil(['serve', '--config', configFile(oneVm), '--host', host], fake);
    expect(fake.configs).toMatchObject([{ server: { port: 8765, external: null } }]);
  });

  it('says what to do when there is no VM', async () => {
    const fake = fakeIo(folder);
    await runUntil(['serve'], fake);
    expect(fake.err()).toContain(join(folder, 'config.json'));
    expect(fake.err()).toContain('WAA_VM_IP');
    expect(fake.err()).toContain('benchtray demo');
  });

  it('starts nothing on a wrong configuration, and tells every problem', async () => {
    const fake = fakeIo(folder);
    const path = configFile({ interval: 0, server: { port: 'x' } });
    expect(await runCli(['serve', '--config', path], fake.io)).toBe(2);
    expect(fake.err().trimEnd().split('\n')).toEqual([
      expect.stringContaining(`${path}:1:13: interval: found 0, expected`),
      expect.stringContaining('server.port: found "x", expected'),
    ]);
    expect(fake.steps).toEqual([]);
    expect(existsSync(join(folder, 'logs'))).toBe(false);
  });

  it('takes over changes of the file, and keeps the last good configuration', async () => {
    const path = configFile({ interval: 2 });
    const fake = fakeIo(folder);
    await runUntil(['serve', '--config', path, '--port', '4711'], fake, async () => {
      writeFileSync(path, '{"interval": ');
      await eventually(() => {
        expect(fake.err()).toContain('The last good configuration stays.');
      });
      writeFileSync(path, '{"interval": 3, "dataDir": "/elsewhere"}');
      await eventually(() => {
        expect(fake.configs.map(({ interval }) => interval)).toEqual([2, 3]);
      });
    });
    expect(fake.configs[1]?.server.port).toBe(4711);
    expect(fake.err()).toContain('A change of "dataDir" takes effect at the next start.');
  });

  it.each([1, 2] as const)(
    'tells a failure that a person can mend in a sentence, exit code %d',
    async (exitCode) => {
      const { io, err } = fakeIo(folder, {
        startMonitor: () =>
          Promise.reject(new UserError('Port 8765 is taken.', { exitCode, hint: 'Take another.' })),
      });
      expect(await runCli(['serve', '--config', configFile(oneVm)], io)).toBe(exitCode);
      expect(err()).toBe('Port 8765 is taken.\nTake another.\n');
    },
  );

  it('tells any other failure in a line, and keeps the stack for the log', async () => {
    const { io, err } = fakeIo(folder, { startMonitor: () => Promise.reject(new Error('boom')) });
    expect(await runCli(['serve', '--config', configFile(oneVm)], io)).toBe(1);
    const log = join(folder, 'logs', 'benchtray.log');
    expect(err()).toBe(`Unexpected error: boom (the log says more: ${log})\n`);
    expect(readFileSync(log, 'utf8')).toMatch(/boom\\n +at /);
  });

  it('ends in time even when closing does not', async () => {
    const fake = fakeIo(folder, {
      startMonitor: () =>
        Promise.resolve({
          url: 'http://x',
          external: null,
          notices: [],
          eventIdAtStart: 'journal-0',
          setupCode: null,
          reconfigure: () => undefined,
          close: () => new Promise(() => undefined),
        }),
    });
    const closing = startStopwatch();
    expect(await runUntil(['serve'], fake)).toBe(0);
    expect(closing.stop()).toBeLessThan(2000);
  });
});

describe('demo', () => {
  it('watches the simulated VM, in a folder that is gone afterwards', async () => {
    let dataDir = '';
    const plain = fakeIo(folder);
    const fake: FakeIo = {
      ...plain,
      io: {
        ...plain.io,
        startMonitor: (options) => {
          dataDir = options.dataDir;
          return plain.io.startMonitor(options);
        },
      },
    };
    const exit = await runUntil(['demo', '--port', '0', '--speed', '2.5', '--seed', '7'], fake, () => {
      expect(existsSync(dataDir)).toBe(true);
    });
    expect(exit).toBe(0);
    expect(existsSync(dataDir)).toBe(false);
    expect(fake.configs).toMatchObject([{ server: { port: 0 }, vms: [{ name: 'demo-vm' }] }]);
    expect(fake.steps).toEqual(['VM started', 'monitor started', 'monitor closed', 'VM closed']);
    expect(fake.err()).toContain('2.5 times the speed of life, seed 7');
  });

  it('closes the simulated VM when the rest does not start', async () => {
    const fake = fakeIo(folder, { startMonitor: () => Promise.reject(new UserError('Port 8765 is taken.')) });
    expect(await runCli(['demo'], fake.io)).toBe(1);
    expect(fake.steps).toEqual(['VM started', 'VM closed']);
  });
});

describe('config', () => {
  it('check says yes or no', async () => {
    const good = fakeIo(folder);
    const path = configFile(oneVm);
    expect(await runCli(['config', 'check', '--config', path], good.io)).toBe(0);
    expect(good.out()).toBe(`${path} is valid (VM a).\n`);
    const none = fakeIo(folder);
    expect(await runCli(['config', 'check'], none.io)).toBe(0);
    expect(none.out()).toContain('No configuration file at');
    const bad = fakeIo(folder);
    expect(await runCli(['config', 'check', '--config', configFile({ vmz: [] })], bad.io)).toBe(2);
    expect(bad.err()).toContain('vmz: unknown key, the nearest known one is "vms".');
    expect(existsSync(join(folder, 'logs'))).toBe(false);
  });

  it('print prints what is in force, without secrets', async () => {
    const { io, out } = fakeIo(folder);
    const path = configFile({ ...oneVm, hooks: [{ on: ['error'], url: 'https://hooks.example/T/secret' }] });
    expect(await runCli(['config', 'print', '--config', path], io)).toBe(0);
    expect(JSON.parse(out())).toMatchObject({
      dataDir: folder,
      interval: 5,
      vms: [{ name: 'a' }],
      hooks: [{ url: 'https://hooks.example/***' }],
    });
  });

  it('path says where and why', async () => {
    const { io, out, err } = fakeIo(folder, { env: { BENCHTRAY_CONFIG: join(folder, 'x.json') } });
    expect(await runCli(['config', 'path'], io)).toBe(0);
    expect(out()).toBe(`${join(folder, 'x.json')}\n`);
    expect(err()).toBe('named by BENCHTRAY_CONFIG, there is no file\n');
  });

  it('schema prints JSON', async () => {
    const { io, out } = fakeIo(folder);
    expect(await runCli(['config', 'schema'], io)).toBe(0);
    expect(JSON.parse(out())).toMatchObject({ type: 'object', additionalProperties: false });
  });
});

describe('a signal while a server is asked', () => {
  it.each([
    [['runs'], 1],
    [['log', 'run-1', '--follow'], 0],
  ])('ends %j with %i and without a word', async (args, exitCode) => {
    const fake = fakeIo(folder);
    const server = createServer((request, response) => {
      if (request.url?.startsWith('/api/runs/run-1') === true && !request.url.includes('/log'))
        response
          .setHeader('content-type', 'application/json')
          .end(JSON.stringify({ ...runViewOf('run-1'), tasks: [] }));
      else fake.stop();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await runCli([...args, '--url', `http://127.0.0.1:${port}`], fake.io)).toBe(exitCode);
    expect([fake.out(), fake.err()]).toEqual(['', '']);
    server.closeAllConnections();
    server.close();
  });
});
