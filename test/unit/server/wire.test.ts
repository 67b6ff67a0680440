import { createParser, type EventSourceMessage } from 'eventsource-parser';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { eventFrame, keepAliveComment, streamOpening } from '../../../src/main/server/wire.ts';

function parse(text: string): EventSourceMessage[] {
  const messages: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (message) => messages.push(message) });
  parser.feed(text);
  return messages;
}

/** What over-eager readers take for line ends, what ends the id of a stream, and what is lost on its way to UTF-8. */
const nasty = [
  '\r',
  '\n',
  '\r\n',
  '\0',
  '\ud800',
  '\udfff',
  '\u2028',
  '\u2029',
  '\u0085',
  '\ufeff',
  '\v',
  '\f',
  ':',
  ' ',
];
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...nasty), fc.string({ unit: 'binary' })), { maxLength: 12 })
  .map((parts) => parts.join(''));

it('writes any data so that a reader gets back exactly that, in exactly four lines', () => {
  const payload = fc.dictionary(
    hostile,
    fc.oneof(hostile, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null)),
  );
  fc.assert(
    fc.property(payload, payload, (first, second) => {
      const frames =
        streamOpening +
        eventFrame('error', 'abc-1', first) +
        keepAliveComment +
        eventFrame('status', null, second);
      // What goes over the wire is UTF-8.
      const messages = parse(Buffer.from(frames, 'utf8').toString('utf8'));
      expect(messages).toMatchObject([{ event: 'error', id: 'abc-1' }, { event: 'status' }]);
      expect(messages[1]).not.toHaveProperty('id', expect.any(String));
      const plain = (value: object): unknown => JSON.parse(JSON.stringify(value));
      expect(messages.map((message) => JSON.parse(message.data) as unknown)).toEqual([
        plain(first),
        plain(second),
      ]);
      // Every line end that any reader knows.
      expect(eventFrame('error', 'abc-1', first).split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/)).toHaveLength(5);
    }),
  );
});

it('puts the event line first, then the id, then the data', () => {
  expect(eventFrame('task_complete', 'k-7', { a: 1 })).toBe(
    'event: task_complete\nid: k-7\ndata: {"a":1}\n\n',
  );
  expect(eventFrame('status', null, { a: 1 })).toBe('event: status\ndata: {"a":1}\n\n');
});

it('takes a megabyte', () => {
  const text = '\u2028x'.repeat(500_000);
  expect(parse(eventFrame('error', 'a-1', { text }))).toMatchObject([
    { data: expect.stringContaining('\\u2028x') as string },
  ]);
});

it('refuses names and ids that could not stand on one line', () => {
  for (const name of ['', 'a b', 'a\nb', 'A', 'a:', 'a1'])
    expect(() => eventFrame(name, null, {}), name).toThrow();
  for (const id of ['', 'a\nb', 'a\0', 'a:b', 'ä', 'a b'])
    expect(() => eventFrame('a', id, {}), id).toThrow();
});
