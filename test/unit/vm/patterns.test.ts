import fc from 'fast-check';
import { expect, it } from 'vitest';
import { matchesPatterns } from '../../../src/main/engine/vm/ssh/patterns.ts';

it.each([
  [['vm'], 'vm', true],
  [['vm'], 'vm2', false],
  [['vm?'], 'vm', false],
  [['*.example.org', '!old.*'], 'a.example.org', true],
  [['*.example.org', '!old.*'], 'old.example.org', false],
  [['!old'], 'new', false],
  [['*'], '', true],
  [['a.c'], 'abc', false],
])('%j for %s: %s', (patterns, name, fits) => {
  expect(matchesPatterns(patterns, name)).toBe(fits);
});

it('agrees with a regular expression', () => {
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 8 });
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 8 });
  fc.assert(
    fc.property(pattern, name, (wanted, text) => {
      const expression = wanted.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
      expect(matchesPatterns([wanted], text)).toBe(new RegExp(`^${expression}$`).test(text));
    }),
  );
});

it('ends with any number of stars', () => {
  expect(matchesPatterns([`${'*a'.repeat(1_000)}b`], 'a'.repeat(5_000))).toBe(false);
});
