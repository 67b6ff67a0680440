/**
 * The code without which nothing can be set up: drawn anew by every process, and given to whoever started it, by the app's own
 * bridge or on the terminal. Other users of this machine reach the same port, and do not have it.
 */
import { createHash, randomInt, timingSafeEqual } from 'node:crypto';
import { createRate } from './rate.ts';

/** Crockford's letters, of which none is taken for another (https://www.crockford.com/base32.html). Eight are 40 bits. */
const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const length = 8;
/** At this rate half of all codes take a hundred thousand years. */
const wrongCodesPerMinute = 10;

export type CodeVerdict =
  | { readonly kind: 'right' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'wrong' }
  /** So many wrong ones came that for now none is looked at. */
  | { readonly kind: 'too-many'; readonly waitSeconds: number };

export interface SetupCode {
  /** "XXXX-XXXX": for the person's eyes, never for a log or an address. */
  readonly text: string;
  judge(shown: string | undefined): CodeVerdict;
}

export function createSetupCode(now?: () => number): SetupCode {
  const drawn = Array.from({ length }, () => letters[randomInt(letters.length)] ?? '').join('');
  const expected = hashOf(drawn);
  const wrongCodes = createRate(now);
  return {
    text: `${drawn.slice(0, length / 2)}-${drawn.slice(length / 2)}`,
    judge(shown) {
      if (shown === undefined || shown.trim() === '') return { kind: 'missing' };
      const waitSeconds = wrongCodes.wait('', wrongCodesPerMinute);
      if (waitSeconds > 0) return { kind: 'too-many', waitSeconds };
      // Hashes are of one length, and comparing them tells nothing of how much was right.
      if (timingSafeEqual(hashOf(asDrawn(shown)), expected)) return { kind: 'right' };
      wrongCodes.take('', wrongCodesPerMinute);
      return { kind: 'wrong' };
    },
  };
}

/** As people type it: in small letters, without the hyphen, with the letters that look like digits. */
function asDrawn(typed: string): string {
  return typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
}

function hashOf(code: string): Buffer {
  return createHash('sha256').update(code).digest();
}
