/** What `run.py` of Windows Agent Arena prints when a signal stops it. It exits with 0 then, and its own log says nothing of it. */
import { parseBracketPrefix, parseWrapper, plainText } from './log-prefix.ts';

/** On SIGTERM, SIGHUP and SIGINT. A terminal shows the keys in front. */
const interruptLine = /^(?:\^C)*Interrupted by \d+, shutting down$/;

/** @param text a line without prefix */
export function isStopPrint(text: string): boolean {
  return interruptLine.test(text);
}

/** The print of a signal behind the last record of what a benchmark has printed; null: there is none. */
export function stopPrintAtEnd(text: string): string | null {
  for (const line of text.split(/[\r\n]+/).toReversed()) {
    if (parseBracketPrefix(line) !== null) return null;
    const said = plainText(parseWrapper(line)?.text ?? line).trim();
    if (isStopPrint(said)) return said;
  }
  return null;
}
