import { describe, expect, it } from 'vitest';
import { fleetRow } from '../../../src/renderer/features/fleet/fleet-rows.ts';
import { worstFirst } from '../../../src/renderer/features/vm/vm-words.ts';
import type { Link, VmView } from '../../../src/renderer/state/model.ts';
import type { StatusPayload } from '../../../src/shared/stream.ts';
import { errorOf, progressOf, statusOf } from '../feed/fixtures.ts';

const nowMs = new Date(2026, 0, 28, 12).getTime();
const iso = (afterSeconds: number): string => new Date(nowMs + afterSeconds * 1000).toISOString();
const open: Link = { kind: 'open', heardAtMs: nowMs };
const lost: Link = { kind: 'lost', heardAtMs: nowMs };
const status = (changes: Partial<StatusPayload> = {}) =>
  statusOf('a', { phase: 'ready', connected: true, waa_ready: true, ...changes });
const vm = (name: string, changes: Partial<VmView> = {}): VmView => ({
  name,
  status: status(),
  progress: null,
  record: null,
  results: [],
  problems: [],
  ...changes,
});
const row = (changes: Partial<VmView>, link = open) => fleetRow(vm('a', changes), link, 0, nowMs);
const progress = progressOf('a', { tasks_completed: 5, total_tasks: 12, eta_seconds: 3600 });
const record = {
  ...{ run_id: progress.run_id, ended_at: iso(-600), model: 'gpt-4o', agent: 'navi' },
  ...{ tasks_completed: 5, cost_usd: null, results: [] },
};

it('the worst VM comes first, and else the order of the configuration stays', () => {
  const critical = errorOf('c', { severity: 'critical' });
  const vms = [
    vm('a', { progress }),
    vm('b', { progress: { ...progress, state: 'stalled' } }),
    vm('c', { problems: [critical] }),
    vm('d'),
    vm('e', { problems: [errorOf('e', { severity: 'warning' })] }),
    vm('f', { status: status({ phase: 'unknown', connected: false }) }),
  ];
  expect(worstFirst(vms).map(({ name }) => name)).toEqual(['c', 'b', 'e', 'f', 'a', 'd']);
});

describe('the state of a VM', () => {
  it.for([
    [{}, 'ok Fine'],
    [{ problems: [errorOf('a', { severity: 'warning' })] }, 'warn 1 problem'],
    [{ problems: [errorOf('a', { severity: 'critical' }), errorOf('a')] }, 'bad 2 problems'],
    [{ status: null }, 'unknown Not known yet'],
    [{ status: status({ connected: false, phase: 'offline' }) }, 'off Off'],
    [{ status: status({ connected: false, phase: 'unknown' }) }, 'unknown Not reached'],
  ] as const)('%j is %s', ([changes, expected]) => {
    const { mark, word } = row(changes).state;
    expect(`${mark} ${word}`).toBe(expected);
  });

  it('is not known while BenchTray is not reached', () => {
    const { state, phase, run } = row({ progress }, lost);
    expect([state.word, phase, run?.state.word]).toEqual([
      'Not known',
      'Last known: Ready',
      'Last known: Running',
    ]);
  });
});

describe('the run of a VM', () => {
  it('says how far it is, with what, and when it ends', () => {
    expect(row({ progress, record }).run).toEqual({
      state: { mark: 'run', word: 'Running' },
      who: 'navi · gpt-4o',
      count: '5/12',
      end: { text: 'about 13:00', atMs: nowMs + 3_600_000 },
    });
    expect(row({ progress: { ...progress, state: 'crashed' }, record }).run?.end?.text).toBe('ended 11:50');
    expect(row({}).run).toBeNull();
  });

  it('has no end if the VM is not reached, or nothing tells', () => {
    expect(row({ progress, status: status({ connected: false }) }).run?.end).toBeNull();
    expect(row({ progress: { ...progress, eta_seconds: null } }).run?.end).toBeNull();
  });
});

describe('the price', () => {
  const cost = { per_hour_usd: 0.19, so_far_usd: 1, since: iso(-9000), unknown: false, as_of: null };
  it.for([
    [{ power_state: 'running', cost }, '$0.19', false],
    [{ power_state: 'stopped', cost }, '$0.19', true],
    [{ power_state: 'deallocated', cost }, null, false],
    [{ power_state: 'running', cost: { ...cost, unknown: true } }, 'was $0.19', false],
    [{ power_state: 'running', cost: null }, 'not known', false],
    [{ power_state: null, cost: null }, null, false],
  ] as const)('%j', ([changes, text, isWaste]) => {
    expect(row({ status: status(changes) }).price).toEqual({ text, isWaste });
  });
});
