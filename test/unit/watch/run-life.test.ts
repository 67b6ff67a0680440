/** How a run whose process is missing ends, by what became of its container. */
import { describe, expect, it } from 'vitest';
import { makeVmConfig } from '../../../src/main/engine/config/index.ts';
import type { LogAccess } from '../../../src/main/engine/watch/log/following-options.ts';
import type { LogReading } from '../../../src/main/engine/watch/log/log-reading.ts';
import { RunLife } from '../../../src/main/engine/watch/log/run-life.ts';
import type { Sight } from '../../../src/main/engine/watch/sight.ts';
import { defaultTempo } from '../../../src/main/engine/watch/tempo.ts';
import { vmClockOf } from '../../support/step-clock.ts';
import { onItsWay, stopped } from './sights.ts';
import { runFrom, storeOf } from './states.ts';

const lookEveryMs = 2_500;
const shell = { closed: false, isSilent: false, ask: () => Promise.resolve(null) };

/** Returns after how many milliseconds without a process the run ends; null: it goes on for five minutes. */
async function endsAfterMs(container: Sight['container'], isBehind: boolean): Promise<number | null> {
  let nowMs = 0;
  const endsMs: number[] = [];
  const reading = {
    ...{ run: runFrom(0), runnerSeen: true, lastGrowth: { monotonicMs: 0, runMs: 0 } },
    endRun: () => endsMs.push(nowMs),
  } as unknown as LogReading;
  const target = { where: 'container', path: '/x.log', container: 'winarena', hostPath: null } as const;
  const life = new RunLife({
    config: makeVmConfig({ name: 'vm', ssh: { host: '127.0.0.1' } }),
    ...{ clock: vmClockOf(() => nowMs), tempo: defaultTempo },
    store: storeOf({ ...onItsWay, container, inside: null }),
    following: { reading, target, isLive: false, isBehind },
  });
  const access = { host: shell, inside: null, container: null, docker: 'docker', mounts: [] };
  for (; nowMs <= 300_000 && endsMs.length === 0; nowMs += lookEveryMs)
    await life.watchRunner(access as unknown as LogAccess);
  return endsMs[0] ?? null;
}

describe('a run whose process is missing', () => {
  it('ends with its container', async () => {
    expect(await endsAfterMs(stopped, false)).toBe(7_500);
  });

  it('goes on while its container is paused', async () => {
    const paused = { ...stopped, state: 'paused', status: 'Up 2 minutes (Paused)' };
    expect(await endsAfterMs(paused, false)).toBeNull();
    expect(await endsAfterMs(paused, true)).toBeNull();
  });

  it('waits for the rest of its log while the container may be restarting', async () => {
    expect(await endsAfterMs(stopped, true)).toBe(60_000);
  });
});
