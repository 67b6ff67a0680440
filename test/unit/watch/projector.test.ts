/** How changes of a VM's state are published: a trouble once when it begins, and nothing published stays wrong. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../../src/main/engine/common/app-log.ts';
import type { AzureFacts } from '../../../src/main/engine/azure/index.ts';
import { makeVmConfig } from '../../../src/main/engine/config/index.ts';
import { openFeed, type Feed } from '../../../src/main/engine/feed/index.ts';
import { Projector } from '../../../src/main/engine/watch/projector.ts';
import type { CloudSight } from '../../../src/main/engine/watch/sight.ts';
import { firstState } from '../../../src/main/engine/watch/state.ts';
import { createVmStore, type VmStore } from '../../../src/main/engine/watch/store.ts';
import { vmClockOf } from '../../support/step-clock.ts';
import { ready, sshProblem } from './sights.ts';
import { runFrom } from './states.ts';

let nowMs = 0;
let dataDir: string;
let feed: Feed;
let store: VmStore;
let projector: Projector;
/** Everything that the feed emits, as "status ready", "error ssh_unreachable", "progress running urgent". */
let published: string[];

const facts: AzureFacts = {
  ...{ powerState: 'running', provisioningState: 'succeeded', provisioningError: null },
  ...{ address: null, size: null, location: null, runningSinceMs: null, checkedAtMs: 0 },
};
const unasked: CloudSight = {
  ...{ subscriptionId: '1111', resourceGroup: 'rg', vmName: 'vm-1', isAddressWanted: true },
  ...{ facts: null, problem: null, misses: 0, perHourUsd: 0.2, seen: null, gone: null },
};

const clock = vmClockOf(() => nowMs);
const config = makeVmConfig({ name: 'vm', ssh: { host: '127.0.0.1' } });

function begin(): void {
  feed = openFeed({ dataDir, clock });
  published = [];
  feed.subscribe((event) => {
    if (event.kind === 'status') published.push(`status ${event.data.phase}`);
    else if (event.kind === 'progress')
      published.push(`progress ${event.data.state}${event.urgent ? ' urgent' : ''}`);
    else if (event.kind === 'journal')
      published.push(`${event.event.type} ${'code' in event.event.data ? event.event.data.code : ''}`);
  });
  store = createVmStore({ ...firstState(config, feed), cloud: unasked }, (error) => {
    throw error;
  });
  projector = new Projector(store, { vm: 'vm', feed, log: silentLog(), clock });
}

beforeEach(() => {
  nowMs = Date.UTC(2026, 0, 28, 22, 0, 0);
  dataDir = mkdtempSync(join(tmpdir(), 'benchtray-projector-'));
  begin();
});
afterEach(() => {
  projector.close();
  feed.close();
  rmSync(dataDir, { recursive: true });
});

/** Resolves after the turn in which the updates were made. */
const turn = (): Promise<void> => Promise.resolve();

/** Azure says so, again and again. */
function azureSays(powerState: string, perHourUsd: number | null = 0.2): void {
  for (let times = 0; times < 2; times += 1) {
    nowMs += 60_000;
    store.update({ cloud: { ...unasked, perHourUsd, facts: { ...facts, powerState } } });
  }
}

const told = (): string[] =>
  feed.replay(0, null, 100).map(({ type, data }) => `${type}: ${'message' in data ? data.message : ''}`);
const open = (): string[] => feed.openConditions('vm').map(({ error }) => error.message);

const paid = 'The VM is stopped, but not deallocated: it still costs money ($0.20 per hour).';
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
    'recovered: The VM is now off in another state.',
    `error: ${free}`,
    'recovered: The VM is running again.',
  ]);
});

it('a VM that costs money again without running is said to, also over a restart of BenchTray', () => {
  azureSays('deallocated');
  projector.close();
  feed.close();
  begin();
  azureSays('deallocated');
  expect(told()).toEqual([`error: ${free}`]);
  azureSays('stopped');
  expect(open()).toEqual([paid]);
  expect(told()).toHaveLength(3);
});

const up = { ...ready, cloud: null, idle: null };
const down = { ssh: { kind: 'down', everUp: true, problem: sshProblem } } as const;

describe('the status', () => {
  it('is published at once when the watching begins', () => {
    expect(published).toEqual(['status offline']);
  });

  it('is published once for all updates of one turn, with their result', async () => {
    store.update(up);
    await turn();
    published = [];
    store.update({ docker: { kind: 'unknown' } });
    store.update({ checkedAtMs: nowMs });
    store.update({ isBehind: false });
    expect(published).toEqual([]);
    await turn();
    expect(published).toEqual(['status ready']);
    expect(feed.snapshot('vm').status?.checked_at).toBe(new Date(nowMs).toISOString());
    store.update({ checkedAtMs: nowMs });
    await turn();
    expect(published).toEqual(['status ready', 'status ready']);
  });

  it('is published for each phase at once, also for one that lasts for less than a turn', async () => {
    const probe = { ...ready.probe, answer: null, wasReady: false };
    const phase = (phase: 'extracting' | 'booting') => ({ boot: { ...ready.boot, phase } });
    store.update({ ...up, probe });
    published = [];
    store.update(phase('extracting'));
    store.update(phase('booting'));
    store.update({ probe: ready.probe });
    await turn();
    expect(published).toEqual(['status extracting', 'status booting', 'status ready']);
  });

  it('waits for the end of the first look, and so do the troubles', async () => {
    published = [];
    store.update({ ...up, isFirstLook: true });
    store.update({ docker: { kind: 'denied', detail: 'no' } });
    await turn();
    expect(published).toEqual([]);
    store.update({ isFirstLook: false });
    await turn();
    expect(published).toEqual(['status ready', 'error docker_denied', 'status ready']);
  });
});

describe('a trouble', () => {
  it('is published once when it begins and once when it ends, however often the state is updated', async () => {
    for (const state of [down, down, { ...down, checkedAtMs: 1 }, up, up]) {
      store.update(state);
      await turn();
      store.update({ checkedAtMs: nowMs });
      await turn();
    }
    expect(published.filter((one) => !one.startsWith('status'))).toEqual([
      'error ssh_unreachable',
      'recovered ssh_unreachable',
    ]);
    expect(feed.openConditions('vm')).toEqual([]);
  });

  it('that begins and ends within one turn is published both times, each after a status of that moment', () => {
    published = [];
    store.update(down);
    store.update(up);
    expect(published).toEqual([
      'status unknown',
      'error ssh_unreachable',
      'status ready',
      'recovered ssh_unreachable',
    ]);
  });

  it('is judged after all listeners have responded to an update', () => {
    store.update(up);
    published = [];
    // A lost connection on its own would be a trouble.
    store.subscribe((state) => {
      if (state.ssh.kind === 'down' && !state.isFirstLook) store.update({ isFirstLook: true });
    });
    store.update(down);
    expect(published).toEqual([]);
  });

  it('is a fact in the store', () => {
    store.update(down);
    expect([...store.get().troubles]).toEqual(['ssh_unreachable']);
    store.update(up);
    expect(store.get().troubles.size).toBe(0);
  });

  it('is published later if the journal could not be written', () => {
    const commit = feed.commit.bind(feed);
    feed.commit = () => {
      throw new Error('the disk is broken');
    };
    store.update(down);
    expect(store.get().troubles.size).toBe(0);
    feed.commit = commit;
    store.update({ checkedAtMs: nowMs });
    expect(published.filter((one) => one.startsWith('error'))).toEqual(['error ssh_unreachable']);
  });
});

describe('the progress', () => {
  const running = { isRunning: true, endedWell: false, guest: null, silentForMs: 0 };
  const run = runFrom(Date.UTC(2026, 0, 28, 21));

  it('is published when the run changes, and at once if clients must know', async () => {
    store.update({ ...up, loggedRun: run, run: running });
    await turn();
    published = [];
    store.update({ loggedRun: { ...run, lastEventAt: nowMs } });
    await turn();
    expect(published).toEqual(['status ready', 'progress running']);
    store.update({ loggedRun: { ...run, state: 'finished', endedAt: nowMs } });
    await turn();
    expect(published.at(-1)).toBe('progress finished urgent');
    published = [];
    store.update({ checkedAtMs: nowMs });
    await turn();
    expect(published).toEqual(['status ready']);
  });

  it('comes after what was written before it in the same turn', async () => {
    store.update(up);
    await turn();
    published = [];
    store.update({ loggedRun: run, run: running });
    feed.commit({
      ...{ vm: 'vm', at: nowMs, ended: [], began: [] },
      moments: [
        {
          ...{ vm: 'vm', code: 'internal', severity: 'warning', message: 'm', detail: null, hint: null },
          began_at: new Date(nowMs).toISOString(),
        },
      ],
    });
    await turn();
    expect(published).toEqual(['error internal', 'status ready', 'progress running urgent']);
  });

  it('does not wait for the end of the first look', async () => {
    published = [];
    store.update({ ...up, isReplaying: true, probe: { ...ready.probe, answer: null }, loggedRun: run });
    await turn();
    expect(published).toEqual(['progress running urgent']);
  });

  it('shows at once that its VM does not answer, and stops its figures', async () => {
    store.update({ ...up, loggedRun: run, run: running, heard: { runMs: nowMs, wallMs: nowMs } });
    await turn();
    published = [];
    store.update({ run: { ...running, silentForMs: 3_600_000 } });
    await turn();
    expect(published).toContain('progress stalled urgent');
    published = [];
    store.update(down);
    await turn();
    expect(feed.snapshot('vm').progress).toMatchObject({ as_of: new Date(nowMs).toISOString() });
    expect(published).toContain('progress stalled urgent');
  });
});

describe('each second', () => {
  const run = runFrom(Date.UTC(2026, 0, 28, 21));
  /** How often anything was projected. */
  let projections = 0;

  beforeEach(() => {
    projector.close();
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const runMs = (): number => {
      projections += 1;
      return clock.runMs();
    };
    projector = new Projector(store, { vm: 'vm', feed, log: silentLog(), clock: { ...clock, runMs } });
  });
  afterEach(() => {
    projector.close();
    vi.useRealTimers();
  });

  function passSecond(): void {
    nowMs += 1_000;
    projections = 0;
    published = [];
    vi.advanceTimersByTime(1_000);
  }

  it('the elapsed time of a run moves on, also while the status waits', async () => {
    store.update({ ...up, loggedRun: run });
    await turn();
    const before = feed.snapshot('vm').progress?.elapsed_seconds ?? 0;
    passSecond();
    expect(published).toEqual(['progress running']);
    store.update({ isFirstLook: true });
    passSecond();
    expect(feed.snapshot('vm').progress?.elapsed_seconds).toBe(before + 2);
  });

  it('nothing is projected without a run, or after its end', async () => {
    store.update(up);
    await turn();
    passSecond();
    expect([published, projections]).toEqual([[], 0]);
    store.update({ loggedRun: { ...run, state: 'finished', endedAt: nowMs } });
    await turn();
    passSecond();
    expect([published, projections]).toEqual([[], 0]);
  });

  it('a progress that failed to go out is tried again', async () => {
    vi.spyOn(feed, 'setProgress').mockImplementationOnce(() => {
      throw new Error('a fault');
    });
    store.update({ ...up, loggedRun: { ...run, state: 'finished', endedAt: nowMs } });
    await turn();
    expect(feed.snapshot('vm').progress).toBeNull();
    passSecond();
    expect(published).toEqual(['progress finished urgent']);
  });
});

describe('a projector that was closed', () => {
  it('has published the last state before, and publishes nothing after', async () => {
    store.update(up);
    await turn();
    published = [];
    store.update({ checkedAtMs: nowMs });
    projector.close();
    expect(published).toEqual(['status ready']);
    store.update(down);
    await turn();
    expect(published).toEqual(['status ready']);
    expect(feed.openConditions('vm')).toEqual([]);
  });
});
