import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTailReader, spellAnew } from '../../../src/main/engine/vm/tail-output.ts';

/** What comes of these bytes, cut at these places. */
function read(path: string, output: string, cuts: readonly number[]): { data: string; cut: boolean } {
  const spelling = spellAnew(path);
  const bytes = Buffer.from(
    output.replaceAll('PATH', spelling.path).replaceAll('TAIL', `${spelling.detour}/usr/bin/tail`),
  );
  const take = createTailReader(spelling);
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  const parts: Buffer[] = [];
  for (const [index, from] of places.entries()) {
    const result = take(bytes.subarray(from, places[index + 1] ?? bytes.length));
    parts.push(result.data);
    if (result.cut) return { data: Buffer.concat(parts).toString(), cut: true };
  }
  return { data: Buffer.concat(parts).toString(), cut: false };
}

describe('what tail gives', () => {
  it.each([
    ['the bytes of the file', '/tmp/x.log', 'one\nzwö', 'one\nzwö', false],
    ['up to where it was cut', '/tmp/x.log', 'one\ntail: PATH: file truncated\ntwo\n', 'one\n', true],
    ['cut in the middle of a line', '/tmp/x.log', 'ontail: PATH: file truncated\ntwo\n', 'on', true],
    ['a name that is quoted', '/tmp/a b.log', "one\ntail: 'PATH': file truncated\ntwo\n", 'one\n', true],
    ['a name below the home folder', './x.log', 'one\ntail: PATH: file truncated\n', 'one\n', true],
    [
      'without its other messages',
      '/tmp/x.log',
      'one\ntail: PATH: something else\ntwo\n',
      'one\ntwo\n',
      false,
    ],
    [
      'up to where a tail that was called by its path says that it was cut',
      '/tmp/x.log',
      'oneTAIL: PATH: file truncated\ntwo\n',
      'one',
      true,
    ],
    [
      'without messages that do not name the file',
      '/tmp/x.log',
      'one\nTAIL: inotify cannot be used, reverting to polling: Too many open files\ntwo\n',
      'one\ntwo\n',
      false,
    ],
    [
      'with a log line that looks like such a message',
      '/tmp/x.log',
      'one\n/usr/bin/tail: inotify cannot be used\n/./tail: x\n',
      'one\n/usr/bin/tail: inotify cannot be used\n/./tail: x\n',
      false,
    ],
    [
      'with a log line that looks like a message',
      '/tmp/x.log',
      'tail: /tmp/x.log: file truncated\ntail: ',
      'tail: /tmp/x.log: file truncated\n',
      false,
    ],
  ])('is %s, however it is cut into chunks', (_what, path, output, data, cut) => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 20 }), (cuts) => {
        expect(read(path, output, cuts)).toEqual({ data, cut });
      }),
    );
  });

  it('holds nothing back of a line that is over', () => {
    const take = createTailReader(spellAnew('/tmp/x.log'));
    expect(take(Buffer.from('Finished a/b\n')).data.toString()).toBe('Finished a/b\n');
    expect(take(Buffer.from('tail: what an agent said\n')).data.toString()).toBe(
      'tail: what an agent said\n',
    );
  });

  it('is asked for in a spelling of its own, which is the same file', () => {
    const { path } = spellAnew('/tmp/x.log');
    expect(path).not.toBe(spellAnew('/tmp/x.log').path);
    expect(path.replace(/\/(?:\.?\/)+/, '/')).toBe('/tmp/x.log');
  });
});
