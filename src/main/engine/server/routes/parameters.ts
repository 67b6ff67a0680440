/** Query parameters: reading them, parameters that several routes share, and the 400 for a wrong one. */
import { z } from 'zod';
import type { Result } from '../../../../shared/result.ts';
import type { Problem } from '../http/problem.ts';

/** A parameter that is text. Of several with the same name, the first counts. */
export const textParameter = <Schema extends z.ZodType>(schema: Schema) => z.preprocess(firstOf, schema);

/** A parameter that is a decimal number. The schema refuses any other text. */
export const numberParameter = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => numberOf(firstOf(value)), schema);

export const vmParameter = textParameter(
  z.string().optional().describe('Name of a VM of the configuration; `*`: all, as without it.'),
);

/** Returns the name of a configured VM; null for `*` and where none is asked for. */
export function findVm(
  asked: string | undefined,
  vmNames: readonly string[],
): Result<string | null, Problem> {
  if (asked === undefined || asked === '*') return { ok: true, value: null };
  if (vmNames.includes(asked)) return { ok: true, value: asked };
  const known = vmNames.length === 0 ? 'none is configured' : `there are: ${vmNames.join(', ')}`;
  const detail = `There is no VM named ${JSON.stringify(asked)}; ${known}.`;
  return { ok: false, problem: { status: 404, detail } };
}

/** Returns the 400 for input that does not fit its schema: the first issue counts. */
export function invalidProblem(
  { target, error }: { readonly target: string; readonly error: z.ZodError },
  parameters: URLSearchParams,
): Problem {
  const [issue] = error.issues;
  const name = issue?.path.join('.') ?? '';
  const message = issue?.message ?? '';
  // The value of a body may be a secret, such as a key that was pasted into the wrong field.
  const detail =
    target === 'query'
      ? `"${name}" ${message}, found ${JSON.stringify(parameters.get(name))}.`
      : `"${name}" does not fit: ${message}.`;
  return { status: 400, detail };
}

/** Returns the `q` of the most exact range that fits (RFC 9110, section 12.5.1); 0 if none does. */
export function acceptedQuality(accept: string | undefined, type: string, subtype: string): number {
  const ranges = (accept ?? '*/*')
    .toLowerCase()
    .split(',')
    .map((range) => {
      const [name = '', ...parameters] = range.split(';').map((part) => part.trim());
      const quality = parameters.find((parameter) => parameter.startsWith('q='));
      return { name, quality: quality === undefined ? 1 : Number(quality.slice(2)) || 0 };
    });
  const fitting = [`${type}/${subtype}`, `${type}/*`, '*/*'].map((name) =>
    ranges.find((range) => range.name === name),
  );
  return fitting.find((range) => range !== undefined)?.quality ?? 0;
}

function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? (value as readonly unknown[])[0] : value;
}

/** Returns a decimal number, kept within the finite range. `Number` alone also accepts '' and 0x10. */
function numberOf(text: unknown): unknown {
  if (typeof text !== 'string' || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim())) return text;
  return Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, Number(text)));
}
