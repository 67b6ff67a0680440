/** Makes a line of a log safe to keep and to show: without secrets and control characters, and short. */
import { cutText, plainText } from '../../../../shared/plain-text.ts';
import { maskSecrets } from '../../../../shared/mask-secrets.ts';
import type { LogPoint, Quote } from './model.ts';

const longestQuote = 300;
/** The search for secrets takes long in long words, and no more than the beginning is shown. */
const longestRead = 2_000;

/** Returns the text as evidence. @param log null: the text is not from the log */
export function quoteOf(text: string, log: LogPoint | null): Quote {
  return {
    text: cutText(plainText(maskSecrets(text.slice(0, longestRead).toWellFormed())), longestQuote),
    log,
  };
}
