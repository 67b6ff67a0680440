import { describe, expect, it } from 'vitest';
import {
  chooseLog,
  journalName,
  parsePlace,
  placeInJournal,
  placeText,
  type FoundLog,
} from '../../../src/main/watch/log-place.ts';

const normal = '/client/results/logs/normal-0-20260128@225508.log';
const newer = '/client/results/logs/normal-0-20260129@091500.log';
const found = (text: string, modifiedAt: number): FoundLog => {
  const place = parsePlace(text);
  return { ...place, file: { path: place.path, size: 1, inode: '1', modifiedAt } };
};

describe('the log to follow', () => {
  it.each<[what: string, logs: FoundLog[], followed: string | null, chosen: string | null]>([
    ['none', [], null, null],
    ['the only one', [found('/tmp/waa_benchmark.log', 5)], null, '/tmp/waa_benchmark.log'],
    [
      "run.py's own before what was redirected",
      [
        found('/tmp/waa_benchmark.log', 1010),
        found('container:/tmp/benchmark.log', 1005),
        found(`container:${normal}`, 1000),
      ],
      null,
      `container:${normal}`,
    ],
    [
      'the one in the container before one on the host',
      [
        found('/home/u/cli_logs/run_1.log', 1010),
        found('/tmp/waa_benchmark.log', 1000),
        found('container:/tmp/benchmark.log', 950),
      ],
      null,
      'container:/tmp/benchmark.log',
    ],
    [
      'one on the host that is written to, before one in the container that is not',
      [found('/tmp/waa_benchmark.log', 5000), found(`container:${normal}`, 1000)],
      null,
      '/tmp/waa_benchmark.log',
    ],
    [
      'the newest of a kind',
      [found(`container:${normal}`, 1000), found(`container:${newer}`, 1001)],
      null,
      `container:${newer}`,
    ],
    [
      'the followed one of two that were written at the same time',
      [found(`container:${normal}`, 1000), found(`container:${newer}`, 1000)],
      `container:${newer}`,
      `container:${newer}`,
    ],
    [
      'a new run instead of the followed one',
      [found(`container:${normal}`, 1000), found(`container:${newer}`, 1001)],
      `container:${normal}`,
      `container:${newer}`,
    ],
    [
      'a better one than the followed one',
      [found('/tmp/waa_benchmark.log', 1000), found(`container:${normal}`, 990)],
      '/tmp/waa_benchmark.log',
      `container:${normal}`,
    ],
    [
      'another one when the followed one is gone',
      [found('/tmp/waa_benchmark.log', 1000)],
      `container:${normal}`,
      '/tmp/waa_benchmark.log',
    ],
    [
      'the same path on the host is another place',
      [found(normal, 1000), found(`container:${normal}`, 1000)],
      normal,
      `container:${normal}`,
    ],
  ])('%s', (_what, logs, followed, chosen) => {
    const choice = chooseLog(logs, followed === null ? null : parsePlace(followed));
    expect(choice === null ? null : placeText(choice)).toBe(chosen);
    expect(chooseLog([...logs].reverse(), followed === null ? null : parsePlace(followed))?.path).toBe(
      choice?.path,
    );
  });

  it('has a name in the journal that leads back to it, within the same container', () => {
    for (const text of ['/tmp/a:b.log', 'container:/client/x.log']) {
      const place = parsePlace(text);
      expect(placeInJournal(journalName(place, 'winarena'), 'winarena')).toEqual(place);
    }
    const name = journalName(parsePlace('container:/x.log'), 'winarena');
    expect(placeInJournal(name, 'winarena-v2')).toBeNull();
    expect(placeInJournal(name, null)).toBeNull();
    expect(placeInJournal('', null)).toBeNull();
  });

  it('is written as it is configured', () => {
    for (const text of ['/tmp/x.log', 'container:/client/x.log', '~/x.log'])
      expect(placeText(parsePlace(text))).toBe(text);
  });
});
