/** Reads the few kinds of Python values that logs contain: task lists, arguments, scores. Anything else is no value. */
import type { PlannedTask, RunArguments } from './model.ts';

/** No name of a domain or task has a quote in it. */
const pair = /\(\s*(['"])([^'"]*)\1\s*,\s*(['"])([^'"]*)\3\s*\)/g;

/** `[('clock', '02F1…-WOS'), …]` → its pairs in order. Null when it is no complete list (a cut line has no end). */
export function parseTaskList(text: string): readonly PlannedTask[] | null {
  const list = text.trim();
  if (!list.startsWith('[') || !list.endsWith(']')) return null;
  return Array.from(list.matchAll(pair), ([, , domain = '', , taskId = '']) => ({ domain, taskId }));
}

/**
 * Returns the known and harmless arguments in `Namespace(max_steps=15, model='gpt-4o', …)` or in the same as a dictionary. The others may
 * hold secrets, so they go nowhere.
 */
export function parseArguments(text: string): Partial<RunArguments> {
  const values = parseValues(text);
  const found: { -readonly [Name in keyof RunArguments]?: RunArguments[Name] } = {};
  for (const [name, field, least] of countArguments) {
    const value = Number(values.get(name) ?? NaN);
    if (Number.isInteger(value) && value >= least) found[field] = value;
  }
  for (const [name, field] of textArguments) {
    const value = values.get(name);
    if (value !== undefined && value !== 'None' && value !== '') found[field] = value;
  }
  return found;
}

/** With the least value that makes sense. */
const countArguments = [
  ['max_steps', 'maxSteps', 1],
  ['worker_id', 'workerId', 0],
  ['num_workers', 'workers', 1],
] as const;

const textArguments = [
  ['model', 'model'],
  // WAA-V2 calls it `agent`.
  ['agent', 'agent'],
  ['agent_name', 'agent'],
  ['result_dir', 'resultDir'],
  ['emulator_ip', 'emulatorIp'],
  ['trial_id', 'trialId'],
] as const;

/** Returns a score of 0..1; null where the text says anything else: `nan`, `inf`, `-1`, `85%`, a word. */
export function parseScore(text: string): number | null {
  const word = text.trim();
  // An evaluator may return a bool.
  if (word === 'True') return 1;
  if (word === 'False') return 0;
  const score = word === '' ? NaN : Number(word);
  return score >= 0 && score <= 1 ? score : null;
}

/** Every `name=value` or `'name': value` at the top level; strings without their quotes, everything else as written. */
function parseValues(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  const open = /Namespace\(|\{/.exec(text);
  if (open === null) return values;
  const separator = open[0] === '{' ? ':' : '=';
  let at = open.index + open[0].length;
  while (at < text.length && !isClose(text.charAt(at))) {
    const middle = text.indexOf(separator, at);
    if (middle === -1) break;
    const end = endOfValue(text, middle + 1);
    values.set(unquoted(text.slice(at, middle).trim()), unquoted(text.slice(middle + 1, end).trim()));
    at = text[end] === ',' ? end + 1 : end;
  }
  return values;
}

const isClose = (char: string): boolean => char === ')' || char === '}';

/** Position of the comma or bracket that ends the value; commas and brackets in strings, lists and calls belong to it. */
function endOfValue(text: string, from: number): number {
  let depth = 0;
  let quote: string | null = null;
  for (let at = from; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (quote !== null) {
      if (char === '\\') at += 1;
      else if (char === quote) quote = null;
    } else if (char === "'" || char === '"') quote = char;
    else if ('([{'.includes(char)) depth += 1;
    else if (depth === 0 && (char === ',' || isClose(char))) return at;
    else if (')]}'.includes(char)) depth -= 1;
  }
  return text.length;
}

function unquoted(value: string): string {
  const quoted = /^(['"])(.*)\1$/s.exec(value);
  return quoted === null ? value : (quoted[2] ?? '').replace(/\\(['"\\])/g, '$1');
}
