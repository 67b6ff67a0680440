import { printParseErrorCode, type ParseError } from 'jsonc-parser';

/** By the names that jsonc-parser gives its error codes. */
const texts: Readonly<Record<string, string>> = {
  InvalidSymbol: 'found a word that JSON does not know, expected a value',
  InvalidNumberFormat: 'found a number that JSON does not know',
  PropertyNameExpected: 'expected a key in double quotes',
  ValueExpected: 'expected a value',
  ColonExpected: 'expected ":" after the key',
  CommaExpected: 'expected "," before this',
  CloseBraceExpected: 'expected "}"',
  CloseBracketExpected: 'expected "]"',
  EndOfFileExpected: 'found more text after the end of the configuration',
  UnexpectedEndOfComment: 'a comment is not closed by "*/"',
  UnexpectedEndOfString: 'a text is not closed by a double quote',
  InvalidEscapeCharacter: 'found an escape that JSON does not know (a backslash is written as two)',
  InvalidUnicode: 'found a broken \\u escape',
  InvalidCharacter: 'found a character that has to be escaped in a text',
};

/** What is wrong with the syntax, in words. No error stands for a file without anything in it. */
export function syntaxText(error: ParseError | undefined, source: string): string {
  if (error === undefined || source.trim() === '')
    return 'the file is empty, expected a configuration in { }';
  return `not valid JSON: ${texts[printParseErrorCode(error.error)] ?? 'cannot be read'}`;
}
