import { describe, expect, it } from 'vitest';
import { createKnownFolders } from '../../../src/main/engine/watch/looks/known-folders.ts';
import { findResults } from '../../../src/main/engine/watch/looks/results-place.ts';
import type { Sight } from '../../../src/main/engine/watch/sight.ts';
import { nothingInside, onItsWay } from './sights.ts';

const runner = (results: string | null, given: Record<string, string> = {}) => ({
  pid: 1,
  startTicks: '1',
  script: 'run.py',
  cwd: '/o',
  results,
  arguments: given,
});
const client = '/home/u/WAA/src/win-arena-container/client';
const inside = (change: Partial<NonNullable<Sight['inside']>>): Sight => ({
  ...onItsWay,
  container: {
    kind: 'running',
    name: 'winarena',
    mounts: [{ source: client, destination: '/client' }],
    addresses: [],
    why: '',
  },
  inside: { ...nothingInside, ...change },
});

describe('the folder of results', () => {
  it('is the configured one', () => {
    expect(findResults('/r', inside({ runners: [runner('/x')] }))).toMatchObject({
      where: 'host',
      path: '/r',
    });
    expect(findResults('container:/client/r', inside({}))).toMatchObject({
      where: 'container',
      path: '/client/r',
      hostPath: `${client}/r`,
    });
  });

  it('is the one of the process, and then the usual one', () => {
    const sight = inside({
      runners: [runner(null), runner('/client/out', { result_dir: 'out' })],
      folders: ['/client/results'],
    });
    expect(findResults(null, sight)).toEqual({
      where: 'container',
      path: '/client/out',
      hostPath: `${client}/out`,
      why: '--result_dir of run.py',
    });
    expect(findResults(null, inside({ folders: ['/results', '/client/results'] }))).toEqual({
      where: 'container',
      path: '/results',
      hostPath: null,
      why: 'the usual folder of results in the container',
    });
    const outside: Sight = {
      ...inside({}),
      host: { runners: [runner('/o/results')], logs: [], unnamedLogs: 0 },
    };
    expect(findResults(null, outside)).toEqual({
      where: 'host',
      path: '/o/results',
      hostPath: null,
      why: 'run.py runs in the folder above it',
    });
    expect(findResults(null, inside({}))).toBeNull();
  });

  it('stays when its process is gone, and is known on the VM when its container is', () => {
    const sight = inside({ runners: [runner('/client/out')] });
    const results = findResults(null, sight);
    const later = { ...inside({ folders: ['/client/results'] }), results };
    expect(findResults(null, later)).toEqual(results);
    const gone: Sight = { ...later, container: { kind: 'absent', wanted: null, looks: 3 }, inside: null };
    expect(findResults(null, gone)?.hostPath).toBe(`${client}/out`);
  });
});

describe('folders that are looked into', () => {
  it('are those that the container shares, and those of processes on the VM, the newest last', () => {
    const folders = createKnownFolders();
    expect(folders.words()).toEqual([]);
    const sight = inside({ folders: ['/client/results', '/results'] });
    folders.remember(sight);
    folders.remember({
      ...sight,
      container: { kind: 'unknown' },
      host: { runners: [runner('/o/out')], logs: [], unnamedLogs: 0 },
    });
    expect(folders.words()).toEqual([
      ...['logs', `${client}/results`],
      ...['trials', '/home/u/WAA'],
      ...['logs', '/o'],
      ...['logs', '/o/out'],
    ]);
  });

  it('are no more than a few, and never one whose name could not be asked for', () => {
    const folders = createKnownFolders();
    for (let index = 0; index < 30; index++)
      folders.remember({
        ...onItsWay,
        host: { runners: [runner(`/out ${String(index)}`)], logs: [], unnamedLogs: 0 },
      });
    folders.remember({ ...onItsWay, host: { runners: [runner('/a\nb')], logs: [], unnamedLogs: 0 } });
    expect(folders.words()).toHaveLength(16);
    expect(folders.words()).toContain('/out 29');
    expect(folders.words()).not.toContain('/a\nb');
  });
});
