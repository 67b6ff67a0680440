/** What a request asks for: read, checked and clamped, or refused with the reason. `/api/openapi.json` describes it by the same schemas. */
import { z } from 'zod';
import type { Problem } from '../http/problem.ts';

export type Parsed<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly problem: Problem };

export interface StreamQuery {
  /** Seconds, 1..60. */
  readonly intervalSeconds: number;
  /** Null: all of them. */
  readonly vm: string | null;
  /** Name under which our `error` events go out. */
  readonly errorEvent: string;
  /** Where the client was when it lost the stream; null for a client that is new. */
  readonly lastEventId: string | null;
}

const interval = { default: 5, min: 1, max: 60 };
const runLimit = { default: 100, min: 1, max: 1000, rule: 'must be a whole number from 1 to 1000' };
const attempt = { min: 1, max: 999_999, rule: 'must be a whole number from 1 on' };

/** A number as it stands in an address; any other text is left for the schema to refuse. */
const number = <Schema extends z.ZodType>(schema: Schema) => z.preprocess(numberOf, schema);

// Messages go on from the parameter's name: "interval" must be …
export const streamQuerySchema = z.object({
  interval: number(
    z
      .number('must be a number of seconds')
      .default(interval.default)
      .describe(`Seconds between two snapshots, clamped to ${interval.min}..${interval.max}.`),
  ),
  vm: z
    .string()
    .optional()
    .describe('Name of a VM of the configuration; `*`: all. Without it: the first one that is configured.'),
  error_event: z
    .string()
    .regex(/^[a-z_]+$/, 'must consist of a to z and "_"')
    .default('error')
    .describe("Another name for our `error` events, which EventSource's own errors do not have."),
  lastEventId: z
    .string()
    .optional()
    .describe('The same as the header `Last-Event-ID`, for clients that cannot set it.'),
});

export const runsQuerySchema = z.object({
  vm: z.string().optional().describe('Name of a VM of the configuration; `*`: all, as without it.'),
  limit: number(
    z
      .int(runLimit.rule)
      .min(runLimit.min, runLimit.rule)
      .max(runLimit.max, runLimit.rule)
      .default(runLimit.default)
      .describe('How many at most.'),
  ),
  before: z.string().optional().describe('Id of a run: only older ones.'),
});

export const doctorQuerySchema = z.object({
  vm: z.string().optional().describe('Name of a VM of the configuration; `*`: all, as without it.'),
});

export const tableQuerySchema = z.object({
  format: z
    .enum(['json', 'csv'], 'must be "json" or "csv"')
    .optional()
    .describe('Wins over the header `Accept`.'),
});

export const attemptQuerySchema = z.object({
  domain: z.string().optional().describe('Of the task, where one id stands in several.'),
  attempt: number(
    z
      .int(attempt.rule)
      .min(attempt.min, attempt.rule)
      .max(attempt.max, attempt.rule)
      .optional()
      .describe('From 1 on. Without it: the newest.'),
  ),
});

/**
 * Reads the parameters that the schema names; others are passed over. Of several of one name, the first counts.
 * The first that does not fit is a 400.
 */
export function parseQuery<Schema extends z.ZodObject>(
  schema: Schema,
  parameters: URLSearchParams,
): Parsed<z.infer<Schema>> {
  const names = Object.keys(schema.shape).filter((name) => parameters.has(name));
  const parsed = schema.safeParse(Object.fromEntries(names.map((name) => [name, parameters.get(name)])));
  if (parsed.success) return { ok: true, value: parsed.data };
  const [issue] = parsed.error.issues;
  const name = String(issue?.path[0]);
  return refused(`"${name}" ${issue?.message ?? ''}, found ${JSON.stringify(parameters.get(name))}.`);
}

/**
 * @param lastEventIdHeader wins over `?lastEventId=`, which stays in the address of a client that reconnects
 * @param vmNames the configured ones, in order: without `vm` a client gets the first
 */
export function parseStreamQuery(
  parameters: URLSearchParams,
  lastEventIdHeader: string | undefined,
  vmNames: readonly string[],
): Parsed<StreamQuery> {
  const parsed = parseQuery(streamQuerySchema, parameters);
  if (!parsed.ok) return parsed;
  const query = parsed.value;
  const vm = findVm(query.vm, vmNames);
  if (!vm.ok) return vm;
  const lastEventId = [lastEventIdHeader, query.lastEventId]
    .map((id) => id?.trim() ?? '')
    .find((id) => id !== '');
  return {
    ok: true,
    value: {
      intervalSeconds: Math.min(interval.max, Math.max(interval.min, query.interval)),
      // Where nothing is configured yet, the stream shows whatever comes.
      vm: query.vm === undefined ? (vmNames[0] ?? null) : vm.value,
      errorEvent: query.error_event,
      lastEventId: lastEventId ?? null,
    },
  };
}

/** @returns the name of a configured VM; null for `*` and where none is asked for */
export function findVm(asked: string | undefined, vmNames: readonly string[]): Parsed<string | null> {
  if (asked === undefined || asked === '*') return { ok: true, value: null };
  if (vmNames.includes(asked)) return { ok: true, value: asked };
  const known = vmNames.length === 0 ? 'none is configured' : `there are: ${vmNames.join(', ')}`;
  return refused(`There is no VM named ${JSON.stringify(asked)}; ${known}.`, 404);
}

/** `?format=`, else `Accept`. JSON where both are equally welcome. */
export function parseTableFormat(
  parameters: URLSearchParams,
  accept: string | undefined,
): Parsed<'json' | 'csv'> {
  const parsed = parseQuery(tableQuerySchema, parameters);
  if (!parsed.ok) return parsed;
  const csv = acceptedQuality(accept, 'text', 'csv');
  const preferred = csv > acceptedQuality(accept, 'application', 'json') ? 'csv' : 'json';
  return { ok: true, value: parsed.value.format ?? preferred };
}

/** The `q` of the most exact range that fits (RFC 9110, section 12.5.1); 0 where none does. */
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

/** A decimal number; one that is too big to be told from infinity counts as very big. */
function numberOf(text: unknown): unknown {
  if (typeof text !== 'string' || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim())) return text;
  return Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, Number(text)));
}

function refused(detail: string, status = 400): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem: { status, detail } };
}
