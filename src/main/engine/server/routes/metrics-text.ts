/**
 * The text format of Prometheus, version 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/). Pure.
 * By hand, because the usual library counts by itself, and what is told here are figures that others keep.
 */

export interface MetricFamily {
  /** Ends with its unit ("_seconds"); a counter ends with "_total". */
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  /** Without samples the family is left out. */
  readonly samples: readonly MetricSample[];
}

export interface MetricSample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

export const metricsType = 'text/plain; version=0.0.4; charset=utf-8';

/** @throws when a name could not stand in its place; no text within help or label values can do harm */
export function metricsText(families: readonly MetricFamily[]): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .map(familyText)
    .join('');
}

function familyText({ name, type, help, samples }: MetricFamily): string {
  checkName(name, /^[a-zA-Z_:][a-zA-Z0-9_:]*$/);
  const lines = [
    `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
    `# TYPE ${name} ${type}`,
    ...samples.map(({ labels = {}, value }) => `${name}${labelsText(labels)} ${numberText(value)}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => {
    checkName(name, /^[a-zA-Z_][a-zA-Z0-9_]*$/);
    return `${name}="${escaped(value)}"`;
  });
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** Lone surrogates would make the whole answer something else than UTF-8. */
function escaped(value: string): string {
  const text = value.toWellFormed();
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function numberText(value: number): string {
  if (Number.isFinite(value) || Number.isNaN(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}

function checkName(name: string, allowed: RegExp): void {
  if (!allowed.test(name)) throw new Error(`Not a name for a metric or a label: ${JSON.stringify(name)}`);
}
