import { Chalk } from 'chalk';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { messageLines, timeText } from '../../../src/main/cli/watch/format.ts';
import { messageJson } from '../../../src/main/cli/watch/screen.ts';
import { toMessage, type StreamMessage } from '../../../src/main/engine/client/index.ts';
import type { PoolView, RunOutcome } from '../../../src/shared/stream.ts';
import { plainText, cutText } from '../../../src/shared/plain-text.ts';
import { afterMessage, initialState, type WatchState } from '../../../src/main/cli/watch/state.ts';
import { renderView } from '../../../src/main/cli/watch/view.ts';
import { connected, problem, progress, status, taskComplete, vms } from './watch-messages.ts';

const paint = new Chalk({ level: 0 });
const after = (...messages: readonly StreamMessage[]) =>
  messages.reduce((state, message) => afterMessage(state, message, 0), initialState);
const lost: WatchState = {
  ...initialState,
  connection: { kind: 'lost', reason: 'no BenchTray is running there', sinceMs: 0 },
};

describe('the live view', () => {
  it.each<[name: string, state: WatchState, lines: readonly string[]]>([
    ['at first', initialState, ['Connecting…']],
    ['without a server', lost, ['Not connected: no BenchTray is running there']],
    ['before the first status', after(connected(), vms('waa')), ['Connected. No VM has been seen yet.']],
    ['without a VM', after(connected(), vms()), ['Connected. No VM is configured.']],
    ['without a VM on an older server', after(connected()), ['Connected. No VM has been seen yet.']],
    ['after its VM was removed', after(connected(), status(), vms()), ['Connected. No VM is configured.']],
    [
      'while Windows boots',
      after(
        connected(),
        status({ phase: 'oobe', waa_ready: false, probe: { status: 'Not responding', vnc_url: null } }),
      ),
      ['○ waa  oobe (Windows answers), probe: Not responding'],
    ],
    [
      'without SSH',
      after(connected(), status({ phase: 'unknown', waa_ready: false, connected: false })),
      ['? waa  unknown (Windows answers), not connected'],
    ],
    [
      'during a run',
      after(connected(), status(), progress()),
      [
        '● waa  ready',
        '  ████░░░░░░░░░░░░░░░░░░░░░░░░░░ 4/30 13 % · 0:10:30 · 0:59:30 left',
        '  Mean score 87.0 % (n = 4) · Pass rate 75.0 % (3 of 4)',
        '  notepad/abc-WOS, step 12/15: Write a note',
      ],
    ],
    [
      'during a run of which little is known',
      after(
        connected(),
        status(),
        progress({
          total_tasks: 0,
          domain: null,
          max_steps: null,
          instruction: null,
          eta_seconds: null,
          state: 'stalled',
        }),
      ),
      [
        '! waa  ready',
        '  ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░ 4 tasks · 0:10:30 · stalled',
        '  Mean score 87.0 % (n = 4) · Pass rate 75.0 % (3 of 4)',
        '  abc-WOS, step 12',
      ],
    ],
    [
      'after a run: its time stands still',
      after(
        connected(),
        status(),
        progress({ tasks_completed: 30, state: 'finished', eta_seconds: null, current_task: null }),
      ),
      [
        '● waa  ready',
        '  ██████████████████████████████ 30/30 100 % · 0:10:00 · finished',
        '  Mean score 87.0 % (n = 4) · Pass rate 75.0 % (3 of 4)',
      ],
    ],
  ])('%s', (_name, state, lines) => {
    expect(renderView(state, 30_000, { columns: 100, rows: 24 }, paint).split('\n')).toEqual(lines);
  });

  const poolOf = (states: readonly RunOutcome[], changes: Partial<PoolView> = {}): PoolView => ({
    pool_id: 'pool-run-1',
    worker_id: 0,
    workers: 4,
    tasks_completed: 37,
    total_tasks: 154,
    succeeded: 20,
    score_sum: 22,
    tasks_scored: 36,
    mean_score: 0.6111,
    pass_rate: 20 / 36,
    state: 'running',
    parts: states.map((state, index) => ({
      vm: `vm-${String(index)}`,
      run_id: `run-${String(index)}`,
      worker_id: index,
      tasks_completed: 9,
      total_tasks: 39,
      state,
    })),
    ...changes,
  });

  it.each<[name: string, pool: PoolView, line: string]>([
    [
      'that is on',
      poolOf(['running', 'finished']),
      '● pool of 4  37/154 24 % · Mean score 61.1 % (n = 36) · Pass rate 55.6 % (20 of 36)',
    ],
    [
      'with parts in trouble',
      poolOf(['running', 'crashed', 'stalled', 'crashed']),
      '● pool of 4  37/154 24 % · Mean score 61.1 % (n = 36) · Pass rate 55.6 % (20 of 36) · of its parts…',
    ],
    [
      'that is over',
      poolOf(['finished', 'finished'], { state: 'finished', total_tasks: 0 }),
      '● pool of 4  37 tasks · Mean score 61.1 % (n = 36) · Pass rate 55.6 % (20 of 36) · finished',
    ],
  ])('has one line for a pool %s, above its VMs', (_name, pool, line) => {
    const state = after(connected(), progress({ vm: 'a', pool }), progress({ vm: 'b', pool }));
    const lines = renderView(state, 0, { columns: 100, rows: 24 }, paint).split('\n');
    expect(lines[0]).toBe(line);
    expect(lines.filter((text) => text.includes('pool of'))).toHaveLength(1);
    for (const text of renderView(state, 0, { columns: 30, rows: 24 }, paint).split('\n'))
      expect(text.length).toBeLessThanOrEqual(30);
  });

  it('has no line wider than the terminal, and none that a log could have forged', () => {
    const hostile = fc.string({
      unit: fc.constantFrom('a', ' ', '\n', '\u001b[2J', '\u0007', '\u202e', '\u009b1A', '日'),
    });
    fc.assert(
      fc.property(hostile, hostile, fc.integer({ min: 20, max: 200 }), (text, task, width) => {
        const state = after(
          connected(),
          status({ vm: text, probe: { status: task, vnc_url: null }, waa_ready: false }),
          progress({ vm: text, current_task: task, instruction: text, domain: task }),
        );
        const lines = renderView(state, 0, { columns: width, rows: 24 }, paint).split('\n');
        expect(lines).toHaveLength(4);
        for (const line of lines) {
          expect(stringWidth(line)).toBeLessThanOrEqual(width);
          expect(line).not.toMatch(/[\p{Cc}\u202e]/u);
        }
      }),
    );
  });
});

describe('the lines of a listing', () => {
  const at = timeText(0);
  it.each<[name: string, before: WatchState, message: StreamMessage, lines: readonly string[]]>([
    ['a first status', initialState, status(), [`${at} waa: ready`]],
    ['the same status again', after(status()), status({ checked_at: 'later' }), []],
    [
      'another status',
      after(status()),
      status({ phase: 'stopping' }),
      [`${at} waa: stopping (Windows answers)`],
    ],
    [
      'a run at first sight',
      initialState,
      progress(),
      [`${at} waa: run run-1 running, 4/30 tasks · Mean score 87.0 % (n = 4) · Pass rate 75.0 % (3 of 4)`],
    ],
    ['a step', after(progress()), progress({ current_step: 13 }), []],
    ['the next task', after(progress()), progress({ current_task: 'def' }), [`${at} waa: task def`]],
    [
      'the end of the run',
      after(progress()),
      progress({ state: 'crashed', total_tasks: 0 }),
      [`${at} waa: run run-1 crashed, 4/? tasks · Mean score 87.0 % (n = 4) · Pass rate 75.0 % (3 of 4)`],
    ],
    [
      'a task that passed',
      initialState,
      taskComplete(),
      [`${at} waa: ✓ notepad/abc-WOS passed (score 1, 12 steps, 0:01:05)`],
    ],
    [
      'a task that was lost',
      initialState,
      taskComplete({
        success: false,
        score: null,
        outcome: 'lost',
        domain: null,
        duration_seconds: null,
        attempt: 2,
        catch_up: true,
      }),
      [`${at} waa: ✗ abc-WOS lost (12 steps, attempt 2, earlier)`],
    ],
    [
      'a task that raised an exception in its only step',
      initialState,
      taskComplete({ success: false, score: null, outcome: 'exception', domain: null, steps: 1 }),
      [`${at} waa: ✗ abc-WOS error (1 step, 0:01:05)`],
    ],
    [
      'a problem',
      initialState,
      problem('SSH connection failed', 'Start it.'),
      [`${at} waa: ! SSH connection failed Start it.`],
    ],
    ['the list of VMs', initialState, vms('waa'), []],
    ['the list of VMs without one of before', after(status()), vms('b'), [`${at} waa: no longer watched`]],
    ['an empty list of VMs', initialState, vms(), [`${at} no VM is configured`]],
    [
      'an empty list of VMs after one of before',
      after(status()),
      vms(),
      [`${at} waa: no longer watched`, `${at} no VM is configured`],
    ],
    ['an empty list of VMs once more', after(vms()), vms(), []],
    ['a connection', initialState, connected(), []],
    ['a connection with a gap', initialState, connected(true), [`${at} some earlier events are gone`]],
  ])('%s', (_name, before, message, lines) => {
    expect(messageLines(before, message, 0, paint)).toEqual(lines);
  });
});

describe('text from the stream', () => {
  it.each([
    ['plain', 'plain'],
    ['two\r\nlines', 'two lines'],
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u001b]0;title\u0007after', 'after'],
    ['bell\u0007', 'bell'],
    ['\u202eabc', 'abc'],
    ['cut \u001b[', 'cut ['],
    [null, 'null'],
  ])('%j becomes %j', (text, plain) => {
    expect(plainText(text)).toBe(plain);
  });

  it('is cutTexted by characters, not in the middle of one', () => {
    expect(cutText('abcdef', 4)).toBe('abc…');
    expect(cutText('😀😀😀', 2)).toBe('😀…');
    expect(cutText('abc', 3)).toBe('abc');
  });
});

describe('messages', () => {
  it.each([
    ['vms', 'j-4', null],
    ['status', 'j-4', null],
    ['progress', 'j-4', null],
    ['task_complete', 'j-4', 'j-4'],
    ['connected', '', null],
  ] as const)('%s with the last id %j has the id %j', (event, lastEventId, id) => {
    expect(toMessage(event, '{"a":1}', lastEventId)).toEqual({ event, id, data: { a: 1 } });
  });

  it.each(['', 'x', '[]', 'null', '"text"'])('%j is none', (text) => {
    expect(toMessage('status', text, '')).toBeNull();
  });

  it('are printed as one line of JSON that a terminal does not act on', () => {
    const message = problem('a\nb\u001b[2J\u009b2J\u202e\u2028');
    const line = messageJson(message);
    expect(line).not.toMatch(/[\p{Cc}\u2028\u202e]/u);
    expect(JSON.parse(line)).toEqual(message);
  });
});
