import { describe, expect, it } from 'vitest';
import type { StreamMessage } from '../../../src/main/engine/client/index.ts';
import { afterMessage, hasEnded, initialState } from '../../../src/main/cli/watch/state.ts';
import { connected, problem, progress, status, taskComplete, vms } from './watch-messages.ts';

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
    ['its VM is still watched', [running('a', '1'), vms('b', 'a')], 'not yet'],
    ['its VM is not watched any more', [running('a', '1'), vms('b')], ['unknown']],
    ['its VM goes after its end', [running('a', '1'), ended('a', '1'), vms()], ['finished']],
    [
      'it ends after the server got another journal',
      [running('a', '1'), connected(true), vms('a'), ended('a', '1')],
      ['finished'],
    ],
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

describe('the list of VMs', () => {
  it('removes VMs that are not watched any more, and adds none', () => {
    const state = after([connected(), status({ vm: 'a' }), status({ vm: 'b' }), vms('c', 'b')]);
    expect([...state.vms.keys()]).toEqual(['b']);
    expect(state.vmNames).toEqual(['c', 'b']);
  });

  it('keeps out errors of VMs that were removed, as a replay has them', () => {
    const state = after([status({ vm: 'waa' }), connected(), vms('b'), problem('x'), status({ vm: 'b' })]);
    expect([...state.vms.keys()]).toEqual(['b']);
  });

  it('is unknown with an older server, whose VMs show with their first status', () => {
    const state = after([connected(), status({ vm: 'a' })]);
    expect(state.vmNames).toBeNull();
    expect([...state.vms.keys()]).toEqual(['a']);
  });
});

describe('a reconnect', () => {
  const running = [connected(), vms('waa'), status(), progress(), problem('x')];

  it('keeps the run and the open errors', () => {
    const { vms: known } = after([...running, connected()]);
    expect(known.get('waa')).toMatchObject({ progress: { run_id: 'run-1' }, problems: [{ message: 'x' }] });
  });

  it('to a server with a new journal forgets the run and the open errors', () => {
    const { vms: known } = after([...running, connected(true), vms('waa'), status()]);
    expect(known.get('waa')).toMatchObject({ status: { vm: 'waa' }, progress: null, problems: [] });
  });

  it('to a server with a new journal takes over the run that it knows', () => {
    const { vms: known } = after([...running, connected(true), status(), progress({ run_id: 'run-2' })]);
    expect(known.get('waa')).toMatchObject({ progress: { run_id: 'run-2' } });
  });
});
