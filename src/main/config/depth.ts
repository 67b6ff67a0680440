import { createScanner } from 'jsonc-parser';

/** The schema needs 6. Parser and schema call themselves once for each level, so that a few thousand would exhaust the stack. */
export const mostLevels = 32;

/** As jsonc-parser's `SyntaxKind` has them, which types alone know by name. */
const tokens = { openBrace: 1, closeBrace: 2, openBracket: 3, closeBracket: 4, end: 17 };

/** Returns the offset of the first bracket that is nested too deep; null if there is none. Does not call itself. */
export function tooDeepAt(source: string): number | null {
  const scanner = createScanner(source, true);
  let level = 0;
  for (let token: number = scanner.scan(); token !== tokens.end; token = scanner.scan()) {
    if (token === tokens.openBrace || token === tokens.openBracket) {
      level += 1;
      if (level > mostLevels) return scanner.getTokenOffset();
    } else if (token === tokens.closeBrace || token === tokens.closeBracket) {
      level -= 1;
    }
  }
  return null;
}
