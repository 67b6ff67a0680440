/** How often a Windows that is ready is asked whether it still is. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeVmConfig } from '../../../src/main/engine/config/index.ts';
import type { Channels, OwnShellChannel } from '../../../src/main/engine/vm/index.ts';
import { createGuestLook } from '../../../src/main/engine/watch/looks/guest-look.ts';
import { createLookTimer } from '../../../src/main/engine/watch/looks/look-timer.ts';
import { lookEverySeconds } from '../../../src/main/engine/watch/looks/pace.ts';
import { firstSight, isReady, type Sight } from '../../../src/main/engine/watch/sight.ts';
import { stopped } from './sights.ts';

const container = { kind: 'running', name: 'winarena', addresses: [], mounts: [], why: '' } as const;
const run = { isRunning: true, endedWell: false, guest: null, silentForMs: 0 };

/** What a look is made from, besides usual values. */
interface Around {
  readonly host: Pick<OwnShellChannel, 'ask'>;
  /** The shell in the container; null: there is none. */
  readonly inside?: () => OwnShellChannel | null;
  readonly sight?: Partial<Sight>;
  readonly monotonicMs?: () => number;
  readonly paceMs?: () => number;
  readonly hurry?: (inMs?: number) => void;
}

/** Returns a look at the guest of a container that runs, and what is known after it. */
function guestLook({ host, inside = () => null, monotonicMs = () => 0, ...around }: Around) {
  let sight: Sight = { ...firstSight, ssh: { kind: 'up' }, container, ...around.sight };
  const learn = (news: Partial<Sight>): void => void (sight = { ...sight, ...news });
  const guest = createGuestLook(
    {
      config: makeVmConfig({ name: 'vm', ssh: { host: '127.0.0.1' } }),
      ...{ channels: {} as Channels, host: { closed: false, isSilent: false, ...host } as OwnShellChannel },
      ...{ learn, monotonicMs, sight: () => sight },
      ...{ onBoot: () => undefined, onOutOfMemory: () => undefined },
      hurry: around.hurry ?? (() => undefined),
      paceMs: around.paceMs ?? (() => 5_000),
    },
    inside,
  );
  return { guest, learn, sight: () => sight };
}

/** Returns the times between questions, in milliseconds, if looks come at this pace for two minutes. */
async function pauses(paceMs: number, isRunOn: boolean): Promise<number[]> {
  let nowMs = 0;
  const askedAtMs: number[] = [];
  const { guest } = guestLook({
    host: {
      ask(_limit, words) {
        if (words.join(' ').includes('/probe')) askedAtMs.push(nowMs);
        return Promise.resolve('{"status": "Probe successful"}\nhttp 200\n');
      },
    },
    ...{ sight: { run: isRunOn ? run : null }, paceMs: () => paceMs, monotonicMs: () => nowMs },
  });
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

it('asks for the page of the set-up until Windows has started, and for /probe then as well', async () => {
  let asked: string[] = [];
  const { guest, learn, sight } = guestLook({
    host: {
      ask(_limit, words) {
        asked.push(/[^/]*$/.exec(words.join(' '))?.[0] ?? '');
        return Promise.resolve('not found\nhttp 404\n');
      },
    },
    paceMs: () => 1_000,
  });
  for (const phase of [null, 'starting', 'booting', 'oobe'] as const) {
    asked = [];
    learn({ boot: { ...sight().boot, phase } });
    await guest.look();
    expect([phase, ...asked.sort()]).toEqual([phase, ...(phase === 'oobe' ? [] : ['msg.html']), 'probe']);
  }
});

describe('a benchmark server that answered', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** How long an answer takes, by what the server does; milliseconds. */
  const answersAfterMs = { ready: 50, refused: 400, silent: 7_000 };
  const answers = {
    ready: '{"status": "Probe successful"}\nhttp 200\n',
    refused: 'curl: (7) Failed to connect\nhttp 000\n',
    silent: 'curl: (28) Operation timed out\nhttp 000\n',
  };
  const withinMs = { refused: 15_000, silent: 30_000 };

  /**
   * Returns how long it takes to notice a fault, and then a recovery, that begin at these times.
   * @param hurriedAtMs when something else brings a look forward
   */
  async function delays(
    fault: 'refused' | 'silent',
    paceSeconds: number,
    isRunOn: boolean,
    faultAtMs: number,
    hurriedAtMs: number,
  ): Promise<{ readonly noticedMs: number; readonly recoveredMs: number }> {
    const beganMs = Date.now();
    const sinceStart = (): number => Date.now() - beganMs;
    const paceMs = (): number =>
      lookEverySeconds({ configured: 5, demanded: paceSeconds, isEventful: isRunOn }) * 1_000;
    let state: keyof typeof answers = 'ready';
    const timer = createLookTimer({
      look: () => void guest.look(),
      ...{ paceMs, monotonicMs: Date.now },
    });
    const { guest, sight } = guestLook({
      host: {
        async ask() {
          const { [state]: answer } = answers;
          await new Promise((resolve) => void setTimeout(resolve, answersAfterMs[state]));
          return answer;
        },
      },
      ...{ sight: { run: isRunOn ? run : null }, paceMs, monotonicMs: Date.now },
      hurry: (inMs) => timer.hurry(inMs),
    });
    const passes = async (isOver: () => boolean): Promise<number> => {
      const fromMs = sinceStart();
      while (!isOver() && sinceStart() - fromMs < 60_000) await vi.advanceTimersByTimeAsync(50);
      return sinceStart() - fromMs;
    };
    timer.begin();
    setTimeout(() => timer.hurry(0), hurriedAtMs);
    await passes(() => sinceStart() >= faultAtMs);
    state = fault;
    const noticedMs = await passes(() => !isReady(sight()));
    state = 'ready';
    const recoveredMs = await passes(() => isReady(sight()));
    timer.end();
    return { noticedMs, recoveredMs };
  }

  it.each([
    ['refused', false],
    ['refused', true],
    ['silent', false],
    ['silent', true],
  ] as const)('and is %s now (a run writes its log: %s) is reported in time', async (fault, isRunOn) => {
    for (const pace of [1, 1.3, 2, 2.5, 3.2, 3.7, 4.4, 5, 60]) {
      for (const faultAtMs of [200, 3_100, 6_400, 9_900]) {
        for (const hurriedAtMs of [faultAtMs + 5_000, faultAtMs + 6_900]) {
          const { noticedMs, recoveredMs } = await delays(fault, pace, isRunOn, faultAtMs, hurriedAtMs);
          const told = `at interval ${String(pace)}, ${String(faultAtMs)}, ${String(hurriedAtMs)}`;
          expect(noticedMs, told).toBeLessThanOrEqual(withinMs[fault]);
          expect(recoveredMs, told).toBeLessThanOrEqual(fault === 'refused' ? 5_500 : 12_000);
        }
      }
    }
  });
});

it('a refusal on a new connection decides nothing before the third one, or a proper answer', async () => {
  for (const second of ['refused', 'ready'] as const) {
    const probe = { answer: { kind: 'ready' }, place: null, why: null, wasReady: true, misses: 0 } as const;
    let says: 'refused' | 'ready' = 'refused';
    const { guest, sight } = guestLook({
      host: {
        ask: () =>
          Promise.resolve(
            says === 'ready' ? '{"status": "Probe successful"}\nhttp 200\n' : 'curl: (7) no\nhttp 000\n',
          ),
      },
      sight: { probe },
    });
    await guest.look();
    expect(sight().answered.probe).toBe(false);
    says = second;
    await guest.look();
    expect(sight().answered.probe).toBe(second === 'ready');
    await guest.look();
    expect(sight().answered.probe).toBe(true);
  }
});

describe('a benchmark server that only the shell in the container can reach', () => {
  /** Returns a look whose shell in the container is missing while `isMissing` says so. */
  function insideOnly(isMissing: () => boolean) {
    let nowMs = 0;
    const shell = {
      ...{ closed: false, isSilent: false },
      ask: (_limit: number, words: readonly string[]) =>
        Promise.resolve(
          words.join(' ').includes('172.30.0.2')
            ? '{"status": "Probe successful"}\nhttp 200\n'
            : 'curl: (7) no\nhttp 000\n',
        ),
    } as unknown as OwnShellChannel;
    const inside = (): OwnShellChannel | null => (isMissing() ? null : shell);
    const { guest, ...rest } = guestLook({ host: shell, inside, monotonicMs: () => nowMs });
    const look = (atMs: number): Promise<void> => {
      nowMs = atMs;
      return guest.look();
    };
    return { ...rest, look };
  }

  it('is not known any more once that shell is missing, and known again later', async () => {
    let atMs = 0;
    const { look, sight } = insideOnly(() => atMs > 10_000 && atMs <= 50_000);
    const known: boolean[] = [];
    for (; atMs <= 60_000; atMs += 5_000) {
      await look(atMs);
      known.push(sight().answered.probe);
    }
    expect(known).toEqual([...Array<boolean>(8).fill(true), false, false, false, true, true]);
    expect(sight().probe).toMatchObject({ place: 'container:172.30.0.2:5000', wasReady: true, misses: 0 });
  });

  it('stays known for a while after a long pause of the container', async () => {
    let isMissing = false;
    const { look, learn, sight } = insideOnly(() => isMissing);
    await look(0);
    isMissing = true;
    learn({ container: { ...stopped, state: 'paused' } });
    await look(600_000);
    learn({ container });
    await look(605_000);
    expect(sight().answered.probe).toBe(true);
    await look(630_000);
    expect(sight().answered.probe).toBe(false);
  });
});
