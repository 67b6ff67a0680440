/** The part of Go's templates that `--format` of docker is used for: fields, `range`, `if`, `json`, and literal text. */

/**
 * Fills in a template: `{{.A.B}}`, `{{json .A}}`, `{{range .A}}…{{end}}`, `{{range $key, $value := .A}}…{{end}}` (then `{{$value.B}}`),
 * `{{if .A}}…{{else}}…{{end}}`, `{{"text"}}` and `{{println …}}` of one of these.
 * Throws on a field that is not there, and on anything else, as docker refuses a template that it cannot fill.
 */
export function fillTemplate(template: string, data: unknown): string {
  const parts = template.split(/\{\{-?\s*(.*?)\s*-?\}\}/s);
  const position = { index: 0 };
  const text = fillUntilEnd(parts, position, data, new Map());
  if (position.index < parts.length) throw new Error('unexpected {{end}}');
  return text;
}

type Variables = ReadonlyMap<string, unknown>;

/** Texts stand at even places, what stood between braces at odd ones. Leaves the position behind the `end` or `else`, or the template. */
function fillUntilEnd(
  parts: readonly string[],
  position: { index: number },
  dot: unknown,
  variables: Variables,
): string {
  let text = '';
  while (position.index < parts.length) {
    const part = parts[position.index] ?? '';
    const isAction = position.index % 2 === 1;
    position.index++;
    if (!isAction) text += part;
    else if (part === 'end' || part === 'else') return text;
    else if (part.startsWith('range ')) text += fillRange(parts, position, part.slice(6), dot, variables);
    else if (part.startsWith('if ')) text += fillIf(parts, position, part.slice(3), dot, variables);
    else text += evaluate(part, dot, variables);
  }
  return text;
}

function fillIf(
  parts: readonly string[],
  position: { index: number },
  condition: string,
  dot: unknown,
  variables: Variables,
): string {
  const endsWithElse = (): boolean => parts[position.index - 1] === 'else';
  const value = lookUp(condition, dot, variables);
  if (value !== null && value !== 0 && value !== false && value !== '') {
    const text = fillUntilEnd(parts, position, dot, variables);
    if (endsWithElse()) skipBody(parts, position);
    return text;
  }
  skipBody(parts, position, 'else');
  return endsWithElse() ? fillUntilEnd(parts, position, dot, variables) : '';
}

function fillRange(
  parts: readonly string[],
  position: { index: number },
  clause: string,
  dot: unknown,
  variables: Variables,
): string {
  const named = /^\$(\w*)\s*(?:,\s*\$(\w*)\s*)?:=\s*(.*)$/.exec(clause);
  const items = Object.entries(
    Object(lookUp(named?.[3] ?? clause, dot, variables)) as Record<string, unknown>,
  );
  const start = position.index;
  let text = '';
  for (const [key, value] of items) {
    position.index = start;
    const inner = new Map(variables);
    const valueName = named?.[2] ?? named?.[1];
    if (valueName !== undefined) inner.set(valueName, value);
    if (named?.[2] !== undefined && named[1] !== undefined) inner.set(named[1], key);
    text += fillUntilEnd(parts, position, value, inner);
  }
  // Nothing to repeat: the body is passed over, which the end of a first round would have done.
  if (items.length === 0) skipBody(parts, position);
  return text;
}

/** @param word where it may end as well */
function skipBody(parts: readonly string[], position: { index: number }, word = 'end'): void {
  for (let depth = 1; depth > 0 && position.index < parts.length; position.index++) {
    const part = parts[position.index] ?? '';
    if (position.index % 2 === 0) continue;
    if (part === 'end' || (part === word && depth === 1)) depth--;
    else if (/^(?:range|if) /.test(part)) depth++;
  }
}

function evaluate(expression: string, dot: unknown, variables: Variables): string {
  if (expression.startsWith('println ')) return `${evaluate(expression.slice(8), dot, variables)}\n`;
  if (expression.startsWith('json ')) return JSON.stringify(lookUp(expression.slice(5), dot, variables));
  if (/^".*"$/.test(expression)) return JSON.parse(expression) as string;
  const value = lookUp(expression, dot, variables);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function lookUp(expression: string, dot: unknown, variables: Variables): unknown {
  const match = /^(?:\$(\w+))?((?:\.\w+)+|\.)?$/.exec(expression.trim());
  if (match === null) throw new Error(`cannot evaluate <${expression}>`);
  const [, variable, path = ''] = match;
  let value = variable === undefined ? dot : variables.get(variable);
  for (const field of path.split('.').filter((name) => name !== '')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, field)) {
      throw new Error(`<${expression}>: map has no entry for key "${field}"`);
    }
    value = (value as Record<string, unknown>)[field];
  }
  return value;
}
