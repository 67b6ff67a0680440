/** What is told of a VM as its picture changes: a trouble once when it begins, and what was told stays true. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLog } from '../../../src/main/engine/common/app-log.ts';
import type { AzureFacts } from '../../../src/main/engine/azure/index.ts';
import { openFeed, type Feed } from '../../../src/main/engine/feed/index.ts';
import { createPicture, type Picture } from '../../../src/main/engine/watch/picture.ts';
import { clockOf } from '../../support/step-clock.ts';
import type { CloudSight } from '../../../src/main/engine/watch/sight.ts';

let nowMs = 0;
let dataDir: string;
let feed: Feed;
let picture: Picture;

const facts: AzureFacts = {
  ...{ powerState: 'running', provisioningState: 'succeeded', provisioningError: null },
  ...{ address: null, size: null, location: null, runningSinceMs: null, checkedAtMs: 0 },
};
const unasked: CloudSight = {
  ...{ subscriptionId: '1111', resourceGroup: 'rg', vmName: 'vm-1', isAddressWanted: true },
  ...{ facts: null, problem: null, misses: 0, perHourUsd: 0.2 },
};

const clock = clockOf(() => nowMs);

function begin(): void {
  feed = openFeed({ dataDir, clock });
  picture = createPicture({
    ...{ vm: 'vm', feed, log: silentLog(), clock, cloud: unasked },
    conditions: { stalledAfterMs: 900_000, idleAfterMs: 1_800_000, missingAfterMs: 5_000 },
    frame: () => ({ vm: 'vm', address: null, vncUrl: null, checkedAtMs: null, heardAtMs: null, cost: null }),
    isHeld: () => false,
  });
}

beforeEach(() => {
  nowMs = Date.UTC(2026, 0, 28, 22, 0, 0);
  dataDir = mkdtempSync(join(tmpdir(), 'benchtray-picture-'));
  begin();
});
afterEach(() => {
  feed.close();
  rmSync(dataDir, { recursive: true });
});

/** Azure says so, again and again. */
function azureSays(powerState: string, perHourUsd: number | null = 0.2): void {
  for (let times = 0; times < 2; times += 1) {
    nowMs += 60_000;
    picture.learn({ cloud: { ...unasked, perHourUsd, facts: { ...facts, powerState } } });
  }
}

const told = (): string[] =>
  feed.replay(0, null, 100).map(({ type, data }) => `${type}: ${'message' in data ? data.message : ''}`);
const open = (): string[] => feed.openConditions('vm').map(({ error }) => error.message);

const paid = 'The VM is stopped, but not deallocated: it still costs money ($0.2 an hour).';
const free = 'The VM is deallocated: it does not run.';

it('a VM that was stopped and then deallocated is not said to cost money any more', () => {
  azureSays('stopped');
  azureSays('deallocating');
  expect(open()).toEqual([paid]);
  azureSays('deallocated');
  expect(open()).toEqual([free]);
  azureSays('running');
  expect(open()).toEqual([]);
  expect(told()).toEqual([
    `error: ${paid}`,
    'recovered: The VM is off in another way now.',
    `error: ${free}`,
    'recovered: The VM is running again.',
  ]);
});

it('a VM that costs money again without running is said to, also over a restart of BenchTray', () => {
  azureSays('deallocated');
  feed.close();
  begin();
  azureSays('deallocated');
  expect(told()).toEqual([`error: ${free}`]);
  azureSays('stopped');
  expect(open()).toEqual([paid]);
  expect(told()).toHaveLength(3);
});
