/** Which phases of a boot are published that old lines of the container's log tell of. */
import { describe, expect, it } from 'vitest';
import type { Phase } from '../../../src/shared/stream.ts';
import { noBoot } from '../../../src/main/engine/vm/index.ts';
import { BootReplay } from '../../../src/main/engine/watch/boot-replay.ts';
import type { VmState } from '../../../src/main/engine/watch/state.ts';
import { onItsWay, ready } from './sights.ts';
import { stateOf } from './states.ts';

const at = (phase: Phase | null, known: Partial<VmState> = {}): VmState =>
  stateOf({ ...onItsWay, startedAt: 'first', boot: { ...noBoot, phase }, ...known });

/** Plays these phases as old lines, then shows the last. */
function replayed(replay: BootReplay, phases: readonly Phase[], known: Partial<VmState> = {}) {
  for (const phase of phases) replay.take(at(phase, { ...known, isReplaying: true }));
  return replay.take(at(phases.at(-1) ?? null, known)).map(({ phase }) => phase);
}

describe('a boot that was already on', () => {
  it('has each of its phases published once, in order, and the last as the present one', () => {
    const replay = new BootReplay();
    const passed: Phase[] = ['starting', 'downloading', 'downloading', 'extracting', 'configuring'];
    expect(replayed(replay, passed)).toEqual(['starting', 'downloading', 'extracting']);
    expect(replay.take(at('building'))).toEqual([]);
  });

  it('is not published again from its beginning after a lost connection', () => {
    const replay = new BootReplay();
    replayed(replay, ['starting', 'downloading']);
    expect(replayed(replay, ['starting', 'downloading', 'extracting', 'configuring', 'building'])).toEqual([
      'extracting',
      'configuring',
    ]);
  });

  it('is another after a start of its own', () => {
    const replay = new BootReplay();
    replayed(replay, ['starting', 'booting', 'oobe']);
    expect(replayed(replay, ['starting', 'booting', 'oobe'], { startedAt: 'second' })).toEqual([
      'starting',
      'booting',
    ]);
  });

  it.each<[what: string, known: Partial<VmState>]>([
    ['Windows is ready', { probe: ready.probe }],
    ['Windows was ready', { probe: { ...onItsWay.probe, wasReady: true } }],
    ['the connection is lost', { ssh: { kind: 'down', everUp: true, problem: null } }],
    ['the container has gone', { container: { kind: 'absent', wanted: null, looks: 1 } }],
  ])('is of no interest when %s', (_what, known) => {
    const replay = new BootReplay();
    for (const phase of ['starting', 'booting', 'oobe'] as const)
      replay.take(at(phase, { isReplaying: true }));
    expect(replay.take(at('oobe', known))).toEqual([]);
  });
});
