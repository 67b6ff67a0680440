/** How often Azure is asked: on a clock of its own, with a stand-in for Azure that notes when. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../../src/main/engine/common/app-log.ts';
import type {
  Azure,
  AzureAnswer,
  AzureFacts,
  AzureProblem,
  AzureVmWatch,
} from '../../../src/main/engine/azure/index.ts';
import { watchAzureVm } from '../../../src/main/engine/azure/index.ts';
import { fastestMs, pollDelayMs } from '../../../src/main/engine/azure/poll-delay.ts';

const running: AzureFacts = {
  ...{ powerState: 'running', provisioningState: 'succeeded', provisioningError: null },
  ...{ address: '20.1.2.3', size: 'Standard_D4ds_v5', location: 'westus2' },
  ...{ runningSinceMs: 0, checkedAtMs: 0 },
};
const problem: AzureProblem = {
  ...{ kind: 'unavailable', code: 'azure_unavailable', message: 'It does not answer.' },
  ...{ detail: '', hint: 'Wait.', retryAfterMs: null },
};
const vm = { subscriptionId: 's', resourceGroup: 'r', vmName: 'v', cloud: 'public' } as const;
const minuteMs = 60_000;

let answer: AzureAnswer<AzureFacts>;
let looks: number[];
let azure: Azure;
const watches: AzureVmWatch[] = [];

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  answer = { ok: true, value: running };
  looks = [];
  azure = {
    look() {
      looks.push(Date.now());
      return Promise.resolve(answer);
    },
    listVms: () => Promise.resolve({ ok: true, value: [] }),
  };
});
afterEach(() => {
  for (const watch of watches.splice(0)) watch.close();
  vi.useRealTimers();
});

function begin(more: { isWaitedFor?: () => boolean } = {}) {
  const facts: AzureFacts[] = [];
  const problems: AzureProblem[] = [];
  const watch = watchAzureVm({
    ...{ azure, vm, monotonicMs: Date.now, log: silentLog() },
    onFacts: (one) => facts.push(one),
    onProblem: (one) => problems.push(one),
    ...more,
  });
  watches.push(watch);
  return { watch, facts, problems };
}

const gaps = (): number[] => looks.slice(1).map((at, index) => (at - (looks[index] ?? 0)) / 1000);

describe('Azure is asked', () => {
  it('at once, every 30 s at first, and every five minutes when nothing changes', async () => {
    const { facts } = begin();
    await vi.advanceTimersByTimeAsync(40 * minuteMs);
    expect(looks[0]).toBe(0);
    expect(gaps().slice(0, 7)).toEqual([30, 30, 30, 30, 60, 120, 240]);
    expect(new Set(gaps().slice(7))).toEqual(new Set([300]));
    expect(facts).toHaveLength(looks.length);
  });

  it('often again when something has changed, and while it is changing', async () => {
    begin();
    await vi.advanceTimersByTimeAsync(30 * minuteMs);
    answer = { ok: true, value: { ...running, powerState: 'deallocating' } };
    await vi.advanceTimersByTimeAsync(5 * minuteMs);
    looks = [];
    await vi.advanceTimersByTimeAsync(20 * minuteMs);
    expect(new Set(gaps())).toEqual(new Set([30]));
    answer = { ok: true, value: { ...running, powerState: 'deallocated', address: null } };
    await vi.advanceTimersByTimeAsync(30 * minuteMs);
    // It may be started at any time, and is waited for.
    expect(gaps().at(-1)).toBe(60);
  });

  it('every minute at least while the VM is not reached', async () => {
    begin({ isWaitedFor: () => true });
    await vi.advanceTimersByTimeAsync(30 * minuteMs);
    expect(Math.max(...gaps())).toBe(60);
  });

  it('sooner when the VM is lost, and never sooner than 30 s after the last time', async () => {
    const { watch } = begin();
    await vi.advanceTimersByTimeAsync(10_000);
    for (let time = 0; time < 5; time += 1) watch.hurry();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(looks).toEqual([0]);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(looks).toEqual([0, 30_000]);
    await vi.advanceTimersByTimeAsync(40 * minuteMs);
    // In the midst of a long pause.
    while (Date.now() - (looks.at(-1) ?? 0) < 40_000) await vi.advanceTimersByTimeAsync(1_000);
    watch.hurry();
    await vi.advanceTimersByTimeAsync(0);
    expect(looks.at(-1)).toBe(Date.now());
    expect(Math.min(...gaps())).toBeGreaterThanOrEqual(30);
  });

  it('less and less often while it does not answer, and never while it wants a pause', async () => {
    answer = { ok: false, problem };
    const { watch, problems } = begin();
    await vi.advanceTimersByTimeAsync(10 * minuteMs);
    expect(gaps()).toEqual([30, 60, 120, 120, 120, 120]);
    expect(problems).toHaveLength(looks.length);
    looks = [];
    answer = { ok: false, problem: { ...problem, kind: 'throttled', retryAfterMs: 15 * minuteMs } };
    await vi.advanceTimersByTimeAsync(2 * minuteMs);
    expect(looks).toHaveLength(1);
    watch.hurry();
    await vi.advanceTimersByTimeAsync(12 * minuteMs);
    expect(looks).toHaveLength(1);
    answer = { ok: true, value: running };
    await vi.advanceTimersByTimeAsync(3 * minuteMs);
    expect(gaps()[0]).toBe(900);
  });

  it('by one watching as much as by the next: what is known is not asked again', async () => {
    begin().watch.close();
    await vi.advanceTimersByTimeAsync(0);
    const first = begin();
    await vi.advanceTimersByTimeAsync(5_000);
    first.watch.close();
    const asked = looks.length;
    const second = begin();
    await vi.advanceTimersByTimeAsync(0);
    expect(second.facts).toEqual([running]);
    expect(looks).toHaveLength(asked);
    await vi.advanceTimersByTimeAsync(25_001);
    expect(looks).toHaveLength(asked + 1);
  });

  it('not at all any more when it is over', async () => {
    const { watch, facts } = begin();
    await vi.advanceTimersByTimeAsync(0);
    watch.close();
    watch.hurry();
    await vi.advanceTimersByTimeAsync(60 * minuteMs);
    expect(looks).toHaveLength(1);
    expect(facts).toHaveLength(1);
  });

  it('never twice at once, however slowly it answers', async () => {
    let resolve: (answer: AzureAnswer<AzureFacts>) => void = () => undefined;
    azure.look = () => {
      looks.push(Date.now());
      return new Promise((settle) => (resolve = settle));
    };
    const { watch } = begin();
    await vi.advanceTimersByTimeAsync(10 * minuteMs);
    watch.hurry();
    await vi.advanceTimersByTimeAsync(10 * minuteMs);
    expect(looks).toHaveLength(1);
    resolve({ ok: true, value: running });
    await vi.advanceTimersByTimeAsync(1);
    expect(looks).toHaveLength(2);
  });
});

it('no state of affairs makes it more often than every 30 s', () => {
  for (const powerState of ['running', 'starting', 'deallocated', null])
    for (const calm of [0, 4, 9, 1_000])
      for (const misses of [0, 1, 50])
        for (const retryAfterMs of [null, 0, 5])
          expect(
            pollDelayMs({ facts: { ...running, powerState }, calm, misses, retryAfterMs, isWaitedFor: true }),
          ).toBeGreaterThanOrEqual(fastestMs);
});
