import fc from 'fast-check';

/**
 * One character, whichever: those that mean something to terminals, shells and JSON as often as the others. The unit "binary" of
 * fast-check makes a table of all characters first, which takes seconds in every file of tests.
 */
export const anyCharacter = fc
  .oneof(fc.nat(0xff), fc.nat(0xffff), fc.nat(0x10ffff))
  .map((code) => String.fromCodePoint(code).toWellFormed());
