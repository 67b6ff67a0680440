import { describe, expect, it } from 'vitest';
import { resultPlaces, resultsLogName } from '../../../src/main/engine/watch/results/result-place.ts';
import type { ResultsSight } from '../../../src/main/engine/watch/sight.ts';

const mounts = [{ source: '/home/me/waa/client', destination: '/client' }];
const inUse: ResultsSight = {
  where: 'container',
  path: '/client/results',
  hostPath: '/home/me/waa/client/results',
  why: 'it is',
};
const places = (
  run: Partial<Parameters<typeof resultPlaces>[0]>,
  sight: ResultsSight | null = null,
  shared = mounts,
) =>
  resultPlaces(
    { log: 'host:/tmp/waa_benchmark.log', hostLog: null, resultDir: null, ...run },
    sight,
    shared,
  ).map(({ where, path }) => `${where}:${path}`);

describe('the result folders of a run', () => {
  it('are those its log lies in, first where it is cheapest to read', () => {
    const log = 'container:winarena:/client/results/logs/normal-0-20260128@225508.log';
    expect(places({ log })).toEqual(['host:/home/me/waa/client/results', 'container:/client/results']);
    expect(places({ log }, null, [])).toEqual(['container:/client/results']);
    expect(places({ log, hostLog: '/srv/r/logs/normal-0-20260128@225508.log' }, null, [])).toEqual([
      'host:/srv/r',
      'container:/client/results',
    ]);
    for (const folder of ['', 'node0/'])
      expect(places({ log: `host:/srv/osworld/results/logs/${folder}normal-20260128@225508.log` })).toEqual([
        'host:/srv/osworld/results',
      ]);
  });

  it('are what the run was told, where its log lies elsewhere, and what is in use now', () => {
    expect(places({ resultDir: '/results' })).toEqual(['container:/results', 'host:/results']);
    expect(places({ resultDir: './results' })).toEqual([]);
    expect(places({ resultDir: '/x\ny' })).toEqual([]);
    expect(places({ resultDir: './results' }, inUse)).toEqual([
      'host:/home/me/waa/client/results',
      'container:/client/results',
    ]);
  });

  it('are the ones that stand in the name of a run without a log', () => {
    for (const place of [
      { where: 'host', path: '/srv/r' },
      { where: 'container', path: '/results' },
    ] as const)
      expect(places({ log: resultsLogName(place, 'winarena') })).toEqual([`${place.where}:${place.path}`]);
  });
});
