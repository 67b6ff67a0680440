/** Requests to the shell on the VM: one line of words each. */
import { shellQuote } from '../common/terminal.ts';

/** Whether a request may contain this word: a request is one line of text. */
export function isSendable(word: string): boolean {
  return !/[\n\0]/.test(word);
}

/**
 * One request line, to be read by the shell.
 * @throws {Error} if a word is not {@link isSendable}: callers check what comes from outside
 */
export function requestLine(words: readonly string[]): string {
  if (!words.every(isSendable)) throw new Error('A request to the VM cannot contain a line end.');
  return `${words.map(shellQuote).join(' ')}\n`;
}

/** The words of a request line, as the simulated VM reads them: the inverse of {@link requestLine}. */
export function parseRequestLine(line: string): string[] {
  const words: string[] = [];
  for (const match of line.matchAll(/(?:'[^']*'|\\.|[^\s'\\])+/g)) {
    words.push(
      match[0].replace(
        /'([^']*)'|\\(.)/g,
        (_, quoted: string | undefined, escaped: string | undefined) => quoted ?? escaped ?? '',
      ),
    );
  }
  return words;
}
