import fc from 'fast-check';
import { expect, it } from 'vitest';
import { terminalText, terminalTexts } from '../../src/shared/terminal-text.ts';
import { anyCharacter } from '../support/any-character.ts';

it('escapes what acts on a terminal, and leaves everything else', () => {
  expect(terminalText('a\u001b[2J\u009b1m\u0000\r\u007f\u0085 \u2028\u202e\u2066\u061c\ud800')).toBe(
    'a\\u001b[2J\\u009b1m\\u0000\\u000d\\u007f\\u0085 \\u2028\\u202e\\u2066\\u061c\\ud800',
  );
  const harmless = 'one\n\ttwo  "three" – é 漢 👍🏽 א';
  expect(terminalText(harmless)).toBe(harmless);
});

it('lets no text through that acts on a terminal', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), (text) => {
      expect(terminalText(text)).not.toMatch(/(?![\n\t])[\p{Cc}\p{Bidi_Control}]/u);
    }),
  );
});

it('leaves JSON the JSON that it was', () => {
  fc.assert(
    fc.property(fc.json({ stringUnit: 'binary' }), (text) => {
      expect(JSON.parse(terminalText(text))).toEqual(JSON.parse(text));
    }),
  );
});

it('reaches every text of a value', () => {
  expect(terminalTexts({ a: ['\u001b', 1, null, { b: '\r' }], c: true })).toEqual({
    a: ['\\u001b', 1, null, { b: '\\u000d' }],
    c: true,
  });
});
