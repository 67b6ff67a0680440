import { execFile } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ssh2, { type Client } from 'ssh2';
import { afterEach, describe, expect, it } from 'vitest';
import { generateKeyPair } from '../../../src/main/engine/demo/keys.ts';
import {
  type SimulatedVm,
  type SimulatedVmOptions,
  startSimulatedVm,
} from '../../../src/main/engine/demo/index.ts';
import {
  containerShell,
  followLogCommand,
  hostShell,
  inspectCommand,
  listCommand,
  noBoot,
  openChannels,
  openShell,
  probeCommand,
  readBootLine,
  readIdentity,
  readInside,
  readInspect,
  readList,
  readLogs,
  readMachine,
  readProbe,
  type LogFile,
  type ShellChannel,
} from '../../../src/main/engine/vm/index.ts';
import { asRead, readTasks } from '../../unit/demo/read-log.ts';
import { follow, type Followed, followFile, logIn, run } from './ssh-client.ts';
import { eventually } from '../../support/wait.ts';

const inContainer = containerShell('docker', 'winarena');
const hostClient = '/home/azureuser/WindowsAgentArena/src/win-arena-container/client';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function start(options: Partial<SimulatedVmOptions> = {}): Promise<SimulatedVm> {
  const vm = await startSimulatedVm({ seed: 1, speed: 1000, ...options });
  cleanUps.push(vm.close);
  return vm;
}

async function connect(vm: SimulatedVm): Promise<Client> {
  const client = await logIn(vm);
  cleanUps.push(() => client.end());
  return client;
}

function shell(client: Client, command: string): ShellChannel {
  const opened = openShell(openChannels(client), command);
  cleanUps.push(() => opened.close());
  return opened;
}

async function ask(opened: ShellChannel, ...words: readonly string[]): Promise<string> {
  const answer = await opened.ask(60, words);
  if (answer === null) throw new Error(`no answer to ${words.join(' ')}`);
  return answer;
}

/** The newest run's log in the container, once there is one. */
function runLog(opened: ShellChannel): Promise<LogFile> {
  return eventually(async () => {
    const [log] = readInside(await ask(opened, 'inside')).logs;
    if (log === undefined) throw new Error('no run yet');
    return log;
  });
}

describe('log-in', () => {
  it('takes its own key, shown with the pinned host key, in a file for its owner only', async () => {
    const vm = await start();
    expect(vm.vmConfig).toMatchObject({ name: 'demo-vm', azure: null });
    expect(vm.vmConfig.ssh).toMatchObject({
      host: '127.0.0.1',
      port: vm.port,
      agent: false,
      hostKey: vm.hostKeyFingerprint,
    });
    const key = vm.vmConfig.ssh.privateKey ?? '';
    if (process.platform !== 'win32') expect(statSync(key).mode & 0o777).toBe(0o600);
    const client = await connect(vm);
    expect(await run(client, 'sh', 'echo hello\n')).toEqual({
      code: 127,
      stderr: 'sh: not part of the simulation\n',
    });
  });

  it('refuses every other key, user and method', async () => {
    const vm = await start();
    await expect(logIn(vm, { privateKey: generateKeyPair().privateKey })).rejects.toThrow(
      'authentication methods failed',
    );
    await expect(logIn(vm, { username: 'root' })).rejects.toThrow('authentication methods failed');
    await expect(logIn(vm, { password: 'docker', authHandler: ['password'] })).rejects.toThrow(
      'authentication methods failed',
    );
  });
});

describe('the shell', () => {
  it('answers on the VM as a real one does', async () => {
    const vm = await start({ timings: { bootMs: 1000 } });
    const host = shell(await connect(vm), hostShell);
    const askedAtMs = Date.now();
    const answer = await ask(host, 'machine', '/srv');
    const machine = readMachine(answer, askedAtMs);
    const answeredAfterMs = Date.now() - askedAtMs;
    expect(machine).toMatchObject({ kvm: true, zoneOffsetMinutes: 0 });
    expect(machine.bootId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(Math.abs(machine.clockSkewMs ?? Infinity)).toBeLessThan(1_000 + answeredAfterMs);
    expect(machine.disks.map(({ mount }) => mount)).toEqual(['/', '/mnt']);
    const list = readList(await ask(host, ...listCommand('docker')));
    expect(list).toMatchObject({ kind: 'ok', value: [{ name: 'winarena' }] });
    const inspect = readInspect(await ask(host, ...inspectCommand('docker', ['winarena'])), ['winarena']);
    expect(inspect).toMatchObject({ kind: 'ok', value: [{ state: 'running', exitCode: 0 }] });
    expect(await ask(host, ...probeCommand('localhost', 5000))).toMatch(
      /^curl: \(7\) Failed to connect to localhost port 5000 .*: Connection refused\n\nhttp 000\n$/,
    );
    expect(await ask(host, 'no_such_function', "it's")).toBe('sh: 1: no_such_function: not found\n');
    expect(await ask(host, 'run', 'uptime')).toBe('sh: 1: uptime: not found\n\nexit 127\n');
    expect(await ask(host, 'host')).toBe('');
  });

  it('answers in the container as a real one does', async () => {
    const booting = shell(
      await connect(await start({ speed: 1, timings: { bootMs: 3_600_000 } })),
      inContainer,
    );
    expect(readProbe(await ask(booting, ...probeCommand('172.30.0.2', 5000)))).toMatchObject({
      kind: 'refused',
    });
    // One run that does not end while it is asked for.
    const vm = await start({ timings: { shortestTaskMs: 1e9, longestTaskMs: 1e9 } });
    const client = await connect(vm);
    const container = shell(client, inContainer);
    await eventually(async () => {
      expect(readProbe(await ask(container, ...probeCommand('172.30.0.2', 5000)))).toEqual({ kind: 'ready' });
    });
    expect(readProbe(await ask(container, ...probeCommand('20.20.20.21', 5000)))).toMatchObject({
      kind: 'silent',
    });

    const path = (await runLog(container)).path;
    const inside = readInside(await ask(container, 'inside'));
    expect(inside.guests.map(({ address }) => address)).toEqual(['172.30.0.2']);
    expect(inside.folders).toEqual(['/client/results']);
    expect(inside.runners).toHaveLength(1);
    expect(inside.runners[0]?.arguments).toMatchObject({
      agent: 'navi',
      result_dir: './results',
      num_workers: '1',
    });
    expect(path).toMatch(/^\/client\/results\/logs\/normal-0-\d{8}@\d{6}\.log$/);

    const identity = await eventually(async () => {
      const read = readIdentity(await ask(container, 'identify', path, '100'));
      expect(Buffer.byteLength(read?.head ?? '')).toBe(100);
      return read;
    });
    expect(identity?.inode).toBe(inside.logs[0]?.inode);
    expect(identity?.head).toContain('[31mINFO');
    expect(readIdentity(await ask(container, 'identify', '/client/results/logs/none.log', '100'))).toBeNull();
    // The folder is a bind mount: the same file is seen from the VM.
    const host = shell(client, hostShell);
    const onHost = readLogs(await ask(host, 'host', 'yes', 'logs', `${hostClient}/results`));
    expect(onHost.map(({ inode }) => inode)).toEqual([identity?.inode]);
  });

  it('answers more than fits into one frame line, and no more than 64 KiB', async () => {
    const vm = await start();
    const host = shell(await connect(vm), hostShell);
    await eventually(async () => {
      const log = await ask(host, 'run', 'docker', 'logs', 'winarena');
      expect(log).toMatch(/Keeping container alive\n\nexit 0\n$/);
      expect(log.length).toBeGreaterThan(10_000);
    });
    const container = shell(await connect(vm), inContainer);
    await eventually(async () => {
      // The machine keeps the newest log only.
      const { path } = await runLog(container);
      expect(Buffer.byteLength(await ask(container, 'identify', path, '1000000'))).toBe(65_536);
    });
  });

  it('opens nothing but what is simulated', async () => {
    const vm = await start();
    const client = await connect(vm);
    for (const command of ['bash', 'docker exec -i other sh', 'cat /etc/passwd']) {
      expect(await run(client, command, '')).toEqual({
        code: 127,
        stderr: 'sh: not part of the simulation\n',
      });
    }
    const error = await new Promise((resolve) => client.shell(resolve));
    expect(error).toBeInstanceOf(Error);
  });
});

describe('following', () => {
  it('gives exactly the bytes from an offset on, to two clients at once', async () => {
    const vm = await start({ speed: 300, timings: { idleMs: 3_600_000 } });
    const [first, second] = await Promise.all([connect(vm), connect(vm)]);
    const container = shell(first, inContainer);
    const log = await runLog(container);
    const { path } = log;
    const whole = followFile(first, inContainer, log, 0);
    // An offset in the middle of a record, while the file still grows.
    await eventually(() => expect(whole.bytes().length).toBeGreaterThan(5_000));
    const offset = 4_321;
    const rest = followFile(second, hostShell, { ...log, path: path.replace('/client', hostClient) }, offset);
    await eventually(() => expect(whole.bytes().toString()).toContain('Average score'));
    await eventually(() => expect(rest.bytes().length).toBe(whole.bytes().length - offset));
    expect(rest.bytes().equals(whole.bytes().subarray(offset))).toBe(true);
    expect(readTasks(whole.bytes())).toEqual(asRead(vm.truth()));
    // Nothing is told twice to a client that begins at the end.
    const size = readIdentity(await ask(container, 'identify', path, '0'))?.size;
    expect(size).toBe(whole.bytes().length);
  });

  it('gives the log of the container from its beginning, phase by phase', async () => {
    const vm = await start({ speed: 100 });
    const followed = follow(
      await connect(vm),
      hostShell,
      followLogCommand('docker', 'winarena', '2026-01-28T22:00:00Z'),
    );
    await eventually(() => expect(followed.bytes().toString()).toContain('Keeping container alive'));
    const phases = new Set<string>();
    let state = noBoot;
    for (const line of followed.bytes().toString().split('\n')) {
      state = readBootLine(state, line.replace(/^\S+Z /, ''));
      if (state.phase !== null) phases.add(state.phase);
    }
    expect([...phases]).toEqual([
      'starting',
      'downloading',
      'extracting',
      'configuring',
      'building',
      'booting',
      'oobe',
    ]);
  });

  it('follows no file but the one that is meant', async () => {
    const vm = await start();
    const followed = followFile(await connect(vm), inContainer, { path: '/client/none.log', inode: '1' }, 0);
    await eventually(() => expect(followed.isClosed()).toBe(true));
    expect(followed.notices.join('')).toBe('another file\n');
    expect(followed.bytes()).toHaveLength(0);
  });

  it('loses nothing over many runs at the highest speed', async () => {
    const vm = await start({ seed: 4 });
    const client = await connect(vm);
    const container = shell(client, inContainer);
    const logs = new Map<string, Followed>();
    // The machine keeps the newest log only: one may be gone before it is opened, which is said.
    const opened = (): Followed[] => [...logs.values()].filter((log) => log.notices.length === 0);
    const isWhole = (log: Followed): boolean => /Average score: [\d.]+\n$/.test(log.bytes().toString());
    await eventually(async () => {
      for (const log of readInside(await ask(container, 'inside')).logs) {
        if (!logs.has(log.path)) logs.set(log.path, followFile(client, inContainer, log, 0));
      }
      expect(opened().filter(isWhole).length).toBeGreaterThan(1);
    });
    await eventually(() => {
      expect(opened().slice(0, -1).every(isWhole)).toBe(true);
    });
    const complete = opened().filter(isWhole);
    const truth = asRead(vm.truth());
    for (const log of complete) {
      const read = readTasks(log.bytes());
      expect(read).toHaveLength(12);
      expect(read).toEqual(truth.filter((task) => task.runStartedAt === read[0]?.runStartedAt));
    }
  });
});

describe('a machine that goes away', () => {
  it('resets its connections, refuses new ones, and is back on the same port', async () => {
    const vm = await start();
    const client = await logIn(vm);
    const gone = new Promise<void>((resolve) => client.once('close', resolve));
    await vm.stopListening();
    // What was there stays until it is reset.
    expect(await run(client, 'bash', '')).toMatchObject({ code: 127 });
    await expect(logIn(vm)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    vm.disconnectAll();
    await gone;
    await vm.listenAgain();
    expect(await run(await connect(vm), 'bash', '')).toMatchObject({ code: 127 });
  });

  it('leaves nothing behind when it is closed', async () => {
    const vm = await start();
    const client = await logIn(vm);
    const followed = follow(
      client,
      hostShell,
      followLogCommand('docker', 'winarena', '2026-01-28T22:00:00Z'),
    );
    await eventually(() => expect(followed.bytes().length).toBeGreaterThan(0));
    const gone = new Promise<void>((resolve) => client.once('close', resolve));
    await vm.close();
    await gone;
    expect(existsSync(dirname(vm.vmConfig.ssh.privateKey ?? ''))).toBe(false);
    const ended = vm.truth().length;
    await vm.close();
    expect(vm.truth()).toHaveLength(ended);
    await expect(connectAnyway(vm.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('lets its process end by itself, with a client that still followed', async () => {
    const file = fileURLToPath(new URL('close-and-end.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: 200_000 });
    expect(stdout).toBe('closed\n');
  });
});

describe('options', () => {
  it.each([{ speed: 0 }, { speed: 1001 }, { speed: Number.NaN }, { tasksPerRun: 0 }, { tasksPerRun: 1.5 }])(
    'refuses %j',
    async (options) => {
      await expect(startSimulatedVm({ seed: 1, speed: 1, ...options })).rejects.toThrow(RangeError);
    },
  );
});

function connectAnyway(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    client.once('ready', resolve).once('error', reject);
    client.connect({ host: '127.0.0.1', port, username: 'azureuser', password: 'x' });
  });
}
