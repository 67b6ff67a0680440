/** How often a Windows that is ready is asked whether it still is. */
import { expect, it } from 'vitest';
import { makeVmConfig } from '../../../src/main/engine/config/index.ts';
import type { Channels, OwnShellChannel } from '../../../src/main/engine/vm/index.ts';
import { createGuestLook } from '../../../src/main/engine/watch/looks/guest-look.ts';
import { firstSight, type Sight } from '../../../src/main/engine/watch/sight.ts';

const container = { kind: 'running', name: 'winarena', addresses: [], mounts: [], why: '' } as const;
const run = { isRunning: true, endedWell: false, guest: null, silentForMs: 0 };

/** Returns the times between questions, in milliseconds, if looks come at this pace for two minutes. */
async function pauses(paceMs: number, isRunOn: boolean): Promise<number[]> {
  let nowMs = 0;
  let sight: Sight = { ...firstSight, ssh: { kind: 'up' }, container, run: isRunOn ? run : null };
  const askedAtMs: number[] = [];
  const host = {
    closed: false,
    ask(_limit: number, words: readonly string[]) {
      if (words.join(' ').includes('/probe')) askedAtMs.push(nowMs);
      return Promise.resolve('{"status": "Probe successful"}\nhttp 200\n');
    },
  } as unknown as OwnShellChannel;
  const guest = createGuestLook(
    {
      config: makeVmConfig({ name: 'vm', ssh: { host: '127.0.0.1' } }),
      channels: {} as Channels,
      host,
      sight: () => sight,
      learn: (news) => (sight = { ...sight, ...news }),
      onBoot: () => undefined,
      onOutOfMemory: () => undefined,
      hurry: () => undefined,
      monotonicMs: () => nowMs,
    },
    () => null,
  );
  for (let count = 0; count * paceMs < 120_000; count += 1) {
    // A timer is never exact.
    nowMs = count * paceMs + (count % 3 === 0 ? 40 : 0);
    await guest.look();
  }
  return askedAtMs.slice(1).map((atMs, index) => atMs - (askedAtMs[index] ?? 0));
}

// Three refusals that follow within 3 s are told within 15 s, and two silent answers of 7 s within 30 s.
const latestMs = 10_100;

it.each([1, 2, 3, 4, 5])(
  'asks a ready Windows in time and not too often, with a look every %i s',
  async (pace) => {
    for (const isRunOn of [true, false]) {
      const found = await pauses(pace * 1_000, isRunOn);
      expect(found.length).toBeGreaterThan(5);
      expect(Math.max(...found)).toBeLessThanOrEqual(latestMs);
      expect(Math.min(...found)).toBeGreaterThanOrEqual(isRunOn ? 7_500 : 4_500);
    }
  },
);
