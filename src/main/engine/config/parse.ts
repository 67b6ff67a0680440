import {
  findNodeAtLocation,
  getNodeValue,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
} from 'jsonc-parser';
import type { z } from 'zod';
import { maskUrl } from '../../../shared/mask-secrets.ts';
import { excessOf } from './excess.ts';
import { nearestWord } from './nearest-word.ts';
import { foundText, keyText, placeOf, problem, type ConfigProblem } from './problem.ts';
import { knownKeys } from './known-keys.ts';
import { configSchema, type Config } from './schema.ts';

export type ParsedConfig =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/** Thousands of problems have one cause, and each takes a search through the text. */
const mostProblems = 50;

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/**
 * Reads JSON with comments and trailing commas, and holds it against the schema. `file` only names it in messages.
 * Paths are left as they stand in the text.
 */
export function parseConfig(text: string, file: string): ParsedConfig {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const excess = excessOf(source);
  if (excess !== null)
    return { ok: false, problems: [problem(file, '', placeOf(source, excess.offset), excess.what)] };
  const errors: ParseError[] = [];
  const root = parseTree(source, errors, { allowTrailingComma: true });
  const [firstError] = errors;
  // What follows the first syntax error mostly follows from it.
  if (firstError !== undefined || root === undefined) {
    const place = placeOf(source, firstError?.offset ?? 0);
    return { ok: false, problems: [problem(file, '', place, syntaxText(firstError, source))] };
  }

  const repeated = repeatedKeys(root, [])
    .slice(0, mostProblems)
    .map(({ path, node }) =>
      problem(file, keyText(path), placeOf(source, node.offset), 'this key is given twice'),
    );
  const result = configSchema.safeParse(getNodeValue(root));
  if (result.success && repeated.length === 0) return { ok: true, config: result.data };
  const wrong = (result.error?.issues ?? [])
    .slice(0, mostProblems)
    .flatMap((issue) => issueProblems(issue, [], { root, source, file }));
  return { ok: false, problems: [...repeated, ...wrong].sort(byPlace).slice(0, mostProblems) };
}

const byPlace = (a: ConfigProblem, b: ConfigProblem) =>
  (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);

interface Context {
  readonly root: Node;
  readonly source: string;
  readonly file: string;
}

/** One issue of the schema as problems. `base` is the path of the union that the issue comes from. */
function issueProblems(issue: Issue, base: Path, context: Context): readonly ConfigProblem[] {
  const { root, source, file } = context;
  const path = [...base, ...issue.path];
  const key = keyText(path);
  const node = nodeAt(root, path);
  const place = placeOf(source, (node ?? nearestNode(root, path)).offset);

  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(path);
    return issue.keys.slice(0, mostProblems).map((unknown) => {
      const nearest = nearestWord(unknown, known);
      const advice =
        nearest === null
          ? `expected one of ${known.map((name) => `"${name}"`).join(', ')}`
          : `the nearest known one is "${nearest}"`;
      const property = nodeAt(root, [...path, unknown])?.parent ?? root;
      return problem(
        file,
        keyText([...path, unknown]),
        placeOf(source, property.offset),
        `unknown key, ${advice}`,
      );
    });
  }
  if (issue.code === 'invalid_union') {
    // Of the forms that are possible, the one whose kind of value was given says what is wrong with it.
    const meant = issue.errors.find((issues) =>
      issues.every((inner) => inner.path.length > 0 || inner.code === 'unrecognized_keys'),
    );
    if (meant !== undefined)
      return meant.slice(0, mostProblems).flatMap((inner) => issueProblems(inner, path, context));
  }
  if (node === undefined) return [problem(file, key, place, `missing, expected ${issue.message}`)];
  // A rule over several keys of a group says itself what it found.
  if (issue.code === 'custom' && node.type === 'object') return [problem(file, key, place, issue.message)];
  const value: unknown = getNodeValue(node);
  return [
    problem(file, key, place, `found ${foundText(withoutSecret(value, path))}, expected ${issue.message}`),
  ];
}

/** Addresses and headers of hooks may hold a token anywhere. */
function withoutSecret(value: unknown, path: Path): unknown {
  if (path[0] !== 'hooks' || typeof value !== 'string') return value;
  if (path.at(-1) === 'url') return maskUrl(value);
  return path[2] === 'headers' && path.at(-1) !== 'env' ? '***' : value;
}

const segments = (path: Path) => path.map((part) => (typeof part === 'symbol' ? String(part) : part));

const nodeAt = (root: Node, path: Path): Node | undefined => findNodeAtLocation(root, segments(path));

/** The innermost group that is there: where a missing key would have to stand. */
function nearestNode(root: Node, path: Path): Node {
  for (let length = path.length - 1; length > 0; length--) {
    const node = nodeAt(root, path.slice(0, length));
    if (node !== undefined) return node;
  }
  return root;
}

interface RepeatedKey {
  readonly path: Path;
  readonly node: Node;
}

/** Keys that stand twice in one group: JSON lets the last one win, which nobody means. */
function repeatedKeys(node: Node, path: Path): readonly RepeatedKey[] {
  const seen = new Set<string>();
  return (node.children ?? []).flatMap((child, index) => {
    if (node.type !== 'object') return repeatedKeys(child, [...path, index]);
    const [keyNode, valueNode] = child.children ?? [];
    const key = String(keyNode?.value);
    const inner = valueNode === undefined ? [] : repeatedKeys(valueNode, [...path, key]);
    if (seen.has(key)) return [{ path: [...path, key], node: child }, ...inner];
    seen.add(key);
    return inner;
  });
}

/** By the names that jsonc-parser gives its error codes. */
const syntaxTexts: Readonly<Record<string, string>> = {
  InvalidSymbol: 'found a word that JSON does not know, expected a value',
  InvalidNumberFormat: 'found a number that JSON does not know',
  PropertyNameExpected: 'expected a key in double quotes',
  ValueExpected: 'expected a value',
  ColonExpected: 'expected ":" after the key',
  CommaExpected: 'expected "," before this',
  CloseBraceExpected: 'expected "}"',
  CloseBracketExpected: 'expected "]"',
  EndOfFileExpected: 'found more text after the end of the configuration',
  UnexpectedEndOfComment: 'a comment is not closed by "*/"',
  UnexpectedEndOfString: 'a text is not closed by a double quote',
  InvalidEscapeCharacter: 'found an escape that JSON does not know (a backslash is written as two)',
  InvalidUnicode: 'found a broken \\u escape',
  InvalidCharacter: 'found a character that has to be escaped in a text',
};

/** Returns a sentence about a syntax error. Without an error, the file is empty. */
function syntaxText(error: ParseError | undefined, source: string): string {
  if (error === undefined || source.trim() === '')
    return 'the file is empty, expected a configuration in { }';
  return `not valid JSON: ${syntaxTexts[printParseErrorCode(error.error)] ?? 'cannot be read'}`;
}
