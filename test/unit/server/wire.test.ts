import { createParser, type EventSourceMessage } from 'eventsource-parser';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  eventFrame,
  jsonFrame,
  keepAliveComment,
  streamOpening,
} from '../../../src/main/engine/server/stream/wire.ts';
import { anyCharacter } from '../../support/any-character.ts';

/** A second reader, written from the standard's text and nothing else; it sees the bytes in pieces of any size. */
function readByTheBook(bytes: Buffer, pieceLength = bytes.length): ReadEvent[] {
  const decoder = new TextDecoder('utf-8');
  let text = '';
  for (let at = 0; at < bytes.length; at += pieceLength)
    text += decoder.decode(bytes.subarray(at, at + pieceLength), { stream: true });
  const events: ReadEvent[] = [];
  let data = '';
  let event = '';
  let id = '';
  // What stands behind the last line end is no line yet.
  for (const line of text.split(/\r\n|\r|\n/).slice(0, -1)) {
    const [, field = '', value = ''] = /^([^:]*)(?:: ?([^]*))?$/.exec(line) ?? [];
    if (line === '') {
      if (data !== '') events.push({ event: event === '' ? 'message' : event, id, data: data.slice(0, -1) });
      data = '';
      event = '';
    } else if (field === 'data') data += `${value}\n`;
    else if (field === 'event') event = value;
    else if (field === 'id' && !value.includes('\0')) id = value;
  }
  return events;
}

interface ReadEvent {
  readonly event: string;
  readonly id: string;
  readonly data: string;
}

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
  .array(fc.oneof(fc.constantFrom(...nasty), fc.string({ unit: anyCharacter })), { maxLength: 12 })
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

it('refuses names and ids that could not stand on one line', () => {
  for (const name of ['', 'a b', 'a\nb', 'A', 'a:', 'a1'])
    expect(() => eventFrame(name, null, {}), name).toThrow();
  for (const id of ['', 'a\nb', 'a\0', 'a:b', 'ä', 'a b'])
    expect(() => eventFrame('a', id, {}), id).toThrow();
});

const anyText = fc.oneof(hostile, fc.string({ unit: anyCharacter }));

it('cannot be made to write a line by any name, id or data', () => {
  fc.assert(
    fc.property(anyText, fc.option(anyText), fc.anything(), (name, id, data) => {
      let frame: string;
      try {
        frame = eventFrame(name, id, { data });
      } catch {
        return;
      }
      const idLines = id === null ? [] : [`id: ${id}`];
      expect(frame.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/)).toEqual([
        `event: ${name}`,
        ...idLines,
        expect.stringMatching(/^data: \{.*\}$/),
        '',
        '',
      ]);
      expect(readByTheBook(Buffer.from(frame))).toEqual([
        { event: name, id: id ?? '', data: frame.slice(frame.indexOf('data: ') + 6, -2) },
      ]);
    }),
  );
  for (const json of ['{\n}', '{\r}', '{}\n\nevent: x'])
    expect(() => jsonFrame('error', 'a-1', json)).toThrow('Not one line');
});

it('is read the same by two readers that know nothing of each other, in pieces of any size', () => {
  fc.assert(
    fc.property(
      fc.array(anyText, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 9 }),
      (texts, pieceLength) => {
        const frames = texts.map(
          (text, index) => eventFrame('error', `a-${index}`, { text }) + keepAliveComment,
        );
        const bytes = Buffer.from(streamOpening + frames.join(''));
        const read = readByTheBook(bytes, pieceLength);
        expect(read).toEqual(parse(bytes.toString()).map(({ event, id, data }) => ({ event, id, data })));
        expect(read.map(({ data }) => (JSON.parse(data) as { text: string }).text)).toEqual(texts);
      },
    ),
  );
});

it.each([
  '\0',
  '\r',
  '\n',
  '\r\n',
  '\ud800',
  '\u2028',
  '\ufeff',
  '\n\nevent: x\ndata: y\n\n',
  '"',
  '\u{1f600}',
])('takes a megabyte of %j', (unit) => {
  const text = unit.repeat(1_000_000 / unit.length);
  const bytes = Buffer.from(eventFrame('error', 'a-1', { text }));
  const [event, ...others] = readByTheBook(bytes);
  expect(others).toEqual([]);
  // Not by toEqual, which would print a megabyte.
  expect((JSON.parse(event?.data ?? '') as { text: string }).text === text).toBe(true);
  expect(parse(bytes.toString()).map(({ data }) => data === event?.data)).toEqual([true]);
});

/** The names are those of the web-platform-tests' folder `eventsource/`, which test clients: here, what they say of servers. */
describe('as the web-platform-tests have it', () => {
  const frameOf = (text: string) => eventFrame('error', 'a-1', { text });
  const textOf = (frame: string) => (JSON.parse(parse(frame)[0]?.data ?? '') as { text: string }).text;

  it('format-bom, format-bom-2: no byte order mark ever leaves, not even one that the data begins with', () => {
    const bytes = Buffer.from(streamOpening + frameOf('\ufefftext') + keepAliveComment);
    expect(bytes.includes(Buffer.from([0xef, 0xbb, 0xbf]))).toBe(false);
    expect(textOf(frameOf('\ufefftext'))).toBe('\ufefftext');
  });

  it.each(['a\nb', 'a\rb', 'a\r\nb', 'a\n\nb', 'a\n', '\n', '\n\n\n'])(
    'format-newlines, format-field-data: %j stays on its line and comes back as it was',
    (text) => {
      expect(frameOf(text).match(/\n/g)).toHaveLength(4);
      expect(textOf(frameOf(text))).toBe(text);
    },
  );

  it.each([' a', '  a', '\ta', ' '])('format-leading-space: %j keeps its blanks', (text) => {
    expect(frameOf(text)).toContain('data: {');
    expect(textOf(frameOf(text))).toBe(text);
  });

  it('format-data-before-final-empty-line: a frame that was cut is no event, whatever the cut', () => {
    const frame = frameOf('text');
    for (let length = 0; length < frame.length; length += 1)
      expect(readByTheBook(Buffer.from(frame.slice(0, length)))).toEqual([]);
    expect(frame.endsWith('}\n\n')).toBe(true);
  });

  it('format-field-event, format-field-event-empty: every event has a name', () => {
    for (const name of ['connected', 'vms', 'status', 'progress', 'task_complete', 'error', 'recovered'])
      expect(parse(eventFrame(name, null, {}))).toMatchObject([{ event: name }]);
    expect(() => eventFrame('', null, {})).toThrow();
  });

  it('format-field-id, -2, -3, -null: an id holds on until the next one, and is never empty or a NUL', () => {
    const frames =
      frameOf('') + eventFrame('status', null, {}) + eventFrame('error', 'a-2', {}) + keepAliveComment;
    expect(readByTheBook(Buffer.from(frames)).map(({ id }) => id)).toEqual(['a-1', 'a-1', 'a-2']);
    for (const id of ['', '\0', 'a\0b']) expect(() => eventFrame('error', id, {})).toThrow();
  });

  it('format-field-retry, -bogus, -empty: digits only', () => {
    expect(streamOpening).toMatch(/^retry: \d+\n\n$/);
    const retries: number[] = [];
    createParser({ onRetry: (ms) => retries.push(ms) }).feed(streamOpening);
    expect(retries).toEqual([3000]);
  });

  it('format-comments: a comment neither opens nor closes an event', () => {
    const comments: string[] = [];
    createParser({
      onComment: (comment) => comments.push(comment),
      onEvent: () => comments.push('event'),
    }).feed(keepAliveComment + keepAliveComment);
    expect(comments).toEqual(['keep-alive', 'keep-alive']);
    expect(parse(frameOf('a') + keepAliveComment + frameOf('b'))).toHaveLength(2);
  });

  it('format-field-unknown, format-field-parsing: there are no other fields than those three, and retry', () => {
    const stream = streamOpening + frameOf('x: y\nz: 1') + eventFrame('status', null, {}) + keepAliveComment;
    const fields = stream
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(':')[0]);
    expect(fields).toEqual(['retry', 'event', 'id', 'data', 'event', 'data', '']);
  });

  it('format-null-character, event-data: a NUL goes through', () => {
    expect(frameOf('\0')).not.toContain('\0');
    expect(textOf(frameOf('a\0b'))).toBe('a\0b');
  });

  it('format-utf-8: characters of several bytes, also where the network cuts them', () => {
    const text = 'ok … ünïcödé 😀';
    const [event] = readByTheBook(Buffer.from(frameOf(text)), 1);
    expect(JSON.parse(event?.data ?? '')).toEqual({ text });
  });
});
