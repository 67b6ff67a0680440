import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { builtCli } from '../../support/built.ts';
import { makeCertificate } from '../../support/certificate.ts';
import { startChild, type Child } from '../../support/child.ts';
import { livingIn } from '../../support/cli-process.ts';
import { startStopwatch } from '../../support/stopwatch.ts';
import { until } from '../../support/wait.ts';
import { progress, status } from '../../unit/cli/watch-messages.ts';
import { askAs } from '../server/external-support.ts';
import { freePort } from '../../support/free-port.ts';

let folder: string;
let started: Child[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'benchtray-process-'));
  started = [];
});
afterEach(async () => {
  for (const child of started) await child.stop();
  rmSync(folder, { recursive: true });
});

/** The built command line as a process of its own, with folders of its own. */
function start(...args: readonly string[]): Child {
  const child = startChild(process.execPath, [builtCli, ...args], livingIn(folder));
  started.push(child);
  return child;
}

describe('serve', () => {
  it('lets other machines in by keys, and is refused without one', async () => {
    const { cert, key: privateKey } = makeCertificate();
    writeFileSync(join(folder, 'cert.pem'), cert);
    writeFileSync(join(folder, 'key.pem'), privateKey);
    const config = join(folder, 'c.json');
    const port = await freePort();
    const external = { host: '10.255.255.1', port, tls: { cert: 'cert.pem', key: 'key.pem' } };
    writeFileSync(config, JSON.stringify({ server: { port: 0, external } }));
    // The address of the command line counts: this machine does not have the other one.
    const serve = ['serve', '--config', config, '--host', '0.0.0.0'];
    const refused = start(...serve);
    expect(await refused.exit).toBe(2);
    expect(refused.err()).toMatch(/^"server\.external" lets other machines in by API keys, .*\n.*key add/m);
    expect(refused.out()).toBe('');

    const added = start('key', 'add', '--config', config, '--name', 'test');
    expect(await added.exit).toBe(0);
    const server = start(...serve);
    await server.listening();
    await server.until(() => server.err().includes(`https://0.0.0.0:${port}`), 'the external listener');
    const ask = (path: string) => askAs(`https://127.0.0.1:${port}${path}`);
    expect((await ask('/healthz')).status).toBe(401);
    expect((await ask(`/healthz?api_key=${added.out().trim()}`)).status).toBe(200);
    expect(await start('key', 'remove', '--config', config, 'test').exit).toBe(0);
    await until(
      async () => (await ask(`/healthz?api_key=${added.out().trim()}`)).status === 401,
      'the key to be refused',
    );
    expect(await server.stop('SIGTERM')).toBe(0);
    const log = readFileSync(join(folder, 'data', 'logs', 'benchtray.log'), 'utf8');
    expect(log).not.toContain(added.out().trim());
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends cleanly within two seconds on %s, with a stream open',
    async (signal) => {
      const server = start('serve', '--port', '0');
      const url = await server.listening();
      expect((await fetch(`${url}/healthz`)).status).toBe(200);
      const stream = await fetch(`${url}/api/benchmark-sse?vm=*`);
      const ending = startStopwatch();
      expect(await server.stop(signal)).toBe(0);
      expect(ending.stop()).toBeLessThan(2000);
      await expect(stream.text()).resolves.toContain('event: connected');
      expect(server.out()).toBe(`listening on ${url}\n`);
    },
  );

  it('ends within two seconds with a hundred streams open, half of which do not read', async () => {
    const server = start('demo', '--port', '0', '--speed', '20');
    const url = await server.listening();
    const { port } = new URL(url);
    const sockets = Array.from({ length: 100 }, (_, index) => {
      const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
      socket.write('GET /api/benchmark-sse?vm=*&interval=1 HTTP/1.1\r\nHost: localhost\r\n\r\n');
      return index % 2 === 0 ? socket.resume() : socket.pause();
    });
    const figures = async () => (await fetch(`${url}/metrics`)).text();
    await until(async () => (await figures()).includes('\nbenchtray_streams_open 100\n'), 'all are there');
    await until(async () => /sent_total\{event="status"\} [3-9]\d\d/.test(await figures()), 'it goes on');
    const ending = startStopwatch();
    expect(await server.stop('SIGTERM')).toBe(0);
    expect(ending.stop()).toBeLessThan(2000);
    for (const socket of sockets) socket.destroy();
  });

  it('says in a sentence that the port is taken, with its number, or the data folder in use', async () => {
    const url = await start('serve', '--port', '0').listening();
    const config = join(folder, 'other.json');
    writeFileSync(config, JSON.stringify({ dataDir: join(folder, 'other') }));
    const samePort = start('serve', '--config', config, '--port', new URL(url).port);
    expect(await samePort.exit).toBe(1);
    expect(samePort.err()).toContain(new URL(url).port);
    const sameFolder = start('serve', '--port', '0');
    expect(await sameFolder.exit).toBe(1);
    expect(sameFolder.err()).toContain(join(folder, 'data'));
    for (const { out, err } of [samePort, sameFolder]) {
      expect(out()).toBe('');
      expect(err()).not.toMatch(/^\s+at /m);
    }
  });

  it('watches a VM that is written into the file later, until it is taken out again', async () => {
    const config = join(folder, 'c.json');
    writeFileSync(config, '{}');
    const url = await start('serve', '--config', config, '--port', '0').listening();
    const names = async () => {
      const answer = (await (await fetch(`${url}/api/status`)).json()) as { vms: { name: string }[] };
      return answer.vms.map(({ name }) => name).join();
    };
    expect(await names()).toBe('');
    const watch = start('watch', '--url', url);
    await watch.until(() => watch.out().includes('no VM is configured'), 'the empty list');
    writeFileSync(config, '{"vms": [{"name": "later", "ssh": {"host": "127.0.0.1", "port": 1}}]}');
    await until(async () => (await names()) === 'later', 'the new VM');
    await watch.until(() => /later: (?!no longer)/.test(watch.out()), 'its status');
    writeFileSync(config, '{"vms": [');
    writeFileSync(config, '{"vms": []}');
    await until(async () => (await names()) === '', 'no VM');
    await watch.until(() => /later: no longer watched\n.*no VM is configured\n$/.test(watch.out()), 'no VM');
  });
});

describe('wrong usage', () => {
  it.each([
    [['serve', '--port', 'x'], 2],
    [['nonsense'], 2],
    [['config', 'check', '--config', 'absent.json'], 2],
    [['config', 'path'], 0],
    [['--version'], 0],
  ])('%j exits with %d', async (args, code) => {
    const command = start(...args);
    expect(await command.exit).toBe(code);
    expect(command.err()).not.toMatch(/^\s+at /m);
  });
});

describe('demo and watch', () => {
  it('shows a whole run, ends with it, and leaves nothing behind', async () => {
    const demo = start('demo', '--port', '0', '--speed', '100', '--seed', '3');
    const url = await demo.listening();
    const watch = start('watch', '--url', url, '--json', '--until-end');
    expect(await watch.exit).toBe(0);
    const events = watch
      .out()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string; id: string | null; data: Record<string, unknown> });
    expect(events[0]).toMatchObject({ event: 'connected', id: expect.stringMatching(/^\w+-\d+$/) as string });
    expect(events.at(-1)).toMatchObject({
      event: 'progress',
      id: null,
      data: { state: 'finished', tasks_completed: 12 },
    });
    const ofRun = events.filter(({ data }) => data['run_id'] === events.at(-1)?.data['run_id']);
    // `watch` may connect when some tasks are over. The first `progress` counts these, and what was reported just before it.
    const first = ofRun.findIndex(({ event }) => event === 'progress');
    const told = ofRun.slice(first).filter(({ event }) => event === 'task_complete');
    expect(told).toHaveLength(12 - Number(ofRun[first]?.data['tasks_completed']));
    expect(await demo.stop('SIGTERM')).toBe(0);
    expect(readdirSync(folder).filter((name) => name.startsWith('benchtray-demo'))).toEqual([]);
  });

  it('shows nothing that comes behind the end of the run', async () => {
    const frames = [progress(), progress({ state: 'finished' }), status()].map(
      ({ event, data }) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`,
    );
    const server = createServer((request, response) => {
      if (request.url?.startsWith('/api/benchmark-sse') !== true) return response.writeHead(404).end();
      return response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(frames.join(''));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const watch = start('watch', '--url', `http://127.0.0.1:${String(port)}`, '--json', '--until-end');
    expect(await watch.exit).toBe(0);
    server.closeAllConnections();
    server.close();
    const events = watch.out().trimEnd().split('\n');
    expect(events.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual([
      'progress',
      'progress',
    ]);
  });

  it('waits for a server that is not there yet, and survives its restart', async () => {
    const url = `http://127.0.0.1:${String(await freePort())}`;
    const watch = start('watch', '--url', url, '--json');
    await watch.prints(/no BenchTray is running there; trying again/);
    const connections = () => watch.out().split('"event":"connected"').length - 1;
    const second = start('serve', '--port', new URL(url).port);
    await watch.until(() => connections() >= 1, 'a connection');
    await second.stop();
    start('serve', '--port', new URL(url).port);
    await watch.until(() => connections() >= 2, 'another connection');
    expect(await watch.stop('SIGINT')).toBe(0);
  });

  it('ends badly when it is stopped before the run has ended', async () => {
    const url = await start('serve', '--port', '0').listening();
    const watch = start('watch', '--url', url, '--json', '--until-end');
    await watch.until(() => watch.out() !== '', 'a connection');
    expect(await watch.stop('SIGINT')).toBe(1);
  });
});
