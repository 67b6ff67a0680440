/** How long a VM has stood idle, and what it has cost meanwhile. */
import { describe, expect, it } from 'vitest';
import type { RunState } from '../../../src/main/engine/run/index.ts';
import { idleOf, type IdleSources } from '../../../src/main/engine/watch/cloud/idle.ts';
import type { Sight } from '../../../src/main/engine/watch/sight.ts';
import { lastTaskEndMs } from '../../../src/main/engine/watch/cloud/spending.ts';
import { onItsWay, ready } from './sights.ts';

const hourMs = 3_600_000;
const now = 100 * hourMs;
const nothing: IdleSources = {
  ...{ taskEndedMs: null, containerStartedMs: null, lastBusyMs: null, upSinceMs: null, firstSeenMs: 0 },
  ...{ perHourUsd: 2, nowMs: now },
};
const ended = (endedAtMs: number | null, state: RunState['state'] = 'finished'): RunState =>
  ({ state, endedAt: endedAtMs, tasks: [{ endedAt: endedAtMs }, { endedAt: null }] }) as unknown as RunState;

describe('a VM stands idle', () => {
  it.each<[what: string, sources: Partial<IdleSources>, since: string, hours: number, usd: number | null]>([
    ['since its last task', { taskEndedMs: 98 * hourMs, upSinceMs: 50 * hourMs }, 'task', 2, 4],
    [
      'since its last task, of whatever price',
      { taskEndedMs: 98 * hourMs, perHourUsd: null },
      'task',
      2,
      null,
    ],
    [
      'since its start, which was later',
      { taskEndedMs: 40 * hourMs, upSinceMs: 90 * hourMs },
      'start',
      10,
      20,
    ],
    [
      'since a process was seen, of which no log tells',
      { lastBusyMs: 99 * hourMs, upSinceMs: 50 * hourMs },
      'use',
      1,
      2,
    ],
    [
      'since a process was seen after its last task, whose cost is what counts',
      { taskEndedMs: 98 * hourMs, lastBusyMs: 99 * hourMs },
      'task',
      1,
      4,
    ],
    ['since BenchTray knows it', { firstSeenMs: 97 * hourMs }, 'seen', 3, 6],
    [
      'not since before BenchTray knew it, but its cost is from its start',
      { firstSeenMs: 97 * hourMs, upSinceMs: 90 * hourMs },
      'start',
      3,
      20,
    ],
    ['no time at all, by a clock that is behind', { taskEndedMs: 101 * hourMs }, 'task', 0, 0],
  ])('%s', (_what, sources, since, hours, usd) => {
    expect(idleOf(ready, { ...nothing, ...sources })).toMatchObject({
      ...{ since, forMs: hours * hourMs, costUsd: usd },
    });
  });

  it('only after Windows was made ready, unless that takes for ever', () => {
    const idle = (sight: Sight, startedHoursAgo: number) =>
      idleOf(sight, {
        ...nothing,
        ...{ upSinceMs: 50 * hourMs, containerStartedMs: now - startedHoursAgo * hourMs },
      });
    expect(idle(onItsWay, 1)).toMatchObject({ since: 'use', forMs: 0 });
    expect(idle(onItsWay, 5)).toMatchObject({ since: 'use', forMs: 3 * hourMs });
    expect(idle(ready, 1)).toMatchObject({ since: 'start' });
  });

  it('counts a run without a task that has ended as no use', () => {
    expect(lastTaskEndMs(ended(null, 'running'))).toBeNull();
    expect(lastTaskEndMs(ended(98 * hourMs))).toBe(98 * hourMs);
  });
});
