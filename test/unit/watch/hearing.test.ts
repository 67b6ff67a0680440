/** How the journal keeps the time of the last answer of a VM. */
import { expect, it } from 'vitest';
import { makeVmConfig } from '../../../src/main/engine/config/index.ts';
import { Hearing } from '../../../src/main/engine/watch/link/hearing.ts';
import type { VmState } from '../../../src/main/engine/watch/state.ts';
import { vmClockOf } from '../../support/step-clock.ts';
import { sourceTools, startSource } from './tools.ts';

it('keeps the first answer at once, later ones every 30 s, and the last when the connection or the watching ends', () => {
  let nowMs = 1_800_000_000_000;
  const tools = sourceTools({ clock: vmClockOf(() => nowMs) });
  const { store, end } = startSource(new Hearing(tools), { contact: {} as VmState['contact'] });
  const kept = (): number | null => tools.feed.heard('vm')?.at ?? null;
  const hear = (afterMs: number): number => {
    nowMs += afterMs;
    store.update({ heard: { runMs: nowMs, wallMs: nowMs } });
    return nowMs;
  };
  const first = hear(0);
  expect(kept()).toBe(first);
  hear(10_000);
  expect(kept()).toBe(first);
  const later = hear(20_000);
  expect(kept()).toBe(later);
  const atLoss = hear(5_000);
  store.update({ contact: null });
  expect(kept()).toBe(atLoss);
  const atEnd = hear(5_000);
  end();
  expect(kept()).toBe(atEnd);
});

it('keeps the name under which Azure knew the VM', () => {
  const subscriptionId = '11111111-2222-3333-4444-555555555555';
  const azure = { subscriptionId, resourceGroup: 'Rg', vmName: 'Vm-1' };
  const config = makeVmConfig({ name: 'vm', azure });
  const tools = sourceTools({ config });
  const { store, end } = startSource(new Hearing(tools), { config, contact: {} as VmState['contact'] });
  store.update({ heard: { runMs: 1, wallMs: 1 } });
  expect(tools.feed.heard('vm')).toEqual({ at: 1, cost: null });
  const { cloud } = store.get();
  store.update({ cloud: cloud && { ...cloud, seen: { atMs: 1, isSpot: true } } });
  store.update({ heard: { runMs: 2, wallMs: 2 } });
  end();
  expect(tools.feed.heard('vm')).toEqual({
    at: 2,
    cost: null,
    azure: { id: `${subscriptionId}/rg/vm-1`, isSpot: true },
  });
});
