import { describe, expect, it } from 'vitest';
import {
  chooseLog,
  firstUnread,
  journalName,
  parsePlace,
  placeText,
  targetInJournal,
  whyChosen,
  type FoundLog,
} from '../../../src/main/engine/watch/log/log-place.ts';

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
      "run.py's own in a folder for its machine",
      [
        found('/o/run.out', 1005),
        found('/o/logs/node0/normal-20260128@225508-pid7.log', 1000),
        found('/o/logs/node0/deep/normal-1.log', 1004),
      ],
      null,
      '/o/logs/node0/normal-20260128@225508-pid7.log',
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
      'the newest of a kind, by a fraction of a second',
      [found(`container:${normal}`, 1000.25), found(`container:${newer}`, 1000.5)],
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

  it('comes after those that nobody has read, where one was followed before, or each holds one task', () => {
    const logs = ['0', '1', '2', '3'].map((day) =>
      found(`container:/r/logs/normal-0-2026012${day}@225508.log`, Number(day)),
    );
    const [first, second, third, newest] = logs as [FoundLog, FoundLog, FoundLog, FoundLog];
    const never = () => false;
    expect(firstUnread(newest, logs, first, never, 0)).toBe(second);
    expect(firstUnread(newest, logs, first, (log) => log === second, 0)).toBe(third);
    expect(firstUnread(newest, logs, third, never, 0)).toBe(newest);
    expect(firstUnread(newest, logs, newest, never, 0)).toBe(newest);
    // Without the one before, it cannot be told which are new; and logs of other folders are others' business.
    expect(firstUnread(newest, logs, null, never, 0)).toBe(newest);
    expect(firstUnread(newest, logs.slice(1), first, never, 0)).toBe(newest);
    const elsewhere = found('container:/other/logs/normal-0-20260121@225508.log', 1.5);
    expect(firstUnread(newest, [first, elsewhere, newest], first, never, 0)).toBe(newest);
    const task = (number: number) => found(`/r/logs/trial_1/instance_0/run${String(number)}.log`, number);
    const [one, other] = [task(1), task(2)];
    expect(firstUnread(other, [one, other], null, never, 0)).toBe(one);
  });

  it('comes after those of other workers in its folder, once nothing is written into them', () => {
    const logOf = (worker: number, modifiedAt: number) =>
      found(`/r/logs/normal-${String(worker)}-20260128@225508.log`, modifiedAt);
    const [first, second, newest] = [logOf(0, 100), logOf(7, 101), logOf(14, 102)];
    const logs = [newest, second, first];
    const unread = (
      nowSeconds: number,
      isRead = (_: FoundLog): boolean => false,
      last: FoundLog | null = newest,
    ) => firstUnread(newest, logs, last, isRead, nowSeconds);
    expect(unread(103)).toBe(newest);
    expect(unread(120)).toBe(first);
    expect(unread(130, (log) => log === first)).toBe(second);
    expect(unread(130, undefined, null)).toBe(first);
    const elsewhere = found('/other/logs/normal-3-20260128@225508.log', 90);
    expect(firstUnread(newest, [newest, elsewhere], null, () => false, 200)).toBe(newest);
  });

  it('has a name in the journal that leads back to it', () => {
    expect(targetInJournal({ log: journalName({ ...parsePlace('/tmp/a:b.log'), container: null }) })).toEqual(
      {
        where: 'host',
        path: '/tmp/a:b.log',
        container: null,
        hostPath: null,
      },
    );
    const log = journalName({ ...parsePlace('container:/client/x.log'), container: 'winarena' });
    const inside = { where: 'container', path: '/client/x.log', container: 'winarena' };
    expect(targetInJournal({ log })).toEqual({ ...inside, hostPath: null });
    expect(targetInJournal({ log, hostPath: '/home/u/x.log' })).toEqual({
      ...inside,
      hostPath: '/home/u/x.log',
    });
    for (const other of ['', 'results:winarena:/client/results'])
      expect(targetInJournal({ log: other })).toBeNull();
  });

  it('is chosen for a reason that a person can follow', () => {
    const own = found(`container:${normal}`, 1000);
    const copy = found('/tmp/waa_benchmark.log', 1010);
    expect(whyChosen(own, [own])).toBe(
      "the only log there is: run.py's own log in the container, which has no progress bars in it",
    );
    expect(whyChosen(own, [own, copy])).toMatch(/^the best of 2 that are written to: run\.py/);
    expect(whyChosen(own, [own, found(`container:${newer}`, 990)])).toMatch(/^the newest of its kind/);
    expect(whyChosen(copy, [copy, found(`container:${normal}`, 10)])).toMatch(/^the newest of 2 logs/);
  });

  it('is written as it is configured', () => {
    for (const text of ['/tmp/x.log', 'container:/client/x.log', '~/x.log'])
      expect(placeText(parsePlace(text))).toBe(text);
  });
});
