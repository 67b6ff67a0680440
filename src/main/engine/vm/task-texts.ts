/** Fetches the texts of a task's folder, all with one command. The function is in result-script.ts. */
import { randomBytes } from 'node:crypto';
import type { TaskText } from '../../../shared/screens.ts';
import { inTurns } from '../common/in-turns.ts';
import { fetchBytes, type FetchFailure, type FetchLimits } from './fetch-bytes.ts';
import { shellPath, textNames, type FileLine } from './result-folder.ts';
import type { ShellChannel } from './shell-channel.ts';
import { isSendable } from './request-line.ts';
import type { Channels } from './ssh/channels.ts';

/** A text as it came from the VM. */
export type FetchedText = Pick<TaskText, 'name' | 'bytes' | 'isCut'>;

export type FetchedTexts =
  | { readonly kind: 'ok'; readonly texts: readonly FetchedText[] }
  /** The folder is gone, or may not be read. */
  | { readonly kind: 'absent' }
  /** The channel ended before all of it had come. */
  | { readonly kind: 'broken'; readonly detail: string }
  | FetchFailure;

/** All texts of a task together. */
const mostBytes = 64 * 1024 * 1024;
/** Of an agent's plan, of which WAA writes one for each step. */
const planBytes = 20_000;
const mostPlans = 300;
const askLimitSeconds = 10;
/** What is searched through at once. */
const searchedBytes = 1024 * 1024;

/**
 * Fetches these files and WAA's plans beside them.
 * @param folder the result folder
 * @param lines of one folder
 */
export async function fetchTexts(
  channels: Channels,
  shell: string,
  { folder, lines }: { readonly folder: string; readonly lines: readonly FileLine[] },
  limits: Omit<FetchLimits, 'mostBytes'>,
): Promise<FetchedTexts> {
  const mark = randomBytes(16).toString('hex');
  const words = textsCommand(folder, mark, lines);
  const fetched = await fetchBytes(channels, shell, words, { ...limits, mostBytes });
  if (fetched.kind !== 'ended') return fetched;
  const { bytes, notices } = fetched;
  if (bytes.toString('latin1', 0, 7) === 'absent\n') return { kind: 'absent' };
  const texts = await inTurns(textsIn(bytes, mark));
  if (texts !== null) return { kind: 'ok', texts };
  return {
    kind: 'broken',
    detail: notices === '' ? `the answer ended after ${bytes.length} bytes` : notices,
  };
}

/**
 * Reads one plan by the shell that is there already.
 * @param folder the result folder, and the task's from there on
 * @returns null: there is no such file, or no answer
 */
export async function askPlan(
  shell: ShellChannel,
  [root, folder]: readonly [root: string, folder: string],
  name: string,
): Promise<FetchedText | null> {
  const mark = randomBytes(16).toString('hex');
  const words = ['texts', shellPath(root), folder, mark, '0', '0', String(planBytes), name];
  const answer = isSendable(name) ? await shell.ask(askLimitSeconds, words) : null;
  const head = `${mark} ${name}\n`;
  const end = `\n${mark}\nend\n`;
  if (answer?.startsWith(head) !== true || !answer.endsWith(end)) return null;
  return { name, bytes: Buffer.from(answer.slice(head.length, -end.length)), isCut: false };
}

/** Request words. @param mark a word that no file can know */
export function textsCommand(folder: string, mark: string, lines: readonly FileLine[]): string[] {
  // One byte more shows that a file is longer.
  const files = lines.flatMap(({ name }) => [String(mostOf(name) + 1), name]);
  const plans = [String(mostPlans), String(planBytes + 1)];
  return ['until_closed', 'texts', shellPath(folder), lines[0]?.folder ?? '.', mark, ...plans, ...files];
}

function mostOf(name: string): number {
  return textNames.get(name) ?? planBytes;
}

/** Null: the answer is cut. */
function* textsIn(bytes: Buffer, mark: string): Generator<undefined, readonly FetchedText[] | null> {
  const texts: FetchedText[] = [];
  let at = 0;
  // A file may hold anything, but not the mark. Before each mark but the first is the line end that the script adds.
  while (bytes.toString('latin1', at, at + mark.length) === mark) {
    const lineEnd = bytes.indexOf('\n', at);
    const next = yield* find(bytes, mark, lineEnd + 1);
    const name = bytes.toString('utf8', at + mark.length + 1, lineEnd);
    if (lineEnd === -1) return null;
    if (next === -1) return bytes.toString('latin1', lineEnd + 1) === 'end\n' ? texts : null;
    const text = bytes.subarray(lineEnd + 1, next - 1);
    const most = mostOf(name);
    texts.push({ name, bytes: text.subarray(0, most), isCut: text.length > most });
    at = next;
  }
  return null;
}

function* find(bytes: Buffer, mark: string, from: number): Generator<undefined, number> {
  for (let start = from; start < bytes.length; start += searchedBytes) {
    const found = bytes.subarray(start, start + searchedBytes + mark.length).indexOf(mark);
    if (found !== -1) return start + found;
    yield undefined;
  }
  return -1;
}
