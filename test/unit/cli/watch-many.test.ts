import { Chalk } from 'chalk';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import type { StreamMessage } from '../../../src/main/engine/client/index.ts';
import { messageLines, timeText } from '../../../src/main/cli/watch/format.ts';
import { afterLoss, afterMessage, initialState, type WatchState } from '../../../src/main/cli/watch/state.ts';
import { renderView } from '../../../src/main/cli/watch/view.ts';
import { errorOf, statusOf } from '../feed/fixtures.ts';
import { connected, problem, progress, status } from './watch-messages.ts';

const paint = new Chalk({ level: 0 });
const after = (...messages: readonly StreamMessage[]) =>
  messages.reduce((state, message) => afterMessage(state, message, 0), initialState);
const show = (state: WatchState, columns = 80, rows = 24, nowMs = 0) =>
  renderView(state, nowMs, { columns, rows }, paint).split('\n');
const names = (count: number) => Array.from({ length: count }, (_, index) => `vm-${String(index)}`);
const running = (count: number) =>
  names(count).flatMap((vm) => [status({ vm }), progress({ vm, run_id: `run-${vm}` })]);
const unreachable = errorOf('vm-7', { severity: 'critical', message: 'SSH connection failed' });

describe('ten VMs on a terminal of 80 by 24', () => {
  const state = after(connected(), ...running(10), {
    ...problem('SSH connection failed'),
    data: { ...unreachable, code: 'ssh_unreachable' },
  } as StreamMessage);

  it('have a line each, the one in trouble first', () => {
    const lines = show(state);
    expect(lines).toHaveLength(10);
    expect(lines[0]).toBe('✗ vm-7  running  4/30 13 %  SSH connection failed');
    expect(lines[1]).toBe('● vm-0  running  4/30 13 %  1:00:00 left · Mean score 87.0 % (n = 4)');
    for (const name of names(10)) expect(lines.some((line) => line.includes(name))).toBe(true);
  });

  it('say how many more there are where even that does not fit', () => {
    const lines = show(state, 80, 6);
    expect(lines).toHaveLength(5);
    expect(lines[0]).toContain('vm-7');
    expect(lines.at(-1)).toBe('… and 6 more VMs: 6 running');
  });

  it('show the error in place of the count in a narrow terminal', () => {
    const lines = show(state, 40);
    expect(lines[0]).toBe('✗ vm-7  running  SSH connection failed');
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(40);
  });
});

it('no view is higher or wider than its terminal, and each VM is shown or counted', () => {
  const name = fc.string({ unit: fc.constantFrom('a', '日', '😀', 'é', '-'), minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(
      fc.uniqueArray(name, { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 20, max: 120 }),
      fc.integer({ min: 3, max: 40 }),
      (vms, columns, rows) => {
        const state = after(connected(), ...vms.map((vm) => status({ vm })));
        const lines = show(state, columns, rows);
        expect(lines.length).toBeLessThan(rows);
        for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
        const more = Number(/^… and (\d+) more/.exec(lines.at(-1) ?? '')?.[1] ?? 0);
        expect(lines.length - (more > 0 ? 1 : 0) + more).toBe(vms.length);
      },
    ),
  );
});

describe('open errors', () => {
  const told = status({ vm: 'vm-7', open_errors: [unreachable] });

  it('that began earlier are in the view, and go when the status says so', () => {
    expect(show(after(connected(), told))).toEqual(['✗ vm-7  ready', '  ! SSH connection failed']);
    expect(show(after(connected(), told, status({ vm: 'vm-7' })))).toEqual(['● vm-7  ready']);
  });

  it('that began earlier have a line in a listing, once', () => {
    const at = timeText(0);
    expect(messageLines(initialState, told, 0, paint)).toEqual([
      `${at} vm-7: ready`,
      `${at} vm-7: ! SSH connection failed`,
    ]);
    expect(messageLines(after(told), told, 0, paint)).toEqual([]);
  });
});

describe('after the server stopped', () => {
  const state = afterLoss(after(connected(), ...running(1)), 'no BenchTray is running there', 5000);

  it('says since when, and never that a VM is ready', () => {
    const lines = show(afterLoss(state, 'no BenchTray is running there', 90_000), 80, 24, 95_000);
    expect(lines.slice(0, 3)).toEqual([
      `As of ${timeText(0)}. Trying to reconnect.`,
      `Connection lost at ${timeText(5000)}: no BenchTray is running there`,
      '? vm-0  last known: ready',
    ]);
  });

  it('shows both times in 40 columns', () => {
    expect(show(state, 40, 12, 95_000).slice(0, 2)).toEqual([
      `As of ${timeText(0)}. Trying to reconnect.`,
      `Connection lost at ${timeText(5000)}: no BenchTr…`,
    ]);
  });

  it('stops the clocks', () => {
    expect(show(state, 80, 24, 95_000)[3]).toMatch(/ 4\/30 13 % · 0:10:00$/);
  });
});

describe('a VM that is not heard', () => {
  const asOf = new Date(2026, 0, 28, 2, 14).toISOString();
  const nowMs = new Date(2026, 0, 28, 3, 0).getTime();
  const lost = status({
    connected: false,
    phase: 'unknown',
    waa_ready: false,
    as_of: asOf,
    cost: { per_hour_usd: 0.23, so_far_usd: 1, since: asOf, unknown: true, as_of: asOf },
    detail: { ...statusOf('waa').detail, text: 'Unknown: the key file /x does not exist' },
  });
  const other = status({
    vm: 'other',
    cost: { per_hour_usd: 1.13, so_far_usd: 2, since: asOf, unknown: false, as_of: null },
  });

  it('says why, when it was heard last, and that its price is unknown', () => {
    const frozen = progress({ as_of: asOf, eta_seconds: null });
    expect(show(after(connected(), lost, frozen, other), 100, 24, nowMs)).toEqual([
      'All VMs: $1.13 per hour + 1 VM unknown (was $0.23)',
      '? waa  unknown: the key file /x does not exist, last heard 02:14',
      '  ████░░░░░░░░░░░░░░░░░░░░░░░░░░ 4/30 13 % · 0:10:00 · as of 02:14',
      '  Mean score 87.0 % (n = 4) · Pass rate 75.0 % (3 of 4)',
      '  notepad/abc-WOS, step 12/15: Write a note',
      '● other  ready',
    ]);
  });
});
