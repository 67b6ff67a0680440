/** When the processes of a VM are searched, and when a pulse is enough. */
import { describe, expect, it } from 'vitest';
import {
  readHost,
  withLogsOf,
  type HostFacts,
  type ShellChannel,
} from '../../../src/main/engine/vm/index.ts';
import { createSideLook } from '../../../src/main/engine/watch/looks/side-look.ts';
import { defaultTempo } from '../../../src/main/engine/watch/tempo.ts';

const log = 'log 1 2 3 /o/logs/normal-1.log\n';
const runner = 'runner 40\nstarted 7\nscript run.py\n';

function looking(first = `last 50\n${runner}${log}`) {
  let nowMs = 0;
  let facts: HostFacts | null = null;
  const asked: string[] = [];
  const noted: (string | null)[] = [];
  let happens = (): void => undefined;
  const answers: Record<string, string | null> = { search: first, list: log, pulse: 'last 60\n' };
  let shell = {
    closed: false,
    ask(_limit: number, words: readonly string[]) {
      const what = words[0] ?? '';
      asked.push(what === 'pulse' ? words.join(' ') : what);
      happens();
      happens = () => undefined;
      return Promise.resolve(answers[what] ?? null);
    },
  } as unknown as ShellChannel;
  const side = createSideLook<HostFacts>({
    shell: () => shell,
    facts: () => facts,
    words: (isSearch) => [isSearch ? 'search' : 'list'],
    read: readHost,
    withLogs: withLogsOf,
    onAnswer: (_shell, answer) => void noted.push(answer),
    learn: (next) => (facts = next),
    monotonicMs: () => nowMs,
    tempo: defaultTempo,
  });
  return {
    ...{ answers, noted, facts: () => facts },
    pulse: () => side.pulse(),
    mustSearch: () => side.mustSearch(),
    /** Another shell answers, and nothing is known of its side. */
    restart: () => {
      shell = { ...shell };
      facts = null;
    },
    /** Has something happen during the next question. */
    whileAsked: (what: () => void) => (happens = what),
    /** Returns what was asked. */
    look: async (afterMs = 5_000, isElsewhere = false) => {
      nowMs += afterMs;
      asked.length = 0;
      await side.look({ isElsewhere });
      return asked.map((each) => each.split(' ')[0]);
    },
    asked,
  };
}

describe('a look at one side of a VM', () => {
  it('searches at first and once a minute, and feels the pulse in between', async () => {
    const { look, asked, facts } = looking();
    expect(await look()).toEqual(['search']);
    expect(await look()).toEqual(['pulse', 'list']);
    expect(asked[0]).toBe('pulse 30 40:7');
    expect(await look()).toEqual(['pulse', 'list']);
    // Each new process is looked at twice.
    expect(asked[0]).toBe('pulse 50 40:7');
    expect(facts()?.runners).toHaveLength(1);
    expect(await look(60_000)).toEqual(['search']);
  });

  it('has new facts after each answer, and the old ones without', async () => {
    const { look, facts, answers } = looking();
    await look();
    const searched = facts();
    await look();
    expect(facts()).not.toBe(searched);
    const listed = facts();
    answers['list'] = null;
    await look();
    expect(facts()).toBe(listed);
  });

  it.each([
    ['a known process has ended', 'gone 40\nlast 60\n'],
    ['another one may be a benchmark', 'last 60\ncandidate 55\n'],
  ])('searches when %s', async (_what, pulse) => {
    const { look, answers } = looking();
    await look();
    answers['pulse'] = pulse;
    expect(await look()).toEqual(['pulse', 'list', 'search']);
  });

  it('searches when there is another log, and when it has to', async () => {
    const { look, answers, mustSearch } = looking();
    await look();
    answers['list'] = `${log}log 2 2 4 /o/logs/normal-2.log\n`;
    expect(await look()).toEqual(['pulse', 'list', 'search']);
    mustSearch();
    expect(await look()).toEqual(['search']);
  });

  it('does not search again for a process that is none, or is known', async () => {
    const { look, answers } = looking();
    await look();
    answers['pulse'] = 'last 60\ncandidate 55\ncandidate 40\n';
    expect(await look()).toEqual(['pulse', 'list', 'search']);
    expect(await look()).toEqual(['pulse', 'list']);
  });

  it('searches no more often than a whole look, whatever starts', async () => {
    const { look, answers } = looking();
    await look();
    answers['pulse'] = 'last 60\ncandidate 55\n';
    expect(await look(1_000)).toEqual(['pulse', 'list']);
    expect(await look(3_500)).toEqual(['search']);
  });

  it('searches again for what changes during a search', async () => {
    const { look, mustSearch, whileAsked } = looking();
    whileAsked(mustSearch);
    await look();
    expect(await look()).toEqual(['search']);
    expect(await look()).toEqual(['pulse', 'list']);
  });

  it('searches in the end when so many started at once that nobody looked at them', async () => {
    const { look, answers } = looking();
    await look();
    answers['pulse'] = 'last 900\nmany\n';
    expect(await look()).toEqual(['pulse', 'list']);
    answers['pulse'] = 'last 901\n';
    expect(await look()).toEqual(['pulse', 'list']);
    expect(await look()).toEqual(['pulse', 'list', 'search']);
    expect(await look(20_000)).toEqual(['pulse', 'list']);
  });

  it('lists logs rarely where the followed one is not', async () => {
    const { look } = looking();
    await look();
    expect(await look(5_000, true)).toEqual(['pulse']);
    expect(await look(5_000, true)).toEqual(['pulse']);
    expect(await look(5_000, true)).toEqual(['pulse', 'list']);
  });

  it('searches on a pulse alone when a process has ended', async () => {
    const { look, pulse, asked, answers } = looking();
    await look();
    answers['pulse'] = 'gone 40\nlast 60\n';
    asked.length = 0;
    await pulse();
    expect(asked.map((each) => each.split(' ')[0])).toEqual(['pulse', 'search']);
  });

  it('searches once a minute after three searches without an answer, and counts no list as one', async () => {
    const { look, answers, noted } = looking();
    await look();
    answers['search'] = null;
    expect(await look(60_000)).toEqual(['search']);
    expect(await look()).toEqual(['search']);
    expect(await look()).toEqual(['search']);
    expect(await look()).toEqual(['pulse', 'list']);
    expect(noted.slice(1)).toEqual([null, null, null]);
    expect(await look(60_000)).toEqual(['search']);
    answers['search'] = `last 70\n${runner}${log}`;
    expect(await look(60_000)).toEqual(['search']);
    expect(await look()).toEqual(['pulse', 'list']);
    expect(noted.at(-1)).toBe(log);
  });

  it('searches once a minute after three searches without an answer, also when a known process has ended', async () => {
    const { look, answers, pulse, asked } = looking();
    await look();
    answers['search'] = null;
    answers['pulse'] = 'gone 40\nlast 60\n';
    for (const afterMs of [60_000, 5_000, 5_000]) expect(await look(afterMs)).toEqual(['search']);
    expect(await look()).toEqual(['pulse', 'list']);
    await pulse();
    expect(asked).not.toContain('search');
    answers['search'] = `last 70\n${log}`;
    expect(await look(60_000)).toEqual(['search']);
  });

  it.each([
    ['forgets', '', []],
    ['keeps, if another may have taken its place,', 'candidate 55\n', [40]],
  ])('%s a process that ended while no search is answered', async (_what, candidate, left) => {
    const { look, answers, facts } = looking();
    const pids = (): number[] | undefined => facts()?.runners.map(({ pid }) => pid);
    await look();
    answers['search'] = null;
    for (const afterMs of [60_000, 5_000, 5_000]) expect(await look(afterMs)).toEqual(['search']);
    expect(pids()).toEqual([40]);
    answers['pulse'] = `gone 40\nlast 60\n${candidate}`;
    expect(await look()).toEqual(['pulse', 'list']);
    expect(pids()).toEqual(left);
    answers['search'] = 'last 70\nrunner 55\nscript run.py\n';
    await look(60_000);
    expect(pids()).toEqual([55]);
  });

  it('forgets a process that ended as soon as the search after it was not answered', async () => {
    const { look, pulse, answers, facts } = looking();
    await look();
    answers['search'] = null;
    answers['pulse'] = 'gone 40\nlast 60\n';
    await pulse();
    expect(facts()?.runners).toEqual([]);
  });

  it('knows a process again that has the number of one that ended', async () => {
    const { look, answers, facts } = looking();
    await look();
    answers['pulse'] = 'gone 40\nlast 60\n';
    answers['search'] = `last 60\n${runner}hung\n`;
    expect(await look()).toEqual(['pulse', 'list', 'search']);
    answers['pulse'] = 'last 60\n';
    for (let count = 0; count < 3; count += 1) await look();
    expect(facts()?.runners).toHaveLength(1);
  });

  it('searches at once in a container that was restarted after searches without an answer', async () => {
    const { look, answers, restart } = looking();
    answers['search'] = null;
    for (let count = 0; count < 3; count += 1) expect(await look()).toEqual(['search']);
    expect(await look()).toEqual([]);
    restart();
    expect(await look()).toEqual(['search']);
    expect(await look()).toEqual([]);
    restart();
    answers['search'] = `last 50\n${runner}${log}`;
    expect(await look()).toEqual(['search']);
    expect(await look()).toEqual(['pulse', 'list']);
  });

  it('keeps processes that a search cannot read until a pulse says that they ended', async () => {
    const { look, answers, facts, noted } = looking();
    const pids = (): number[] | undefined => facts()?.runners.map(({ pid }) => pid);
    await look();
    answers['search'] = `last 60\nhung\n${log}`;
    await look(60_000);
    expect(pids()).toEqual([40]);
    // Logs are known all the same, but the VM has not answered everything.
    expect(facts()?.logs).toHaveLength(1);
    expect(noted.at(-1)).toBeNull();
    answers['search'] = 'last 60\nskipped 40\nrunner 41\nscript run.py\n';
    await look();
    expect(pids()).toEqual([41, 40]);
    answers['search'] = 'last 60\nrunner 41\nscript run.py\nhung\n';
    answers['pulse'] = 'gone 40\nlast 60\n';
    await look();
    expect(pids()).toEqual([41]);
  });
});
