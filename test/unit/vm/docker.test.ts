import { describe, expect, it } from 'vitest';
import {
  followLogCommand,
  inspectCommand,
  lastLinesCommand,
  listCommand,
  readInspect,
  readLastLines,
  readList,
} from '../../../src/main/engine/vm/docker.ts';

describe('what docker answers', () => {
  it.each([
    [
      'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock\n\nexit 1\n',
      'denied',
    ],
    ['sudo: a password is required\n\nexit 1\n', 'denied'],
    ['sudo: a terminal is required to read the password\n\nexit 1\n', 'denied'],
    ['azureuser is not in the sudoers file.\n\nexit 1\n', 'denied'],
    ['sh: 1: docker: not found\n\nexit 127\n', 'missing'],
    ["timeout: failed to run command 'docker': No such file or directory\n\nexit 127\n", 'missing'],
    ['sudo: docker: command not found\n\nexit 1\n', 'missing'],
    ['Cannot connect to the Docker daemon at unix:///var/run/docker.sock.\n\nexit 1\n', 'failed'],
    ['\nexit 124\n', 'failed'],
    ['', 'failed'],
    ['winarena|running|Up|image|id\n', 'failed'],
    ['\nexit 0\n', 'ok'],
  ])('%j: %s', (answer, kind) => {
    expect(readList(answer).kind).toBe(kind);
    expect(readInspect(answer.replace('\nexit 0', 'running|0|false|now||[]\nexit 0')).kind).toBe(kind);
  });

  it('says why it failed, shortly', () => {
    expect(readList('\nexit 2\n')).toEqual({ kind: 'failed', detail: 'docker ended with exit code 2' });
    // What `timeout` ends with: by itself, and when it had to kill.
    for (const end of [124, 137])
      expect(readList(`half a line\nexit ${String(end)}\n`)).toEqual({
        kind: 'failed',
        detail: 'docker does not answer in time',
      });
    expect(readList(`${'x'.repeat(5_000)}\n\nexit 1\n`)).toEqual({ kind: 'failed', detail: 'x'.repeat(300) });
  });

  it('reads rows as docker ps prints them, and skips what is none', () => {
    const answer =
      'winarena|running|Up 2 hours (healthy)|windowsarena/winarena:latest|0123abc\n' +
      'old|exited|Exited (88) 3 minutes ago|x|4567def\n' +
      'WARNING: something\n\nexit 0\n';
    expect(readList(answer)).toEqual({
      kind: 'ok',
      value: [
        {
          name: 'winarena',
          state: 'running',
          status: 'Up 2 hours (healthy)',
          image: 'windowsarena/winarena:latest',
          id: '0123abc',
        },
        { name: 'old', state: 'exited', status: 'Exited (88) 3 minutes ago', image: 'x', id: '4567def' },
      ],
    });
  });

  it('takes a row that is cut for no answer', () => {
    for (const row of ['winarena|running|Up 2', 'old|exited|x|y|1\nwinarena|'])
      expect(readList(`${row}\n\nexit 0\n`)).toEqual({
        kind: 'failed',
        detail: 'docker ps gave an answer that cannot be read, or only a part of it',
      });
    expect(readList('winarena|running|Up 2 hours|x|0123abc\n')).toMatchObject({
      detail: 'the answer of docker ends in the middle',
    });
  });

  it('reads how a container is, and what it shares with the VM', () => {
    const mounts =
      '[{"Type":"bind","Source":"/home/u/a|b/client","Destination":"/client","RW":true},{"Type":"tmpfs","Source":"","Destination":"/x"},{"Destination":"/y"}]';
    expect(
      readInspect(`exited|137|true|2026-01-28T22:00:00.123Z|172.17.0.2 10.0.0.3 |${mounts}\n\nexit 0\n`),
    ).toEqual({
      kind: 'ok',
      value: {
        state: 'exited',
        exitCode: 137,
        outOfMemory: true,
        startedAt: '2026-01-28T22:00:00.123Z',
        addresses: ['172.17.0.2', '10.0.0.3'],
        mounts: [{ source: '/home/u/a|b/client', destination: '/client' }],
      },
    });
    for (const rest of ['||null', '|  |[]'])
      expect(readInspect(`running|0|false|now${rest}\n\nexit 0\n`)).toMatchObject({
        kind: 'ok',
        value: { startedAt: 'now', addresses: [], mounts: [] },
      });
    const whole = `running|0|false|now|172.17.0.2 |${mounts}`;
    for (let length = 0; length < whole.length; length += 1)
      expect(readInspect(`${whole.slice(0, length)}\n\nexit 0\n`).kind).toBe('failed');
  });

  it('leaves out a folder whose name could not be asked for', () => {
    const mounts = JSON.stringify([
      { Source: '/a\nb', Destination: '/client' },
      { Source: '/c d', Destination: '/storage' },
    ]);
    expect(readInspect(`running|0|false|2026-01-28T22:00:00Z||${mounts}\nexit 0\n`)).toMatchObject({
      value: { mounts: [{ source: '/c d', destination: '/storage' }] },
    });
  });

  it('reads the last lines of a log, which may be none', () => {
    expect(readLastLines('one\r\ntwo\n\nexit 0\n')).toEqual(['one', 'two', '']);
    expect(readLastLines('Error: No such container: x\n\nexit 1\n')).toEqual([]);
  });

  it('is called with and without sudo', () => {
    expect(listCommand('sudo -n docker').slice(0, 5)).toEqual(['run', 'sudo', '-n', 'docker', 'ps']);
    expect(inspectCommand('docker', 'winarena').slice(0, 3)).toEqual(['run', 'docker', 'inspect']);
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
