import { describe, expect, it } from 'vitest';
import {
  describeRunner,
  readHost,
  readIdentity,
  readInside,
  readLogs,
  readMachine,
} from '../../../src/main/engine/vm/surroundings.ts';

describe('what the VM tells of itself', () => {
  it('is read, each disk once', () => {
    const answer =
      'boot 8e6a7e8e-0a3b-4f55-9f0b-7d3c6a6d0c11\nclock 1769641200.500000000 +0530\nkvm yes\n' +
      'disk 1024-blocks Available Mounted on\ndisk 129900528 96440212 /\ndisk 153707984 145826840 /mnt/a b\ndisk 129900528 96440212 /\n';
    expect(readMachine(answer, 1769641190_000)).toEqual({
      bootId: '8e6a7e8e-0a3b-4f55-9f0b-7d3c6a6d0c11',
      clockSkewMs: 10_500,
      zoneOffsetMinutes: 330,
      kvm: true,
      lacks: [],
      disks: [
        { mount: '/', sizeKiB: 129900528, freeKiB: 96440212 },
        { mount: '/mnt/a b', sizeKiB: 153707984, freeKiB: 145826840 },
      ],
    });
  });

  it.each([
    ['-0800', -480],
    ['+0000', 0],
    ['-0930', -570],
    ['UTC', 0],
  ])('zone %s is %i minutes', (zone, minutes) => {
    expect(readMachine(`clock 1 ${zone}\n`, 0).zoneOffsetMinutes).toBe(minutes);
    expect(readInside(`zone ${zone}\n`).zoneOffsetMinutes).toBe(minutes);
  });

  it('is unknown where it says nothing', () => {
    const nothing = {
      bootId: null,
      clockSkewMs: null,
      zoneOffsetMinutes: 0,
      kvm: false,
      disks: [],
      lacks: [],
    };
    for (const answer of ['', 'clock now', 'nonsense\n\n']) expect(readMachine(answer, 0)).toEqual(nothing);
  });

  it('is a runner for each process, and what is known of the guest, the one told to run.py first', () => {
    const facts = readInside(
      'zone +0000\nlast 20\nrunner 12\nstarted 345\ncwd /client\nscript run.py\nargument --model gpt 4o\nargument --emulator_ip 20.20.20.21\nresults /client/results\n' +
        'runner 13\nstarted x\nscript run_multienv_claude.py\nargument --agent navi\n' +
        'lease 172.30.0.2\nlease $(id)\nlease \nlease\nurl http://172.30.0.3:8006/\nfolder /client/results\n' +
        'log 1769641200 42 77 /client/./results/logs/normal-0-x y.log\nlog 1769641300 9 78 /tmp/evaluate_server.log\nlog broken\n',
    );
    expect(facts).toEqual({
      zoneOffsetMinutes: 0,
      runners: [
        {
          pid: 12,
          startTicks: '345',
          script: 'run.py',
          cwd: '/client',
          results: '/client/results',
          arguments: { model: 'gpt 4o', emulator_ip: '20.20.20.21' },
        },
        {
          pid: 13,
          startTicks: null,
          script: 'run_multienv_claude.py',
          cwd: null,
          results: null,
          arguments: { agent: 'navi' },
        },
      ],
      guests: [
        { address: '20.20.20.21', why: "run.py's --emulator_ip names it" },
        { address: '172.30.0.2', why: "the container's DHCP server gave it out" },
        { address: '172.30.0.3', why: 'the container names it in /run/shm/qemu.url' },
      ],
      folders: ['/client/results'],
      logs: [
        { path: '/client/results/logs/normal-0-x y.log', size: 42, inode: '77', modifiedAt: 1769641200 },
      ],
      unnamedLogs: 0,
      lacks: [],
      activity: { path: '/tmp/evaluate_server.log', size: 9, inode: '78', modifiedAt: 1769641300 },
    });
    expect(facts.runners.map(describeRunner)).toEqual([
      'run.py --model gpt 4o --emulator_ip 20.20.20.21',
      'run_multienv_claude.py --agent navi',
    ]);
  });

  it('is what runs and lies on the machine itself', () => {
    const facts = readHost(
      'runner 7\ncwd /home/u/OSWorld\nscript run.py\nresults /home/u/OSWorld/results\nlog 5 6 7 /tmp/waa_benchmark.log\n',
    );
    expect(facts.runners).toMatchObject([{ pid: 7, cwd: '/home/u/OSWorld' }]);
    expect(facts.logs.map(({ path }) => path)).toEqual(['/tmp/waa_benchmark.log']);
    expect(readHost('')).toEqual({ runners: [], logs: [], unnamedLogs: 0 });
  });

  it('is a list of logs', () => {
    expect(readLogs('log 1 2 3 /a\nlog x 2 3 /b\nother\n')).toEqual([
      { path: '/a', size: 2, inode: '3', modifiedAt: 1 },
    ]);
  });

  it('has no path in it that could not be asked for, and counts the logs that have one', () => {
    const { logs, unnamedLogs } = readHost(
      'log 1 2 3 /a\tb\r\nlog 1 2 3 /\uFFFD\nlog 1 2 3 b\nlog 1 2 3 ./c d \nunnamed 4\nlog 1 2 3 /cut',
    );
    expect(logs.map(({ path }) => path)).toEqual(['/a\tb\r', './c d ']);
    expect(unnamedLogs).toBe(6);
    const [runner] = readHost('runner 7\ncwd /home/u\x01v\nresults relative\n').runners;
    expect(runner).toMatchObject({ pid: 7, cwd: null, results: null });
  });

  it('names the tools that are missing', () => {
    expect(readMachine('lacks head base64\n', 0).lacks).toEqual(['head', 'base64']);
    expect(readInside('lacks stat $(id)\n').lacks).toEqual(['stat']);
  });

  it('takes half a second for a fraction that date does not know', () => {
    expect(readMachine('clock 1769641200.%N +0000\n', 1769641200_000).clockSkewMs).toBe(500);
  });

  it('is the identity of a log, or that there is none', () => {
    expect(readIdentity('3 77 1769641200\na\nb')).toEqual({
      size: 3,
      inode: '77',
      modifiedAt: 1769641200,
      head: 'a\nb',
    });
    expect(readIdentity('0 77 1769641200\n')).toMatchObject({ head: '' });
    expect(readIdentity("stat: cannot statx '/x': No such file or directory\n")).toBeNull();
  });

  it('does not take the first half of a character for part of the beginning of a log', () => {
    const half = Buffer.from('ab€').subarray(0, 4).toString('utf8');
    expect(readIdentity(`4 77 1\n${half}`)).toMatchObject({ head: 'ab' });
  });
});
