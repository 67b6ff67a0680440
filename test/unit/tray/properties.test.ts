import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  initialTrayPicture,
  pictureAfter,
  trayView,
  type TrayInput,
  type TrayMenuItem,
} from '../../../src/main/desktop/tray/index.ts';
import { phases, stateCodes, type StreamEvent } from '../../../src/shared/stream.ts';
import { connected, error, progress, recovered, status, vms } from '../notify/payloads.ts';
import { anyCharacter } from '../../support/any-character.ts';

const nowMs = Date.parse('2026-01-28T12:10:05.000Z');
const settings = { showCount: true };
const words = fc.oneof(
  fc.string({ unit: anyCharacter, maxLength: 80 }),
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  fc.constant('😀'.repeat(100)),
);
const vm = fc.oneof({ weight: 5, arbitrary: fc.constantFrom('one', 'two') }, words);
const severity = fc.constantFrom('warning', 'critical');
const code = fc.constantFrom(...stateCodes.slice(0, 3));

const event: fc.Arbitrary<StreamEvent> = fc.oneof(
  fc.record({ replayed: fc.nat(3), gap: fc.boolean() }).map(({ replayed, gap }) => connected(replayed, gap)),
  fc
    .record({ vm, phase: fc.constantFrom(...phases), connected: fc.boolean(), text: words })
    .map(({ text, ...change }) => status({ ...change, detail: { ...status().data.detail, text } })),
  fc
    .record({
      vm,
      current_task: fc.option(words),
      state: fc.constantFrom('running', 'finished', 'crashed', 'interrupted', 'stalled'),
      tasks_completed: fc.nat(200),
      total_tasks: fc.nat(200),
    })
    .map((change) => progress(change)),
  fc.record({ vm, code, severity, message: words }).map((change) => error(change)),
  fc.record({ vm, code }).map((change) => recovered(change)),
);

const input: fc.Arbitrary<TrayInput> = fc.oneof(
  { weight: 6, arbitrary: event.map((one) => ({ kind: 'stream' as const, event: one })) },
  fc.boolean().map((up) => ({ kind: 'link' as const, up })),
  fc.option(words).map((address) => ({ kind: 'attached' as const, address })),
  fc.constantFrom<TrayInput>(
    { kind: 'pause', pause: { kind: 'until-turned-on' } },
    { kind: 'pause', pause: { kind: 'off' } },
    { kind: 'stream', event: vms('one') },
  ),
);

const pictureOf = (inputs: readonly TrayInput[]) =>
  inputs.reduce((known, next) => pictureAfter(known, next, nowMs), initialTrayPicture);

describe('whatever the stream says', () => {
  it('the tooltip has at most three lines and 127 UTF-16 units, and no half characters', () => {
    fc.assert(
      fc.property(fc.array(input, { maxLength: 30 }), (inputs) => {
        const { tooltip } = trayView(pictureOf(inputs), settings, nowMs);
        expect(tooltip.length).toBeGreaterThan(0);
        expect(tooltip.length).toBeLessThanOrEqual(127);
        expect(tooltip.split('\n').length).toBeLessThanOrEqual(3);
        expect(tooltip.isWellFormed()).toBe(true);
        expect(tooltip.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
      }),
      { numRuns: 500 },
    );
  });

  it('the menu opens and quits, is bounded, and marks no mnemonics', () => {
    fc.assert(
      fc.property(fc.array(input, { maxLength: 30 }), (inputs) => {
        const { menu } = trayView(pictureOf(inputs), settings, nowMs);
        const actions = menu.filter((item) => item.kind === 'action').map(({ action }) => action.kind);
        expect(actions.filter((kind) => kind === 'open')).toHaveLength(1);
        expect(actions.at(-1)).toBe('quit');
        expect(menu.length).toBeLessThanOrEqual(22);
        const labels = (items: readonly TrayMenuItem[]): readonly string[] =>
          items.flatMap((item) =>
            item.kind === 'separator'
              ? []
              : [item.label, ...(item.kind === 'submenu' ? labels(item.items) : [])],
          );
        for (const label of labels(menu)) {
          expect(label.replaceAll('&&', '')).not.toContain('&');
          expect(label).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
        }
      }),
    );
  });

  it('the icon is that of the worst VM, and a lost link hides every other', () => {
    // An order of its own, so that the room's is checked against something.
    const worstFirst = ['trouble', 'attention', 'offline', 'booting', 'running', 'done', 'idle', 'off'];
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), (events) => {
        const inputs = [connected(), ...events].map((one) => ({ kind: 'stream' as const, event: one }));
        const picture = pictureOf(inputs);
        const known = [picture.statuses, picture.runs, picture.errors].flatMap((map) => [...map.values()]);
        const alone = known.map(({ vm: name }) => {
          const only = pictureOf([...inputs, { kind: 'stream', event: vms(name) }]);
          const { icon } = trayView(only, settings, nowMs);
          const machine = picture.statuses.get(name);
          const isOff = machine?.connected === true && /offline|stopping/.test(machine.phase);
          return icon === 'offline' && isOff ? 'off' : icon;
        });
        const worst = worstFirst.find((icon) => alone.some((one) => one === icon)) ?? 'off';
        const { icon } = trayView(picture, settings, nowMs);
        expect(icon).toBe(worst === 'off' ? 'offline' : worst);
        if ([...picture.errors.values()].some((open) => open.severity === 'critical'))
          expect(icon).toBe('trouble');
        const lost = pictureAfter(picture, { kind: 'link', up: false }, nowMs);
        expect(trayView(lost, settings, nowMs).icon).toBe('stale');
      }),
      { numRuns: 500 },
    );
  });
});
