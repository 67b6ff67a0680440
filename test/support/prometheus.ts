/** Reads the text format of Prometheus 0.0.4 as strictly as it is written down, and throws at anything else. */

export interface ReadFamily {
  readonly type: string;
  readonly help: string;
  readonly samples: { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

const metricName = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const labelText = String.raw`[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\\\|\\"|\\n)*"`;
const sampleLine = new RegExp(String.raw`^(${metricName})(?:\{(${labelText}(?:,${labelText})*)\})? (\S+)$`);
const numberText = /^(?:[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?|NaN|\+Inf|-Inf)$/;

/** HELP, TYPE, then all samples of a family, together; no family, no set of labels twice; every line ended by LF. */
export function readPrometheus(text: string): ReadonlyMap<string, ReadFamily> {
  if (!text.endsWith('\n')) throw new Error('The last line has no end');
  const families = new Map<string, ReadFamily>();
  const seen = new Set<string>();
  const lines = text.slice(0, -1).split('\n');
  let current: { name: string; family: ReadFamily } | null = null;
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const help = new RegExp(String.raw`^# HELP (${metricName}) ((?:[^\\]|\\\\|\\n)*)$`).exec(line);
    if (help !== null) {
      const [, name = '', escaped = ''] = help;
      const type = new RegExp(`^# TYPE ${name} (counter|gauge|histogram|summary|untyped)$`).exec(
        lines[(index += 1)] ?? '',
      );
      if (type === null || families.has(name)) throw new Error(`No type, or a second time: ${line}`);
      current = { name, family: { type: type[1] ?? '', help: unescape(escaped), samples: [] } };
      families.set(name, current.family);
      continue;
    }
    const [, name = '', labels = '', number = ''] = sampleLine.exec(line) ?? [];
    if (current?.name !== name || !numberText.test(number) || seen.has(`${name} ${labels}`))
      throw new Error(`Not a sample of ${current?.name ?? 'anything'}: ${line}`);
    seen.add(`${name} ${labels}`);
    current.family.samples.push({
      labels: readLabels(labels),
      value: Number(number.replace('Inf', 'Infinity')),
    });
  }
  return families;
}

function readLabels(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g)];
  const labels = Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, unescape(value)]));
  if (Object.keys(labels).length !== pairs.length) throw new Error(`A label twice: ${text}`);
  return labels;
}

function unescape(text: string): string {
  return text.replace(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter));
}
