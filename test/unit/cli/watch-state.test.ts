import { describe, expect, it } from 'vitest';
import type { StreamMessage } from '../../../src/main/engine/client/index.ts';
import { afterMessage, hasEnded, initialState } from '../../../src/main/cli/watch/state.ts';
import { connected, problem, progress, status, taskComplete } from './watch-messages.ts';

const after = (messages: readonly StreamMessage[]) =>
  messages.reduce((state, message) => afterMessage(state, message, 0), initialState);

describe('what --until-end waits for', () => {
  const running = (vm: string, run_id: string) => progress({ vm, run_id });
  const ended = (vm: string, run_id: string, state: 'finished' | 'crashed' | 'interrupted' = 'finished') =>
    progress({ vm, run_id, state });

  it.each<[name: string, messages: readonly StreamMessage[], outcomes: readonly string[] | 'not yet']>([
    ['nothing has come', [], 'not yet'],
    ['no run is on', [connected(), status()], 'not yet'],
    ['the run is on', [running('a', '1')], 'not yet'],
    ['the run stalls', [running('a', '1'), progress({ vm: 'a', run_id: '1', state: 'stalled' })], 'not yet'],
    ['the run ends', [running('a', '1'), ended('a', '1')], ['finished']],
    ['the run crashes', [running('a', '1'), ended('a', '1', 'crashed')], ['crashed']],
    ['the run is interrupted', [running('a', '1'), ended('a', '1', 'interrupted')], ['interrupted']],
    ['the run had ended before', [ended('a', '1'), ended('a', '1')], 'not yet'],
    ['one had ended before, the next begins', [ended('a', '1'), running('a', '2')], 'not yet'],
    [
      'one had ended before, the next ends',
      [ended('a', '1'), running('a', '2'), ended('a', '2')],
      ['finished'],
    ],
    ['the next began and ended unseen', [ended('a', '1', 'crashed'), ended('a', '2')], ['finished']],
    ['one of two is still on', [running('a', '1'), running('b', '2'), ended('a', '1')], 'not yet'],
    [
      'both have ended',
      [running('a', '1'), running('b', '2'), ended('a', '1'), ended('b', '2', 'crashed')],
      ['finished', 'crashed'],
    ],
    [
      'another one begins before the last ends: it does not count',
      [running('a', '1'), running('b', '2'), ended('a', '1'), running('a', '3'), ended('b', '2')],
      ['finished', 'finished'],
    ],
    ['another run stands in its place', [running('a', '1'), running('a', '2')], ['unknown']],
    ['its end is told twice', [running('a', '1'), ended('a', '1', 'crashed'), ended('a', '1')], ['crashed']],
  ])('%s', (_name, messages, outcomes) => {
    const state = after(messages);
    expect(hasEnded(state)).toBe(outcomes !== 'not yet');
    if (outcomes !== 'not yet') expect(state.awaited.map(({ outcome }) => outcome)).toEqual(outcomes);
  });
});

it('keeps the newest picture of every VM, in the order in which they came', () => {
  const state = after([
    connected(),
    status({ vm: 'b', phase: 'booting' }),
    status({ vm: 'a' }),
    status({ vm: 'b', phase: 'oobe' }),
    progress({ vm: 'a' }),
    taskComplete(),
    problem('x'),
  ]);
  expect(state.connection).toEqual({ kind: 'open' });
  expect([...state.vms.keys()]).toEqual(['b', 'a']);
  expect(state.vms.get('b')).toMatchObject({ status: { phase: 'oobe' }, progress: null });
  expect(state.vms.get('a')).toMatchObject({ progress: { run_id: 'run-1' } });
});
