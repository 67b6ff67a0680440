import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFeed, runCostUsd, type Feed, type Heard } from '../../../src/main/engine/feed/index.ts';
import type { Cost } from '../../../src/shared/stream.ts';
import { runOf, startMs } from './fixtures.ts';

const hourMs = 3_600_000;
const run = runOf('run-1', {
  startedAt: startMs,
  lastEventAt: startMs + hourMs,
  endedAt: startMs + 2 * hourMs,
});
const iso = (epochMs: number) => new Date(epochMs).toISOString();

/** The VM is on since an hour before the run, and answered at the end of it. */
function heardAt(at: number, cost: Partial<Cost> = {}): Heard {
  const since = iso(startMs - hourMs);
  const plain: Cost = { per_hour_usd: 0.384, so_far_usd: 1, since, unknown: false, as_of: null };
  return { at, cost: { ...plain, ...cost } };
}

describe('the cost of a run', () => {
  it('is the price of its VM for its time', () => {
    expect(runCostUsd(run, heardAt(startMs + 2 * hourMs))).toBe(0.768);
    expect(runCostUsd({ ...run, endedAt: null }, heardAt(startMs + hourMs))).toBe(0.384);
    expect(runCostUsd({ ...run, endedAt: startMs + 1000 }, heardAt(startMs + hourMs))).toBe(0.0001);
    expect(runCostUsd({ ...run, endedAt: startMs - 1 }, heardAt(startMs + hourMs))).toBe(0);
  });

  it.each<[string, Heard | null]>([
    ['the VM never answered', null],
    ['no price is known', { at: startMs + 2 * hourMs, cost: null }],
    ['the VM was started during the run', heardAt(startMs + 2 * hourMs, { since: iso(startMs + 1) })],
    ['the VM did not answer until its end', heardAt(startMs + 2 * hourMs - 60_001)],
    [
      'nobody knows whether the VM was on',
      heardAt(startMs + 3 * hourMs, { unknown: true, as_of: iso(startMs + hourMs) }),
    ],
    ['the row is damaged', heardAt(startMs + 2 * hourMs, { since: 'x' })],
    ['the price is damaged', heardAt(startMs + 2 * hourMs, { per_hour_usd: 'x' as unknown as number })],
  ])('is not known if %s', (_, heard) => {
    expect(runCostUsd(run, heard)).toBeNull();
  });

  it('is not known if the log tells no time', () => {
    const heard = heardAt(startMs + 2 * hourMs);
    expect(runCostUsd({ ...run, startedAt: null }, heard)).toBeNull();
    expect(runCostUsd({ ...run, endedAt: null, lastEventAt: null }, heard)).toBeNull();
  });
});

describe('the history', () => {
  let dataDir: string;
  let feed: Feed;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'benchtray-cost-'));
    feed = openFeed({ dataDir });
  });
  afterEach(() => {
    feed.close();
    rmSync(dataDir, { recursive: true });
  });

  it('keeps the cost of a run that is over, also after its VM was started again', () => {
    feed.noteHeard('vm-a', heardAt(startMs + hourMs));
    feed.commit({ vm: 'vm-a', at: startMs, runs: [{ ...run, endedAt: null }] });
    expect(feed.run('run-1')?.costUsd).toBe(0.384);
    feed.noteHeard('vm-a', heardAt(startMs + 2 * hourMs));
    feed.commit({ vm: 'vm-a', at: startMs, runs: [run] });
    feed.noteHeard('vm-a', heardAt(startMs + 9 * hourMs, { since: iso(startMs + 8 * hourMs) }));
    feed.commit({ vm: 'vm-a', at: startMs, runs: [{ ...run, averageScore: 0.5 }] });
    expect(feed.run('run-1')).toMatchObject({ costUsd: 0.768, averageScore: 0.5 });
  });

  it('drops the cost of a run that goes on after its VM was off', () => {
    feed.noteHeard('vm-a', heardAt(startMs + 2 * hourMs));
    feed.commit({ vm: 'vm-a', at: startMs, runs: [run] });
    feed.noteHeard('vm-a', heardAt(startMs + 9 * hourMs, { since: iso(startMs + 8 * hourMs) }));
    feed.commit({ vm: 'vm-a', at: startMs, runs: [{ ...run, endedAt: startMs + 9 * hourMs }] });
    expect(feed.run('run-1')?.costUsd).toBeUndefined();
  });

  it('keeps the machine of a run that is over, whatever the VM becomes', () => {
    const azure = { id: 'a/b/c', isSpot: true, size: 'Standard_D4ds_v5' };
    const machine = { size: 'Standard_D4ds_v5', isSpot: true, perHourUsd: 0.384 };
    feed.noteHeard('vm-a', { ...heardAt(startMs + 2 * hourMs), azure });
    feed.commit({ vm: 'vm-a', at: startMs, runs: [{ ...run, endedAt: null }] });
    expect(feed.run('run-1')?.machine).toEqual(machine);
    feed.commit({ vm: 'vm-a', at: startMs, runs: [run] });
    const other = { ...azure, isSpot: false, size: 'Standard_D8ds_v5' };
    feed.noteHeard('vm-a', { ...heardAt(startMs + 3 * hourMs, { per_hour_usd: 0.768 }), azure: other });
    feed.commit({ vm: 'vm-a', at: startMs, runs: [{ ...run, averageScore: 0.5 }] });
    expect(feed.run('run-1')).toMatchObject({ machine, costUsd: 0.768, averageScore: 0.5 });
  });

  it('keeps the machine of a run that ended while its VM was off', () => {
    const azure = { id: 'a/b/c', isSpot: true, size: 'Standard_D4ds_v5' };
    feed.noteHeard('vm-a', { ...heardAt(startMs + hourMs), azure });
    feed.commit({ vm: 'vm-a', at: startMs, runs: [{ ...run, endedAt: null }] });
    const other = { ...azure, size: 'Standard_D8ds_v5' };
    feed.noteHeard('vm-a', {
      ...heardAt(startMs + 9 * hourMs, { since: iso(startMs + 8 * hourMs) }),
      azure: other,
    });
    feed.commit({ vm: 'vm-a', at: startMs, runs: [run] });
    expect(feed.run('run-1')?.machine).toMatchObject({ size: 'Standard_D4ds_v5' });
  });

  it('records no machine for a run that was over before its VM started', () => {
    const heard = heardAt(startMs + 9 * hourMs, { since: iso(startMs + 8 * hourMs) });
    feed.noteHeard('vm-a', { ...heard, azure: { id: 'a/b/c', isSpot: false, size: 'Standard_D8ds_v5' } });
    feed.commit({ vm: 'vm-a', at: startMs, runs: [run] });
    expect(feed.run('run-1')).not.toHaveProperty('machine');
  });

  it('keeps the thresholds that decided the tasks of a run, also when its log is read again', () => {
    const at = startMs;
    feed.commit({ vm: 'vm-a', at, runs: [{ ...run, successThresholds: [0.5] }] });
    feed.commit({ vm: 'vm-a', at, runs: [{ ...run, successThresholds: [1] }] });
    expect(feed.run('run-1')?.successThresholds).toEqual([0.5, 1]);
    // What decided the tasks that an older version reported is not known.
    feed.commit({ vm: 'vm-a', at, runs: [runOf('run-2', { endedAt: startMs })] });
    feed.commit({
      vm: 'vm-a',
      at,
      runs: [runOf('run-2', { endedAt: startMs, averageScore: 1, successThresholds: [1] })],
    });
    expect(feed.run('run-2')).toMatchObject({ averageScore: 1 });
    expect(feed.run('run-2')).not.toHaveProperty('successThresholds');
  });
});

it('the cost of a run that was recorded without one is that of its own price', () => {
  const machine = { size: null, isSpot: null, perHourUsd: 1 };
  expect(runCostUsd({ ...run, machine }, heardAt(startMs + 2 * hourMs))).toBe(2);
});
