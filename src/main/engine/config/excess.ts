import { createScanner } from 'jsonc-parser';

/** The schema needs 6. Parser and schema call themselves once for each level, so that a few thousand would exhaust the stack. */
const mostLevels = 32;

/** Values of jsonc-parser's `SyntaxKind`, which exists only as a type. */
const tokens = { openBrace: 1, closeBrace: 2, openBracket: 3, closeBracket: 4, end: 17 };

/** Brackets, keys, values, colons and commas. A thousand VMs with every key need half of them; more would hold up a running `serve`. */
const mostTokens = 100_000;

/** Returns where the text becomes more than is read, and in what respect; null if it does not. Does not call itself. */
export function excessOf(source: string): { readonly offset: number; readonly what: string } | null {
  const scanner = createScanner(source, true);
  const here = (what: string) => ({ offset: scanner.getTokenOffset(), what });
  let level = 0;
  let count = 0;
  for (let token: number = scanner.scan(); token !== tokens.end; token = scanner.scan()) {
    count += 1;
    if (count > mostTokens) return here('more keys and values than a configuration can have');
    if (token === tokens.openBrace || token === tokens.openBracket) {
      level += 1;
      if (level > mostLevels) return here(`nested deeper than ${mostLevels} levels`);
    } else if (token === tokens.closeBrace || token === tokens.closeBracket) {
      level -= 1;
    }
  }
  return null;
}
