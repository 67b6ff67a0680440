import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StreamEvent } from '../../../src/shared/stream.ts';
import { newDesk, type Desk, type Shown } from './desk.ts';
import { connected, error, failure, progress, recovered, task } from './payloads.ts';

const vms = ['one', 'two'] as const;
const states = ['ssh_unreachable', 'disk_full', 'vm_idle'] as const;

/** One thing that happens to the desk. */
type Deed =
  | { readonly do: 'error' | 'recovered'; readonly vm: string; readonly code: (typeof states)[number] }
  | { readonly do: 'crash' | 'task' | 'failure' | 'run end'; readonly vm: string; readonly past: boolean }
  | { readonly do: 'wait'; readonly seconds: number }
  | { readonly do: 'connected'; readonly replayed: number; readonly gap: boolean }
  | { readonly do: 'look'; readonly vm: string | null }
  | {
      readonly do:
        'look away' | 'sleep' | 'wake' | 'link up' | 'link down' | 'pause' | 'pause an hour' | 'go on';
    }
  | { readonly do: 'clicked' | 'closed' | 'failed'; readonly which: number };

const vm = fc.constantFrom(...vms);
const code = fc.constantFrom(...states);

/** Deeds with which nothing may be held back or passed over. */
const openDeed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('error', 'recovered'), vm, code }) },
  fc.record({
    do: fc.constantFrom('crash', 'task', 'failure', 'run end'),
    vm,
    past: fc.boolean(),
  }),
  fc.record({ do: fc.constant('wait'), seconds: fc.integer({ min: 0, max: 30 }) }),
  fc.record({ do: fc.constantFrom('clicked', 'closed'), which: fc.nat(20) }),
);

const anyDeed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 3, arbitrary: openDeed },
  fc.record({ do: fc.constant('wait'), seconds: fc.integer({ min: -3600, max: 12 * 3600 }) }),
  fc.record({ do: fc.constant('connected'), replayed: fc.nat(4), gap: fc.boolean() }),
  fc.record({ do: fc.constant('look'), vm: fc.option(vm) }),
  fc.record({
    do: fc.constantFrom(
      'look away',
      'sleep',
      'wake',
      'link up',
      'link down',
      'pause',
      'pause an hour',
      'go on',
    ),
  }),
  fc.record({ do: fc.constant('failed'), which: fc.nat(20) }),
);

const settings = fc.record({
  taskComplete: fc.constantFrom('all', 'failures', 'none'),
  batchSeconds: fc.constantFrom(0, 10, 600),
  quietHours: fc.constantFrom(null, { from: '22:00', to: '07:00' }, { from: '09:00', to: '13:00' }),
});

/** Words that tell this error from every other. */
const wordsFor = (deed: { readonly vm: string; readonly code: string }) => `${deed.vm} has ${deed.code}`;

function eventOf(deed: Deed): StreamEvent | null {
  switch (deed.do) {
    case 'error':
      return error({ vm: deed.vm, code: deed.code, message: wordsFor(deed) });
    case 'recovered':
      return recovered({ vm: deed.vm, code: deed.code });
    case 'crash':
      return error({ vm: deed.vm, code: 'run_crashed', message: 'The run has crashed' });
    case 'task':
      return task({ vm: deed.vm, catch_up: deed.past });
    case 'failure':
      return failure({ vm: deed.vm, catch_up: deed.past });
    case 'run end':
      return progress({ vm: deed.vm, state: 'finished' });
    case 'connected':
      return connected(deed.replayed, deed.gap);
    default:
      return null;
  }
}

/** @returns what was shown and withdrawn */
function perform(desk: Desk, deed: Deed): ReturnType<Desk['tell']> {
  const event = eventOf(deed);
  if (event !== null) return desk.hear(event);
  switch (deed.do) {
    case 'wait':
      return desk.wait(deed.seconds);
    case 'look':
      return desk.tell({ kind: 'focus', view: { vm: deed.vm, taskId: null } });
    case 'look away':
      return desk.tell({ kind: 'focus', view: null });
    case 'link up':
    case 'link down':
      return desk.tell({ kind: 'link', up: deed.do === 'link up' });
    case 'pause':
      return desk.tell({ kind: 'pause', pause: { kind: 'until-turned-on' } });
    case 'pause an hour':
      return desk.tell({ kind: 'pause', pause: { kind: 'until', untilMs: desk.nowMs() + 3_600_000 } });
    case 'go on':
      return desk.tell({ kind: 'pause', pause: { kind: 'off' } });
    case 'sleep':
    case 'wake':
      return desk.tell({ kind: deed.do });
    case 'clicked':
    case 'closed':
    case 'failed': {
      const key = [...desk.lying.keys()][deed.which];
      return key === undefined ? [] : desk.tell({ kind: deed.do, key });
    }
    default:
      throw new Error(`Not a deed: ${deed.do}`);
  }
}

const isErrorOf =
  (deed: { readonly vm: string; readonly code: string }) =>
  ({ key, target }: Shown): boolean =>
    !key.startsWith('recovered') &&
    target.kind === 'error' &&
    target.vm === deed.vm &&
    target.code === deed.code;

describe('whatever happens', () => {
  it('where nothing is held back, an error is shown at once, once, and its end withdraws it and is told', () => {
    fc.assert(
      fc.property(fc.array(openDeed, { maxLength: 60 }), (deeds) => {
        const desk = newDesk();
        const open = new Set<string>();
        for (const deed of deeds) {
          const lyingBefore = [...desk.lying.values()];
          const actions = perform(desk, deed);
          const shown = actions.filter((action) => action.kind === 'show');
          const gone = actions.filter((action) => action.kind === 'withdraw').map(({ key }) => key);
          if (deed.do === 'error') {
            const isNew = !open.has(wordsFor(deed));
            open.add(wordsFor(deed));
            expect(shown.filter(isErrorOf(deed))).toHaveLength(isNew ? 1 : 0);
          } else if (deed.do === 'recovered') {
            const wasOpen = open.delete(wordsFor(deed));
            expect(shown.filter(({ key }) => key.startsWith('recovered'))).toHaveLength(wasOpen ? 1 : 0);
            expect(gone).toEqual(lyingBefore.filter(isErrorOf(deed)).map(({ key }) => key));
          } else {
            expect(gone).toEqual([]);
            expect(shown.filter(({ key }) => key.startsWith('error'))).toHaveLength(
              deed.do === 'crash' ? 1 : 0,
            );
          }
        }
      }),
    );
  });

  it('no error has two banners before it is over, and an answer is four actions at most', () => {
    fc.assert(
      fc.property(fc.array(anyDeed, { maxLength: 80 }), settings, (deeds, change) => {
        const desk = newDesk(change);
        /** How many banners each error has had since it began. */
        const banners = new Map<string, number>();
        for (const deed of deeds) {
          const before = desk.shown.length;
          const actions = perform(desk, deed);
          if (deed.do !== 'wait') expect(actions.length).toBeLessThanOrEqual(4);
          // After a gap nobody knows which errors are over.
          if (deed.do === 'connected' && deed.gap) banners.clear();
          for (const { key, target } of desk.shown.slice(before)) {
            if (key.startsWith('recovered') || target.kind !== 'error' || target.code === 'run_crashed')
              continue;
            const edge = `${target.vm} has ${target.code}`;
            banners.set(edge, (banners.get(edge) ?? 0) + 1);
            expect(banners.get(edge), edge).toBe(1);
          }
          if (deed.do === 'recovered') banners.delete(wordsFor(deed));
        }
      }),
    );
  });

  it('no error that stays open is kept from somebody who was not looking', () => {
    fc.assert(
      fc.property(fc.array(anyDeed, { maxLength: 80 }), settings, (deeds, change) => {
        const desk = newDesk(change);
        /** Number of banners there were when the error began. */
        const open = new Map<string, number>();
        for (const deed of deeds) {
          if (deed.do === 'look' || deed.do === 'failed') continue;
          const before = desk.shown.length;
          perform(desk, deed);
          if (deed.do === 'error' && !open.has(wordsFor(deed))) open.set(wordsFor(deed), before);
          if (deed.do === 'recovered') open.delete(wordsFor(deed));
        }
        perform(desk, { do: 'go on' });
        perform(desk, { do: 'wake' });
        perform(desk, { do: 'link up' });
        desk.wait(24 * 3600);
        for (const [words, since] of open) {
          const told = desk.shown.slice(since).map(({ title, body }) => `${title} ${body}`);
          expect(
            told.some((text) => text.includes(words) || /And \d+ more problem/.test(text)),
            words,
          ).toBe(true);
        }
        expect(desk.wakeAtMs()).toBeNull();
      }),
    );
  });
});
