/** What a VM costs and how long it has stood idle, by what is known at the moment. */
import { describe, expect, it } from 'vitest';
import type { AzureFacts, AzureProblem } from '../../../src/main/engine/azure/index.ts';
import type { RunState } from '../../../src/main/engine/run/index.ts';
import type { CloudSight, IdleSight, Sight } from '../../../src/main/engine/watch/sight.ts';
import type { Cost } from '../../../src/shared/stream.ts';
import {
  Spending,
  SpendingSource,
  type SpendingOptions,
} from '../../../src/main/engine/watch/cloud/spending.ts';
import { machine, ready } from './sights.ts';
import { vmClockOf } from '../../support/step-clock.ts';
import { sourceTools, startSource } from './tools.ts';

const hourMs = 3_600_000;
const now = 100 * hourMs;
const unasked: CloudSight = {
  ...{ subscriptionId: '1111', resourceGroup: 'rg', vmName: 'vm-1', isAddressWanted: false },
  ...{ facts: null, problem: null, misses: 0, perHourUsd: 2, seen: null, gone: null },
};
const problem: AzureProblem = {
  ...{ kind: 'not_signed_in', code: 'azure_auth_failed', message: 'No.', detail: '', hint: '' },
  retryAfterMs: null,
};
const facts: AzureFacts = {
  ...{ powerState: 'running', provisioningState: 'succeeded', provisioningError: null },
  ...{ address: '20.1.2.3', size: 'Standard_D4ds_v5', location: 'westus2' },
  ...{ runningSinceMs: now - 5 * hourMs, checkedAtMs: now },
};
const run = {
  state: 'finished',
  endedAt: now - hourMs,
  tasks: [{ endedAt: now - hourMs }],
} as unknown as RunState;

interface Watched {
  /** Lets time pass, and changes what is seen. */
  after(hours: number, change: Partial<Sight>): void;
  cost(): Cost | null;
  idle(): IdleSight | null;
}

/** A VM that BenchTray has known for long, after a start just now. @param run its newest run */
function watched(seen: Sight, run: RunState | null, before: SpendingOptions['before'] = null): Watched {
  let nowMs = now;
  let sight = seen;
  const spending = new Spending({
    config: { pricePerHour: 2 },
    firstSeenMs: 10 * hourMs,
    before,
    clock: vmClockOf(() => nowMs),
  });
  return {
    after(hours, change) {
      nowMs += hours * hourMs;
      sight = { ...sight, ...change };
    },
    cost: () => spending.cost(sight),
    idle: () => spending.idle({ ...sight, isBehind: false }, run),
  };
}

const spendingOf = (cloud: CloudSight | null, change: Partial<Sight> = {}): Watched =>
  watched({ ...ready, ...change, cloud }, run);

describe('a VM that was priced by hand, after a restart of BenchTray', () => {
  it('is not told to have just begun to cost or to idle before Azure has answered', () => {
    const spending = spendingOf(unasked);
    expect(spending.cost()).toBeNull();
    expect(spending.idle()).toBeNull();
  });

  it('costs and idles since when Azure and its runs say', () => {
    const spending = spendingOf({ ...unasked, facts });
    expect(spending.cost()).toMatchObject({ so_far_usd: 10 });
    expect(spending.idle()).toMatchObject({ since: 'task', forMs: hourMs, costUsd: 2 });
  });

  it('idles since its last task also where Azure cannot be asked', () => {
    const spending = spendingOf({ ...unasked, problem, misses: 1 });
    expect(spending.cost()).toMatchObject({ so_far_usd: 0, per_hour_usd: 2 });
    expect(spending.idle()).toMatchObject({ since: 'task', forMs: hourMs, costUsd: 2 });
  });

  it('goes on as it was while Azure does not answer any more', () => {
    const spending = spendingOf({ ...unasked, facts, problem, misses: 9 });
    expect(spending.cost()).toMatchObject({ so_far_usd: 10 });
    expect(spending.idle()).toMatchObject({ since: 'task', forMs: hourMs });
  });

  it('idles since its last task where no cloud is asked', () => {
    expect(spendingOf(null).idle()).toMatchObject({ since: 'task', forMs: hourMs });
  });

  it('costs nothing that is known of while it is not reached', () => {
    const down: Partial<Sight> = { ssh: { kind: 'down', everUp: true, problem: null } };
    for (const cloud of [null, unasked, { ...unasked, problem, misses: 2 }]) {
      expect(spendingOf(cloud, down).cost()).toBeNull();
      expect(spendingOf(cloud, down).idle()).toBeNull();
    }
  });
});

describe('a VM of which no cloud tells', () => {
  it('does not idle since a task that ended before it was started under our eyes', () => {
    const vm = watched(ready, run);
    expect(vm.idle()).toMatchObject({ since: 'task', forMs: hourMs });
    vm.after(0, { ssh: { kind: 'down', everUp: true, problem: null } });
    expect(vm.idle()).toBeNull();
    // It was off for two days.
    vm.after(48, { ssh: ready.ssh, machine: { ...machine, bootId: 'another' } });
    expect(vm.idle()).toMatchObject({ since: 'start', forMs: 0, costUsd: 0 });
    vm.after(1, {});
    expect(vm.idle()).toMatchObject({ since: 'start', forMs: hourMs, costUsd: 2 });
    expect(vm.cost()).toMatchObject({ so_far_usd: 2 });
  });
});

describe('the cost of a VM that became unreachable', () => {
  const down: Sight['ssh'] = { kind: 'down', everUp: true, problem: null };
  const costing = (cloud: CloudSight | null, before: SpendingOptions['before'] = null) => {
    const vm = watched({ ...ready, cloud }, null, before);
    return {
      cost: () => vm.cost(),
      after(hours: number, change: Partial<Sight>) {
        vm.after(hours, change);
        return vm.cost();
      },
    };
  };
  const iso = (atMs: number): string => new Date(atMs).toISOString();

  it.each([
    ['a price of the configuration', null, 0],
    ['Azure, which does not answer any more', { ...unasked, facts }, 10],
  ])('stays as it was last known, and says so: by %s', (_what, cloud, dollars) => {
    const vm = costing(cloud);
    expect(vm.cost()).toMatchObject({ so_far_usd: dollars, unknown: false, as_of: null });
    const stale = cloud === null ? null : { ...cloud, problem, misses: 9 };
    const atLoss = vm.after(1, {});
    expect(atLoss).toMatchObject({ so_far_usd: dollars + 2, unknown: false });
    const lost = vm.after(0, { ssh: down, cloud: stale });
    expect(lost).toEqual({ ...atLoss, unknown: true, as_of: iso(now + hourMs) });
    expect(vm.after(5, {})).toEqual(lost);
    expect(vm.after(0, { ssh: { kind: 'up' } })).toMatchObject({ unknown: false, as_of: null });
  });

  it('is known while the connection is only lost for a moment', () => {
    const vm = costing(null);
    vm.cost();
    expect(vm.after(1, { ssh: { kind: 'blinking' } })).toMatchObject({ so_far_usd: 2, unknown: false });
  });

  it('is known while Azure says that the VM runs, and over when Azure says that it is off', () => {
    const vm = costing({ ...unasked, facts });
    vm.cost();
    expect(vm.after(1, { ssh: down })).toMatchObject({ so_far_usd: 12, unknown: false });
    const off = { ...unasked, facts: { ...facts, powerState: 'deallocated', runningSinceMs: null } };
    expect(vm.after(1, { cloud: off })).toBeNull();
    expect(vm.after(1, { cloud: { ...off, problem, misses: 9 } })).toBeNull();
  });

  it('outlasts a restart of BenchTray', () => {
    const first = costing(null);
    const cost = first.after(1, {});
    const second = costing(null, { at: now, cost });
    expect(second.after(0, { ssh: down })).toEqual({ ...cost, unknown: true, as_of: iso(now) });
  });
});

describe('the cost in the store', () => {
  it('follows each look, the connection and the answers of Azure', () => {
    let nowMs = now;
    const tools = sourceTools({ clock: vmClockOf(() => nowMs) });
    const config = { ...tools.config, pricePerHour: 2 };
    const { store } = startSource(new SpendingSource({ ...tools, config }), { config });
    const look = (depth: 'whole' | 'brief') =>
      store.update({ looked: { count: store.get().looked.count + 1, depth } });
    expect(store.get().cost).toBeNull();
    store.update({ ...ready, isBehind: false });
    expect(store.get().cost).toMatchObject({ so_far_usd: 0, unknown: false });
    nowMs += hourMs;
    look('whole');
    expect(store.get()).toMatchObject({ cost: { so_far_usd: 2 }, idle: null });
    // Whether it idles is known when the log has been looked at.
    store.update({ logLooks: 1 });
    expect(store.get().idle).toMatchObject({ forMs: hourMs, costUsd: 2 });
    store.update({ isBehind: true });
    look('brief');
    expect(store.get().idle).toBeNull();
    store.update({ ssh: { kind: 'down', everUp: true, problem: null } });
    expect(store.get().cost).toMatchObject({ so_far_usd: 2, unknown: true });
  });
});
