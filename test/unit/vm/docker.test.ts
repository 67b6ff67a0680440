import { describe, expect, it } from 'vitest';
import { readEvent } from '../../../src/main/engine/vm/docker-events.ts';
import {
  followLogCommand,
  inspectCommand,
  lastLinesCommand,
  listCommand,
} from '../../../src/main/engine/vm/docker-commands.ts';
import {
  readInspect,
  readLastLines,
  readList,
  readRestarts,
  rowsOfCutList,
  startTime,
} from '../../../src/main/engine/vm/docker.ts';

const running = { Status: 'running', ExitCode: 0, OOMKilled: false, StartedAt: '2026-01-28T22:00:00Z' };

function inspectLine(
  state: unknown = running,
  networks: unknown = {},
  mounts: unknown = [],
  name = '/winarena',
): string {
  return JSON.stringify([name, state, networks, mounts]);
}

describe('what docker answers', () => {
  it.each([
    [
      'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock\n\nexit 1\n',
      'denied',
    ],
    ['sudo: a password is required\n\nexit 1\n', 'denied'],
    ['sudo: a terminal is required to read the password\n\nexit 1\n', 'denied'],
    ['azureuser is not in the sudoers file.\n\nexit 1\n', 'denied'],
    ["Sorry, user u is not allowed to execute '/usr/bin/podman ps' as root on vm.\n\nexit 1\n", 'denied'],
    ['Sorry, user u may not run sudo on vm.\n\nexit 1\n', 'denied'],
    ['sudo: sorry, you must have a tty to run sudo\n\nexit 1\n', 'denied'],
    ['sudo: interactive authentication is required\n\nexit 1\n', 'denied'],
    ["sudo: I'm sorry u. I'm afraid I can't do that\n\nexit 1\n", 'denied'],
    ['sh: 1: docker: not found\n\nexit 127\n', 'missing'],
    ["timeout: failed to run command 'docker': No such file or directory\n\nexit 127\n", 'missing'],
    ['sudo: docker: command not found\n\nexit 1\n', 'missing'],
    ["sudo: 'podman': command not found\n\nexit 1\n", 'missing'],
    ['Cannot connect to the Docker daemon at unix:///var/run/docker.sock.\n\nexit 1\n', 'failed'],
    [
      'Error: command required for rootless mode with multiple IDs: exec: "newuidmap": executable file not found in $PATH\n\nexit 125\n',
      'failed',
    ],
    ['Error: lstat /run/user/1000: no such file or directory\n\nexit 125\n', 'failed'],
    ['\nexit 124\n', 'failed'],
    ['', 'failed'],
    ['id|winarena|image|Up\n', 'failed'],
    ['\nexit 0\n', 'ok'],
  ])('%j: %s', (answer, kind) => {
    expect(readList(answer).kind).toBe(kind);
    expect(readInspect(answer.replace('\nexit 0', `${inspectLine()}\nexit 0`), ['winarena']).kind).toBe(kind);
  });

  it('is denied by the engine only, not by a settings file that its program may not read', () => {
    const warning =
      'WARNING: Error loading config file: open /home/u/.docker/config.json: permission denied\n';
    const down = 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock.';
    expect(readList(`${warning}${down}\n\nexit 1\n`)).toEqual({ kind: 'failed', detail: down });
    expect(readList(`${warning}permission denied\n\nexit 1\n`).kind).toBe('denied');
  });

  it.each([
    ['3\n\nexit 0\n', 3],
    ['Emulate Docker CLI using podman. Create /etc/containers/nodocker to quiet msg.\n3\n\nexit 0\n', 3],
    ['sudo: unable to resolve host vm: Name or service not known\n12\n\nexit 0\n', 12],
    ['map has no entry for key "RestartCount"\n\nexit 1\n', null],
    ['', null],
  ])('reads the number of restarts beside warnings: %j', (answer, count) => {
    expect(readRestarts(answer)).toBe(count);
  });

  it('says why a container could not be started', () => {
    const error = 'error gathering device information while adding custom device "/dev/kvm": no such file';
    const created = inspectLine({ ...running, Status: 'created', ExitCode: 128, Error: `${error}\n` });
    expect(readInspect(`${created}\n\nexit 0\n`, ['winarena'])).toMatchObject({
      value: [{ state: 'created', startError: error }],
    });
  });

  it("masks the keys in the command that the engine quotes in a container's error", () => {
    const words =
      'runc create failed: exec: "python run.py --openai_api_key abc123def --model gpt-4o": not found';
    const read = (said: string) => {
      const created = inspectLine({ ...running, Status: 'created', ExitCode: 127, Error: said });
      const answer = readInspect(`${created}\n\nexit 0\n`, ['winarena']);
      return answer.kind === 'ok' ? answer.value[0]?.startError : answer;
    };
    expect(read(words)).toBe(
      'runc create failed: exec: "python run.py --openai_api_key *** --model gpt-4o": not found',
    );
    const long = read(`${'x'.repeat(270)} --openai_api_key ${'a1'.repeat(3_000)}`);
    expect(long).toBe(`${'x'.repeat(270)} --openai_api_key ***`);
    expect(read('x'.repeat(400))).toBe(`${'x'.repeat(299)}…`);
  });

  it('masks the keys in what the engine says when it fails', () => {
    expect(readList('cannot run "python run.py --openai_api_key abc123def"\n\nexit 1\n')).toEqual({
      kind: 'failed',
      detail: 'cannot run "python run.py --openai_api_key ***"',
    });
  });

  it('says why it failed, shortly', () => {
    expect(readList('\nexit 2\n')).toEqual({ kind: 'failed', detail: 'docker ended with exit code 2' });
    // What `timeout` ends with: by itself, and when it had to kill.
    for (const end of [124, 137])
      expect(readList(`half a line\nexit ${String(end)}\n`)).toEqual({
        kind: 'failed',
        detail: 'docker does not answer in time',
      });
    expect(readList(`${'x'.repeat(5_000)}\n\nexit 1\n`)).toEqual({
      kind: 'failed',
      detail: `${'x'.repeat(299)}…`,
    });
  });

  it('reads rows as ps prints them, and skips what is none', () => {
    const answer =
      '0123abc|winarena|windowsarena/winarena:latest|Up 2 hours (healthy)\n' +
      '4567def|old,linked/alias|x|Exited (88) 3 minutes ago\n' +
      '89ab|web/database,database|x|Up 3 minutes\n' +
      'WARNING: something\n\nexit 0\n';
    expect(readList(answer)).toEqual({
      kind: 'ok',
      value: [
        {
          name: 'winarena',
          status: 'Up 2 hours (healthy)',
          image: 'windowsarena/winarena:latest',
          id: '0123abc',
        },
        { name: 'old', status: 'Exited (88) 3 minutes ago', image: 'x', id: '4567def' },
        { name: 'database', status: 'Up 3 minutes', image: 'x', id: '89ab' },
      ],
    });
  });

  it('gives the rows of a list that does not fit into an answer, each once with those that run', () => {
    const row = (index: number, status = 'Exited (0) 2 hours ago'): string =>
      `${String(index).padStart(64, '0')}|task-${String(index)}|windowsarena/winarena|${status}\n`;
    const all = Array.from({ length: 600 }, (_, index) => row(index)).join('');
    expect(rowsOfCutList(`${row(1)}\nexit 0\n`)).toBeNull();
    const rows = rowsOfCutList(all.slice(0, 65_536)) ?? '';
    const count = rows.split('\n').length - 1;
    expect(rows).toBe(all.slice(0, rows.length));
    const read = readList(`${rows}${row(3, 'Up 2 minutes')}${row(599, 'Up 2 hours')}\nexit 0\n`);
    if (read.kind !== 'ok') throw new Error(read.detail);
    expect(read.value).toHaveLength(count + 1);
    expect([read.value[3]?.status, read.value.at(-1)?.name]).toEqual(['Up 2 minutes', 'task-599']);
  });

  it("leaves out what others made in nerdctl's containerd", () => {
    const answer =
      '0123||docker.io/library/redis:7|Up\n' +
      '4567|k8s://kube-system/coredns-1|registry.k8s.io/pause:3.9|Up\n' +
      '89ab|winarena|windowsarena/winarena:latest|Up\n\nexit 0\n';
    expect(readList(answer)).toMatchObject({ kind: 'ok', value: [{ name: 'winarena' }] });
  });

  it('takes a row that is cut for no answer', () => {
    for (const row of ['0123|winarena|x', '4567|old|x|y\n0123|winarena'])
      expect(readList(`${row}\n\nexit 0\n`)).toEqual({
        kind: 'failed',
        detail: 'docker ps gave an answer that cannot be read, or only a part of it',
      });
    expect(readList('0123abc|winarena|x|Up 2 hours\n')).toMatchObject({
      detail: 'the answer of docker ends in the middle',
    });
  });

  it('reads how containers are, and what they share with the VM', () => {
    const mounts = [
      { Type: 'bind', Source: '/home/u/a|b/client', Destination: '/client', RW: true },
      { Type: 'tmpfs', Source: '', Destination: '/x' },
      { Destination: '/y' },
    ];
    const exited = inspectLine(
      { Status: 'exited', ExitCode: 137, OOMKilled: true, StartedAt: '2026-01-28T22:00:00.123456789Z' },
      { bridge: { IPAddress: '172.17.0.2' }, host: { IPAddress: '' }, own: { IPAddress: '10.0.0.3' } },
      mounts,
    );
    const bare = inspectLine(running, null, null, '/bare');
    expect(readInspect(`${exited}\n${bare}\nWARNING\n\nexit 0\n`, ['winarena', 'bare'])).toEqual({
      kind: 'ok',
      value: [
        {
          name: 'winarena',
          state: 'exited',
          exitCode: 137,
          startError: null,
          outOfMemory: true,
          startedAt: '2026-01-28T22:00:00.123Z',
          addresses: ['172.17.0.2', '10.0.0.3'],
          mounts: [{ source: '/home/u/a|b/client', destination: '/client' }],
        },
        {
          ...{ name: 'bare', state: 'running', exitCode: 0, startError: null, outOfMemory: false },
          ...{ startedAt: '2026-01-28T22:00:00.000Z', addresses: [], mounts: [] },
        },
      ],
    });
    for (let length = 0; length < exited.length; length += 1)
      expect(readInspect(`${exited.slice(0, length)}\n\nexit 0\n`, ['winarena']).kind).toBe('failed');
  });

  it('reads the others where one was removed meanwhile', () => {
    const gone = ['Error: No such object: b', 'Error: no such container b: no such object: "b"'];
    for (const [index, message] of gone.entries()) {
      const answer = readInspect(`${inspectLine()}\n${message}\n\nexit ${index === 0 ? 1 : 125}\n`, [
        'winarena',
        'b',
      ]);
      expect(answer).toMatchObject({ kind: 'ok', value: [{ name: 'winarena' }] });
    }
  });

  it.each([
    ['configured', 'created', '0001-01-01T00:00:00Z'],
    ['configured', 'exited', '2026-01-28T22:00:00Z'],
    ['initialized', 'created', '0001-01-01T00:00:00Z'],
    ['initialized', 'created', '2026-01-28T22:00:00Z'],
    ['stopped', 'exited', '2026-01-28T22:00:00Z'],
    ['stopping', 'running', '2026-01-28T22:00:00Z'],
    ['paused', 'paused', '2026-01-28T22:00:00Z'],
  ])("says of podman's state %s: %s, if the start was at %s", (Status, state, StartedAt) => {
    const line = inspectLine({ ...running, Status, StartedAt });
    expect(readInspect(`${line}\n\nexit 0\n`, ['winarena'])).toMatchObject({ value: [{ state }] });
  });

  it('says of a container without a process, as nerdctl has it, that it was created', () => {
    const line = inspectLine(
      { Status: '', ExitCode: 0, Error: '', StartedAt: '', FinishedAt: '' },
      null,
      null,
    );
    expect(readInspect(`${line}\n\nexit 0\n`, ['winarena'])).toMatchObject({
      value: [{ name: 'winarena', state: 'created', startedAt: '1970-01-01T00:00:00.000Z', addresses: [] }],
    });
  });

  it.each([
    ['2026-05-21 07:55:40.190529036 +0900 KST', '2026-05-20T22:55:40.190Z'],
    ['2026-05-21 07:55:40.190529036 +0900 KST m=+12.345678901', '2026-05-20T22:55:40.190Z'],
    ['2026-11-29 20:29:09.8 +0000 UTC', '2026-11-29T20:29:09.800Z'],
    ['2026-05-21T07:55:40.190529036+09:00', '2026-05-20T22:55:40.190Z'],
    ['2026-01-28T22:00:00Z', '2026-01-28T22:00:00.000Z'],
    ['2026-01-28 22:00:00 -0330 -0330', '2026-01-29T01:30:00.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['2026-13-28T22:00:00Z', null],
    ['Up 2 seconds ago', null],
    [1769637600, null],
  ])('reads the start %j as %s', (text, time) => {
    expect(startTime(text)).toBe(time);
  });

  it('leaves out a folder whose name could not be asked for', () => {
    const mounts = [
      { Source: '/a\nb', Destination: '/client' },
      { Source: '/c d', Destination: '/storage' },
    ];
    expect(readInspect(`${inspectLine(running, {}, mounts)}\nexit 0\n`, ['winarena'])).toMatchObject({
      value: [{ mounts: [{ source: '/c d', destination: '/storage' }] }],
    });
  });

  it('reads the last lines of a log, which may be none', () => {
    expect(readLastLines('one\r\ntwo\n\nexit 0\n')).toEqual(['one', 'two', '']);
    expect(readLastLines('Error: No such container: x\n\nexit 1\n')).toEqual([]);
  });

  it('is called with and without sudo', () => {
    expect(listCommand('sudo -n docker').slice(0, 5)).toEqual(['run', 'sudo', '-n', 'docker', 'ps']);
    expect(inspectCommand('podman', ['winarena']).slice(0, 3)).toEqual(['run', 'podman', 'inspect']);
    const ofNerdctl = inspectCommand('sudo -n nerdctl', ['winarena']);
    expect(ofNerdctl.slice(-2)).toEqual(['--type=container', 'winarena']);
    expect(lastLinesCommand('docker', 'winarena', 'now').slice(0, 3)).toEqual(['last_of', 'docker', 'logs']);
    expect(followLogCommand('sudo -n docker', 'winarena', 'now')).toEqual([
      'until_closed',
      'container_log',
      'sudo -n docker',
      'winarena',
      'now',
    ]);
  });
});

describe('what an engine reports', () => {
  it.each([
    [
      'Docker',
      '{"status":"start","id":"0123","from":"windowsarena/winarena","Type":"container","Action":"start","Actor":{"ID":"0123","Attributes":{"image":"windowsarena/winarena","name":"winarena"}},"time":1769637600}',
      'start',
    ],
    [
      'podman',
      '{"ID":"0123","Image":"windowsarena/winarena","Name":"winarena","Status":"died","Time":"2026-01-28T22:00:00Z","Type":"container","Attributes":null}',
      'died',
    ],
  ])('is read as %s prints it', (_engine, line, action) => {
    const container = { name: 'winarena', id: '0123', image: 'windowsarena/winarena' };
    expect(readEvent(line)).toEqual({ action, ...container });
  });

  it('is read by the id alone as nerdctl prints it', () => {
    const line =
      '{"Timestamp":"2026-01-28T22:00:00Z","ID":"0123","Namespace":"default","Topic":"/tasks/start","Status":"start","Event":"{\\"container_id\\":\\"0123\\",\\"pid\\":7}"}';
    expect(readEvent(line)).toEqual({ action: 'start', name: '', id: '0123', image: '' });
  });

  it.each(['', '{}', 'null', '{"Action":"start"}', '{"Status":"start","Name":"x","ID":7}', 'cut {'])(
    'does not say to which container: %j',
    (line) => {
      expect(readEvent(line)).toBeNull();
    },
  );
});
