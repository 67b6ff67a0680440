/** What a request asks for: read, checked and clamped, or refused with the reason. */
import type { Problem } from './problem.ts';

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
const runLimit = { default: 100, min: 1, max: 1000 };

/**
 * @param lastEventIdHeader wins over `?lastEventId=`, which stays in the address of a client that reconnects
 * @param vmNames the configured ones, in order: without `vm` a client gets the first
 */
export function parseStreamQuery(
  parameters: URLSearchParams,
  lastEventIdHeader: string | undefined,
  vmNames: readonly string[],
): Parsed<StreamQuery> {
  const asked = parameters.get('interval');
  const seconds = asked === null ? interval.default : decimal(asked);
  if (seconds === null)
    return refused(`"interval" must be a number of seconds, found ${JSON.stringify(asked)}.`);

  const errorEvent = parameters.get('error_event') ?? 'error';
  if (!/^[a-z_]+$/.test(errorEvent)) {
    return refused(`"error_event" must consist of a to z and "_", found ${JSON.stringify(errorEvent)}.`);
  }
  const vm = parseVm(parameters, vmNames);
  if (!vm.ok) return vm;

  const lastEventId = [lastEventIdHeader, parameters.get('lastEventId')]
    .map((id) => id?.trim() ?? '')
    .find((id) => id !== '');
  return {
    ok: true,
    value: {
      intervalSeconds: Math.min(interval.max, Math.max(interval.min, seconds)),
      // Where nothing is configured yet, the stream shows whatever comes.
      vm: parameters.has('vm') ? vm.value : (vmNames[0] ?? null),
      errorEvent,
      lastEventId: lastEventId ?? null,
    },
  };
}

/** `?vm=`: the name of a configured VM; null for `*` and where it is missing. */
export function parseVm(parameters: URLSearchParams, vmNames: readonly string[]): Parsed<string | null> {
  const vm = parameters.get('vm');
  if (vm === null || vm === '*') return { ok: true, value: null };
  if (vmNames.includes(vm)) return { ok: true, value: vm };
  const known = vmNames.length === 0 ? 'none is configured' : `there are: ${vmNames.join(', ')}`;
  return refused(`There is no VM named ${JSON.stringify(vm)}; ${known}.`, 404);
}

/** `?limit=` of the list of runs: a whole number, 1..1000. */
export function parseRunLimit(parameters: URLSearchParams): Parsed<number> {
  const text = parameters.get('limit');
  if (text === null) return { ok: true, value: runLimit.default };
  const limit = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (limit >= runLimit.min && limit <= runLimit.max) return { ok: true, value: limit };
  return refused(
    `"limit" must be a whole number from ${runLimit.min} to ${runLimit.max}, found ${JSON.stringify(text)}.`,
  );
}

/** `?attempt=` of a task: a whole number from 1 on; null where it is missing. */
export function parseAttempt(parameters: URLSearchParams): Parsed<number | null> {
  const text = parameters.get('attempt');
  if (text === null || /^[1-9]\d{0,5}$/.test(text))
    return { ok: true, value: text === null ? null : Number(text) };
  return refused(`"attempt" must be a whole number from 1 on, found ${JSON.stringify(text)}.`);
}

/** `?format=`, else `Accept`. JSON where both are equally welcome. */
export function parseTableFormat(
  parameters: URLSearchParams,
  accept: string | undefined,
): Parsed<'json' | 'csv'> {
  const format = parameters.get('format');
  if (format === 'json' || format === 'csv') return { ok: true, value: format };
  if (format !== null) return refused(`"format" must be "json" or "csv", found ${JSON.stringify(format)}.`);
  const csv = acceptedQuality(accept, 'text', 'csv');
  return { ok: true, value: csv > acceptedQuality(accept, 'application', 'json') ? 'csv' : 'json' };
}

/** The `q` of the most exact range that fits (RFC 9110, section 12.5.1); 0 where none does. */
function acceptedQuality(accept: string | undefined, type: string, subtype: string): number {
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
function decimal(text: string): number | null {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : null;
}

function refused(detail: string, status = 400): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem: { status, detail } };
}
