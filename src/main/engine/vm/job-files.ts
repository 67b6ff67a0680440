/** Reads the files of jobs in a result folder: which words ask for them, and what the answer says. The function is in result-script.ts. */
import { randomBytes } from 'node:crypto';
import { shellPath, type JobFileLine } from './result-folder.ts';
import type { ShellChannel } from './shell-channel.ts';
import { isSendable } from './request-line.ts';

/** The text of a file: all of it, or its start and its end. */
export type JobFileText = readonly [whole: string] | readonly [start: string, end: string];

/** A longer file is read at both ends. */
const wholeBytes = 24_000;
/** An answer holds 64 KiB. */
const answerBytes = 60_000;
const askLimitSeconds = 15;

/**
 * Reads these files, a few with each question.
 * @returns by path, without those that are gone; null: the VM did not answer, or not to the end
 */
export async function readJobFiles(
  shell: ShellChannel,
  folder: string,
  files: readonly JobFileLine[],
): Promise<ReadonlyMap<string, JobFileText> | null> {
  const texts = new Map<string, JobFileText>();
  for (const some of inAnswers(files.filter(({ path }) => isSendable(path)))) {
    const mark = randomBytes(8).toString('hex');
    const answer = await shell.ask(askLimitSeconds, jobFilesCommand(folder, mark, some));
    const read = answer === null ? null : readAnswer(answer, mark);
    if (read === null) return null;
    for (const [path, text] of read) texts.set(path, text);
  }
  return texts;
}

/** @param mark a word that no file can know */
export function jobFilesCommand(folder: string, mark: string, files: readonly JobFileLine[]): string[] {
  const each = files.flatMap(({ path, sizeBytes }) => [sizeBytes > wholeBytes ? 'ends' : 'whole', path]);
  return ['job_files', shellPath(folder), mark, ...each];
}

/** Null: the answer is cut. */
function readAnswer(answer: string, mark: string): ReadonlyMap<string, JobFileText> | null {
  // A file may hold anything, but not the mark. Before each mark stands the line end that the script adds.
  const [before, ...pieces] = answer.split(mark);
  if (before !== '' || pieces.pop() !== '\nend\n') return null;
  const texts = new Map<string, JobFileText>();
  let path: string | null = null;
  for (const piece of pieces) {
    const lineEnd = piece.indexOf('\n');
    const text = piece.slice(lineEnd + 1).replace(/\n$/, '');
    const start: string | undefined = path === null ? undefined : texts.get(path)?.[0];
    if (piece.startsWith(' ')) {
      path = piece.slice(1, lineEnd);
      if (text !== '') texts.set(path, [text]);
    } else if (path !== null && start !== undefined) texts.set(path, [start, text]);
  }
  return texts;
}

function inAnswers(files: readonly JobFileLine[]): readonly (readonly JobFileLine[])[] {
  const answers: JobFileLine[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const file of files) {
    // The path comes with the text.
    const needed = Math.min(file.sizeBytes, wholeBytes) + Buffer.byteLength(file.path) + 100;
    bytes += needed;
    if (bytes > answerBytes) {
      answers.push([]);
      bytes = needed;
    }
    answers.at(-1)?.push(file);
  }
  return answers;
}
