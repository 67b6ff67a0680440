import { maskSecrets } from '../../../shared/mask-secrets.ts';

/** One thing that is wrong with the configuration, in parts and as a sentence. */
export interface ConfigProblem {
  /** The file, or the name of an environment variable. */
  readonly file: string;
  /** Where in it, such as `vms[0].ssh.port`; empty for the file as a whole. */
  readonly key: string;
  /** Both counted from 1; null where the problem has no place in a file. */
  readonly line: number | null;
  readonly column: number | null;
  /** "found …, expected …": the sentence by itself, without a full stop. */
  readonly what: string;
  /** `file:line:column: key: what was found, what was expected.` */
  readonly message: string;
}

/** A place in a text, counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Line and column of an offset, both counted from 1. */
export function placeOf(text: string, offset: number): Place {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

/** Puts a problem together. `what` is its sentence without file, place and full stop. */
export function problem(file: string, key: string, place: Place | null, what: string): ConfigProblem {
  const where = place === null ? file : `${file}:${String(place.line)}:${String(place.column)}`;
  return {
    file,
    key,
    line: place?.line ?? null,
    column: place?.column ?? null,
    what,
    message: `${where}: ${key === '' ? '' : `${key}: `}${what}.`,
  };
}

const longestFound = 60;
const shortened = (text: string): string =>
  text.length > longestFound ? `${text.slice(0, longestFound)}…` : text;

/** `["vms", 0, "ssh"]` → `vms[0].ssh`; a long key is cut. */
export function keyText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${String(part)}]`;
    const name = shortened(String(part));
    return text === '' ? name : `${text}.${name}`;
  }, '');
}

/** How a value that was found is shown: short, on one line, without secrets. */
export function foundText(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object' && value !== null) return 'a group { }';
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(shortened(maskSecrets(value)));
}
