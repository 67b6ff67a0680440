/** How the journal keeps the time of the last answer of a VM. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
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

it('keeps the name under which Azure knew the VM, and its size', () => {
  const subscriptionId = '11111111-2222-3333-4444-555555555555';
  const azure = { subscriptionId, resourceGroup: 'Rg', vmName: 'Vm-1' };
  const config = makeVmConfig({ name: 'vm', azure });
  const tools = sourceTools({ config });
  const { store, end } = startSource(new Hearing(tools), { config, contact: {} as VmState['contact'] });
  store.update({ heard: { runMs: 1, wallMs: 1 } });
  expect(tools.feed.heard('vm')).toEqual({ at: 1, cost: null });
  const { cloud } = store.get();
  store.update({ cloud: cloud && { ...cloud, seen: { atMs: 1, isSpot: true, size: 'Standard_D8ds_v5' } } });
  store.update({ heard: { runMs: 2, wallMs: 2 } });
  end();
  expect(tools.feed.heard('vm')).toEqual({
    at: 2,
    cost: null,
    azure: { id: `${subscriptionId}/rg/vm-1`, isSpot: true, size: 'Standard_D8ds_v5' },
  });
});

it('throws nothing while another program locks the journal, and stores the time later', async () => {
  let nowMs = 1_800_000_000_000;
  const lines: string[] = [];
  const uncaught: unknown[] = [];
  const noteUncaught = (error: unknown): unknown => uncaught.push(error);
  process.on('uncaughtExceptionMonitor', noteUncaught);
  onTestFinished(() => void process.off('uncaughtExceptionMonitor', noteUncaught));
  const log = pino({}, { write: (line: string) => lines.push(line) });
  const tools = sourceTools({ clock: vmClockOf(() => nowMs), log });
  const other = new DatabaseSync(join(tools.dir, 'journal.sqlite'));
  const watch = () => startSource(new Hearing(tools), { contact: {} as VmState['contact'] });
  const hear = ({ store }: ReturnType<typeof watch>): void =>
    store.update({ heard: { runMs: nowMs, wallMs: nowMs } });
  const [first, second] = [watch(), watch()];
  hear(first);
  const storedMs = nowMs;
  nowMs += 5_000;

  other.exec('BEGIN IMMEDIATE');
  hear(first);
  hear(second);
  first.end();
  // Node reports what a listener of a signal throws in the next turn.
  await new Promise((resolve) => setImmediate(resolve));
  expect(
    lines.filter((line) => line.includes('could not be stored') && line.includes('locked')),
  ).toHaveLength(2);
  expect([uncaught, tools.feed.heard('vm')?.at]).toEqual([[], storedMs]);

  other.exec('ROLLBACK');
  other.close();
  second.end();
  expect(tools.feed.heard('vm')?.at).toBe(nowMs);
});
