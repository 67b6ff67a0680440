/** Tests how the script finds the tools of the machine: docker, curl, grep. */
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { evidenceCommand, readEvidence } from '../../../src/main/engine/vm/container-choice.ts';
import { followLogCommand } from '../../../src/main/engine/vm/docker-commands.ts';
import type { ContainerState } from '../../../src/main/engine/vm/docker.ts';
import { openFollow } from '../../../src/main/engine/vm/follow-channel.ts';
import { openShell } from '../../../src/main/engine/vm/shell-channel.ts';
import { shellThroughHost } from '../../../src/main/engine/vm/shell-through-host.ts';
import { readHost, readInside } from '../../../src/main/engine/vm/surroundings.ts';
import { processesOf, signal } from '../../support/real-vm/processes.ts';
import { until } from '../../support/wait.ts';
import { localShell } from './local-shell.ts';
import { shellsOfPath } from './shells.ts';

describe.each(shellsOfPath)('the script with the tools of its PATH, under %s', (_name, program) => {
  let dir: string;
  beforeEach(() => {
    dir = realpathSync(mkdtempSync(join(tmpdir(), 'benchtray-tools-')));
  });
  afterEach(async () => {
    await until(() => processesOf(dir).length === 0, 'nothing is left behind');
    rmSync(dir, { recursive: true });
  });

  it.each([
    ['0::/system.slice/docker-0123.scope\n', false],
    ['4:memory:/docker/0123\n0::/\n', false],
    ['0::/machine.slice/libpod-0123.scope\n', false],
    ['0::/kubepods.slice/x\n', false],
    ['0::/user.slice/user-1000.slice/session-4.scope\n', true],
  ])('a process of the control group %j is one of the machine: %s', async (cgroup, isOurs) => {
    mkdirSync(join(dir, 'proc/77'), { recursive: true });
    writeFileSync(join(dir, 'proc/77/cgroup'), cgroup);
    writeFileSync(join(dir, 'proc/77/cmdline'), 'python\0run.py\0');
    // What grep has found is taken as it is.
    mkdirSync(join(dir, 'bin'));
    writeFileSync(
      join(dir, 'bin/grep'),
      `#!/bin/sh\n[ "$1" != -z ] || exit 1\necho '${dir}/proc/77/cmdline'\n`,
      { mode: 0o755 },
    );
    const other = localShell(program, {
      VM_DIR: dir,
      PATH: `${join(dir, 'bin')}:${process.env['PATH'] ?? ''}`,
    });
    const otherShell = openShell(other.channels, 'sh');
    const { runners } = readHost((await otherShell.ask(60, ['host', 'yes'])) ?? '');
    const inside = readInside((await otherShell.ask(60, ['inside'])) ?? '');
    shellThroughHost(otherShell, 'docker', 'winarena');
    const withPassing = readHost((await otherShell.ask(60, ['host', 'yes'])) ?? '');
    otherShell.close();
    expect(runners).toHaveLength(isOurs ? 1 : 0);
    // The same where the shell also passes requests on to the container.
    expect(withPassing.runners).toEqual(runners);
    expect(inside.runners).toMatchObject([{ pid: 77, cwd: null, results: null }]);
  });

  it('counts what runs in several containers, and lets no command line out', async () => {
    mkdirSync(join(dir, 'bin'));
    const docker = String.raw`#!/bin/sh
case $1 in
  top) echo 'PID COMMAND'; case $2 in
    winarena) echo '12 bash -c cd /client && python -u run.py --key sk-secret'; echo '13 /usr/bin/qemu-system-x86_64 -m 8G';;
    waa-container) echo ' 14  python3 -u /client/run.py --api_key sk-secret'; echo '15 qemu-system-x86_64';;
    third) echo '16 python /run/balloon.py'; echo '17 vim run.py';;
  esac;;
esac
`;
    const curl = String.raw`#!/bin/sh
for url; do :; done
case $url in *172.17.0.2:5000/probe) printf '{"status":"Probe successful"}
http 200
';; *) echo 'curl: (7) refused'; exit 7;; esac
`;
    writeFileSync(join(dir, 'bin/docker'), docker, { mode: 0o755 });
    writeFileSync(join(dir, 'bin/curl'), curl, { mode: 0o755 });
    const other = localShell(program, {
      VM_DIR: dir,
      PATH: `${join(dir, 'bin')}:${process.env['PATH'] ?? ''}`,
    });
    const otherShell = openShell(other.channels, 'sh');
    const state = (name: string, startedAt: string, ...addresses: string[]): ContainerState => ({
      ...{
        name,
        startedAt,
        addresses,
        state: 'running',
        exitCode: 0,
        startError: null,
        outOfMemory: false,
        mounts: [],
      },
    });
    const containers = [
      state('winarena', '2026-01-28T22:00:00.500Z', '172.17.0.2'),
      state('waa-container', '2026-01-28T23:00:00.000Z'),
      state('third', 't', '10.0.0.3', '10.0.0.4'),
    ];
    const words = evidenceCommand('docker', 5000, containers);
    const answer = (await otherShell.ask(60, words)) ?? '';
    otherShell.close();
    expect(answer).not.toContain('secret');
    const none = { runsBenchmark: false, hasGuest: false, answers: false };
    expect(readEvidence(answer, containers)).toEqual([
      { name: 'winarena', startedAt: '2026-01-28T22:00:00.500Z', ...none, hasGuest: true, answers: true },
      {
        name: 'waa-container',
        startedAt: '2026-01-28T23:00:00.000Z',
        ...none,
        runsBenchmark: true,
        hasGuest: true,
      },
      { name: 'third', startedAt: 't', ...none },
    ]);
  });

  it("gives a container's log as it is, a mark, and what is added, its errors too, and leaves nothing behind", async () => {
    mkdirSync(join(dir, 'bin'));
    const log = join(dir, 'container.log');
    writeFileSync(log, 't1 one\nt2 two\n');
    const docker = String.raw`#!/bin/sh
case " $* " in
  *' --follow '*) echo 't0 an error' >&2; exec tail -n +1 -f ${log};;
  *) cat ${log};;
esac
`;
    writeFileSync(join(dir, 'bin/docker'), docker, { mode: 0o755 });
    const other = localShell(program, {
      VM_DIR: dir,
      PATH: `${join(dir, 'bin')}:${process.env['PATH'] ?? ''}`,
    });
    let seen = '';
    const channel = openFollow(other.channels, 'sh', followLogCommand('docker', 'winarena', 't'), {
      data: (chunk) => (seen += chunk.toString()),
      notice: (text) => (seen += `stderr: ${text}`),
      closed: () => (seen += ' closed'),
    });
    await until(() => seen.split('t2 two').length >= 3, 'all twice');
    appendFileSync(log, 't3 three\n');
    await until(() => seen.endsWith('t3 three\n'), 'what is added');
    expect(seen).toBe('t1 one\nt2 two\n\nt0 an error\nt1 one\nt2 two\nt3 three\n');
    channel.close();
    await until(() => processesOf(dir).length === 0, 'docker logs ends with the channel');
  });

  /** The shell on the VM, with a docker whose `exec` is this script. */
  function machineWith(exec: string) {
    mkdirSync(join(dir, 'bin'));
    writeFileSync(join(dir, 'bin/docker'), `#!/bin/sh\nshift 3\n${exec}\n`, { mode: 0o755 });
    const other = localShell(program, {
      VM_DIR: dir,
      PATH: `${join(dir, 'bin')}:${process.env['PATH'] ?? ''}`,
    });
    return openShell(other.channels, 'sh');
  }

  it('keeps a shell in the container, which answers until it ends', async () => {
    const host = machineWith(`echo $$ >>${dir}/started; exec "$@"`);
    const inside = shellThroughHost(host, 'docker', 'winarena');
    const ends: string[] = [];
    inside.onEnd(({ kind }) => ends.push(kind));
    const path = join(dir, 'a name with ü.log');
    writeFileSync(path, 'x'.repeat(20_000));
    const long = 'y'.repeat(9_000);
    const [logs, piece, said] = await Promise.all([
      inside.ask(60, ['logs', path]),
      inside.ask(60, ['identify', path, '20000']),
      inside.ask(60, ['say', long]),
    ]);
    expect(logs).toContain(path);
    expect(piece?.split('\n')[1]).toBe('x'.repeat(20_000));
    expect(said?.trimEnd()).toBe(long);
    expect(readFileSync(join(dir, 'started'), 'utf8').trim().split('\n')).toHaveLength(1);
    process.kill(Number(readFileSync(join(dir, 'started'), 'utf8')), 'SIGKILL');
    await until(() => ends.length > 0, 'its end is heard');
    expect(ends).toEqual(['ended']);
    expect(await inside.ask(60, ['true'])).toBeNull();
    expect(await host.ask(60, ['true'])).toBe('');
    // Another one takes its place.
    const next = shellThroughHost(host, 'docker', 'winarena');
    expect(await next.ask(60, ['true'])).toBe('');
    next.close();
    expect(await host.ask(60, ['true'])).toBe('');
    await until(() => processesOf(dir).length < 2, 'nothing of it is left beside the shell on the VM');
    host.close();
  });

  it('is not held up by a container that takes no requests', async () => {
    const host = machineWith('exec sleep 1000');
    const inside = shellThroughHost(host, 'docker', 'winarena');
    const asked = Array.from({ length: 200 }, () => inside.ask(60, ['say', 'z'.repeat(1_000)]));
    expect(await host.ask(60, ['true'])).toBe('');
    inside.close();
    expect(await Promise.all(asked)).toEqual(asked.map(() => null));
    expect(await host.ask(60, ['true'])).toBe('');
    host.close();
  });

  it('never waits for a container that has stopped to read', async () => {
    const host = machineWith(`echo $$ >${dir}/started; exec "$@"`);
    const inside = shellThroughHost(host, 'docker', 'winarena');
    expect(await inside.ask(60, ['true'])).toBe('');
    const pid = Number(readFileSync(join(dir, 'started'), 'utf8'));
    process.kill(pid, 'SIGSTOP');
    const asked = Array.from({ length: 100 }, () => inside.ask(60, ['say', 'z'.repeat(1_000)]));
    expect(await Promise.all(asked)).toEqual(asked.map(() => null));
    expect(inside.closed).toBe(true);
    expect(await host.ask(60, ['true'])).toBe('');
    // It may have been ended with the shell.
    signal(pid, 'SIGCONT');
    host.close();
  });
});
