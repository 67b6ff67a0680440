import { expect, it } from 'vitest';
import { plainLines } from '../../src/shared/plain-text.ts';

it('keeps the lines and tabs of a text, and nothing that could act on what shows it', () => {
  expect(plainLines('a\r\n\tb\rc\u2028d\n\n')).toBe('a\n\tb\nc\nd\n\n');
  expect(plainLines('\u001b[31mred\u001b[0m \u202eleft\u0007\u0000 \ud800')).toBe('red left \ufffd');
});
