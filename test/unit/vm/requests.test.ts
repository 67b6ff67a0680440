/** Words on their way to the VM's shell: what is sent is what arrives, whatever it contains. */
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRequestLine, requestLine } from '../../../src/main/engine/vm/request-line.ts';
import { containerShell } from '../../../src/main/engine/vm/shell-script.ts';

/** Words that a shell could misread, and any others. */
const word = fc
  .oneof(
    fc.constantFrom(
      '',
      "'",
      "''",
      '"',
      '\\',
      '$HOME',
      '$(id)',
      '`id`',
      '~',
      '*',
      '; rm -rf /',
      '&',
      '#',
      '!',
      '-n',
      '\t',
      ' ',
    ),
    fc.string(),
    fc.string({ unit: 'grapheme' }),
  )
  .map((text) => text.replace(/[\r\n\0]/g, ''));

describe('a request line', () => {
  it('is read back as the words that it was made of', () => {
    fc.assert(
      fc.property(fc.array(word), (words) => {
        expect(parseRequestLine(requestLine(words).slice(0, -1))).toEqual(words);
      }),
    );
  });

  it('gives a real shell the same words', () => {
    const words = fc.sample(word, 300);
    const script = `printf '%s\\0' ${requestLine(words)}`;
    const said = execFileSync('sh', { input: script, encoding: 'utf8' });
    expect(said.split('\0').slice(0, -1)).toEqual(words);
  });

  it('is one line', () => {
    expect(requestLine(['ask', 'a b'])).toBe("ask 'a b'\n");
    for (const bad of ['a\nb', 'a\0b']) expect(() => requestLine([bad])).toThrow('line end');
  });

  it('leaves plain words as they are', () => {
    expect(containerShell('sudo -n docker', 'winarena')).toBe('sudo -n docker exec -i winarena sh');
  });
});
