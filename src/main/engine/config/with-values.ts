/** The text of the configuration with other values in it. Pure. */
import { applyEdits, findNodeAtLocation, getNodeValue, parseTree, type Node } from 'jsonc-parser';
import { isDeepStrictEqual } from 'node:util';
import { insertLast, layoutOf, onOneLine } from './insert-last.ts';

/** Text of a new configuration file. */
export const emptyConfig = `// Configuration of BenchTray. A change is picked up at once; "benchtray config check" says what is wrong with it.
{
}
`;

/** A value and its place: `['history', 'maxMegabytes']`. */
export interface ValueChange {
  readonly path: readonly string[];
  readonly value: unknown;
}

/**
 * Everything else stays as it is: comments, order, layout. A value that is a group is changed key by key where a group is there already, so
 * that its comments stay too.
 * @param text JSON with comments that the schema accepts; null: there is no file yet
 */
export function withValues(text: string | null, changes: readonly ValueChange[]): string {
  // jsonc-parser counts it as a character of the text, and does not know it.
  const whole = text ?? emptyConfig;
  const mark = whole.startsWith('\uFEFF') ? '\uFEFF' : '';
  return mark + changes.reduce(withValue, whole.slice(mark.length));
}

function withValue(source: string, { path, value }: ValueChange): string {
  const root = parseTree(source, [], { allowTrailingComma: true });
  if (root?.type !== 'object') throw new Error('The configuration is no group of keys.');
  const node = findNodeAtLocation(root, [...path]);
  if (node === undefined) return withNew(source, root, path, value);
  if (isDeepStrictEqual(getNodeValue(node), value)) return source;
  if (node.type === 'object' && isGroup(value))
    return Object.entries(value).reduce(
      (text, [key, inner]) => withValue(text, { path: [...path, key], value: inner }),
      source,
    );
  return applyEdits(source, [{ offset: node.offset, length: node.length, content: onOneLine(value) }]);
}

/** Puts the value into the innermost group of its path that is there, with the groups that are missing around it. */
function withNew(source: string, root: Node, path: readonly string[], value: unknown): string {
  let group = root;
  let depth = 0;
  for (; depth < path.length - 1; depth += 1) {
    const inner = findNodeAtLocation(root, path.slice(0, depth + 1));
    if (inner?.type !== 'object') break;
    group = inner;
  }
  const nested = path.slice(depth + 1).reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
  return insertLast(
    source,
    group,
    { label: `${JSON.stringify(path[depth])}: `, value: nested },
    layoutOf(source),
  );
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
