import { describe, expect, it } from 'vitest';
import { hostPath, repositoryOf, type Mount } from '../../../src/main/engine/vm/mounts.ts';

const client = '/home/u/WindowsAgentArena/src/win-arena-container/client';
const mounts: Mount[] = [
  { source: client, destination: '/client' },
  { source: '/data/results/', destination: '/client/results/' },
  { source: '/home/u/storage', destination: '/storage' },
];

describe('a path of the container on the VM', () => {
  it.each([
    ['/client', client],
    ['/client/run.py', `${client}/run.py`],
    ['/client/results', '/data/results'],
    ['/client/results/logs/a b.log', '/data/results/logs/a b.log'],
    ['/clients/x', null],
    ['/results', null],
    ['/storage/data.img', '/home/u/storage/data.img'],
    ['/storage/../client/./results//x', '/data/results/x'],
    ['/client/../results', null],
    ['/storage/../../etc/shadow', null],
  ])('%s is %s', (inside, outside) => {
    expect(hostPath(mounts, inside)).toBe(outside);
  });

  it('is everywhere where the whole of the VM is shared', () => {
    expect(hostPath([{ source: '/', destination: '/host' }], '/host/tmp/x')).toBe('/tmp/x');
    expect(hostPath([{ source: '/srv', destination: '/' }], '/tmp/x')).toBe('/srv/tmp/x');
    expect(hostPath([{ source: '/srv', destination: '/' }], '/../../etc')).toBe('/srv/etc');
  });
});

describe('the checkout that the container was started from', () => {
  it('is known by its layout', () => {
    expect(repositoryOf(mounts)).toBe('/home/u/WindowsAgentArena');
    expect(repositoryOf([{ source: '/home/u/client', destination: '/client' }])).toBeNull();
    expect(repositoryOf(mounts.slice(1))).toBeNull();
  });
});
