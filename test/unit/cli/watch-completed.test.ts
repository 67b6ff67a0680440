import fc from 'fast-check';
import { Chalk } from 'chalk';
import { describe, expect, test } from 'vitest';
import type { Choice } from '../../../src/main/cli/watch/choice.ts';
import { completed } from '../../../src/main/cli/watch/completed.ts';
import { afterMessage, initialState } from '../../../src/main/cli/watch/state.ts';
import { renderView } from '../../../src/main/cli/watch/view.ts';
import { messageNames } from '../../../src/shared/stream-message.ts';
import type { StreamMessage } from '../../../src/main/engine/client/index.ts';
import { progress, status } from './watch-messages.ts';

const size = { columns: 100, rows: 40 };
const paint = new Chalk({ level: 0 });
const shown = (messages: readonly StreamMessage[], choice: Choice | null = null): string => {
  const state = messages.reduce((before, message) => {
    const whole = completed(message);
    return whole === null ? before : afterMessage(before, whole, 1_000_000);
  }, initialState);
  return renderView(state, 1_000_000, size, paint, choice);
};
const odd = (event: StreamMessage['event'], data: object): StreamMessage =>
  ({ event, id: null, data }) as unknown as StreamMessage;

describe('a message of a server that is older, or of another make', () => {
  test('a whole one stays as it is', () => {
    for (const message of [status(), progress()]) expect(completed(message)).toEqual(message);
  });

  test('a status and a progress with nothing but names are shown', () => {
    const view = shown([odd('status', { vm: 'waa' }), odd('progress', { vm: 'waa', run_id: 'run-1' })]);
    expect(view).toContain('waa');
    expect(view).not.toMatch(/undefined|NaN|null/);
  });

  test('without its VM it is left out', () => {
    expect(completed(odd('status', { connected: true }))).toBeNull();
    expect(completed(odd('progress', { vm: 'waa' }))).toBeNull();
  });

  test('a list of errors that is missing is not an empty one', () => {
    expect(completed(odd('status', { vm: 'waa' }))?.data).not.toHaveProperty('open_errors');
  });

  test('words of later versions stay', () => {
    expect(completed(odd('status', { ...status().data, phase: 'thawing' }))?.data).toHaveProperty(
      'phase',
      'thawing',
    );
  });

  test('fields of any form never break the picture', () => {
    const field = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom<unknown>(
        ...Object.values<unknown>(progress().data),
        ...Object.values<unknown>(status().data),
      ),
    );
    const keys = [...Object.keys(status().data), ...Object.keys(progress().data)];
    const data = fc
      .dictionary(fc.constantFrom(...keys), field)
      .map((fields) => ({ vm: 'waa', run_id: 'run-1', ...fields }));
    const message = fc.record({ event: fc.constantFrom(...messageNames), data });
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 6 }),
        fc.constantFrom('all' as const, 'vm' as const),
        (messages, page) => {
          const list = messages.map(({ event, data: fields }) => odd(event, fields));
          expect(shown(list)).not.toContain('undefined');
          expect(shown(list, { vm: 'waa', page })).not.toContain('undefined');
        },
      ),
    );
  });
});
