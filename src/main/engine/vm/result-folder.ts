/**
 * A benchmark's result folder on the VM: which words ask for what is in it, and what the answers say. The functions are those of
 * result-script.ts. Everything in the folder is untrusted: a name that is not plain counts as not being there.
 */
import { cutText, plainText } from '../../../shared/plain-text.ts';

/** A file of a task's result: `result.txt`, or macOSWorld's `eval_result.txt` and `fail.flag`. */
export interface ResultLine {
  readonly domain: string;
  readonly taskId: string;
  /** The number of the try from 0, if a task is played several times. */
  readonly sample?: number;
  /** From the result folder on: "./pyautogui/a11y_tree/gpt-4o/0/chrome/…/result.txt". */
  readonly path: string;
  /** Epoch seconds of the VM's clock. */
  readonly modifiedAt: number;
  /** Its first line; empty where the file is longer than a result can be. */
  readonly text: string;
  /** Set if the task raised an exception: some programs then write 0.0, and the reason beside it. Its first line, which may be empty. */
  readonly raised?: string;
}

export type FolderAnswer<T> =
  | { readonly kind: 'ok'; readonly value: T }
  /** There is no such folder, or it may not be read. */
  | { readonly kind: 'absent' }
  /** The VM did not answer, or not to the end. */
  | { readonly kind: 'failed' };

/** A file of a job, see job-files.ts. */
export interface JobFileLine {
  /** From the result folder on: "./2026-01-28__22-55-08/result.json". */
  readonly path: string;
  /** Epoch seconds of the VM's clock. */
  readonly modifiedAt: number;
  readonly sizeBytes: number;
}

export interface ResultPage {
  readonly lines: readonly ResultLine[];
  readonly files: readonly JobFileLine[];
  /** How many files the answer went over, those left out here included. */
  readonly told: number;
  /** Number of result files without a usable task name: the name holds a line end, or is not that of a task. */
  readonly unnamed: number;
  readonly hasMore: boolean;
}

/** A file in a task's folder: a picture, or a text that says what the agent did. */
export interface FileLine {
  /** From the result folder on. */
  readonly folder: string;
  readonly name: string;
  /** Epoch seconds of the VM's clock. */
  readonly modifiedAt: number;
  readonly sizeBytes: number;
}

/** The texts that say what an agent did, by the names of their files, and how many bytes of each are read. */
export const textNames: ReadonlyMap<string, number> = new Map([
  ['traj.jsonl', 50 * 1024 * 1024],
  ['traj.md', 8 * 1024 * 1024],
  ['execution.json', 4 * 1024 * 1024],
  ['runtime.log', 8 * 1024 * 1024],
  ['results.json', 64 * 1024],
  ['task.json', 256 * 1024],
  ['instruction.txt', 64 * 1024],
]);

/** A name that can be shown and asked for: it holds no separator and no control character. */
const screenName = /^[^/\p{Cc}\uFFFD]{1,250}\.(png|jpe?g)$/u;
/** A name that a folder can have and a request can hold. */
const folderName = /^(?!\.{1,2}$)[^/\n\0]{1,255}$/;
const longestWord = 255;
/** OSWorld's own introduction lies among the tasks and is none. */
const notTasks = new Set(['onboard']);

/** Request words: result files written at `sinceSeconds` (epoch, VM's clock) or later, after the first `skip` of them. */
export function resultsCommand(folder: string, sinceSeconds: number, skip: number): string[] {
  return ['results', shellPath(folder), String(Math.max(0, Math.floor(sinceSeconds))), String(skip)];
}

/**
 * Request words for the pictures and texts of a task; null where its name cannot be that of a folder.
 * @param domain null: any @param attempt its try comes first, so that a long answer has it
 */
export function screensCommand(
  folder: string,
  domain: string | null,
  taskId: string,
  attempt = 0,
): string[] | null {
  if (!isFolderName(taskId) || (domain !== null && !isFolderName(domain))) return null;
  const words = ['screens', shellPath(folder), domain ?? '', taskId];
  return attempt > 0 ? [...words, String(attempt - 1)] : words;
}

/** Request words: one picture as raw bytes behind a line that tells how many there are. */
export function screenCommand(folder: string, screen: FileLine, mostBytes: number): string[] {
  return ['until_closed', 'screen', shellPath(folder), `${screen.folder}/${screen.name}`, String(mostBytes)];
}

/** A channel's shell begins in the home folder; a quoted "~" would not be expanded. */
export function shellPath(path: string): string {
  return path.startsWith('~/') ? `./${path.slice(2)}` : path;
}

export function isScreenName(name: string): boolean {
  return screenName.test(name);
}

/** Returns whether a folder can have this name, and a request can hold it. */
export function isFolderName(name: string): boolean {
  return folderName.test(name);
}

/** @param answer null: none came */
export function readResults(answer: string | null): FolderAnswer<ResultPage> {
  if (answer?.trimEnd() === 'absent') return { kind: 'absent' };
  const all = (answer ?? '').split('\n').slice(0, -1);
  const last = all.pop();
  if (last !== 'more' && last !== 'end') return { kind: 'failed' };
  const told = all.filter((line) => line.startsWith('result '));
  const files = all.flatMap(readFileLine);
  const lines = all.flatMap((line, index) => readResultLine(line, all[index + 1]));
  const leftOut = /^unnamed (\d{1,9})$/.exec(all.at(-1) ?? '')?.[1] ?? 0;
  const unnamed = Number(leftOut) + told.filter((line) => !isTask(taskIn(line))).length;
  const value = { lines, files, told: told.length + files.length, unnamed, hasMore: last === 'more' };
  return { kind: 'ok', value };
}

function readFileLine(line: string): JobFileLine[] {
  const [, modifiedAt, sizeBytes, path] = /^file (\d{1,12}) (\d{1,15})\t(.+)$/s.exec(line) ?? [];
  if (path === undefined) return [];
  return [{ path, modifiedAt: Number(modifiedAt), sizeBytes: Number(sizeBytes) }];
}

/** `result SECONDS FIRST LINE<TAB>PATH`: the path comes last, because it may contain anything. */
const resultLine = /^result (\d{1,12}) ([^\t]*)\t(.+)$/s;

const raisedLine = /^raised (.*)$/s;
const longestReason = 300;

function readResultLine(line: string, next = ''): ResultLine[] {
  const [, modifiedAt, text, path] = resultLine.exec(line) ?? [];
  const task = taskIn(line);
  if (path === undefined || !isTask(task) || notTasks.has(task.taskId)) return [];
  const result = { ...task, path, modifiedAt: Number(modifiedAt), text: plainText(text).slice(0, 64) };
  const reason = raisedLine.exec(next)?.[1];
  if (reason === undefined) return [result];
  return [{ ...result, raised: cutText(plainText(reason).replaceAll('\uFFFD', '').trim(), longestReason) }];
}

type TaskName = Pick<ResultLine, 'domain' | 'taskId' | 'sample'>;

function taskIn(line: string): TaskName {
  // From the right: the name of a model, further left, may have a slash of its own.
  const [above = '', domain = '', taskId = ''] = (resultLine.exec(line)?.[3] ?? '').split('/').slice(-4, -1);
  const sample = sampleIn(taskId, domain);
  return sample !== null && isPlainWord(above)
    ? { domain: above, taskId: domain, sample }
    : { domain, taskId };
}

/** "2", "run_2", "attempt-02", "k2": a folder of one try. */
const sampleName =
  /^(?:(?:k|run|try|trial|attempt|sample|rollout|pass|repeat|rep|iter(?:ation)?|turn|seed)[-_=]?)?(\d{1,3})$/i;

/** `<domain>/<id>/<try>/result.txt`: the tries are numbered. Ids have digits in several parts, domains are words. */
function sampleIn(name: string, folderAbove: string): number | null {
  const isBelowTask = /\d/.test(folderAbove) && /[-_]/.test(folderAbove);
  const [, number] = sampleName.exec(name) ?? [];
  return isBelowTask && number !== undefined ? Number(number) : null;
}

function isTask({ domain, taskId }: TaskName): boolean {
  return isPlainWord(domain) && isPlainWord(taskId);
}

function isPlainWord(word: string): boolean {
  const isName = word !== '' && word !== '.' && word !== '..';
  return isName && word.length <= longestWord && plainText(word) === word && !word.includes('\uFFFD');
}

/** Returns the pictures of a task's folders. */
export function readScreens(answer: string | null): FolderAnswer<readonly FileLine[]> {
  return readFiles(answer, isScreenName);
}

/** Returns the texts of a task's folders, from the same answer. */
export function readTextLines(answer: string | null): FolderAnswer<readonly FileLine[]> {
  return readFiles(answer, (name) => textNames.has(name));
}

function readFiles(
  answer: string | null,
  isWanted: (name: string) => boolean,
): FolderAnswer<readonly FileLine[]> {
  if (answer === null) return { kind: 'failed' };
  if (answer.trimEnd() === 'absent') return { kind: 'absent' };
  // The script names the texts twice.
  const files = new Map<string, FileLine>();
  let folder: string | null = null;
  // Every line has its end: a last one without it is cut.
  for (const line of answer.split('\n').slice(0, -1)) {
    if (line.startsWith('folder ')) folder = line.slice('folder '.length);
    const [, modifiedAt, sizeBytes, name] = /^screen (\d{1,12}) (\d{1,15}) \.\/(.+)$/.exec(line) ?? [];
    if (name === undefined || folder === null || !isWanted(name)) continue;
    const file = { folder, name, modifiedAt: Number(modifiedAt), sizeBytes: Number(sizeBytes) };
    files.set(`${folder}/${name}`, file);
  }
  return folder === null ? { kind: 'absent' } : { kind: 'ok', value: [...files.values()] };
}

/** What `screen` says before the bytes: "screen 12345"; null where it is not there. `end`: first byte behind the line. */
export function readScreenHead(head: Buffer): { readonly sizeBytes: number; readonly end: number } | null {
  const match = /^screen (\d{1,15})\n/.exec(head.toString('latin1', 0, 40));
  return match === null ? null : { sizeBytes: Number(match[1]), end: match[0].length };
}
