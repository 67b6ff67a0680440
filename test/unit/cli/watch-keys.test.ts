/** What keys do to the view of `watch`. */
import { Chalk } from 'chalk';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { afterKey, noChoice, type Choice } from '../../../src/main/cli/watch/choice.ts';
import { afterMessage, initialState } from '../../../src/main/cli/watch/state.ts';
import { namedVms, renderView } from '../../../src/main/cli/watch/view.ts';
import { wrapText } from '../../../src/main/cli/width.ts';
import type { StreamMessage } from '../../../src/main/engine/client/index.ts';
import { errorOf } from '../feed/fixtures.ts';
import { connected, progress, status } from './watch-messages.ts';

const paint = new Chalk({ level: 0 });
const names = Array.from({ length: 10 }, (_, index) => `vm-${index}`);
const full = errorOf('vm-7', {
  code: 'disk_full',
  severity: 'critical',
  message: 'The disk is full: password=hunter2hunter2.',
  hint: 'Remove old results, or grow the disk. Then BenchTray goes on by itself within a minute or so.',
});
const domain = {
  total_tasks: 5,
  tasks_completed: 2,
  succeeded: 1,
  score_sum: 1,
  tasks_scored: 2,
  mean_score: 0.5,
  pass_rate: 0.5,
};
const domains = ['notepad', 'vlc'].map((name) => ({ ...domain, domain: name }));
const messages: readonly StreamMessage[] = [
  connected(),
  ...names.flatMap((vm) => [
    status({ vm, open_errors: vm === 'vm-7' ? [full] : [] }),
    progress({ vm, run_id: `run-${vm}`, domains }),
  ]),
];
const state = messages.reduce((known, message) => afterMessage(known, message, 0), initialState);
const order = namedVms(state).map(({ name }) => name);
const press = (...keys: readonly string[]): Choice =>
  keys.reduce<Choice>((choice, key) => {
    const next = afterKey(choice, key, order);
    return next === 'quit' ? choice : next;
  }, noChoice);
const show = (choice: Choice, columns = 80, rows = 24): readonly string[] =>
  renderView(state, 0, { columns, rows }, paint, choice).split('\n');

describe('keys', () => {
  it.each([
    [['down'], 'vm-7', 'all'],
    [['up'], 'vm-9', 'all'],
    [['down', 'down', 'down', 'up'], 'vm-0', 'all'],
    [['up', 'down'], 'vm-9', 'all'],
    [['return'], 'vm-7', 'vm'],
    [['j', 'j', 'enter', 'down'], 'vm-1', 'vm'],
    [['down', 'return', 'escape'], 'vm-7', 'all'],
    [['down', 'return', 'return'], 'vm-7', 'all'],
    [['?'], null, 'keys'],
    [['?', 'down', '?'], null, 'all'],
    [['?', 'return'], null, 'all'],
    [['x', 'left'], null, 'all'],
  ] as const)('%j put the cursor on %s, on the page "%s"', (keys, vm, page) => {
    expect(press(...keys)).toEqual({ vm, page });
  });

  it('end it with q, on each page', () => {
    for (const keys of [[], ['return'], ['?']]) expect(afterKey(press(...keys), 'q', order)).toBe('quit');
  });

  it('do nothing without a VM, and forget one that is not watched any more', () => {
    expect(afterKey(noChoice, 'return', [])).toEqual(noChoice);
    expect(afterKey(noChoice, 'down', [])).toEqual(noChoice);
    expect(afterKey({ vm: 'gone', page: 'all' }, 'down', order)).toEqual({ vm: 'vm-7', page: 'all' });
    expect(show({ vm: 'gone', page: 'vm' })).toEqual(show(noChoice));
  });
});

describe('the view', () => {
  it('names the main keys, and marks the chosen VM', () => {
    expect(show(noChoice).at(-1)).toBe('q quit · ↑↓ choose · enter details · ? keys');
    const lines = show(press('down', 'down'));
    expect(lines).toHaveLength(11);
    expect(lines[0]).toMatch(/^✗ vm-7/);
    expect(lines[1]).toMatch(/^●›vm-0/);
  });

  it('keeps the chosen VM in sight', () => {
    const lines = show(press('up'), 80, 6);
    expect(lines.some((line) => line.startsWith('●›vm-9'))).toBe(true);
    expect(lines.at(-2)).toBe('… and 7 more VMs: 7 running');
  });

  it('shows all about one VM, without secrets', () => {
    expect(show(press('return'))).toEqual([
      '✗ vm-7  ready',
      expect.stringMatching(/^ {2}! The disk is full: password=\*\*\* \(since .*\)$/),
      '    Remove old results, or grow the disk. Then BenchTray goes on by itself',
      '    within a minute or so.',
      '  ████░░░░░░░░░░░░░░░░░░░░░░░░░░ 4/30 13 % · 0:10:00 · 1:00:00 left',
      '  Mean score 87.0 % (n = 4) · Pass rate 75.0 % (3 of 4)',
      '  notepad/abc-WOS, step 12/15: Write a note',
      '  Domain   Tasks     Mean score  Pass rate  n',
      '  notepad  2/5 40 %      50.0 %     50.0 %  2',
      '  vlc      2/5 40 %      50.0 %     50.0 %  2',
      'q quit · ↑↓ choose · enter details · ? keys',
    ]);
  });

  it('lists the keys', () => {
    expect(show(press('?'))[0]).toBe('↑ ↓    choose a VM');
  });

  it('is never higher or wider than the terminal, whatever is pressed', () => {
    const key = fc.constantFrom('up', 'down', 'return', '?', 'escape', 'q', 'x');
    fc.assert(
      fc.property(
        fc.array(key, { maxLength: 20 }),
        fc.integer({ min: 10, max: 120 }),
        fc.integer({ min: 4, max: 40 }),
        (keys, columns, rows) => {
          const lines = show(press(...keys), columns, rows);
          expect(lines.length).toBeLessThan(rows);
          for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
        },
      ),
    );
  });
});

it('wraps at spaces, and cuts what is longer than a line', () => {
  expect(wrapText('one two three', 7)).toEqual(['one two', 'three']);
  expect(wrapText('abcdefgh x', 4)).toEqual(['abc…', 'x']);
  expect(wrapText('', 4)).toEqual(['']);
});
