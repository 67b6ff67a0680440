/**
 * Values of steps, as the files of benchmarks write them. What has another form than expected is null. Nothing in these files is trusted:
 * `stepText` takes secrets and control characters out of a text. That takes a millisecond, so only texts that are shown pay for it.
 */
import { maskSecrets } from '../../../../shared/mask-secrets.ts';
import { cutText, plainLines } from '../../../../shared/plain-text.ts';
import type { StepTime } from './model.ts';

/** Characters of one text that are kept. */
export const longestText = 10_000;
/** A secret that the cut would part is found in this much. */
const lookedThrough = longestText + 2_000;

/** Returns a text of several lines as it may be shown; null if nothing is left of it. */
export function stepText(text: string): string | null {
  const plain = plainLines(text.slice(0, lookedThrough)).trim();
  const cut = cutText(maskSecrets(plain), longestText);
  return cut === '' ? null : cut;
}

/** Returns as much of a text as is looked at, as it is; null: it is none, or empty. */
export function textOf(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const text = value.slice(0, lookedThrough);
  return text.trim() === '' ? null : text;
}

/** Returns an action: code as it is, an object as JSON without what is null in it. */
export function actionOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return textOf(value);
  const told = Array.isArray(value)
    ? value
    : Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null));
  return textOf(jsonOf(told));
}

/** Returns null for a value that is nested too deeply: JSON is read to any depth, and written to some thousand levels. */
function jsonOf(value: unknown): string | null {
  try {
    return JSON.stringify(value);
  } catch {
    return null;
  }
}

/** Keys under which agents keep what they said, best first. */
const saidUnder = ['thought', 'reasoning', 'response', 'plan', 'text', 'thinking'] as const;

/** Returns what an agent said: a text, an object that has it under a known key, or a list of such (the blocks of an answer). */
export function thoughtOf(value: unknown): string | null {
  return textOf(saidIn(value));
}

function saidIn(value: unknown, depth = 0): string | null {
  if (typeof value === 'string') return value.trim() === '' ? null : value;
  if (typeof value !== 'object' || value === null || depth > 3) return null;
  if (Array.isArray(value)) {
    const parts = value.slice(0, 100).flatMap((item: unknown) => saidIn(item, depth + 1) ?? []);
    return parts.length === 0 ? null : parts.join('\n');
  }
  for (const key of saidUnder) {
    const said = saidIn((value as Readonly<Record<string, unknown>>)[key], depth + 1);
    if (said !== null) return said;
  }
  return null;
}

export function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

export function flagOf(value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : null;
}

const mostSteps = 100_000;

/** Returns the number of a step; null: it is none. */
export function stepNumberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < mostSteps
    ? value
    : null;
}

/** Returns the name of a screenshot's file, without the folders before it. */
export function screenshotOf(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const name = value.slice(Math.max(value.lastIndexOf('/'), value.lastIndexOf('\\')) + 1);
  return /^[^\p{Cc}\uFFFD]{1,250}\.(?:png|jpe?g)$/iu.test(name) ? name : null;
}

/** Returns the time of a step: "20260128@225512", also with microseconds behind it, or "2026-01-28 22:55:12". */
export function localTimeOf(value: unknown): StepTime | null {
  if (typeof value !== 'string') return null;
  const [, year, month, day, hour, minute, second, fraction = ''] =
    /^(\d{4})-?(\d\d)-?(\d\d)[@ ](\d\d):?(\d\d):?(\d\d)(\d{1,6})?$/.exec(value) ?? [];
  if (year === undefined) return null;
  const text = `${year}-${month ?? ''}-${day ?? ''}T${hour ?? ''}:${minute ?? ''}:${second ?? ''}Z`;
  const localMs = Date.parse(text);
  return Number.isNaN(localMs)
    ? null
    : { localMs: localMs + Math.floor(Number(fraction.padEnd(6, '0')) / 1000) };
}
